/// The symbols of a pretoken while its merges run.
struct MergeBuffers {
  /// Pieces, left to right.
  var symbols: [Int32] = []
  /// The merge of each piece with its right neighbour.
  private var merges: [MergeTable.Merge] = []
  private var next: [Int32] = []
  private var previous: [Int32] = []
  private var heap: [Entry] = []

  /// Above this many symbols the pairs go through a heap: the plain search is quadratic.
  private static let plainLimit = 48

  private struct Entry {
    var rank: UInt32
    var position: Int32
    /// What the pair had to join to; another by now, and the entry is stale.
    var id: Int32

    /// Lowest rank first, then leftmost.
    var order: UInt64 { UInt64(rank) << 32 | UInt64(UInt32(bitPattern: position)) }
  }

  /// Joins the pair of the lowest rank, the leftmost of equals, until none joins.
  mutating func run(_ table: MergeTable) {
    guard symbols.count > 1 else { return }
    symbols.count <= Self.plainLimit ? runPlain(table) : runHeap(table)
  }

  private mutating func runPlain(_ table: MergeTable) {
    merges.removeAll(keepingCapacity: true)
    for i in 1..<symbols.count { merges.append(table[symbols[i - 1], symbols[i]]) }
    while true {
      var best = 0
      var rank = UInt32.max
      for i in 0..<merges.count where merges[i].rank < rank {
        rank = merges[i].rank
        best = i
      }
      if rank == .max { return }
      symbols[best] = merges[best].id
      symbols.remove(at: best + 1)
      merges.remove(at: best)
      if best < merges.count { merges[best] = table[symbols[best], symbols[best + 1]] }
      if best > 0 { merges[best - 1] = table[symbols[best - 1], symbols[best]] }
      if merges.isEmpty { return }
    }
  }

  private mutating func runHeap(_ table: MergeTable) {
    let count = symbols.count
    next = (0..<count).map { $0 + 1 < count ? Int32($0 + 1) : -1 }
    previous = (0..<count).map { Int32($0 - 1) }
    heap.removeAll(keepingCapacity: true)
    for i in 1..<count { offer(table, Int32(i - 1), Int32(i)) }
    while let entry = pop() {
      let left = Int(entry.position)
      guard symbols[left] >= 0, next[left] >= 0 else { continue }
      let right = Int(next[left])
      let merge = table[symbols[left], symbols[right]]
      guard merge.id == entry.id, merge.rank != .max else { continue }
      symbols[left] = merge.id
      // A joined symbol is gone.
      symbols[right] = -1
      next[left] = next[right]
      if next[left] >= 0 {
        previous[Int(next[left])] = Int32(left)
        offer(table, Int32(left), next[left])
      }
      if previous[left] >= 0 { offer(table, previous[left], Int32(left)) }
    }
    symbols.removeAll { $0 < 0 }
  }

  private mutating func offer(_ table: MergeTable, _ left: Int32, _ right: Int32) {
    let merge = table[symbols[Int(left)], symbols[Int(right)]]
    guard merge.rank != .max else { return }
    heap.append(Entry(rank: merge.rank, position: left, id: merge.id))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].order < heap[parent].order else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func pop() -> Entry? {
    guard let top = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return top }
    heap[0] = last
    var parent = 0
    while true {
      var child = parent * 2 + 1
      guard child < heap.count else { return top }
      if child + 1 < heap.count, heap[child + 1].order < heap[child].order { child += 1 }
      guard heap[child].order < heap[parent].order else { return top }
      heap.swapAt(child, parent)
      parent = child
    }
  }

  /// Gives back what one huge pretoken made the buffers grow to.
  mutating func shrink() {
    if symbols.capacity > 1 << 16 { self = MergeBuffers() }
  }
}
