import Files

/// How a file of columns is laid out: word first, tag last, one token a line. Recognised from the
/// beginning of the file, so that the reader and the writer agree.
struct ColumnLayout: Sendable, Hashable {
  /// What stands between two columns.
  enum Separator: Sendable { case tab, blanks }

  var separator = Separator.tab
  /// Whether `IMGID:` lines begin the posts; without them a blank line ends a post, as in
  /// CoNLL-2003, and posts have no pictures.
  var hasHeaders = true
  /// Whether a blank line follows every `IMGID:`.
  var hasBlankAfterHeader = false
  /// How many columns every line has; 2 where they differ.
  var columns = 2

  /// Bytes of the longest tag that files of columns are told by.
  static let mostTagBytes = 255

  /// Bytes that are looked at.
  static let prefix = 1 << 16

  /// How many lines the first word of a post stands below the post's first line.
  var wordOffset: Int { !hasHeaders ? 0 : hasBlankAfterHeader ? 2 : 1 }

  /// The layout of a file that has `IMGID:` among its first 64 lines, or a tag at the end of every
  /// line; nil for other files.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    var seen = Seen()
    let part = UnsafeBufferPointer(rebasing: bytes.prefix(Self.prefix))
    forEachLine(part) { content, range in
      // The last line may be cut.
      guard part.count == bytes.count || range.upperBound < part.count else { return }
      seen.add(part, content)
    }
    guard seen.words > 0 || seen.headers > 0 else { return nil }
    hasHeaders = seen.isHeaded
    hasBlankAfterHeader = seen.headers > 0 && seen.headersBeforeBlank == seen.headers
    if !hasHeaders {
      guard seen.isTagged else { return nil }
      // A single line is labelled only where it surely is: `vitamin B-12` and `type O` are texts.
      guard seen.words > 1 || (seen.tabs > 0 && seen.tags > 0) else { return nil }
    }
    // A stray line without a tab does not decide.
    separator = seen.tabs > 0 || 2 * seen.tagged < seen.words || seen.words == 0 ? .tab : .blanks
    let counts = separator == .tab ? seen.tabColumns : seen.blankColumns
    if counts.count == 1, let count = counts.first { columns = count }
    if !hasHeaders, separator == .blanks, counts.count > 1 { return nil }
  }

  /// Files with `IMGID:` and tabs.
  init() {}

  /// What stands between blanks.
  static func fields(_ bytes: UnsafeBufferPointer<UInt8>, _ line: Range<Int>) -> [Range<Int>] {
    var fields: [Range<Int>] = []
    var start: Int?
    for i in line {
      if isBlank(bytes[i]) {
        if let from = start { fields.append(from..<i) }
        start = nil
      } else if start == nil {
        start = i
      }
    }
    if let start { fields.append(start..<line.upperBound) }
    return fields
  }

  /// Whether bytes are `O` or a prefix of a scheme, a dash and a type.
  static func isTag(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
    guard let first = range.first else { return false }
    if range.count == 1 { return bytes[first] == UInt8(ascii: "O") }
    return range.count > 2 && range.count <= mostTagBytes && bytes[first + 1] == UInt8(ascii: "-")
      && "BIESLUM".utf8.contains(bytes[first])
  }

  /// Whether bytes can be a type without a prefix, as IO has them: `PER`; between tabs, where no
  /// prose is, also `geo-loc`.
  private static func isType(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, afterTab: Bool
  ) -> Bool {
    (2..<32).contains(range.count)
      && range.allSatisfy {
        let byte = bytes[$0]
        return (0x41...0x5A).contains(byte) || byte == UInt8(ascii: "_")
          || (afterTab && ((0x61...0x7A).contains(byte) || "-./".utf8.contains(byte)))
      }
  }

  /// What the lines of the beginning have in common.
  private struct Seen {
    var lines = 0
    var words = 0
    var isHeaded = false
    var headers = 0
    var headersBeforeBlank = 0
    var tabs = 0
    /// Lines whose last column is a tag or a type; lines with a prefix; lines of `O`; of types.
    var tagged = 0
    var tags = 0
    var outsides = 0
    var types = 0
    var tabColumns: Set<Int> = []
    var blankColumns: Set<Int> = []
    private var followsHeader = false

    var isTagged: Bool { words > 0 && tagged == words && (types == 0 || outsides > 0) }

    mutating func add(_ bytes: UnsafeBufferPointer<UInt8>, _ content: Range<Int>) {
      let line = trim(bytes, content)
      let isAfterHeader = followsHeader
      followsHeader = false
      if line.isEmpty {
        if isAfterHeader { headersBeforeBlank += 1 }
        return
      }
      lines += 1
      if MNERLine.isHeader(bytes, line) {
        if lines <= 64 { isHeaded = true }
        headers += 1
        followsHeader = true
        return
      }
      if MNERLine.isDocumentStart(bytes, line) { return }
      let fields = ColumnLayout.fields(bytes, line)
      guard let last = fields.last else { return }
      let tab = UInt8(ascii: "\t")
      // A word may be nothing but blanks.
      let isBlankWord = (content.lowerBound..<line.lowerBound).contains { bytes[$0] == tab }
      let columns = fields.count + (isBlankWord ? 1 : 0)
      let isTag = columns > 1 && ColumnLayout.isTag(bytes, last)
      if bytes[line.lowerBound] == 0x23, fields.first?.count == 1, !isTag { return }
      words += 1
      let count = (content.lowerBound..<line.upperBound).count { bytes[$0] == tab }
      if count > 0 { tabs += 1 }
      tabColumns.insert(count + 1)
      blankColumns.insert(columns)
      if isTag {
        tagged += 1
        if last.count > 1 { tags += 1 } else { outsides += 1 }
      } else if columns > 1, ColumnLayout.isType(bytes, last, afterTab: count > 0) {
        tagged += 1
        tags += 1
        types += 1
      }
    }
  }
}
