import Testing

@testable import Reports

/// What is handed on piece by piece is what is made in one go.
@Suite("JSON in pieces") struct JSONPiecesTests {
  private let fields: [(String, JSONText)] = [
    ("dataset", .string("a \"b\"\u{1B}")), ("sort", .strings(["p", "file"])), ("posts", .int(3)),
    ("matches", .int(2)), ("unjudged", .int(0)), ("reason", .null),
  ]

  private func post(_ number: Int) -> JSONText {
    .object(
      [("id", .int(number)), ("mentions", .list([.object([("start", .int(0))])]))]
        + (0..<6).map { ("field \($0)", .string("é\n")) })
  }

  @Test(arguments: [0, 1, 2, 5_000]) func isTheSame(_ count: Int) {
    let values = (0..<count).map(post)
    var (pieces, next): ([String], Int) = ([], 0)
    JSONText.write(fields, "found") {
      defer { next += 1 }
      return next < count ? values[next] : nil
    } to: {
      pieces.append($0)
    }
    #expect(pieces.joined() == JSONText.object(fields + [("found", .list(values))]).text())
    #expect(pieces.count > count / 2_000 && pieces.allSatisfy { $0.utf8.count < 1 << 19 })
  }
}
