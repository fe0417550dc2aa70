/// How fast a person works: seconds per accepted post, from the ticks of a steady clock.
struct Pace: Sendable, Equatable {
  /// The latest tick, nil before the first.
  private(set) var now: Double?
  private var since: Double?
  /// Seconds of the latest accepted posts, sorted.
  private var sorted: [Double] = []
  private var order: [Double] = []

  /// Longer than this is a pause, not work.
  static let pause = 600.0
  private static let window = 200

  mutating func tick(_ seconds: Double) {
    guard seconds.isFinite else { return }
    now = seconds
    if since == nil { since = seconds }
  }

  /// Another post is on screen.
  mutating func arrive() { since = now }

  /// The post on screen was accepted.
  mutating func accept() {
    guard let now, let since, now >= since, now - since < Self.pause else { return }
    let spent = now - since
    order.append(spent)
    if order.count > Self.window {
      let old = order.removeFirst()
      if let at = sorted.firstIndex(of: old) { sorted.remove(at: at) }
    }
    sorted.insert(spent, at: sorted.firstIndex { $0 > spent } ?? sorted.count)
  }

  /// Fewer accepted posts tell nothing of the pace.
  static let fewest = 3

  /// Median seconds per accepted post of this session, nil before a few were accepted.
  var median: Double? {
    guard sorted.count >= Self.fewest else { return nil }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
