import Foundation

/// Loading from the folders that Hugging Face writes.
extension Tokenizer {
  /// Loads the tokenizer of a folder: `tokenizer.json`; else `vocab.txt`; else `vocab.json` with
  /// `merges.txt`. `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` are
  /// heeded where present.
  ///
  /// What tells RoBERTa's from CLIP's BPE is the configuration's class, else pieces that end in
  /// `</w>`. A `vocab.txt` that nothing says the case of is taken for cased when some piece has a
  /// capital letter: lowering would put those pieces out of reach.
  /// - Throws: `TokenizerError`.
  package init(folder: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue
    else { throw TokenizerError.notAFolder(folder) }
    try self.init(folder) { try TokenizerFile(ifPresent: folder + "/" + $0) }
  }

  /// The same from files in memory, by name.
  /// - Throws: `TokenizerError`.
  package init(files: [String: [UInt8]]) throws {
    try self.init("memory") { name in
      files[name].map { TokenizerFile(path: name, bytes: $0) }
    }
  }

  private init(_ folder: String, _ read: (String) throws -> TokenizerFile?) throws {
    let settings = try TokenizerSettings(read)
    if let file = try read("tokenizer.json") {
      self = try TokenizerJSON(file).tokenizer(settings)
    } else if let file = try read("vocab.txt") {
      self = try Self.wordPiece(file, settings)
    } else if let file = try read("vocab.json") {
      guard let merges = try read("merges.txt") else {
        throw TokenizerError.missingMerges(vocabulary: file.path)
      }
      self = try Self.bytePair(file, merges, settings)
    } else {
      throw TokenizerError.noVocabulary(folder)
    }
  }

  private static func wordPiece(
    _ file: TokenizerFile, _ settings: TokenizerSettings
  ) throws -> Tokenizer {
    var draft = TokenizerDraft(
      settings: settings, file: file, pieces: try VocabularyReading.lines(file))
    try draft.resolveTokens(.wordPiece)
    var normalization = WordPieceModel.Normalization()
    normalization.lowercases = !hasCapitals(draft.pieces)
    return try draft.wordPiece(normalization)
  }

  private static func hasCapitals(_ pieces: PieceInventory) -> Bool {
    (0..<pieces.count).contains { id in
      !pieces.isControl(id)
        && pieces.withBytes(id) { bytes in
          bytes.first != UInt8(ascii: "[") && bytes.contains { $0 &- 0x41 < 26 }
        }
    }
  }

  private static func bytePair(
    _ file: TokenizerFile, _ merges: TokenizerFile, _ settings: TokenizerSettings
  ) throws -> Tokenizer {
    let pieces = try VocabularyReading.object(file)
    let family: Family
    switch settings.tokenizerClass {
    case .some(let name) where name.hasPrefix("CLIP"): family = .clipBPE
    case .some(let name) where name.hasPrefix("Roberta") || name.hasPrefix("GPT2"):
      family = .byteLevelBPE
    default: family = hasWordEnds(pieces) ? .clipBPE : .byteLevelBPE
    }
    var draft = TokenizerDraft(settings: settings, file: file, pieces: pieces)
    try draft.resolveTokens(family)
    let table = try VocabularyReading.merges(merges, draft.pieces)
    return draft.bytePair(
      family, table, suffix: family == .clipBPE ? "</w>" : "", prefixesText: false)
  }

  private static func hasWordEnds(_ pieces: PieceInventory) -> Bool {
    pieces.id(of: "a</w>") != nil || pieces.id(of: "!</w>") != nil
  }
}
