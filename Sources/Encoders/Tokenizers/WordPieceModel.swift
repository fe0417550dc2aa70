import Files

/// BERT's tokenizer: normalisation, splitting at blanks and around punctuation, then the longest
/// known piece from the left (Hugging Face `BertNormalizer`, `BertPreTokenizer`, `WordPiece`).
struct WordPieceModel: Sendable {
  /// What happens to the text before it is split.
  struct Normalization: Sendable, Hashable {
    /// Remove control characters.
    var cleansText = true
    /// Blanks around ideographs.
    var spacesChinese = true
    /// Remove nonspacing marks; nil: when lowercasing.
    var stripsAccents: Bool?
    var lowercases = true

    var removesMarks: Bool { stripsAccents ?? lowercases }
  }

  let normalization: Normalization
  /// A pretoken of more characters is unknown.
  let wordLength: Int
  let unknown: Int32
  /// Pieces that begin a pretoken, and those that go on, without their prefix.
  private let heads: ByteTable
  private let tails: ByteTable
  /// Powers of the hash's base.
  private let powers: [UInt64]
  private let classes: [UInt8]

  /// What an ASCII byte is to BERT.
  private enum ByteClass {
    static let part: UInt8 = 0
    static let space: UInt8 = 1
    static let punctuation: UInt8 = 2
    static let removed: UInt8 = 3
    static let wide: UInt8 = 4
  }

  /// The model over `pieces`; control tokens never match a text.
  init(
    pieces: PieceInventory, unknown: Int, prefix: String, wordLength: Int,
    normalization: Normalization
  ) {
    self.normalization = normalization
    self.wordLength = min(max(wordLength, 0), TokenizerBounds.wordLength)
    self.unknown = Int32(unknown)
    var heads = ByteTable(capacity: pieces.count)
    var tails = ByteTable(capacity: pieces.count)
    let limit = self.wordLength * 4
    let prefixBytes = Array(prefix.utf8)
    for id in 0..<pieces.count where !pieces.isControl(id) {
      pieces.withBytes(id) { bytes in
        // Longer pieces match no word.
        guard !bytes.isEmpty, bytes.count <= limit + prefixBytes.count else { return }
        if bytes.count <= limit { _ = heads.insert(bytes, id) }
        guard bytes.count > prefixBytes.count, bytes.starts(with: prefixBytes) else { return }
        _ = tails.insert(UnsafeBufferPointer(rebasing: bytes[prefixBytes.count...]), id)
      }
    }
    var powers: [UInt64] = [1]
    for _ in 0..<max(heads.longest, tails.longest) {
      powers.append((powers.last ?? 1) &* ByteTable.base)
    }
    self.heads = heads
    self.tails = tails
    self.powers = powers
    classes = (0..<256).map { Self.byteClass(UInt8($0), normalization) }
  }

  private static func byteClass(_ byte: UInt8, _ normalization: Normalization) -> UInt8 {
    let scalar = UnicodeScalar(byte)
    if byte >= 0x80 { return ByteClass.wide }
    if normalization.cleansText, byte == 0 || ReferenceUnicode.isRemoved(scalar) {
      return ByteClass.removed
    }
    if ReferenceUnicode.isSpace(scalar) { return ByteClass.space }
    return ReferenceUnicode.isPunctuation(scalar) ? ByteClass.punctuation : ByteClass.part
  }

  /// Appends the pieces of a text.
  func encode(_ text: UnsafeBufferPointer<UInt8>, _ workspace: inout Workspace) {
    workspace.reserveBuffer(text.count)
    var start = 0
    while start < text.count {
      let end = encodeSegment(text, from: start, &workspace)
      if end >= 0 {
        start = end
      } else {
        // Something wide: the whole stretch between two blanks goes the long way. Neither
        // normalisation nor splitting looks across a blank.
        let end = segmentEnd(text, from: start)
        encodeWide(UnsafeBufferPointer(rebasing: text[start..<end]), &workspace)
        start = end
      }
    }
  }

  private func segmentEnd(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var end = start
    while end < text.count, !isBlank(text[end]) { end += 1 }
    return end
  }

  @inline(__always)
  private func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D
  }

  /// Encodes up to the next blank and past it; -1, and nothing is appended, when a byte is not
  /// ASCII.
  private func encodeSegment(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, _ workspace: inout Workspace
  ) -> Int {
    let mark = workspace.ids.count
    let word = workspace.word
    let lowers = normalization.lowercases
    var position = start
    var length = 0
    while position < text.count {
      let byte = text[position]
      switch classes[Int(byte)] {
      case ByteClass.part:
        let upper = lowers && byte &- 0x41 < 26
        workspace.buffer[length] = upper ? byte | 0x20 : byte
        length += 1
      case ByteClass.punctuation:
        if length > 0 { encodePretoken(0..<length, characters: length, &workspace) }
        workspace.buffer[0] = byte
        encodePretoken(0..<1, characters: 1, &workspace)
        length = 0
      case ByteClass.removed:
        break
      case ByteClass.space:
        if length > 0 { encodePretoken(0..<length, characters: length, &workspace) }
        length = 0
        if isBlank(byte) { return position + 1 }
      default:
        workspace.truncate(to: mark)
        workspace.word = word
        return -1
      }
      position += 1
    }
    if length > 0 { encodePretoken(0..<length, characters: length, &workspace) }
    return position
  }

  /// Appends the pieces of one pretoken of the buffer: the longest known piece, again and again;
  /// the unknown token in place of all when something is in no piece.
  func encodePretoken(_ range: Range<Int>, characters: Int, _ workspace: inout Workspace) {
    workspace.beginPretoken()
    guard characters <= wordLength else { return workspace.append(unknown) }
    let mark = workspace.ids.count
    let length = range.count
    if workspace.prefixes.count <= length {
      workspace.prefixes = [UInt64](repeating: 0, count: max(128, length * 2))
    }
    var hash: UInt64 = 0
    for i in 0..<length {
      hash = ByteTable.extended(hash, by: workspace.buffer[range.lowerBound + i])
      workspace.prefixes[i + 1] = hash
    }
    var start = 0
    while start < length {
      let (id, end) = longestPiece(range, from: start, workspace)
      guard id >= 0 else {
        workspace.truncate(to: mark)
        return workspace.append(unknown)
      }
      workspace.append(id)
      start = end
    }
  }

  @inline(__always)
  private func longestPiece(
    _ range: Range<Int>, from start: Int, _ workspace: Workspace
  ) -> (id: Int32, end: Int) {
    let longest = start == 0 ? heads.longest : tails.longest
    var end = min(range.count, start + longest)
    let before = workspace.prefixes[start]
    return workspace.buffer.withUnsafeBufferPointer { bytes in
      while end > start {
        let hash = workspace.prefixes[end] &- before &* powers[end - start]
        let key = UnsafeBufferPointer(
          rebasing: bytes[(range.lowerBound + start)..<(range.lowerBound + end)])
        let id = start == 0 ? heads.value(key, hash: hash) : tails.value(key, hash: hash)
        if id >= 0 { return (id, end) }
        end -= 1
      }
      return (-1, start)
    }
  }
}
