import Corpora
import Inspection
import Routing

/// What must be found out of a post before a query can be answered.
package struct FactNeeds: OptionSet, Sendable, Hashable {
  /// One bit for each need.
  package let rawValue: Int

  /// Needs by their bits.
  package init(rawValue: Int) { self.rawValue = rawValue }

  /// Whether the picture is there.
  package static let picture = FactNeeds(rawValue: 1)
  /// Whether it can be decoded.
  package static let decoding = FactNeeds(rawValue: 2)
  /// The router's decision.
  package static let route = FactNeeds(rawValue: 4)
  /// The answer of the expert that the router chose.
  package static let answer = FactNeeds(rawValue: 8)
  /// Whether the candidate router decides otherwise.
  package static let flip = FactNeeds(rawValue: 16)

  /// What every expert answers.
  package static let dispute = FactNeeds(rawValue: 32)
  /// How much of the picture an expert takes.
  package static let gate = FactNeeds(rawValue: 64)

  /// What both of the router's experts answer.
  package static let both = FactNeeds(rawValue: 128)

  /// Whether models are needed.
  package var needsModels: Bool {
    !isDisjoint(with: [.route, .answer, .flip, .dispute, .gate, .both])
  }
}

/// A wish to find something out of many posts.
package struct FactRequest: Sendable, Equatable {
  /// Grows with every wish, so that answers to an earlier one are known as such.
  package let number: Int
  /// What to find out.
  package let needs: FactNeeds
  /// Of which posts, by place in the dataset.
  package let posts: [Int]

  /// A request by its parts.
  package init(number: Int, needs: FactNeeds, posts: [Int]) {
    self.number = number
    self.needs = needs
    self.posts = posts
  }
}

/// What was found out of some posts, by place in the dataset.
package struct FactBatch: Sendable {
  /// Where the picture stands.
  package var pictures: [Int: PictureFact] = [:]
  /// The installed router's decisions.
  package var routes: [Int: RouteDecision] = [:]
  /// What the experts that they chose answer.
  package var answers: [Int: ChosenAnswer] = [:]
  /// Whether the candidate router decides otherwise.
  package var flips: [Int: Bool] = [:]
  /// What each expert answers, by its name, as a number: equal answers of one task have equal
  /// numbers.
  package var verdicts: [Int: [String: UInt64]] = [:]
  /// How much of the picture an expert takes, 0 … 1; nil inside where it has nothing to take.
  package var gates: [Int: Float?] = [:]
  /// What both of the router's experts answer.
  package var pairs: [Int: ExpertPair] = [:]
  /// What could not be found out.
  package var failures: [Int: Failure] = [:]

  /// Why something cannot be found out of a post.
  package struct Failure: Sendable, Hashable {
    /// What cannot.
    package let needs: FactNeeds
    /// A sentence without a full stop.
    package let reason: String

    /// A failure by its parts.
    package init(_ needs: FactNeeds, _ reason: String) {
      self.needs = needs
      self.reason = reason
    }
  }

  /// Nothing yet.
  package init() {}

  /// The posts that it says something about.
  package var posts: Set<Int> {
    Set(pictures.keys).union(routes.keys).union(answers.keys).union(flips.keys)
      .union(verdicts.keys).union(gates.keys).union(pairs.keys).union(failures.keys)
  }
}

/// What became of a post's picture.
package enum PictureFact: Sendable, Hashable {
  /// The post names none.
  case unnamed
  /// It names one that is not there, or that may not be opened.
  case missing
  /// The file is there; nobody has tried to decode it.
  case present
  /// It is there and can be decoded.
  case readable
  /// It is there and cannot be decoded.
  case broken
}
