/// Byte-level BPE as RoBERTa and CLIP use it (Hugging Face `ByteLevel` and `BPE`): the text is
/// split by a pattern, and the bytes of each part are joined pair by pair.
///
/// A workspace's cache belongs to one model: each tokenizer has workspaces of its own.
struct BytePairModel: Sendable {
  /// How the text is split.
  enum Splitting: Sendable, Hashable {
    /// GPT-2's pattern; a blank before a word belongs to it.
    case gpt2
    /// CLIP's: composed (NFC), lower case, blanks dropped, digits one by one.
    case clip
  }

  let splitting: Splitting
  private let merges: MergeTable
  /// The piece of each byte, and of each byte at the end of a pretoken; -1 when there is none.
  private let bytes: [Int32]
  private let lastBytes: [Int32]

  /// A model from its parts.
  /// - Parameters:
  ///   - suffix: what the vocabulary writes behind the last byte of a word; empty in RoBERTa.
  ///   - unknown: stands for a byte without a piece; nil: such bytes vanish.
  init(
    pieces: PieceInventory, merges: MergeTable, splitting: Splitting, suffix: String, unknown: Int?
  ) {
    self.splitting = splitting
    self.merges = merges
    let missing = Int32(unknown ?? -1)
    func table(_ suffix: String) -> [Int32] {
      ByteAlphabet.characters.map { character in
        pieces.id(of: String(character) + suffix).map(Int32.init) ?? missing
      }
    }
    bytes = table("")
    lastBytes = suffix.isEmpty ? bytes : table(suffix)
  }

  /// Appends the pieces of the pretoken in the workspace's buffer.
  @inline(__always)
  func encodePretoken(_ range: Range<Int>, _ workspace: inout Workspace) {
    workspace.beginPretoken()
    guard range.count <= PretokenCache.keyBytes else {
      merge(range, &workspace)
      return appendSymbols(&workspace)
    }
    let key = workspace.buffer.withUnsafeBufferPointer {
      PretokenCache.Key($0, at: range.lowerBound, length: range.count)
    }
    let word = workspace.word
    if workspace.cache.append(key, to: &workspace.ids, &workspace.words, word: word) { return }
    merge(range, &workspace)
    workspace.cache.keep(key, workspace.merging.symbols)
    appendSymbols(&workspace)
  }

  private func appendSymbols(_ workspace: inout Workspace) {
    for id in workspace.merging.symbols { workspace.append(id) }
  }

  /// Leaves the pieces of the pretoken in `merging.symbols`.
  private func merge(_ range: Range<Int>, _ workspace: inout Workspace) {
    workspace.merging.symbols.removeAll(keepingCapacity: true)
    for i in range {
      let byte = Int(workspace.buffer[i])
      let id = i + 1 < range.upperBound ? bytes[byte] : lastBytes[byte]
      if id >= 0 { workspace.merging.symbols.append(id) }
    }
    workspace.merging.run(merges)
  }
}
