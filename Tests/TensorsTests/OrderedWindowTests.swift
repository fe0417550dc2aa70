import Foundation
import Synchronization
import Testing

@testable import Tensors

@Suite("A window over items in order")
struct OrderedWindowTests {
  /// Numbers 0 ..< count, each item with the bytes that a function gives it.
  private func numbers(
    _ count: Int, bytes: @escaping @Sendable (Int) -> Int = { _ in 1 },
    taken: (@Sendable (Int) -> Void)? = nil
  ) -> @Sendable () throws -> (item: Int, bytes: Int)? {
    let next = Mutex(0)
    return {
      let number = next.withLock { next -> Int in
        defer { next += 1 }
        return next
      }
      guard number < count else { return nil }
      taken?(number)
      return (number, bytes(number))
    }
  }

  private func window(_ most: Int, _ threads: Int, bytes: Int = 1 << 30) -> OrderedWindow {
    var window = OrderedWindow()
    (window.most, window.threads, window.bytes) = (most, threads, bytes)
    return window
  }

  @Test(
    "results leave in the order of the items, whatever takes longest",
    arguments: [(1, 1), (1, 4), (2, 3), (7, 2), (256, 4)])
  func order(most: Int, threads: Int) throws {
    var results: [Int] = []
    let passed = try window(most, threads).run(
      next: numbers(300),
      work: { number in
        // The earlier of a few neighbours takes longer.
        usleep(UInt32((5 - number % 5) * 40))
        return number * 3
      }
    ) { results += $0 }
    #expect(results == (0..<300).map { $0 * 3 })
    #expect(passed.count == 300)
    #expect(passed.mostItems <= most)
  }

  /// Counted outside of what is tested: items that were read and not handed on.
  @Test("never more items are between source and sink than the window has", arguments: [1, 3, 16])
  func bound(most: Int) throws {
    let within = Mutex((now: 0, most: 0))
    try window(most, 3).run(
      next: numbers(200) { _ in
        1
      } taken: { _ in
        within.withLock { within in
          within.now += 1
          within.most = max(within.most, within.now)
        }
      }, work: { $0 }
    ) { results in
      // A slow sink holds the source up.
      usleep(500)
      within.withLock { $0.now -= results.count }
    }
    let seen = within.withLock { $0.most }
    // An item leaves the window after the sink has it, so the sink may count one batch less.
    #expect(seen <= most)
    #expect(seen > 0)
  }

  @Test("bytes hold the source up as items do; one item is always let through")
  func bytes() throws {
    let passed = try window(100, 2, bytes: 1000).run(
      next: numbers(60) { $0 % 7 == 0 ? 5000 : 300 }, work: { $0 }
    ) { _ in usleep(200) }
    #expect(passed.count == 60)
    // Whatever is below the bound may be followed by the largest item.
    #expect(passed.mostBytes <= 999 + 5000)
    #expect(passed.mostItems < 10)
  }

  struct Broken: Error, Equatable {
    let place: Int
  }

  @Test("a source that fails fails behind the items before it")
  func source() throws {
    let next = numbers(20)
    var results: [Int] = []
    #expect(throws: Broken(place: 12)) {
      try window(4, 2).run(
        next: { () throws -> (item: Int, bytes: Int)? in
          let item = try next()
          if item?.item == 12 { throw Broken(place: 12) }
          return item
        }, work: { $0 }
      ) { results += $0 }
    }
    #expect(results == Array(0..<12))
  }

  @Test("a sink that fails ends the work at once")
  func sink() throws {
    let read = Mutex(0)
    #expect(throws: Broken(place: 5)) {
      try window(8, 2).run(
        next: numbers(1_000_000) { _ in
          1
        } taken: { number in
          read.withLock { $0 = number }
        },
        work: { $0 }
      ) { if $0.contains(5) { throw Broken(place: 5) } }
    }
    #expect(read.withLock { $0 } <= 5 + 8)
  }

  @Test("who stops gets what is finished without a gap, and nothing after it")
  func stopped() throws {
    var results: [Int] = []
    let passed = try window(8, 3).run(
      next: numbers(1_000_000), work: { $0 }, goesOn: { results.count < 50 }
    ) { results += $0 }
    #expect(results == Array(0..<results.count))
    #expect(results.count >= 50)
    #expect(results.count < 80)
    #expect(passed.count == results.count)
  }

  @Test("an answer is handed on before the next item comes")
  func prompt() throws {
    let answered = Mutex(0)
    let next = numbers(20)
    try window(8, 2).run(
      next: { () throws -> (item: Int, bytes: Int)? in
        // A person who types the next line only when the last answer stands there.
        guard let item = try next() else { return nil }
        while answered.withLock({ $0 }) < item.item { usleep(100) }
        return item
      }, work: { $0 }
    ) { results in answered.withLock { $0 += results.count } }
    #expect(answered.withLock { $0 } == 20)
  }
}
