/// What `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` say; each may be
/// absent. Where two of them speak, the first named here counts.
struct TokenizerSettings {
  /// e.g. `BertTokenizer`.
  private(set) var tokenizerClass: String?
  /// Longest input in pieces; nil when not given or absurdly large (the reference writes 10³⁰).
  private(set) var maximumLength: Int?
  private(set) var lowercases: Bool?
  private(set) var stripsAccents: Bool?
  private(set) var spacesChinese: Bool?
  private(set) var prefixesText: Bool?
  /// Tokens by role: `cls_token`, `unk_token` …
  private(set) var roles: [String: String] = [:]
  /// Further tokens with their ids, from `added_tokens_decoder` and `added_tokens.json`.
  private(set) var added: [(piece: String, id: Int, isControl: Bool)] = []

  private static let roleNames = [
    "unk_token", "cls_token", "sep_token", "pad_token", "mask_token", "bos_token", "eos_token",
  ]

  /// Reads what there is; `read` gives a file by its name.
  init(_ read: (String) throws -> TokenizerFile?) throws {
    if let file = try read("tokenizer_config.json") {
      try readConfiguration(SettingsNode.read(file), file)
    }
    if let file = try read("special_tokens_map.json") {
      readRoles(try SettingsNode.read(file))
    }
    if let file = try read("added_tokens.json") {
      for (piece, node) in try SettingsNode.read(file).fields {
        guard let id = node.integer else {
          throw file.error(.wrongValue(piece, "a whole number"), at: node.offset)
        }
        added.append((piece, id, true))
      }
    }
  }

  private mutating func readConfiguration(_ node: SettingsNode, _ file: TokenizerFile) throws {
    func flag(_ name: String) throws -> Bool? {
      guard let field = node[name] else { return nil }
      guard let value = field.bool else {
        throw file.error(.wrongValue(name, "true or false"), at: field.offset)
      }
      return value
    }
    tokenizerClass = node["tokenizer_class"]?.string
    if let length = node["model_max_length"] {
      guard case .number(let number) = length.value, number >= 1 else {
        throw file.error(.wrongValue("model_max_length", "a positive number"), at: length.offset)
      }
      if number <= 1_000_000 { maximumLength = Int(number) }
    }
    lowercases = try flag("do_lower_case")
    stripsAccents = try flag("strip_accents")
    spacesChinese = try flag("tokenize_chinese_chars")
    prefixesText = try flag("add_prefix_space")
    readRoles(node)
    for (name, token) in node["added_tokens_decoder"]?.fields ?? [] {
      guard let id = Int(name), let piece = token.token else {
        throw file.error(.wrongValue(name, "an id with a token's content"), at: token.offset)
      }
      added.append((piece, id, token["special"]?.bool ?? true))
    }
  }

  private mutating func readRoles(_ node: SettingsNode) {
    for name in Self.roleNames where roles[name] == nil { roles[name] = node[name]?.token }
  }
}
