import Corpora

/// `tokenizer.json`, as far as the three supported algorithms need it. Its `truncation` and
/// `padding` are left aside, as the reference's users do: both are chosen per call.
struct TokenizerJSON {
  private let file: TokenizerFile
  /// The fields of `model`, and the other top-level fields.
  private var model: [String: Range<Int>] = [:]
  private var fields: [String: Range<Int>] = [:]

  /// Finds the parts of the file.
  init(_ file: TokenizerFile) throws {
    self.file = file
    var model: [String: Range<Int>] = [:]
    var fields: [String: Range<Int>] = [:]
    try file.scan { scanner in
      try scanner.object { key, scanner in
        guard key == "model" else {
          fields[key] = try scanner.skip()
          return
        }
        try scanner.object { model[$0] = try $1.skip() }
      }
    }
    self.model = model
    self.fields = fields
  }

  private func node(_ range: Range<Int>?) throws -> SettingsNode? {
    guard let range else { return nil }
    let node = try SettingsNode.read(file, range)
    if case .null = node.value { return nil }
    return node
  }

  private func unsupported(_ name: String, _ value: String, _ offset: Int) -> TokenizerError {
    file.error(.unsupported(name, value), at: offset)
  }

  /// The tokenizer of the file.
  func tokenizer(_ settings: TokenizerSettings) throws -> Tokenizer {
    guard let vocabulary = model["vocab"] else {
      throw file.error(.missingField("model.vocab"), line: 0)
    }
    // Old files name no type.
    let type = try node(model["type"])?.string ?? (model["merges"] == nil ? "WordPiece" : "BPE")
    guard type == "WordPiece" || type == "BPE" else {
      throw unsupported("model", type, model["type"]?.lowerBound ?? 0)
    }
    var draft = TokenizerDraft(
      settings: settings, file: file, pieces: try VocabularyReading.object(file, vocabulary))
    try addTokens(&draft)
    draft.template = try node(fields["post_processor"]).flatMap { try template($0, draft.pieces) }
    return type == "WordPiece" ? try wordPiece(&draft) : try bytePair(&draft)
  }

  private func addTokens(_ draft: inout TokenizerDraft) throws {
    for token in try node(fields["added_tokens"])?.items ?? [] {
      guard let id = token["id"]?.integer, let piece = token["content"]?.string else {
        throw file.error(.wrongValue("added_tokens", "objects of id and content"), at: token.offset)
      }
      try draft.add(piece, id: id, isControl: token["special"]?.bool ?? true)
    }
  }

  private func wordPiece(_ draft: inout TokenizerDraft) throws -> Tokenizer {
    try draft.resolveTokens(.wordPiece)
    if let name = try node(model["unk_token"])?.string, let id = draft.pieces.id(of: name) {
      draft.special.unknown = id
      draft.pieces.markControl(id)
    }
    var normalization = WordPieceModel.Normalization(
      cleansText: false, spacesChinese: false, stripsAccents: false, lowercases: false)
    if let node = try node(fields["normalizer"]) {
      guard let type = node["type"]?.string, type == "BertNormalizer" else {
        throw unsupported("normalizer", node["type"]?.string ?? "", node.offset)
      }
      normalization.cleansText = node["clean_text"]?.bool ?? true
      normalization.spacesChinese = node["handle_chinese_chars"]?.bool ?? true
      normalization.stripsAccents = node["strip_accents"]?.bool
      normalization.lowercases = node["lowercase"]?.bool ?? true
    }
    if let node = try node(fields["pre_tokenizer"]), node["type"]?.string != "BertPreTokenizer" {
      throw unsupported("pre-tokenizer", node["type"]?.string ?? "", node.offset)
    }
    return try draft.wordPiece(
      normalization, prefix: node(model["continuing_subword_prefix"])?.string ?? "##",
      wordLength: node(model["max_input_chars_per_word"])?.integer ?? 100)
  }

  private func bytePair(_ draft: inout TokenizerDraft) throws -> Tokenizer {
    try checkModel()
    let suffix = try node(model["end_of_word_suffix"])?.string ?? ""
    let splitting = try TokenizerJSONSplitting(
      normalizer: node(fields["normalizer"]), preTokenizer: node(fields["pre_tokenizer"]))
    if let (name, value, offset) = splitting.unsupported {
      throw unsupported(name, value, offset)
    }
    let family: Tokenizer.Family = splitting.isCLIP ? .clipBPE : .byteLevelBPE
    try draft.resolveTokens(family)
    guard let range = model["merges"] else {
      throw file.error(.missingField("model.merges"), line: 0)
    }
    let merges = try VocabularyReading.merges(file, range, draft.pieces)
    let unknown = try node(model["unk_token"])?.string.flatMap { draft.pieces.id(of: $0) }
    return draft.bytePair(
      family, merges, suffix: suffix, unknown: unknown, prefixesText: splitting.prefixesText)
  }

  /// Refuses what would give other pieces than are made here.
  private func checkModel() throws {
    if let node = try node(model["dropout"]), case .number(let rate) = node.value, rate != 0 {
      throw unsupported("setting", "dropout", node.offset)
    }
    for name in ["byte_fallback", "ignore_merges"] {
      if let node = try node(model[name]), node.bool == true {
        throw unsupported("setting", name, node.offset)
      }
    }
    if let node = try node(model["continuing_subword_prefix"]), node.string != "" {
      throw unsupported("continuing_subword_prefix", node.string ?? "", node.offset)
    }
  }

  private func template(
    _ node: SettingsNode, _ pieces: PieceInventory
  ) throws -> SpecialTokenTemplate? {
    switch node["type"]?.string {
    case "BertProcessing", "RobertaProcessing":
      func id(_ name: String) throws -> Int {
        guard let items = node[name]?.items, items.count == 2, let id = items[1].integer else {
          throw file.error(.wrongValue(name, "a token and its id"), at: node.offset)
        }
        return try known(id, items[0].string ?? name, pieces, node.offset)
      }
      let (start, end) = (try id("cls"), try id("sep"))
      return node["type"]?.string == "BertProcessing"
        ? .bert(start: start, end: end) : .roberta(start: start, end: end)
    case "TemplateProcessing":
      return SpecialTokenTemplate(
        single: try parts(node, "single", pieces), pair: try parts(node, "pair", pieces))
    case "ByteLevel": return nil
    case "Sequence":
      for processor in node["processors"]?.items ?? [] {
        if let template = try template(processor, pieces) { return template }
      }
      return nil
    case let type:
      throw unsupported("post-processor", type ?? "", node.offset)
    }
  }

  private func parts(
    _ node: SettingsNode, _ name: String, _ pieces: PieceInventory
  ) throws -> [SpecialTokenTemplate.Part] {
    let tokens = node["special_tokens"]
    return try (node[name]?.items ?? []).flatMap { item -> [SpecialTokenTemplate.Part] in
      if let sequence = item["Sequence"] {
        let type = sequence["type_id"]?.integer ?? 0
        return sequence["id"]?.string == "B" ? [.second(type: type)] : [.first(type: type)]
      }
      guard let token = item["SpecialToken"], let id = token["id"]?.string,
        let ids = tokens?[id]?["ids"]?.items
      else { throw file.error(.wrongValue(name, "known parts"), at: item.offset) }
      return try ids.map {
        let id = try known($0.integer ?? -1, id, pieces, $0.offset)
        return .token(id: id, type: token["type_id"]?.integer ?? 0)
      }
    }
  }

  private func known(
    _ id: Int, _ name: String, _ pieces: PieceInventory, _ offset: Int
  ) throws -> Int {
    guard (0..<pieces.count).contains(id) else {
      throw file.error(.templateID(name, id), at: offset)
    }
    return id
  }
}
