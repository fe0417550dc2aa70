/// When a step was made, by the clocks of everybody who had a hand in its post: a hybrid logical
/// clock (S. Kulkarni, M. Demirbas, D. Madappa, B. Avva and M. Leone, "Logical Physical Clocks",
/// OPODIS 2014).
///
/// A step that was made with another in view is the later of the two, whatever computers' clocks
/// say. Of two that knew nothing of each other, the later by clock is the later.
package struct StepClock: Sendable, Hashable, Comparable {
  /// Milliseconds since 1970: the step's own time, or the latest of the steps before it where a
  /// clock went backwards.
  package let time: Int64
  /// Tells apart steps of one post with the same time.
  package let count: Int64

  package static func < (a: Self, b: Self) -> Bool { (a.time, a.count) < (b.time, b.count) }

  /// The clock of a step that follows another of its post in a store.
  static func following(_ last: StepClock?, at time: Int64) -> StepClock {
    guard let last, last.time >= time else { return StepClock(time: time, count: 0) }
    return StepClock(time: last.time, count: last.count &+ 1)
  }

  /// The clocks of a store's steps, in their order.
  static func clocks(of steps: [Step]) -> [StepClock] {
    var last: [String: StepClock] = [:]
    return steps.map { step in
      let clock = step.clock ?? following(last[step.post], at: step.time)
      last[step.post] = max(last[step.post] ?? clock, clock)
      return clock
    }
  }
}

/// The order in which a store's steps take effect.
///
/// That is the order of the store, but for posts that have steps of another store: the steps of
/// such a post take effect in the order of their clocks, so that stores give the same labels in
/// whatever order they are joined. Steps of different posts do not touch each other.
struct StepOrder {
  /// The steps as they take effect.
  let steps: [Step]
  /// Whether steps of another store are among them.
  let isJoined: Bool
  /// Ids of the posts that have such steps.
  let joinedPosts: Set<String>
  private let stored: [Step]

  /// - Parameter steps: in the store's order.
  init(_ steps: [Step]) {
    stored = steps
    joinedPosts = Set(steps.lazy.filter { $0.clock != nil }.map(\.post))
    isJoined = !joinedPosts.isEmpty
    guard isJoined else {
      self.steps = steps
      return
    }
    let clocks = StepClock.clocks(of: steps)
    let facts = StepMerge.facts(steps)
    func isEarlier(_ a: Int, _ b: Int) -> Bool {
      if clocks[a] != clocks[b] { return clocks[a] < clocks[b] }
      if steps[a].annotator != steps[b].annotator { return steps[a].annotator < steps[b].annotator }
      return (facts[steps[a].sequence] ?? "", a) < (facts[steps[b].sequence] ?? "", b)
    }
    var places: [String: [Int]] = [:]
    for (place, step) in steps.enumerated() where joinedPosts.contains(step.post) {
      places[step.post, default: []].append(place)
    }
    var ordered = steps
    for own in places.values {
      for (place, step) in zip(own, own.sorted(by: isEarlier)) { ordered[place] = steps[step] }
    }
    self.steps = ordered
  }

  /// Steps that take effect as they stand, with others left out: each on whatever is there.
  init(alone steps: [Step]) {
    self.steps = steps
    stored = steps.sorted { $0.sequence < $1.sequence }
    isJoined = true
    joinedPosts = Set(steps.map(\.post))
  }

  /// Steps that follow others, without clocks of their own: they take effect last. Knows all steps
  /// by their numbers.
  init(_ later: [Step], following earlier: [Step]) {
    steps = later
    stored = earlier + later
    joinedPosts = Set(earlier.lazy.filter { $0.clock != nil }.map(\.post))
    isJoined = !joinedPosts.isEmpty
  }

  /// The step of a number.
  func step(_ sequence: Int64) -> Step? {
    var (low, high) = (0, stored.count)
    while low < high {
      let middle = (low + high) / 2
      if stored[middle].sequence < sequence { low = middle + 1 } else { high = middle }
    }
    return stored.indices.contains(low) && stored[low].sequence == sequence ? stored[low] : nil
  }
}
