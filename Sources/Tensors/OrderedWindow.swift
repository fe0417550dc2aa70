import Foundation

/// Work on items that come one after the other, over all cores, whose results leave in the order of
/// the items.
///
/// Only a window of items is between source and sink at any time: a sink that is slow holds the
/// source up, and memory does not grow with the number of items. The result of an item is
/// handed on as soon as those before it are, so that a source that waits for answers gets them.
package struct OrderedWindow: Sendable {
  /// Items between source and sink at most.
  package var most = 256
  /// Bytes of items between source and sink above which no further item is read.
  package var bytes = 128 << 20
  /// How many items are worked on at once.
  package var threads = Parallel.width

  /// The usual window.
  package init() {}

  /// What went through a window.
  package struct Passed: Sendable, Hashable {
    /// Results that were handed on.
    package internal(set) var count = 0
    /// Items that were between source and sink at once, at most.
    package internal(set) var mostItems = 0
    /// Bytes of items that were between source and sink at once, at most.
    package internal(set) var mostBytes = 0

    /// Nothing yet.
    package init() {}
  }

  /// Works until the source ends or somebody stops.
  ///
  /// - Parameters:
  ///   - next: the next item and the bytes that it holds, waiting for it; nil at the end. Called
  ///     from one thread, not the caller's; it must come back within a moment once `goesOn`
  ///     is false.
  ///   - work: makes the result of an item; called from several threads.
  ///   - goesOn: asked every tenth of a second and after each result; false ends the work: items
  ///     that were begun are finished, and what is finished without a gap is handed on.
  ///   - emit: takes results that follow one another; called on the caller's thread.
  /// - Throws: what `emit` throws, at once; what `next` throws, once the items before it
  ///   are handed on.
  @discardableResult
  package func run<Item: Sendable, Result: Sendable>(
    next: @escaping @Sendable () throws -> (item: Item, bytes: Int)?,
    work: @escaping @Sendable (Item) -> Result,
    goesOn: () -> Bool = { true },
    emit: ([Result]) throws -> Void
  ) throws -> Passed {
    let belt = Belt<Item, Result>(most: max(1, most), bytes: max(1, bytes))
    let threads = DispatchGroup()
    func start(_ body: @escaping @Sendable () -> Void) {
      threads.enter()
      let thread = Foundation.Thread {
        body()
        threads.leave()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    start { belt.read(next) }
    for _ in 0..<max(1, self.threads) { start { belt.work(work) } }
    defer {
      belt.stop()
      threads.wait()
    }
    while let finished = belt.finished(goesOn) {
      guard !finished.isEmpty else { continue }
      try emit(finished)
      belt.release(finished.count)
    }
    belt.stop()
    threads.wait()
    let rest = belt.rest()
    if !rest.isEmpty {
      try emit(rest)
      belt.release(rest.count)
    }
    if let failure = belt.failure { throw failure }
    return belt.passed
  }
}

/// What is between source and sink.
///
/// `@unchecked Sendable`: everything that changes is read and written under the condition's lock.
private final class Belt<Item: Sendable, Result: Sendable>: @unchecked Sendable {
  private let most: Int
  private let bytes: Int
  private let change = NSCondition()
  /// Items that nobody works on yet; the numbers run from `begun` on.
  private var waiting: [Item] = []
  /// Bytes of each item from `first` on.
  private var sizes: [Int] = []
  private var done: [Int: Result] = [:]
  /// Numbers: of the next item to read, to begin, and to hand on.
  private var (read, begun, first) = (0, 0, 0)
  private var held = 0
  private var (hasEnded, isStopped) = (false, false)
  private var tally = OrderedWindow.Passed()
  private var thrown: (any Error)?

  init(most: Int, bytes: Int) { (self.most, self.bytes) = (most, bytes) }

  private func locked<T>(_ body: () throws -> T) rethrows -> T {
    change.lock()
    defer { change.unlock() }
    return try body()
  }

  var passed: OrderedWindow.Passed { locked { tally } }
  var failure: (any Error)? { locked { thrown } }

  func stop() {
    locked {
      isStopped = true
      change.broadcast()
    }
  }

  /// Whether there is room for another item, once there is; false when stopped.
  private func waitForRoom() -> Bool {
    locked {
      while !isStopped, read - first >= most || held >= bytes { change.wait() }
      return !isStopped
    }
  }

  func read(_ next: () throws -> (item: Item, bytes: Int)?) {
    while waitForRoom() {
      let found: (item: Item, bytes: Int)?
      do { found = try next() } catch {
        locked { thrown = error }
        break
      }
      guard let (item, size) = found else { break }
      locked {
        waiting.append(item)
        sizes.append(size)
        read += 1
        held += size
        tally.mostItems = max(tally.mostItems, read - first)
        tally.mostBytes = max(tally.mostBytes, held)
        change.broadcast()
      }
    }
    locked {
      hasEnded = true
      change.broadcast()
    }
  }

  func work(_ make: (Item) -> Result) {
    while true {
      let next: (number: Int, item: Item)? = locked {
        while !isStopped, waiting.isEmpty, !hasEnded { change.wait() }
        guard !isStopped, !waiting.isEmpty else { return nil }
        defer { begun += 1 }
        return (begun, waiting.removeFirst())
      }
      guard let (number, item) = next else { return }
      let result = make(item)
      locked {
        done[number] = result
        if number == first { change.broadcast() }
      }
    }
  }

  /// Results that follow one another, waiting for the first of them; none after a while without
  /// one; nil at the end or when somebody stopped.
  func finished(_ goesOn: () -> Bool) -> [Result]? {
    guard goesOn() else { return nil }
    return locked {
      if done[first] == nil, !(hasEnded && first == read) {
        _ = change.wait(until: Date(timeIntervalSinceNow: 0.1))
      }
      if hasEnded, first == read { return nil }
      return taken()
    }
  }

  /// Results that were finished before it was stopped, without a gap.
  func rest() -> [Result] { locked { taken() } }

  private func taken() -> [Result] {
    var results: [Result] = []
    while let result = done.removeValue(forKey: first + results.count) { results.append(result) }
    return results
  }

  /// Results that are handed on make room for others.
  func release(_ count: Int) {
    locked {
      held -= sizes.prefix(count).reduce(0, +)
      sizes.removeFirst(count)
      first += count
      tally.count += count
      change.broadcast()
    }
  }
}
