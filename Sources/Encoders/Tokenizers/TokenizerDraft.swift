/// A tokenizer while its files are read: what they said, before the tables are built.
struct TokenizerDraft {
  let settings: TokenizerSettings
  /// The file with the vocabulary, for errors.
  let file: TokenizerFile
  var pieces: PieceInventory
  var special = SpecialTokens()
  var template: SpecialTokenTemplate?

  /// What the reference calls the special tokens of a family when nothing else is said.
  private static func defaultRoles(_ family: Tokenizer.Family) -> [String: String] {
    switch family {
    case .wordPiece:
      [
        "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]",
        "mask_token": "[MASK]",
      ]
    case .byteLevelBPE:
      [
        "unk_token": "<unk>", "cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>",
        "mask_token": "<mask>",
      ]
    case .clipBPE:
      [
        "unk_token": "<|endoftext|>", "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>",
      ]
    }
  }

  /// Adds the tokens of the settings, and finds the special ones.
  mutating func resolveTokens(_ family: Tokenizer.Family) throws {
    for token in settings.added { try add(token.piece, id: token.id, isControl: token.isControl) }
    let defaults = Self.defaultRoles(family)
    func name(_ role: String) -> String? { settings.roles[role] ?? defaults[role] }
    func id(_ role: String) -> Int? { name(role).flatMap { pieces.id(of: $0) } }
    special.unknown = id("unk_token")
    special.start = id("cls_token") ?? id("bos_token")
    special.end = id("sep_token") ?? id("eos_token")
    special.padding = id("pad_token")
    special.mask = id("mask_token")
    let needsBoundaries = template == nil && family != .byteLevelBPE
    if needsBoundaries, special.start == nil {
      throw missing(name("cls_token") ?? name("bos_token"), "start token")
    }
    if needsBoundaries, special.end == nil {
      throw missing(name("sep_token") ?? name("eos_token"), "end token")
    }
    for id in [
      special.unknown, special.start, special.end, special.padding, special.mask,
    ] {
      // Some CLIP checkpoints pad with "!", which is a letter of the alphabet all the same.
      if let id, family == .wordPiece || !isByte(id) { pieces.markControl(id) }
    }
  }

  /// Adds a token, unless the vocabulary has it; one with another id than there is refused.
  mutating func add(_ piece: String, id: Int, isControl: Bool) throws {
    if let known = pieces.id(of: piece) {
      if isControl, !isByte(known) { pieces.markControl(known) }
      return
    }
    do {
      try pieces.insert(piece, id: id)
    } catch {
      throw file.error(error.problem, line: 0)
    }
    pieces.markControl(id)
  }

  /// The error of a token that must be there.
  func missing(_ piece: String?, _ role: String) -> TokenizerError {
    file.error(.missingPiece(piece ?? "", role: role), line: 0)
  }

  private func isByte(_ id: Int) -> Bool {
    guard let piece = pieces.piece(id) else { return false }
    return piece.unicodeScalars.count == 1 && ByteAlphabet.text(of: piece) != nil
  }

  /// The template that was read, else the family's.
  private func finishedTemplate(_ family: Tokenizer.Family) -> SpecialTokenTemplate {
    if let template { return template }
    guard let start = special.start, let end = special.end else { return .plain }
    return family == .wordPiece
      ? .bert(start: start, end: end) : .roberta(start: start, end: end)
  }

  /// A WordPiece tokenizer.
  func wordPiece(
    _ normalization: WordPieceModel.Normalization, prefix: String = "##", wordLength: Int = 100
  ) throws -> Tokenizer {
    guard let unknown = special.unknown else {
      throw missing(settings.roles["unk_token"] ?? "[UNK]", "unknown token")
    }
    var normalization = normalization
    normalization.lowercases = settings.lowercases ?? normalization.lowercases
    normalization.stripsAccents = settings.stripsAccents ?? normalization.stripsAccents
    normalization.spacesChinese = settings.spacesChinese ?? normalization.spacesChinese
    let model = WordPieceModel(
      pieces: pieces, unknown: unknown, prefix: prefix, wordLength: wordLength,
      normalization: normalization)
    return finished(.wordPiece, .wordPiece(model), prefixesText: false)
  }

  /// A byte-level BPE tokenizer.
  func bytePair(
    _ family: Tokenizer.Family, _ merges: MergeTable, suffix: String, unknown: Int? = nil,
    prefixesText: Bool
  ) -> Tokenizer {
    // CLIP's unknown token is its end token: a text must never become that.
    let unknown = unknown == special.end || unknown == special.start ? nil : unknown
    let model = BytePairModel(
      pieces: pieces, merges: merges, splitting: family == .clipBPE ? .clip : .gpt2,
      suffix: suffix, unknown: unknown)
    return finished(
      family, .bytePair(model), prefixesText: settings.prefixesText ?? prefixesText)
  }

  private func finished(
    _ family: Tokenizer.Family, _ model: Tokenizer.Model, prefixesText: Bool
  ) -> Tokenizer {
    Tokenizer(
      family: family, source: file.path, special: special,
      template: finishedTemplate(family), maximumLength: settings.maximumLength,
      prefixesText: prefixesText, model: model, inventory: pieces)
  }
}
