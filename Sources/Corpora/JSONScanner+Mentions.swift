extension JSONScanner {
  /// Reads `{"start": 0, "end": 2, "type": "PER"}`; other keys are skipped. Whether the range makes
  /// sense is for the caller to say.
  /// - Throws: `Failure` when one of the three is missing or of another kind.
  package mutating func mention() throws -> (start: Int, end: Int, type: String) {
    var start: Int?
    var end: Int?
    var type = ""
    try object { key, scanner in
      switch key {
      case "start": start = try scanner.integer()
      case "end": end = try scanner.integer()
      case "type": type = try scanner.string()
      default: try scanner.skip()
      }
    }
    guard let start, let end, !type.isEmpty else {
      throw failure("a mention needs \"start\", \"end\" and \"type\"")
    }
    return (start, end, type)
  }
}
