extension Query {
  /// What posts are sorted by. Posts of which it is not known come last, either way round.
  package struct Order: Sendable, Equatable {
    package let key: Key
    /// The other way round.
    package let isReversed: Bool

    package enum Key: String, Sendable, CaseIterable {
      case suspicion, disagreement, p, length, time, file
    }

    /// An order by its parts.
    package init(_ key: Key, reversed: Bool = false) {
      self.key = key
      isReversed = reversed
    }

    /// `suspicion`, or `-suspicion` for the other way round; nil when there is no such order.
    package init?(_ text: String) {
      let isReversed = text.hasPrefix("-")
      guard let key = Key(rawValue: String(text.dropFirst(isReversed ? 1 : 0))) else { return nil }
      self.init(key, reversed: isReversed)
    }

    /// As it is written behind `sort:`.
    package var name: String { (isReversed ? "-" : "") + key.rawValue }

    /// What comes first, in words.
    package var words: String {
      switch (key, isReversed) {
      case (.suspicion, false): "most suspicious first"
      case (.suspicion, true): "least suspicious first"
      case (.disagreement, false): "most disputed first"
      case (.disagreement, true): "least disputed first"
      case (.p, false): "smallest p first"
      case (.p, true): "largest p first"
      case (.length, false): "shortest first"
      case (.length, true): "longest first"
      case (.time, false): "changed last first"
      case (.time, true): "earliest changed first"
      case (.file, false): "in the files' order"
      case (.file, true): "in the files' order, last first"
      }
    }

    /// All of them, each way round.
    package static let all = Key.allCases.flatMap { [Order($0), Order($0, reversed: true)] }
  }
}

extension Query.Order.Key {
  /// What must be found out of a post before its place is known.
  package var needs: FactNeeds {
    switch self {
    case .p: .route
    case .disagreement: .dispute
    case .suspicion, .length, .time, .file: []
    }
  }

  /// The number that a post is sorted by, smallest first; nil where it has none.
  func number(_ index: Int, _ context: inout QueryContext) -> Double? {
    switch self {
    case .suspicion: context.suspicion(index).map { -Double($0) }
    case .disagreement:
      context.facts.disputes(index, without: context.hidden).flatMap { split, all in
        all == 0 ? nil : -Double(split) / Double(all)
      }
    case .p: context.facts.routes[index]?.scores.map { Double($0.probability) }
    case .length: Double(context.posts[index].tokens.count)
    case .time: context.states[index]?.time.map { -Double($0) }
    case .file: Double(index)
    }
  }
}

extension Query {
  /// Posts in the order that is asked for, those with equal numbers in the dataset's order.
  package func sorted(_ posts: [Int], _ context: inout QueryContext) -> [Int] {
    var result = posts
    // The order that counts most is made last, and leaves equals as they are.
    for order in orders.reversed() {
      var numbered: [(number: Double, place: Int)] = []
      numbered.reserveCapacity(result.count)
      for (place, post) in result.enumerated() {
        let number = order.key.number(post, &context)
        numbered.append((number.map { order.isReversed ? -$0 : $0 } ?? .infinity, place))
      }
      numbered.sort { ($0.number, $0.place) < ($1.number, $1.place) }
      result = numbered.map { result[$0.place] }
    }
    return result
  }
}
