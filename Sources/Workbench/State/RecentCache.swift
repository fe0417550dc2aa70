import OrderedCollections

/// A small dictionary that forgets what was stored longest ago. A value, so that the state stays
/// one.
struct RecentCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  let capacity: Int
  private var entries: OrderedDictionary<Key, Value> = [:]

  init(capacity: Int) { self.capacity = capacity }

  var count: Int { entries.count }
  var values: [Value] { Array(entries.values) }

  /// The stored value; storing moves the key to the young end, reading does not.
  subscript(key: Key) -> Value? {
    get { entries[key] }
    set {
      entries.removeValue(forKey: key)
      guard let newValue else { return }
      entries[key] = newValue
      if entries.count > capacity { entries.removeFirst() }
    }
  }

  mutating func removeAll() { entries = [:] }
}
