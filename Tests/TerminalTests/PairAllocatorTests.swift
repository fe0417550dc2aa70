import Testing

@testable import Terminal

@Suite struct PairAllocatorTests {
  private func colors(_ foreground: Int, _ background: Int = -1) -> PairAllocator.Colors {
    PairAllocator.Colors(foreground: foreground, background: background)
  }

  @Test func givesTheSamePairForTheSameColours() {
    var pairs = PairAllocator(capacity: 64)
    pairs.beginFrame()
    let plain = pairs.pair(colors(-1))
    #expect(plain == (0, false))
    let red = pairs.pair(colors(1))
    let again = pairs.pair(colors(1))
    #expect(red == (1, true))
    #expect(again == (1, false))
  }

  @Test func takesTheOldestButNeverFromThisFrame() {
    var pairs = PairAllocator(capacity: 4)
    pairs.beginFrame()
    for color in 1...3 { _ = pairs.pair(colors(color)) }
    let full = pairs.pair(colors(4))
    #expect(full == (0, false))
    pairs.beginFrame()
    _ = pairs.pair(colors(1))
    let taken = pairs.pair(colors(4))
    #expect(taken == (2, true))
    let former = pairs.pair(colors(2))
    #expect(former == (3, true))
    let none = pairs.pair(colors(3))
    #expect(none == (0, false))
  }

  @Test func aTerminalWithoutPairs() {
    var pairs = PairAllocator(capacity: 0)
    pairs.beginFrame()
    let none = pairs.pair(colors(1))
    #expect(none == (0, false))
  }
}
