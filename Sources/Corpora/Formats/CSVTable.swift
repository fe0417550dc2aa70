import Files

/// Rows of comma-separated values (RFC 4180), with the places of their cells. A cell in quotes may
/// hold line ends.
struct CSVTable {
  struct Row {
    /// The row with its line end.
    let range: Range<Int>
    let line: Int
    /// The cells with their quotes.
    let cells: [Range<Int>]
  }

  private let bytes: UnsafeBufferPointer<UInt8>

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// Calls `body` with each row that is not empty, until it returns false. A byte order mark is
  /// passed over.
  func forEachRow(_ body: (Row) throws -> Bool) rethrows {
    var at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var start = 0
    var line = 1
    while at < bytes.count {
      let first = line
      var cells: [Range<Int>] = []
      var cell = at
      var isQuoted = false
      var end = bytes.count
      while at < bytes.count {
        let byte = bytes[at]
        if byte == 0x0A { line += 1 }
        if byte == UInt8(ascii: "\""), isQuoted || at == cell {
          // Two in quotes are one; one elsewhere in a cell is a character like others.
          if isQuoted, at + 1 < bytes.count, bytes[at + 1] == byte {
            at += 1
          } else {
            isQuoted.toggle()
          }
        } else if !isQuoted, byte == UInt8(ascii: ",") {
          // A row that is too long is refused; its cells are not kept.
          if at - start <= Bounds.line { cells.append(cell..<at) }
          cell = at + 1
        } else if !isQuoted, byte == 0x0A {
          end = at
          break
        }
        at += 1
      }
      at = min(end + 1, bytes.count)
      let last = end > cell && bytes[end - 1] == 0x0D ? end - 1 : end
      cells.append(cell..<max(cell, last))
      let row = Row(range: start..<at, line: first, cells: cells)
      start = at
      guard cells.count > 1 || !cells[0].isEmpty else { continue }
      guard try body(row) else { return }
    }
  }

  /// A cell's text without its quotes; nil when it is not UTF-8.
  func text(_ cell: Range<Int>) -> String? {
    let (text, isValid) = Files.text(bytes, cell)
    guard isValid else { return nil }
    guard text.utf8.first == UInt8(ascii: "\""), text.utf8.count > 1,
      text.utf8.last == UInt8(ascii: "\"")
    else { return text }
    let inner = bytes[(cell.lowerBound + 1)..<(cell.upperBound - 1)]
    var output: [UInt8] = []
    var wasQuote = false
    for byte in inner {
      if byte == UInt8(ascii: "\""), !wasQuote {
        wasQuote = true
      } else {
        output.append(byte)
        wasQuote = false
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// A text as a cell, in quotes where it needs them.
  static func cell(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy {
      $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: ",") && $0 != 0x0A && $0 != 0x0D
    }
    let isEdged = text.utf8.first == 0x20 || text.utf8.last == 0x20
    if isPlain, !isEdged { return text }
    // By scalar: a quote that a combining mark follows is no Character of its own.
    var output = "\""
    for scalar in text.unicodeScalars {
      output.unicodeScalars.append(scalar)
      if scalar == "\"" { output.unicodeScalars.append(scalar) }
    }
    return output + "\""
  }
}
