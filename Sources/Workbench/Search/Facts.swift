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

  /// Whether models are needed.
  package var needsModels: Bool { !isDisjoint(with: [.route, .answer, .flip, .dispute]) }
}

/// A wish to find something out of many posts.
package struct FactRequest: Sendable, Equatable {
  /// Grows with every wish, so that answers to an earlier one are known as such.
  package let number: Int
  /// What to find out.
  package let needs: FactNeeds
  /// Of which posts, by place in the dataset.
  package let posts: [Int]
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
  var posts: Set<Int> {
    Set(pictures.keys).union(routes.keys).union(answers.keys).union(flips.keys)
      .union(verdicts.keys).union(failures.keys)
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

/// What is known of the posts, little enough to be kept for all of a large dataset.
struct Facts: Sendable {
  var pictures: [Int: PictureFact] = [:]
  var answers: [Int: ChosenAnswer] = [:]
  /// Whether the candidate router changes the route, of the posts that it was asked about.
  var flips: [Int: Bool] = [:]
  /// What each expert answers, as a number.
  var verdicts: [Int: [String: UInt64]] = [:]
  var failures: [Int: FactBatch.Failure] = [:]

  /// Why something will never be known of a post; nil when nobody has tried in vain.
  func reason(_ index: Int, _ need: FactNeeds) -> String? {
    failures[index].flatMap { $0.needs.isSuperset(of: need) ? $0.reason : nil }
  }

  /// Another router decides from now on; answers are of the experts that the last one chose.
  mutating func forgetRoutes() {
    answers = answers.filter { $0.value.route == nil }
    flips = [:]
    failures = [:]
  }
}

extension WorkbenchState {
  /// What the runtime is asked to find out: what a growing list needs, else which routes a new
  /// router changes, so that their number can be told without a search.
  mutating func wishedFacts() -> FactRequest? {
    if let growth {
      flipWish = nil
      return growth.request
    }
    guard case .candidate = training.state, !hasLookedForFlips else { return nil }
    if flipWish == nil {
      let unknown = posts.indices.filter { facts.flips[$0] == nil }
      hasLookedForFlips = unknown.isEmpty
      guard !unknown.isEmpty else { return nil }
      factRequests += 1
      flipWish = FactRequest(number: factRequests, needs: .flip, posts: unknown)
    }
    return flipWish
  }

  /// Takes over what was found out, and lists the posts that match because of it.
  mutating func take(_ batch: FactBatch) -> [Effect] {
    for (index, fact) in batch.pictures where posts.indices.contains(index) {
      facts.pictures[index] = fact
    }
    for (index, decision) in batch.routes where posts.indices.contains(index) {
      setRoute(decision, of: index)
    }
    for (index, answer) in batch.answers where posts.indices.contains(index) {
      // Another router may have been installed while the expert answered.
      guard routes[index]?.route == answer.route else { continue }
      facts.answers[index] = answer
      noteDisagreement(index)
    }
    facts.flips.merge(batch.flips) { $1 }
    for (index, flips) in batch.flips where flips { self.flips.insert(index) }
    facts.verdicts.merge(batch.verdicts) { $1 }
    facts.failures.merge(batch.failures) { $1 }
    return grow(by: batch.posts)
  }

  /// Notes the router's decision; an answer of the expert that is not chosen any more says nothing.
  mutating func setRoute(_ decision: RouteDecision, of index: Int) {
    routes[index] = decision
    forgetExplanation(index, unless: decision)
    if let answer = facts.answers[index], answer.route != decision.route {
      facts.answers[index] = nil
      disagreements.remove(index)
    }
  }

  /// Another router is installed: nothing that was known of routes holds any more.
  mutating func routerChanged() -> [Effect] {
    routes = [:]
    facts.forgetRoutes()
    disagreements = disagreements.filter { facts.answers[$0] != nil }
    guard let text = queue.query, let query = try? Query.parse(text),
      !query.needs.isDisjoint(with: [.route, .answer])
    else { return [] }
    return search(text, adopt: true)
  }
}
