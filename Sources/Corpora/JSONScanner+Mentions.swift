import Records

extension JSONScanner {
  /// Reads `{"start": 0, "end": 2, "type": "PER"}`; other keys are skipped. Whether the range makes
  /// sense is for the caller to say.
  /// - Throws: `Failure` when one of the three is missing or of another kind.
  package mutating func mention() throws -> (start: Int, end: Int, type: String) {
    let (start, end, type, _) = try keyedMention()
    return (start, end, type)
  }

  /// The same, with the key of the type, which others call `label`.
  mutating func keyedMention() throws -> (start: Int, end: Int, type: String, key: String) {
    var typeKey = "type"
    var start: Int?
    var end: Int?
    var type = ""
    try object { key, scanner in
      switch key {
      case "start": start = try scanner.integer()
      case "end": end = try scanner.integer()
      case "type", "label":
        type = try scanner.string()
        typeKey = key
      default: try scanner.skip()
      }
    }
    guard let start, let end, !type.isEmpty else {
      throw failure("a mention needs \"start\", \"end\" and \"type\"")
    }
    return (start, end, type, typeKey)
  }
}
