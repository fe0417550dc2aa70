import Records

extension JSONScanner {
  /// Reads a ranking; keys that it does not know are skipped.
  mutating func suspicionRanking(format: Int) throws -> SuspicionRanking {
    var origin = SuspicionRanking.Origin(dataset: "", system: "", subject: "", folds: 0, seed: 0)
    var found: Int?
    var posts: [SuspiciousPost]?
    try object { key, scanner in
      switch key {
      case "format": found = try scanner.integer()
      case "dataset": origin.dataset = try scanner.string()
      case "system": origin.system = try scanner.string()
      case "subject": origin.subject = try scanner.string()
      case "folds": origin.folds = try scanner.integer()
      case "newestEdit": origin.newestEdit = Int64(try scanner.integer())
      case "seed":
        let text = try scanner.scalarText()
        guard let seed = UInt64(text) else { throw scanner.failure("`seed` is no number") }
        origin.seed = seed
      case "posts":
        var all: [SuspiciousPost] = []
        try scanner.array { all.append(try $0.suspiciousPost()) }
        posts = all
      default: try scanner.skip()
      }
    }
    guard found == format else {
      throw failure("not a ranking of format \(format)")
    }
    guard let posts else { throw failure("`posts` is missing") }
    return SuspicionRanking(origin: origin, posts: posts)
  }

  private mutating func suspiciousPost() throws -> SuspiciousPost {
    var id = ""
    var score: Double?
    var why = ""
    var mark = ""
    var lists: [String: [Suspicion]] = [:]
    try object { key, scanner in
      switch key {
      case "id": id = try scanner.string()
      case "score": score = try scanner.share()
      case "why": why = try scanner.string()
      case "mark": mark = try scanner.string()
      case "mentions", "pairs":
        var all: [Suspicion] = []
        try scanner.array { scanner in
          guard all.count < SuspicionRanking.mostOfPost else {
            throw scanner.failure("more than \(SuspicionRanking.mostOfPost) suspicions of a post")
          }
          all.append(try scanner.suspicion())
        }
        lists[key] = all
      default: try scanner.skip()
      }
    }
    guard !id.isEmpty, id.utf8.count <= Bounds.id, let score else {
      throw failure("a post needs \"id\" and \"score\"")
    }
    return SuspiciousPost(
      id: id, score: score, why: why, mark: mark, mentions: lists["mentions"] ?? [],
      pairs: lists["pairs"] ?? [])
  }

  private mutating func suspicion() throws -> Suspicion {
    var (words, tail, other): (Range<Int>?, Range<Int>?, Range<Int>?)
    var (given, suggested): (String?, String?)
    var score: Double?
    var why = ""
    try object { key, scanner in
      switch key {
      case "words": words = try scanner.wordRange()
      case "tail": tail = try scanner.wordRange()
      case "suggestedWords": other = try scanner.wordRange()
      case "given": given = scanner.null() ? nil : try scanner.string()
      case "suggested": suggested = scanner.null() ? nil : try scanner.string()
      case "score": score = try scanner.share()
      case "why": why = try scanner.string()
      default: try scanner.skip()
      }
    }
    guard let words, let score else { throw failure("a suspicion needs \"words\" and \"score\"") }
    return Suspicion(
      words, tail: tail, given: given, suggested: suggested, suggestedRange: other, score: score,
      why: why)
  }

  /// A number from 0 to 1.
  private mutating func share() throws -> Double {
    let text = try scalarText()
    guard let value = Double(text), (0...1).contains(value) else {
      throw failure("`\(text.prefix(20))` is no number from 0 to 1")
    }
    return value
  }

  /// `[begin, end]`, half-open, never empty.
  private mutating func wordRange() throws -> Range<Int> {
    var ends: [Int] = []
    try array { scanner in
      guard ends.count < 2 else { throw scanner.failure("words are given as [begin, end]") }
      ends.append(try scanner.integer())
    }
    guard ends.count == 2, ends[0] >= 0, ends[0] < ends[1], ends[1] <= Bounds.tokens else {
      throw failure("words are given as [begin, end], which must not be empty")
    }
    return ends[0]..<ends[1]
  }
}
