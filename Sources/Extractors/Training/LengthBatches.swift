import Tensors

/// Batches of items of similar length: items are shuffled, sorted by length within runs of some
/// batches, and the batches shuffled again. Every item comes once.
enum LengthBatches {
  /// Indices of the items of each batch.
  ///
  /// - Parameters:
  ///   - lengths: of the items.
  ///   - batch: items per batch; the last of all may have fewer.
  ///   - bucket: batches that are sorted together; 1 leaves the shuffled order as it is.
  ///   - shuffled: whether the items of a batch come in random order, for losses to which places in
  ///     a batch mean something; else the shorter come first.
  static func make(
    lengths: [Int], batch: Int, bucket: Int, shuffled: Bool = false,
    _ generator: inout SeededGenerator
  ) -> [[Int]] {
    let order = generator.permutation(lengths.count)
    var batches: [[Int]] = []
    for start in stride(from: 0, to: order.count, by: batch * bucket) {
      var part = Array(order[start..<min(order.count, start + batch * bucket)])
      // The sort is stable: equal lengths keep their random order.
      if bucket > 1 { part.sort { lengths[$0] < lengths[$1] } }
      for first in stride(from: 0, to: part.count, by: batch) {
        batches.append(Array(part[first..<min(part.count, first + batch)]))
      }
    }
    if shuffled {
      batches = batches.map { batch in generator.permutation(batch.count).map { batch[$0] } }
    }
    return bucket > 1 ? generator.permutation(batches.count).map { batches[$0] } : batches
  }

  /// The same items for computing only: sorted by length, in the order of the indices among equals.
  static func sorted(lengths: [Int], batch: Int) -> [[Int]] {
    let order = lengths.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
    return stride(from: 0, to: order.count, by: batch).map { start in
      Array(order[start..<min(order.count, start + batch)])
    }
  }
}
