import Corpora

/// The words of posts as numbers, in lower case: they are compared again and again.
struct WordNumbers: Sendable {
  /// A list of numbers for each post.
  let posts: [[Int]]

  init(_ posts: [Post]) {
    var known: [String: Int] = [:]
    self.posts = posts.map { post in
      post.tokens.map { token in
        let word = token.text.lowercased()
        if let number = known[word] { return number }
        known[word] = known.count
        return known.count - 1
      }
    }
  }
}

/// In how many posts words are labelled how.
struct LabelCounts: Sendable, Hashable {
  /// How words can be labelled.
  enum Label: Sendable, Hashable {
    /// They are a mention of the type, no word more and none less.
    case type(EntityType)
    /// They are in no mention.
    case outside
    /// They are a part of a mention, or reach into one.
    case across
  }

  private var counts: [Label: Int] = [:]

  subscript(label: Label) -> Int { counts[label] ?? 0 }

  mutating func add(_ label: Label, _ count: Int = 1) {
    counts[label] = max(0, self[label] + count)
  }

  /// Posts with a mention of any type.
  var mentions: Int {
    counts.reduce(0) { if case .type = $1.key { $0 + $1.value } else { $0 } }
  }

  /// Labels, counted together: a post that has two counts twice.
  var all: Int { counts.values.reduce(0, +) }

  /// What most posts say, with how many; of equals a mention, by its type's name. Nil without any.
  var most: (label: Label, count: Int)? {
    func order(_ label: Label) -> String {
      switch label {
      case .type(let type): "0" + type.rawValue
      case .outside: "1"
      case .across: "2"
      }
    }
    return counts.filter { $0.value > 0 }
      .min { (-$0.value, order($0.key)) < (-$1.value, order($1.key)) }
      .map { ($0.key, $0.value) }
  }

  /// The commonest type, of equals the first by name; nil where no post has a mention.
  var commonestType: EntityType? {
    let types = counts.compactMap { label, count -> (EntityType, Int)? in
      if case .type(let type) = label, count > 0 { (type, count) } else { nil }
    }
    return types.min { (-$0.1, $0.0) < (-$1.1, $1.0) }?.0
  }
}

/// How the same words are labelled over a dataset: whole mentions, and their single words.
struct SurfaceCounts: Sendable {
  /// Words of the longest mention whose other places are looked for.
  static let longest = 6

  /// Whole mentions, wherever their words stand.
  private var forms: [[Int]: LabelCounts] = [:]
  /// Single words: the type of the mention they are in, or outside.
  private var words: [Int: LabelCounts] = [:]
  /// By the first word of a mention: how long such mentions are.
  private var lengths: [Int: Set<Int>] = [:]

  /// Counts posts, whose words are numbered.
  ///
  /// - Complexity: a few look-ups for each word of the dataset.
  init(_ posts: [Post], _ numbers: WordNumbers) {
    for (post, words) in zip(posts, numbers.posts) {
      for mention in post.mentions where mention.range.count <= Self.longest {
        lengths[words[mention.range.lowerBound], default: []].insert(mention.range.count)
      }
    }
    for (post, words) in zip(posts, numbers.posts) {
      let own = own(post, words)
      for (form, labels) in own.forms {
        for label in labels { forms[form, default: LabelCounts()].add(label) }
      }
      for (word, labels) in own.words {
        for label in labels { self.words[word, default: LabelCounts()].add(label) }
      }
    }
  }

  /// What one post adds to the counts, so that it can be left out.
  struct Own: Sendable {
    fileprivate(set) var forms: [[Int]: Set<LabelCounts.Label>] = [:]
    fileprivate(set) var words: [Int: Set<LabelCounts.Label>] = [:]
  }

  /// Ranges whose words are a mention somewhere.
  func ranges(_ words: [Int]) -> [Range<Int>] {
    words.indices.flatMap { start in
      (lengths[words[start]] ?? []).sorted().compactMap { length in
        start + length <= words.count ? start..<(start + length) : nil
      }
    }
  }

  /// What a post adds.
  func own(_ post: Post, _ words: [Int]) -> Own {
    var own = Own()
    var inside = [EntityType?](repeating: nil, count: words.count)
    for mention in post.mentions {
      for token in mention.range { inside[token] = mention.type }
      own.forms[Array(words[mention.range]), default: []].insert(.type(mention.type))
    }
    let exact = Set(post.mentions.map(\.range))
    for range in ranges(words) where !exact.contains(range) {
      let label: LabelCounts.Label =
        range.contains { inside[$0] != nil } ? .across : .outside
      own.forms[Array(words[range]), default: []].insert(label)
    }
    for (word, type) in zip(words, inside) {
      own.words[word, default: []].insert(type.map(LabelCounts.Label.type) ?? .outside)
    }
    return own
  }

  /// How other posts label the words of a range.
  func form(_ words: some Collection<Int>, without own: Own) -> LabelCounts {
    let key = Array(words)
    var counts = forms[key] ?? LabelCounts()
    for label in own.forms[key] ?? [] { counts.add(label, -1) }
    return counts
  }

  /// How other posts label a word.
  func word(_ word: Int, without own: Own) -> LabelCounts {
    var counts = words[word] ?? LabelCounts()
    for label in own.words[word] ?? [] { counts.add(label, -1) }
    return counts
  }
}
