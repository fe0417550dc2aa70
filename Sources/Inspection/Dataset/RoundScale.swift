import Foundation

/// Parts of a range whose ends are round numbers, so that each part can be named exactly in a few
/// digits: 1, 2 or 5 times a power of ten.
package struct RoundScale: Sendable, Hashable {
  /// The ends of the parts, ascending; one more than there are parts.
  package let edges: [Float]
  private let decimals: Int

  /// - Parameter parts: how many there are to be at most, and more than a third of it.
  package init(_ low: Float, _ high: Float, parts: Int) {
    let (low, high) = (low.isFinite ? low : 0, high.isFinite ? high : 1)
    let size = max(Double(abs(high)), Double(abs(low)), 1e-6)
    // One value alone has a hundredth of itself around it.
    let width =
      high > low
      ? max(Double(high) - Double(low), 1e-6 * size) : 0.01 * size * Double(10 * max(1, parts))
    var power = Int(log10(width / Double(max(1, parts))).rounded(.down)) - 1
    while true {
      for factor in [1, 2, 5] {
        let found = Self.edges(low, high, factor, power, most: max(1, parts))
        if let found {
          (edges, decimals) = (found, max(0, -power))
          return
        }
      }
      power += 1
    }
  }

  /// The ends from the last that is not above the range to the first that is not below it; nil for
  /// too many.
  private static func edges(
    _ low: Float, _ high: Float, _ factor: Int, _ power: Int, most: Int
  ) -> [Float]? {
    let size = Double(factor) * pow(10, Double(power))
    // Through its text, so that a query with the same digits means the same number.
    func edge(_ number: Int) -> Float {
      let edge = Float(text(Double(number) * size, max(0, -power))) ?? 0
      // JSON has no sign for more.
      return min(.greatestFiniteMagnitude, max(-.greatestFiniteMagnitude, edge))
    }
    var (first, last) = (Int((Double(low) / size).rounded()), Int((Double(high) / size).rounded()))
    guard last - first <= most + 1 else { return nil }
    while edge(first) > low { first -= 1 }
    while edge(first + 1) <= low { first += 1 }
    last = max(last, first + 1)
    while edge(last) < high { last += 1 }
    while last > first + 1, edge(last - 1) >= high { last -= 1 }
    return last - first <= most ? (first...last).map(edge) : nil
  }

  /// How many parts there are.
  package var count: Int { edges.count - 1 }

  /// The part that a number lies in: its lower end is its own, the upper one the next part's, but
  /// for the last.
  package func part(of value: Float) -> Int {
    var (low, high) = (0, count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if edges[middle] <= value { low = middle } else { high = middle }
    }
    return low
  }

  /// An end in as many digits as it needs.
  package func text(_ edge: Int) -> String { Self.text(Double(edges[edge]), decimals) }

  private static func text(_ value: Double, _ decimals: Int) -> String {
    let text = String(format: "%.\(min(40, decimals))f", value)
    return text == "-0" || Double(text) == 0 ? "0" : text
  }
}
