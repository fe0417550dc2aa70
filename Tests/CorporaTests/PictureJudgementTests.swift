import Foundation
import Testing

@testable import Corpora

/// Files that say which posts' pictures add.
@Suite("Judgements of pictures")
struct PictureJudgementTests {
  private func read(_ text: String) throws -> [String: Bool] {
    try judgements(text).adds
  }

  private func judgements(_ text: String) throws -> PictureJudgements {
    let folder = NSTemporaryDirectory() + "judgements-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/labels.tsv"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return try PictureJudgements(path: path)
  }

  @Test func columnsAreFoundByNameOrPlace() throws {
    #expect(try read("1\t1\n2\t0\n") == ["1": true, "2": false])
    #expect(try read("a,R1\nb,R3\nc,r2\nd,R4\n") == ["a": true, "b": false, "c": true, "d": false])
    #expect(
      try read("text_is_represented\timage_adds\ttweet_id\r\n1\t0\t77\r\n0\t1\t78\r\n")
        == ["77": false, "78": true])
    #expect(try read("id,imageAdds\n\"7\",\"yes\"\n\n8,no") == ["7": true, "8": false])
  }

  @Test func whatCannotBeReadIsNamedByItsLine() {
    func problem(_ text: String) -> String {
      do {
        _ = try read(text)
        return ""
      } catch { return "\(error)" }
    }
    #expect(problem("1\t1\n2\tperhaps\n").contains("labels.tsv:2"))
    #expect(problem("1\t1\n1\t0\n").contains("labels.tsv:2 says of 1 the opposite"))
    #expect(problem("1\n").contains("labels.tsv:1"))
    #expect(problem("\n\n").contains("no line"))
    #expect(problem("id\tlabel\n").contains("no line"))
  }

  /// The published data has rows that a tweet's text tore in two.
  @Test func aFewTornLinesAreLeftOutAndNamed() throws {
    let rows = (1...60).map { "\($0)\t\($0 % 2)" }
    let torn = rows[..<20] + ["and then he", "said\tso"] + rows[20...]
    let file = try judgements("tweet_id\timage_adds\n" + torn.joined(separator: "\n") + "\n")
    #expect(file.adds.count == 60 && file.unreadable == [22, 23])
    let more = rows[..<20] + Array(repeating: "torn", count: 4) + rows[20...]
    #expect(throws: PictureJudgementError.self) {
      try judgements(more.joined(separator: "\n") + "\n")
    }
  }

  @Test func postsAreFoundByTheirIdOrTheirPictures() throws {
    func post(_ id: String, _ image: String?) -> Post {
      Post(
        id: id, tokens: [Token("a")], imageID: image, mentions: [], split: .train,
        source: SourceLocation(file: "memory", line: 1))
    }
    let file = try judgements("p1\t1\nimg2\t0\n")
    let told = file.applied(to: [post("p1", nil), post("p2", "img2"), post("p3", "img3")])
    #expect(told.map(\.imageAdds) == [true, false, nil])
  }
}
