import Files
import Records

extension DataFormat {
  /// What a file that no format recognises nearly is, and the first line that is not.
  typealias Nearest = (line: Int, format: String, reason: String)

  /// The best guess from the beginning of a file; nil when it resembles nothing.
  static func nearest(_ bytes: UnsafeBufferPointer<UInt8>) -> Nearest? {
    var number = 0
    var first: (line: Int, range: Range<Int>)?
    var untagged: (line: Int, text: String)?
    var tagged = 0
    var words = 0
    forEachLine(bytes) { content, _ in
      number += 1
      let line = trim(bytes, content)
      guard words < 64, !line.isEmpty else { return }
      if first == nil { first = (number, line) }
      words += 1
      let fields = ColumnLayout.fields(bytes, line)
      if fields.count > 1, let last = fields.last, ColumnLayout.isTag(bytes, last) {
        tagged += 1
      } else if untagged == nil, let last = fields.last {
        untagged = (number, text(bytes, last.prefix(40)).text)
      }
    }
    guard let first else { return nil }
    switch bytes[first.range.lowerBound] {
    case UInt8(ascii: "["):
      return (first.line, "JSON Lines", "it is an array; write each post as a line of its own")
    case UInt8(ascii: "{"):
      return record(bytes, first.line, first.range)
    default:
      guard let untagged, 2 * tagged > words else { return nil }
      return (untagged.line, "columns", "the last column `\(untagged.text)` is not a tag")
    }
  }

  private static func record(
    _ bytes: UnsafeBufferPointer<UInt8>, _ number: Int, _ range: Range<Int>
  ) -> Nearest? {
    // What is nearer is told by what the keys have in common with each.
    let keys = JSONScanner.keys(bytes, in: range).union(PythonScanner.keys(bytes, in: range))
    let isPair = !keys.isDisjoint(with: ["token", "h", "t", "relation"])
    do {
      if isPair {
        _ = try MNREText.Line(bytes, range)
      } else {
        var line = JSONLines.Line()
        var tokens = TokenBuilder()
        try line.read(bytes, range, into: &tokens)
      }
      return nil
    } catch let failure as ScanFailure {
      let column = failure.offset - range.lowerBound + 1
      return (
        number, isPair ? "MNRE text" : "JSON Lines", "at column \(column) \(failure.reason)"
      )
    } catch { return nil }
  }
}
