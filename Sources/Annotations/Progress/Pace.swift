import Corpora

/// How long one person works on posts, from the times of their steps; so it is the same after a
/// restart.
///
/// The time between two steps counts for the post of the later one: that post was looked at until
/// it was changed or accepted. Longer than ten minutes is a pause and counts nowhere. When somebody
/// began with the first post after a pause, nobody knows: what was measured of it is too little, so
/// it is left out of the median.
package struct Pace: Sendable, Equatable {
  /// Whose steps count.
  package let annotator: String
  /// Longer than this, in milliseconds, is a pause, not work.
  package static let pause: Int64 = 600_000
  /// Fewer accepted posts tell nothing of the pace.
  package static let fewest = 3
  /// The median is that of so many posts that were accepted last, as people get faster.
  package static let window = 200

  /// A post that was accepted.
  package struct Acceptance: Sendable, Equatable {
    /// The step that accepted it.
    package let sequence: Int64
    /// The post's id.
    package let post: Post.ID
    /// When, in milliseconds since 1970.
    package let time: Int64
    /// Milliseconds of work on it since it was accepted the last time; nil where its beginning is
    /// not known.
    package let spent: Int64?
  }

  /// Work on a post since it was last accepted.
  private struct Stay: Sendable, Equatable {
    var spent: Int64 = 0
    /// Whether its beginning is known.
    var isWhole = true
  }

  /// The posts that were accepted, oldest first; those that were taken back are left out.
  package private(set) var accepted: [Acceptance] = []
  /// Milliseconds of work by post.
  package private(set) var spent: [Post.ID: Int64] = [:]
  private var stays: [Post.ID: Stay] = [:]
  /// Acceptances that do not count any more, by the step that was taken back or that withdrew them.
  private var takenBack: [Int64: Acceptance] = [:]
  /// Acceptances that a step withdrew before it was taken back itself.
  private var restored: [Int64: Acceptance] = [:]
  private var last: Int64?

  /// The pace of a person by their steps among these, oldest first.
  package init(of annotator: String, _ steps: some Sequence<Step> = []) {
    self.annotator = annotator
    for step in steps { take(step) }
  }

  /// The person begins now with what is on screen: the first post counts whole. Nothing of this is
  /// stored.
  package mutating func begin(at time: Int64) { last = time }

  /// Counts a step; other people's do not count.
  /// - Returns: milliseconds of work that ended with it; nil after a pause.
  @discardableResult
  package mutating func take(_ step: Step) -> Int64? {
    guard step.annotator == annotator else { return nil }
    let passed = last.flatMap { before -> Int64? in
      let (gap, overflow) = step.time.subtractingReportingOverflow(before)
      // Stores that were merged may go back in time.
      return !overflow && (0...Self.pause).contains(gap) ? gap : nil
    }
    last = step.time
    stays[step.post, default: Stay()].spent += passed ?? 0
    if passed == nil { stays[step.post]?.isWhole = false }
    spent[step.post, default: 0] += passed ?? 0
    switch step.kind {
    case .edit(let action) where action.accepts:
      let stay = stays.removeValue(forKey: step.post)
      accepted.append(
        Acceptance(
          sequence: step.sequence, post: step.post, time: step.time,
          spent: stay.flatMap { $0.isWhole ? $0.spent : nil }))
    case .edit(let action) where action.withdraws:
      guard let place = accepted.lastIndex(where: { $0.post == step.post }) else { break }
      takenBack[step.sequence] = accepted.remove(at: place)
    case .undo(let sequence):
      if let place = accepted.lastIndex(where: { $0.sequence == sequence }) {
        takenBack[sequence] = accepted.remove(at: place)
      } else if let again = takenBack.removeValue(forKey: sequence) {
        restored[sequence] = again
        accepted.append(again)
      }
    case .redo(let sequence):
      if let again = takenBack.removeValue(forKey: sequence) {
        accepted.append(again)
      } else if let gone = restored.removeValue(forKey: sequence),
        let place = accepted.lastIndex(of: gone)
      {
        takenBack[sequence] = accepted.remove(at: place)
      }
    case .edit: break
    }
    return passed
  }

  /// Median seconds per post of those accepted last; nil before a few were.
  package var median: Double? { Self.median(of: accepted) }

  /// Median seconds per post of those accepted last of some, oldest first; nil where they are few.
  package static func median(of accepted: [Acceptance], atLeast fewest: Int = fewest) -> Double? {
    let spent = accepted.reversed().lazy.compactMap(\.spent).prefix(window).sorted()
    guard spent.count >= max(1, fewest) else { return nil }
    let middle = spent.count / 2
    let whole = spent.count % 2 == 1 ? 2 * spent[middle] : spent[middle - 1] + spent[middle]
    return Double(whole) / 2_000
  }
}

extension Edit.Action {
  /// Whether a person accepts the labels with it.
  package var accepts: Bool {
    if case .review(_, let after) = self { after.isAccepted } else { false }
  }
}

extension Edit.Action {
  /// Whether a person takes an acceptance back with it, or throws the post out.
  fileprivate var withdraws: Bool {
    if case .review(let before, let after) = self {
      before.isAccepted && !after.isAccepted
    } else {
      false
    }
  }
}

extension EditHistory {
  /// Seconds that people worked on each post that was touched, all of them together, as far as the
  /// times of their steps tell; what an export may carry.
  package func secondsPerPost() -> [Post.ID: Double] {
    var paces: [String: Pace] = [:]
    for step in steps { paces[step.annotator, default: Pace(of: step.annotator)].take(step) }
    var seconds: [Post.ID: Double] = [:]
    for pace in paces.values {
      for (post, spent) in pace.spent { seconds[post, default: 0] += Double(spent) / 1_000 }
    }
    return seconds
  }
}
