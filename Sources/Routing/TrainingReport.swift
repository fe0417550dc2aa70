import Foundation

/// Where the background training of the router stands: a value that the trainer publishes and the
/// screen shows.
package struct TrainingReport: Sendable, Hashable {
  /// What it is doing, or how it ended.
  package var state: State
  /// The objective at about a hundred evenly spaced steps, as far as training has come (expected
  /// union F1 in percent for `exact`; reward for REINFORCE).
  package var objective: [Float]
  /// Held-out union F1 in percent with the installed router, nil before it is known.
  package var heldOutBefore: Float?
  /// The same with the candidate.
  package var heldOutAfter: Float?
  /// Ids of dataset posts whose route the candidate would change.
  package var flips: [String]
  /// How much the union's F1 changes on the held-out posts, in points, with its 95 % interval over
  /// these posts; nil before it is known.
  package var difference: UnionBootstrap.Interval?
  /// Posts that before and after were compared on: the router's own and the held-out corrections.
  package var judgedOn: Int
  /// Accepted posts that teach.
  package var trainedOn: Int
  /// Accepted posts that are only judged on.
  package var heldOut: Int
  /// Accepted posts without a picture that would teach if they had one.
  package var withoutPicture: Int
  /// Accepted posts that could not take part, with the reason, by id.
  package var failures: [String: String]
  /// Accepted posts, those that could not take part included.
  package var accepted: Int { trainedOn + heldOut + withoutPicture + failures.count }
  /// Whether there is a router of before that can be gone back to.
  package var hasEarlier = false
  /// True while another request waits behind the running one.
  package var pending: Bool

  /// A report of a state, with nothing measured yet.
  package init(state: State) {
    self.state = state
    objective = []
    flips = []
    trainedOn = 0
    heldOut = 0
    withoutPicture = 0
    judgedOn = 0
    failures = [:]
    pending = false
  }

  /// The named states, each shown on screen with what to do.
  package enum State: Sendable, Hashable {
    case idle
    case queued
    case running(step: Int, of: Int, secondsLeft: Double)
    /// Waits for the person: install or roll back. `worse` when the held-out score fell.
    case candidate(worse: Bool)
    case installed
    case rolledBack
    /// A candidate was not taken.
    case dropped
    /// It could not train; the sentence says why and what to do.
    case refused(Refusal)
  }

  /// Why training did not start.
  package enum Refusal: Sendable, Hashable {
    /// Of the accepted posts, too few teach.
    case tooFewCorrections(teaching: Int, accepted: Int, need: Int)
    /// Every post that could judge teaches.
    case nothingHeldOut(accepted: Int)
    case foreignLabels([String])
    case noCachedCounts(String)
    case noRouter
    case failed(String)
  }
}
