import Files
import Foundation

/// One line of a file of columns, by byte ranges: what both the reader and the writer walk over.
///
/// Only LF ends a line, only a CR before the LF is taken off. Where tabs separate the columns,
/// words may hold U+00A0, U+FE0F, U+0092 and anything else that Unicode calls a space or a control.
enum MNERLine {
  case header(id: Range<Int>)
  case word(Range<Int>, tag: Range<Int>, fields: Int)
  case blank
  case malformed(Finding.Problem)

  private static let mark = Array("IMGID:".utf8)
  private static let document = Array("-DOCSTART-".utf8)

  /// Calls `body` with each line of the bytes, its number from 1 and its range with its end of
  /// line.
  static func walk(
    _ bytes: UnsafeBufferPointer<UInt8>, _ layout: ColumnLayout,
    _ body: (_ line: MNERLine, _ number: Int, _ range: Range<Int>) throws -> Void
  ) rethrows {
    var number = 0
    try forEachLine(bytes) { content, range in
      number += 1
      try body(MNERLine(bytes, content, layout), number, range)
    }
  }

  init(_ bytes: UnsafeBufferPointer<UInt8>, _ line: Range<Int>, _ layout: ColumnLayout) {
    if line.isEmpty {
      self = .blank
    } else if line.count > Bounds.line {
      self = .malformed(.lineTooLong(bytes: line.count))
    } else if Self.begins(bytes, line, Self.mark) {
      self = .header(id: trim(bytes, (line.lowerBound + Self.mark.count)..<line.upperBound))
    } else if !layout.hasHeaders, Self.begins(bytes, line, Self.document) {
      self = .blank
    } else if layout.separator == .tab {
      self = Self.tabbed(bytes, line)
    } else {
      self = Self.blanked(bytes, line)
    }
    if !layout.hasHeaders, case .word(_, let tag, _) = self, bytes[line.lowerBound] == 0x23,
      line.count > 1, isBlank(bytes[line.lowerBound + 1]), !ColumnLayout.isTag(bytes, tag)
    {
      // `# id 12`, a remark before a sentence; `# O` is a word.
      self = .blank
    }
  }

  private static func tabbed(_ bytes: UnsafeBufferPointer<UInt8>, _ line: Range<Int>) -> Self {
    var first: Int?
    var last = 0
    var tabs = 0
    // Tabs and blanks that follow the tag are no further columns.
    var end = line.upperBound
    while end > line.lowerBound, isBlank(bytes[end - 1]) { end -= 1 }
    for i in line.lowerBound..<end where bytes[i] == UInt8(ascii: "\t") {
      if first == nil { first = i }
      last = i
      tabs += 1
    }
    if let first {
      return .word(line.lowerBound..<first, tag: trim(bytes, (last + 1)..<end), fields: tabs + 1)
    }
    // No tag: what blanks there are hold the first tab.
    if let tab = (end..<line.upperBound).first(where: { bytes[$0] == UInt8(ascii: "\t") }) {
      return .word(line.lowerBound..<tab, tag: (tab + 1)..<(tab + 1), fields: 2)
    }
    return end == line.lowerBound ? .blank : .malformed(.noTab)
  }

  private static func blanked(_ bytes: UnsafeBufferPointer<UInt8>, _ line: Range<Int>) -> Self {
    let inner = trim(bytes, line)
    if inner.isEmpty { return .blank }
    let fields = ColumnLayout.fields(bytes, inner)
    guard fields.count > 1, let word = fields.first, let tag = fields.last else {
      return .malformed(.noColumns)
    }
    return .word(word, tag: tag, fields: fields.count)
  }

  static func begins(
    _ bytes: UnsafeBufferPointer<UInt8>, _ line: Range<Int>, _ mark: [UInt8]
  ) -> Bool {
    guard line.count >= mark.count else { return false }
    for i in mark.indices where bytes[line.lowerBound + i] != mark[i] { return false }
    return true
  }

  /// Whether a line begins with `IMGID:`.
  static func isHeader(_ bytes: UnsafeBufferPointer<UInt8>, _ line: Range<Int>) -> Bool {
    begins(bytes, line, mark)
  }

  /// Whether a line begins a document of CoNLL-2003.
  static func isDocumentStart(_ bytes: UnsafeBufferPointer<UInt8>, _ line: Range<Int>) -> Bool {
    begins(bytes, line, document)
  }
}
