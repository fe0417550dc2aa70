import Corpora
import Files

/// Vocabularies and merges as they stand in files.
enum VocabularyReading {
  /// `vocab.txt`: a piece a line, its id the line's number from 0. Blanks at the end of a line
  /// are not part of the piece, as in the reference.
  static func lines(_ file: TokenizerFile) throws -> PieceInventory {
    var pieces = PieceInventory(capacity: min(file.bytes.count / 8, 1 << 17))
    try file.forEachLine { line, number in
      let end = line.unicodeScalars.lastIndex { !$0.properties.isWhitespace }
      let piece = end.map { String(line.unicodeScalars[...$0]) } ?? ""
      if piece.isEmpty { return pieces.insertNameless(id: number - 1) }
      do {
        try pieces.insert(piece, id: number - 1)
      } catch let refusal as PieceInventory.Refusal {
        throw file.error(refusal.problem, line: number)
      }
    }
    guard pieces.count > 0 else { throw file.error(.nothing, line: 0) }
    return pieces
  }

  /// A JSON object of ids by piece: `vocab.json`, or the part of `tokenizer.json` in `range`.
  static func object(_ file: TokenizerFile, _ range: Range<Int>? = nil) throws -> PieceInventory {
    var pieces = PieceInventory(capacity: min((range?.count ?? file.bytes.count) / 16, 1 << 17))
    var count = 0
    try file.scan(range) { scanner in
      try scanner.object { piece, scanner in
        count += 1
        let id = try scanner.integer()
        guard count <= TokenizerBounds.pieces else {
          throw PieceInventory.Refusal(.tooManyPieces)
        }
        try pieces.insert(piece, id: id)
      }
    }
    guard pieces.count > 0 else { throw file.error(.nothing, line: 0) }
    return pieces
  }

  /// `merges.txt`: two pieces a line with a blank between them, the earliest first. Lines that
  /// begin with `#version` and empty lines count for nothing.
  static func merges(
    _ file: TokenizerFile, _ pieces: PieceInventory
  ) throws -> MergeTable {
    var table = MergeTable(capacity: min(file.bytes.count / 8, 1 << 17))
    var rank = 0
    try file.forEachLine { line, number in
      let line = line.hasSuffix("\r") ? line.dropLast() : line[...]
      if line.isEmpty || line.hasPrefix("#version") { return }
      do {
        try insert(line, rank: rank, pieces, &table)
      } catch let refusal as PieceInventory.Refusal {
        throw file.error(refusal.problem, line: number)
      }
      rank += 1
    }
    return table
  }

  /// The merges of `tokenizer.json`: strings with a blank, or pairs.
  static func merges(
    _ file: TokenizerFile, _ range: Range<Int>, _ pieces: PieceInventory
  ) throws -> MergeTable {
    var table = MergeTable(capacity: min(range.count / 12, 1 << 17))
    var rank = 0
    try file.scan(range) { scanner in
      try scanner.array { scanner in
        guard rank < TokenizerBounds.pieces else { throw PieceInventory.Refusal(.tooManyPieces) }
        if scanner.peek() == UInt8(ascii: "[") {
          var parts: [String] = []
          try scanner.array { scanner in
            let part = try scanner.string()
            if parts.count < 3 { parts.append(part) }
          }
          guard parts.count == 2 else {
            throw PieceInventory.Refusal(.notAPair(parts.joined(separator: " ")))
          }
          try insert(parts[0], parts[1], rank: rank, pieces, &table)
        } else {
          try insert(scanner.string()[...], rank: rank, pieces, &table)
        }
        rank += 1
      }
    }
    return table
  }

  private static func insert(
    _ line: Substring, rank: Int, _ pieces: PieceInventory, _ table: inout MergeTable
  ) throws {
    // By bytes: a blank and a mark behind it would be one character.
    let bytes = line.utf8
    guard let blank = bytes.firstIndex(of: 0x20), blank != bytes.startIndex,
      bytes.index(after: blank) != bytes.endIndex,
      !bytes[bytes.index(after: blank)...].contains(0x20)
    else { throw PieceInventory.Refusal(.notAPair(String(line))) }
    let right = line[bytes.index(after: blank)...]
    try insert(String(line[..<blank]), String(right), rank: rank, pieces, &table)
  }

  private static func insert(
    _ left: String, _ right: String, rank: Int, _ pieces: PieceInventory, _ table: inout MergeTable
  ) throws {
    func id(_ piece: String) throws -> Int {
      if let id = pieces.id(of: piece) { return id }
      throw PieceInventory.Refusal(.unknownPiece(piece, merge: left + " " + right))
    }
    let (leftID, rightID, joined) = (try id(left), try id(right), try id(left + right))
    // A merge to a control token would let a text spell it.
    if !pieces.isControl(joined) { table.insert(leftID, rightID, rank: rank, id: joined) }
  }
}
