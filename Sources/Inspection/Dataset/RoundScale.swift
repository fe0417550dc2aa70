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
    let width = max(Double(high) - Double(low), 1e-6 * max(1, Double(abs(high))))
    var power = Int(log10(width / Double(max(1, parts))).rounded(.down)) - 1
    var (first, last, step) = (0, 0, 1)
    search: while true {
      for factor in [1, 2, 5] {
        let size = Double(factor) * pow(10, Double(power))
        // A number that stands on an end to the last bit must not make another part.
        first = Int((Double(low) / size + 1e-6).rounded(.down))
        last = max(first + 1, Int((Double(high) / size - 1e-6).rounded(.up)))
        step = factor
        if last - first <= max(1, parts) { break search }
      }
      power += 1
    }
    decimals = max(0, -power)
    let (scale, digits) = (pow(10, Double(power)), decimals)
    // Through their text, so that a query with the same digits means the same number.
    edges = (first...last).map { Float(Self.text(Double($0 * step) * scale, digits)) ?? 0 }
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
    let text = String(format: "%.\(min(12, decimals))f", value)
    return text == "-0" || Double(text) == 0 ? "0" : text
  }
}
