import OrderedCollections

/// A dictionary that forgets what was stored or used longest ago once its costs exceed a bound. A
/// value, so that a state which has one stays a value.
package struct RecentCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  /// Sum of costs that is kept; one entry is kept whatever it costs.
  package let bound: Int
  /// The longest unused first. The caches hold tens of entries: to move one is cheap.
  private var entries: OrderedDictionary<Key, (value: Value, cost: Int)> = [:]
  private var cost = 0

  /// - Parameter bound: how many entries are kept, or how much they may cost together.
  package init(bound: Int) { self.bound = bound }

  package var count: Int { entries.count }
  package var keys: [Key] { Array(entries.keys) }
  var values: [Value] { entries.values.map(\.value) }

  /// The stored value. To read it here does not count as use, so that views can.
  subscript(key: Key) -> Value? {
    get { entries[key]?.value }
    set {
      if let newValue { insert(newValue, for: key) } else { remove(key) }
    }
  }

  /// The value, marked as used now.
  package mutating func value(_ key: Key) -> Value? {
    guard let entry = entries.removeValue(forKey: key) else { return nil }
    entries[key] = entry
    return entry.value
  }

  /// Keeps a value in place of an earlier one.
  package mutating func insert(_ value: Value, for key: Key, cost: Int = 1) {
    remove(key)
    entries[key] = (value, cost)
    self.cost += cost
    while self.cost > bound, entries.count > 1 { self.cost -= entries.removeFirst().value.cost }
  }

  private mutating func remove(_ key: Key) {
    cost -= entries.removeValue(forKey: key)?.cost ?? 0
  }

  package mutating func removeAll() {
    entries = [:]
    cost = 0
  }
}
