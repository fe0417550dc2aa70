/// A dictionary that forgets what was used longest ago once its costs exceed a bound. A value.
struct LRUCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Entry {
    var value: Value
    let cost: Int
    var used: Int
  }

  /// Sum of costs that is kept; one entry is kept whatever it costs.
  let bound: Int
  private var entries: [Key: Entry] = [:]
  private var cost = 0
  private var clock = 0

  init(bound: Int) { self.bound = bound }

  /// The keys, in no order.
  var keys: [Key] { Array(entries.keys) }

  /// The value, marked as used now.
  mutating func value(_ key: Key) -> Value? {
    clock += 1
    entries[key]?.used = clock
    return entries[key]?.value
  }

  /// Keeps a value in place of an earlier one.
  mutating func insert(_ value: Value, for key: Key, cost: Int = 1) {
    clock += 1
    self.cost += cost - (entries[key]?.cost ?? 0)
    entries[key] = Entry(value: value, cost: cost, used: clock)
    // The caches hold tens of entries: looking for the oldest is cheaper than keeping a list.
    while self.cost > bound, entries.count > 1,
      let oldest = entries.min(by: { $0.value.used < $1.value.used })
    {
      self.cost -= oldest.value.cost
      entries[oldest.key] = nil
    }
  }

  mutating func removeAll() {
    entries = [:]
    cost = 0
  }
}
