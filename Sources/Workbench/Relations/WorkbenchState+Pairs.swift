import Annotations
import Corpora

/// The labelled pairs of the post on screen, and which of them the keys act on.
extension WorkbenchState {
  /// The pairs of the post on screen with the labels they have now, each where the file has it,
  /// whichever way round; new ones last.
  var pairs: [RelationMention] {
    guard let all = currentPost?.relations, let file = current.map({ posts[$0].relations }),
      all != file, !file.isEmpty
    else { return currentPost?.relations ?? [] }
    var places: [Set<Range<Int>>: Int] = [:]
    for (i, pair) in file.enumerated() where places[[pair.head, pair.tail]] == nil {
      places[[pair.head, pair.tail]] = i
    }
    // The sort is stable: two ways round of one pair stay as they are.
    return all.sorted {
      places[[$0.head, $0.tail]] ?? file.count < places[[$1.head, $1.tail]] ?? file.count
    }
  }

  /// The pair that the keys act on; nil when the post has none.
  var pair: RelationMention? {
    let pairs = self.pairs
    return pairs.isEmpty ? nil : pairs[min(pairPlace, pairs.count - 1)]
  }

  /// Head and tail to be marked in the text: those of the chooser, of a pair being made, else of
  /// the pair that the keys act on.
  var markedPair: (head: Range<Int>?, tail: Range<Int>?) {
    if let pair = layers.first(\.markedPair) { return (pair.head, pair.tail) }
    if let head = newHead { return (head, nil) }
    return (pair?.head, pair?.tail)
  }

  /// Whether a pair is not, or not so, in the dataset's files.
  func isEdited(_ pair: RelationMention) -> Bool {
    current.map { !posts[$0].relations.contains(pair) } ?? false
  }

  /// Every range that a pair of the post names, without repeats, in the order of the text.
  var pairRanges: [Range<Int>] {
    Set(pairs.flatMap { [$0.head, $0.tail] })
      .sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
  }

  /// What a relation can hang on at a token: its mention, else the shortest range of a pair there.
  func relatable(at token: Int) -> Range<Int>? {
    currentPost?.mention(at: token)?.range
      ?? pairRanges.filter { $0.contains(token) }.min { $0.count < $1.count }
  }

  /// The type of one end of a pair: its mention's, else what the pair's own label says, else what
  /// the labels of other pairs with these words say, of this post first. MNRE has no types.
  func type(of range: Range<Int>, in own: RelationMention?) -> EntityType? {
    guard let post = currentPost else { return nil }
    if let mention = post.mentions.first(where: { $0.range == range }) { return mention.type }
    if let own, let types = RelationInventory.types(of: own.label) {
      return own.head == range ? types.head : types.tail
    }
    let words = post.tokens[range.clamped(to: 0..<post.tokens.count)].map(\.text)
    return Self.observed(words, in: CollectionOfOne(post)) ?? Self.observed(words, in: posts)
  }

  /// The commonest type that labels give to these words; the first by name of equals.
  /// - Complexity: linear in the pairs of the posts, two comparisons of a word each.
  private static func observed(
    _ words: [String], in posts: some Collection<Post>
  ) -> EntityType? {
    var counts: [EntityType: Int] = [:]
    for post in posts {
      for pair in post.relations where pair.label != RelationInventory.none {
        let isHead = post.says(words, at: pair.head)
        guard isHead || post.says(words, at: pair.tail),
          let types = RelationInventory.types(of: pair.label)
        else { continue }
        counts[isHead ? types.head : types.tail, default: 0] += 1
      }
    }
    return counts.min { ($1.value, $0.key) < ($0.value, $1.key) }?.key
  }

  /// Goes to the next or previous pair, round the post.
  mutating func stepPair(_ step: Int) -> [Effect] {
    let count = pairs.count
    guard count > 0 else { return [] }
    newHead = nil
    if count == 1 { notice = Notice(text: "this post has one pair") }
    return showPair((min(pairPlace, count - 1) + step + count) % count)
  }

  /// Makes a pair the one that the keys act on, and shows its head.
  mutating func showPair(_ place: Int) -> [Effect] {
    let pairs = self.pairs
    guard pairs.indices.contains(place) else { return [] }
    pairPlace = place
    anchor = nil
    return moveToken(to: pairs[place].head.lowerBound)
  }

  /// Opens the list of labels for the pair on screen.
  mutating func chooseLabel() -> [Effect] {
    guard let pair else { return [] }
    newHead = nil
    anchor = nil
    layers.open(RelationLayer(head: pair.head, tail: pair.tail, pair: pair, in: self))
    return []
  }

  /// Marks the head of a new pair; the second time its tail, and opens the list of labels.
  mutating func relateHere() -> [Effect] {
    // Where nothing is labelled but pairs, a word is as good as a mention.
    let word = currentPost.flatMap {
      $0.mentions.isEmpty && $0.tokens.indices.contains(token) ? token..<(token + 1) : nil
    }
    guard let range = selection ?? relatable(at: token) ?? word else {
      return refuse(
        "the cursor is on no mention; \(keymap.label("next-mention")) goes to one, "
          + "\(keymap.label("select")) selects words")
    }
    anchor = nil
    guard let head = newHead else {
      newHead = range
      notice = Notice(
        text: "head \(currentPost?.quote(range) ?? ""); go to the tail and press "
          + "\(keymap.label("relate")) again, \(keymap.label("leave")) leaves")
      return []
    }
    newHead = nil
    guard head != range else {
      notice = Notice(text: "no pair is made of \(currentPost?.quote(range) ?? "") alone")
      return []
    }
    if let place = pairs.firstIndex(where: { $0.head == head && $0.tail == range }) {
      pairPlace = place
      return chooseLabel()
    }
    layers.open(RelationLayer(head: head, tail: range, pair: nil, in: self))
    return []
  }

  /// Gives a pair a label; it is made if it is not there. `None` is a label where the dataset keeps
  /// such pairs, else it removes the pair.
  mutating func relate(
    head: Range<Int>, tail: Range<Int>, label: String
  ) -> [Effect] {
    guard let post = currentPost else { return [] }
    let new = label == RelationInventory.none && !inventory.hasNone ? nil : label
    guard let edit = Edit.relating(head: head, tail: tail, label: new, in: post) else {
      notice = Notice(text: "these two are \(label) already")
      return []
    }
    lastChange = .relation(label)
    let effects = apply(edit)
    point(at: head, tail)
    return effects
  }

  /// Exchanges head and tail of the pair on screen, its label staying.
  mutating func swapPair() -> [Effect] {
    guard let pair else { return [] }
    guard !pairs.contains(where: { $0.head == pair.tail && $0.tail == pair.head }) else {
      return refuse("the pair the other way round is there already; ) goes to it")
    }
    var effects: [Effect] = []
    together { state in
      effects += state.dropPair(head: pair.head, tail: pair.tail)
      effects += state.relate(head: pair.tail, tail: pair.head, label: pair.label)
    }
    notice = currentPost.map {
      Notice(
        text:
          "\(pair.label) from \($0.quote(pair.tail)) to \($0.quote(pair.head)), the other way round"
      )
    }
    return effects
  }

  /// Removes a pair, whatever its label.
  mutating func dropPair(head: Range<Int>, tail: Range<Int>) -> [Effect] {
    guard let post = currentPost,
      let edit = Edit.relating(head: head, tail: tail, label: nil, in: post)
    else { return refuse("there is no such pair") }
    return apply(edit)
  }

  /// Makes the pair of these ranges the one on screen, if the post has it.
  mutating func point(at head: Range<Int>, _ tail: Range<Int>) {
    if let place = pairs.firstIndex(where: { $0.head == head && $0.tail == tail }) {
      pairPlace = place
    }
  }
}

extension Post {
  /// Whether the tokens of a range are these words.
  fileprivate func says(_ words: [String], at range: Range<Int>) -> Bool {
    range.count == words.count && range.clamped(to: 0..<tokens.count) == range
      && zip(range, words).allSatisfy { tokens[$0].text == $1 }
  }
}
