/// How a BPE `tokenizer.json` normalises and splits: as GPT-2 and RoBERTa do, or as CLIP does.
/// Anything else is named as unsupported.
struct TokenizerJSONSplitting {
  private(set) var isCLIP = false
  private(set) var prefixesText = false
  /// What is not supported: its kind, its name, and where it stands.
  private(set) var unsupported: (name: String, value: String, offset: Int)?

  /// CLIP's pattern as the reference writes it today and wrote it before.
  private static let patterns = [
    #"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#,
    #"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#,
  ]

  init(normalizer: SettingsNode?, preTokenizer: SettingsNode?) throws {
    for step in Self.steps(preTokenizer, "pretokenizers") { readSplitting(step) }
    var kinds: [String] = []
    for step in Self.steps(normalizer, "normalizers") {
      let kind = step["type"]?.string ?? ""
      kinds.append(kind)
      if !["NFC", "Replace", "Lowercase"].contains(kind) || !isCLIP {
        refuse("normalizer", kind, step)
      }
    }
    if isCLIP, !kinds.contains("NFC") || !kinds.contains("Lowercase"), let preTokenizer {
      refuse("normalizer", kinds.joined(separator: ", "), normalizer ?? preTokenizer)
    }
    if preTokenizer == nil {
      unsupported = unsupported ?? ("pre-tokenizer", "null", normalizer?.offset ?? 0)
    }
  }

  private static func steps(_ node: SettingsNode?, _ name: String) -> [SettingsNode] {
    guard let node else { return [] }
    return node["type"]?.string == "Sequence" ? node[name]?.items ?? [] : [node]
  }

  private mutating func readSplitting(_ step: SettingsNode) {
    switch step["type"]?.string {
    case "ByteLevel":
      prefixesText = step["add_prefix_space"]?.bool ?? true
      if step["use_regex"]?.bool == false, !isCLIP { refuse("setting", "use_regex", step) }
    case "Split":
      let pattern = step["pattern"]?["Regex"]?.string ?? ""
      if Self.patterns.contains(pattern), step["invert"]?.bool == true {
        isCLIP = true
      } else {
        refuse("splitting pattern", pattern, step)
      }
    case let type: refuse("pre-tokenizer", type ?? "", step)
    }
  }

  private mutating func refuse(_ name: String, _ value: String, _ node: SettingsNode) {
    unsupported = unsupported ?? (name, value, node.offset)
  }
}
