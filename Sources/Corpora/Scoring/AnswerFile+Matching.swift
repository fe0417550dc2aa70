import Files

/// Gold labels and a system's, laid side by side.
package struct MatchedAnswers: Sendable {
  /// One post or pair with both answers.
  package struct Post: Sendable {
    /// What is right.
    package var gold: [EntityMention] = []
    /// What the system says.
    package var predicted: [EntityMention] = []
    /// The relations of its pairs.
    package var relations: [(gold: String, predicted: String)] = []
  }

  /// The posts; where a file has labels only, each pair is one.
  package let posts: [Post]
}

extension AnswerFile {
  /// Lays a system's answers beside the gold ones.
  /// - Throws: `AnswerError` that names the first post, token or pair that differs.
  package func matched(with answers: AnswerFile, task: ScoredTask) throws -> MatchedAnswers {
    switch task {
    case .ner:
      let gold = cut(like: answers)
      return try gold.matchedMentions(answers.cut(like: self))
    case .re: return try matchedRelations(answers)
    }
  }

  /// Tags without blank lines, cut into the posts of the other file when there are as many.
  private func cut(like other: AnswerFile) -> AnswerFile {
    guard let flatTags, other.posts.count > 1,
      flatTags.count == other.posts.reduce(0, { $0 + $1.count }), let first = posts.first
    else { return self }
    var copy = self
    copy.posts = []
    var start = 0
    for post in other.posts {
      let tags = flatTags[start..<(start + post.count)]
      copy.posts.append(
        Post(
          line: first.line + start, name: nil, tokens: nil, count: post.count,
          mentions: BIO.mentions(of: tags, reading: reading, scheme: scheme).mentions,
          tokenOffset: 0))
      start += post.count
    }
    return copy
  }

  private func matchedMentions(_ answers: AnswerFile) throws -> MatchedAnswers {
    for (gold, post) in zip(posts, answers.posts) { try check(post, of: answers, like: gold) }
    try checkCounts(
      answers, (posts.count, answers.posts.count), "post",
      lines: (posts.map(\.line), answers.posts.map(\.line)))
    return MatchedAnswers(
      posts: zip(posts, answers.posts).map { .init(gold: $0.mentions, predicted: $1.mentions) })
  }

  /// Whether a post of the other file is the same post.
  private func check(_ post: Post, of answers: AnswerFile, like gold: Post) throws {
    func differ(_ token: Int, _ what: String, _ instead: String) -> AnswerError {
      .mismatch(
        here: "\(answers.path):\(post.line(of: token))", what: what,
        there: "\(path):\(gold.line(of: token))", instead: instead)
    }
    if let name = post.name, let wanted = gold.name, name != wanted {
      throw AnswerError.mismatch(
        here: "\(answers.path):\(post.line)", what: "post \(name)",
        there: "\(path):\(gold.line)", instead: "post \(wanted)")
    }
    if let words = post.tokens, let wanted = gold.tokens,
      let at = zip(words, wanted).enumerated().first(where: { $0.element.0 != $0.element.1 })
    {
      throw differ(at.offset, "word `\(words[at.offset])`", "`\(wanted[at.offset])`")
    }
    if post.count != gold.count {
      let name = gold.name.map { "post \($0)" } ?? "the post"
      throw AnswerError.mismatch(
        here: "\(answers.path):\(post.line)", what: "\(name) has \(post.count.counted("word"))",
        there: "\(path):\(gold.line)", instead: "\(gold.count)")
    }
  }

  private func checkCounts(
    _ answers: AnswerFile, _ counts: (gold: Int, predicted: Int), _ noun: String,
    lines: (gold: [Int], predicted: [Int])
  ) throws {
    if counts.predicted < counts.gold {
      throw AnswerError.short(
        file: answers.path, after: counts.predicted.counted(noun),
        there: "\(path):\(lines.gold[counts.predicted])")
    }
    if counts.predicted > counts.gold {
      throw AnswerError.short(
        file: path, after: counts.gold.counted(noun),
        there: "\(answers.path):\(lines.predicted[counts.gold])")
    }
  }

  private func matchedRelations(_ answers: AnswerFile) throws -> MatchedAnswers {
    // Posts gather their pairs in JSON Lines, whatever the order of the lines they came from.
    let byPost = isGrouped || answers.isGrouped
    let gold = byPost ? grouped : pairs
    let predicted = byPost ? answers.grouped : answers.pairs
    for (a, b) in zip(gold, predicted) { try check(b, of: answers, like: a) }
    try checkCounts(
      answers, (gold.count, predicted.count), "pair",
      lines: (gold.map(\.line), predicted.map(\.line)))
    try answers.checkInventory(gold: gold)
    var places: [Int: Int] = [:]
    var posts: [MatchedAnswers.Post] = []
    for (a, b) in zip(gold, predicted) {
      let post = a.post ?? b.post
      let place = post.flatMap { places[$0] } ?? posts.count
      if let post { places[post] = place }
      if place == posts.count { posts.append(.init()) }
      posts[place].relations.append((a.label, b.label))
    }
    return MatchedAnswers(posts: posts)
  }

  private var grouped: [Pair] {
    pairs.enumerated().sorted {
      ($0.element.post ?? $0.offset, $0.offset) < ($1.element.post ?? $1.offset, $1.offset)
    }
    .map(\.element)
  }

  private func check(_ pair: Pair, of answers: AnswerFile, like gold: Pair) throws {
    if let a = gold.post, let b = pair.post {
      let (wanted, post) = (posts[a], answers.posts[b])
      // Only the pair's own line is worth naming.
      let here = "\(answers.path):\(pair.line)"
      let there = "\(path):\(gold.line)"
      if let words = post.tokens, let others = wanted.tokens, words != others {
        let at = zip(words, others).prefix { $0 == $1 }.count
        throw AnswerError.mismatch(
          here: here, what: "word \(at + 1) is `\(words.dropFirst(at).first ?? "")`", there: there,
          instead: "`\(others.dropFirst(at).first ?? "")`")
      }
      if let name = post.name, let other = wanted.name, name != other {
        throw AnswerError.mismatch(
          here: here, what: "picture \(name)", there: there, instead: "picture \(other)")
      }
      if let ends = pair.ends, let others = gold.ends, ends != others {
        throw AnswerError.mismatch(
          here: here, what: "the pair of words \(ends.shown)", there: there,
          instead: "that of \(others.shown)")
      }
    }
  }

  /// Relations that no MNRE file and not the gold one has are a slip when the gold ones are MNRE's.
  private func checkInventory(gold: [Pair]) throws {
    let known = Set(gold.map(\.label))
    guard known.isSubset(of: Self.mnreRelations) else { return }
    if let stranger = pairs.first(where: { !Self.mnreRelations.contains($0.label) }) {
      throw AnswerError.unknownRelation(file: path, line: stranger.line, label: stranger.label)
    }
  }

  /// The public files' labels (MODELS §2.1).
  static let mnreRelations: Set<String> = [
    "None", "/per/per/parent", "/per/per/siblings", "/per/per/couple", "/per/per/neighbor",
    "/per/per/peer", "/per/per/charges", "/per/per/alumi", "/per/per/alternate_names",
    "/per/org/member_of", "/per/loc/place_of_residence", "/per/loc/place_of_birth",
    "/org/org/alternate_names", "/org/org/subsidiary", "/org/loc/locate_at", "/loc/loc/contain",
    "/per/misc/present_in", "/per/misc/awarded", "/per/misc/race", "/per/misc/religion",
    "/per/misc/nationality", "/misc/misc/part_of", "/misc/loc/held_on",
  ]
}

extension AnswerFile.Pair.Ends {
  fileprivate var shown: String {
    "[\(head.lowerBound), \(head.upperBound)] and [\(tail.lowerBound), \(tail.upperBound)]"
  }
}
