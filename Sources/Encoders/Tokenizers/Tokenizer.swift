/// Texts to the numbers that a pretrained encoder reads, exactly as the reference makes them:
/// BERT's WordPiece, RoBERTa's byte-level BPE and CLIP's BPE (Hugging Face `tokenizers` 0.23).
///
///     let tokenizer = try Tokenizer(folder: "models/bert-base-cased")
///     let encoding = tokenizer.encode(words: ["Kolo", "loves", "the", "sun"])
///     encoding.ids          // [101, …, 102]
///     encoding.wordIndices  // [nil, 0, 0, 1, 2, 3, nil]
///
/// It differs from the reference in one thing, on purpose: a special token spelled in a post
/// (`[CLS]`, `</s>`) is ordinary text, and no text ever becomes a control id.
///
/// A value that can be used from any thread at once.
package struct Tokenizer: Sendable {
  /// Which algorithm splits the text.
  package enum Family: String, Sendable, Hashable, CaseIterable {
    /// BERT's: normalise, split at blanks and punctuation, longest known pieces.
    case wordPiece
    /// GPT-2's and RoBERTa's: the bytes of each part of the text, joined pair by pair.
    case byteLevelBPE
    /// CLIP's: composed, lower case, `</w>` behind each word's last piece.
    case clipBPE
  }

  enum Model: Sendable {
    case wordPiece(WordPieceModel)
    case bytePair(BytePairModel)
  }

  /// Which algorithm this is.
  package let family: Family
  /// The file the vocabulary was read from.
  package let source: String
  /// The control tokens by role.
  package let special: SpecialTokens
  /// Where they stand in an input; may be changed.
  package var template: SpecialTokenTemplate
  /// The longest input of the checkpoint in pieces, special tokens included; nil when its files do
  /// not say.
  package let maximumLength: Int?
  /// Whether a plain text gets a blank before its first word (byte-level BPE only). Words of a
  /// list always get one, as the reference demands for them.
  package let prefixesText: Bool

  let model: Model
  var inventory: PieceInventory
  let pool: WorkspacePool

  init(
    family: Family, source: String, special: SpecialTokens, template: SpecialTokenTemplate,
    maximumLength: Int?, prefixesText: Bool, model: Model, inventory: PieceInventory
  ) {
    self.family = family
    self.source = source
    self.special = special
    self.template = template
    self.maximumLength = maximumLength
    self.prefixesText = prefixesText
    self.model = model
    self.inventory = inventory
    pool = WorkspacePool()
  }

  /// Ids are below this; the rows that an embedding table needs.
  package var vocabularySize: Int { inventory.count }

  /// The piece as the vocabulary spells it (`##ing`, `Ġhello`, `sun</w>`); nil for no piece's id.
  package func piece(_ id: Int) -> String? { inventory.piece(id) }

  /// The id of a piece by its spelling in the vocabulary, e.g. `[unused0]` for MTB's markers.
  package func id(ofPiece piece: String) -> Int? { inventory.id(of: piece) }

  /// True for ids that no text becomes: special and added tokens.
  package func isControl(_ id: Int) -> Bool { inventory.isControl(id) }

  /// Adds control tokens behind the vocabulary, such as relation markers (MODELS §2.9); the
  /// encoder's embedding table grows by the new ones. Returns the ids in order; a piece that is
  /// there already keeps its id.
  /// - Throws: `TokenizerError` when the vocabulary is full.
  package mutating func addControlTokens(_ pieces: [String]) throws -> [Int] {
    try pieces.map { piece in
      if let id = inventory.id(of: piece) { return id }
      let id = inventory.count
      do {
        try inventory.insert(piece, id: id)
      } catch let error as PieceInventory.Refusal {
        throw TokenizerError.malformed(file: source, line: 0, column: 0, error.problem)
      }
      inventory.markControl(id)
      return id
    }
  }

  /// Appends the pieces of one word of a list.
  func append(word: UnsafeBufferPointer<UInt8>, _ workspace: inout Workspace) {
    switch model {
    case .wordPiece(let model): model.encode(word, &workspace)
    case .bytePair(let model): model.encode(word, prefixed: true, &workspace)
    }
  }

  /// Appends the pieces of a plain text.
  func append(text: UnsafeBufferPointer<UInt8>, _ workspace: inout Workspace) {
    switch model {
    case .wordPiece(let model): model.encode(text, &workspace)
    case .bytePair(let model): model.encode(text, prefixed: prefixesText, &workspace)
    }
  }
}
