import Corpora
import Inspection
import Routing

/// What is known of the posts beside their labels, by place in the dataset: little enough to be
/// kept for all of a large dataset.
package struct Facts: Sendable {
  package var pictures: [Int: PictureFact] = [:]
  /// Decisions of the router.
  package private(set) var routes: [Int: RouteDecision] = [:]
  /// What the experts that it chose answer.
  package private(set) var answers: [Int: ChosenAnswer] = [:]
  /// Posts whose labels differ from the chosen expert's answer, as far as that is known.
  package private(set) var disagreements: Set<Int> = []
  /// Whether the candidate router changes the route, of the posts that it was asked about.
  package private(set) var flips: [Int: Bool] = [:]
  /// The posts whose route it changes.
  package private(set) var flipping: Set<Int> = []
  /// What each expert answers, as a number.
  package private(set) var verdicts: [Int: [String: UInt64]] = [:]
  /// How much of the picture an expert takes.
  package private(set) var gates: [Int: Float?] = [:]
  /// What both of the router's experts answer.
  package private(set) var pairs: [Int: ExpertPair] = [:]
  package private(set) var failures: [Int: FactBatch.Failure] = [:]
  /// How suspicious labels are, of posts that were asked about and not edited since.
  package var suspicion: [Int: Float?] = [:]

  /// Nothing yet.
  package init() {}

  /// Why something will never be known of a post; nil when nobody has tried in vain.
  package func reason(_ index: Int, _ need: FactNeeds) -> String? {
    failures[index].flatMap { $0.needs.isSuperset(of: need) ? $0.reason : nil }
  }

  /// Takes over what was found out.
  /// - Parameters:
  ///   - count: how many posts there are.
  ///   - post: a post with its labels.
  package mutating func take(_ batch: FactBatch, count: Int, post: (Int) -> Post) {
    for (index, fact) in batch.pictures where (0..<count).contains(index) { pictures[index] = fact }
    for (index, decision) in batch.routes where (0..<count).contains(index) {
      setRoute(decision, of: index)
    }
    for (index, answer) in batch.answers where (0..<count).contains(index) {
      // Another router may have been installed while the expert answered.
      guard routes[index]?.route == answer.route else { continue }
      setAnswer(answer, of: index, post(index))
    }
    flips.merge(batch.flips) { $1 }
    for (index, flips) in batch.flips where flips { flipping.insert(index) }
    verdicts.merge(batch.verdicts) { $1 }
    gates.merge(batch.gates) { $1 }
    pairs.merge(batch.pairs) { $1 }
    failures.merge(batch.failures) { $1 }
  }

  /// Notes the router's decision; an answer of the expert that is not chosen any more says nothing.
  package mutating func setRoute(_ decision: RouteDecision, of index: Int) {
    routes[index] = decision
    if let answer = answers[index], answer.route != decision.route {
      answers[index] = nil
      disagreements.remove(index)
    }
  }

  /// Notes what the chosen expert answers for a post with these labels.
  package mutating func setAnswer(_ answer: ChosenAnswer, of index: Int, _ post: Post) {
    answers[index] = answer
    noteDisagreement(index, post)
  }

  /// Notes whether a post with these labels differs from the chosen expert's answer, if that is
  /// known.
  package mutating func noteDisagreement(_ index: Int, _ post: Post) {
    guard let answer = answers[index] else { return }
    if answer.differs(from: post) {
      disagreements.insert(index)
    } else {
      disagreements.remove(index)
    }
  }

  /// Another router decides from now on; answers are of the experts that the last one chose.
  package mutating func forgetRoutes() {
    routes = [:]
    answers = answers.filter { $0.value.route == nil }
    disagreements = disagreements.filter { answers[$0] != nil }
    forgetFlips()
    failures = [:]
  }

  /// Another candidate decides in its own way.
  package mutating func forgetFlips() {
    flips = [:]
    flipping = []
  }

  // MARK: Experts that disagree

  /// Of the experts that are not hidden: how many pairs answer the same question differently, and
  /// of how many that is known.
  package func disputes(_ index: Int, without hidden: Set<String>) -> (split: Int, all: Int)? {
    guard let verdicts = verdicts[index] else { return nil }
    let shown = verdicts.filter { !hidden.contains($0.key) }.map(\.value)
    var (split, all) = (0, 0)
    for (i, a) in shown.enumerated() {
      // Numbers of different tasks differ in their last bit.
      for b in shown[(i + 1)...] where a & 1 == b & 1 {
        all += 1
        if a != b { split += 1 }
      }
    }
    return (split, all)
  }

  /// Whether the experts that are not hidden disagree on a post; nil as long as nobody has asked
  /// them.
  package func isDisputed(_ index: Int, without hidden: Set<String>) -> Bool? {
    guard let (split, _) = disputes(index, without: hidden) else { return nil }
    if split > 0 { return true }
    // Nobody knows what an expert that failed would have said.
    return reason(index, .dispute) == nil ? false : nil
  }
}
