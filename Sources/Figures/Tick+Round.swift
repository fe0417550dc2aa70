import Foundation

extension Tick {
  /// Round numbers (1, 2 or 5 times a power of ten apart) within a range, about `count` of them,
  /// written with as many decimals as their distance needs.
  package static func round(_ range: ClosedRange<Double>, count: Int = 5) -> [Tick] {
    let span = range.upperBound - range.lowerBound
    guard span.isFinite, span > 0, count > 0 else {
      return range.lowerBound.isFinite ? [Tick(range.lowerBound, "\(range.lowerBound)")] : []
    }
    let rough = span / Double(count)
    let exponent = Int(log10(rough).rounded(.down))
    let power = pow(10, Double(exponent))
    let factor = [1.0, 2, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10
    let step = factor * power
    let decimals = min(12, max(0, factor == 10 ? -exponent - 1 : -exponent))
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    guard last >= first, last - first < 1000 else { return [] }
    return stride(from: first, through: last, by: 1).map { i in
      // Zero is written without a sign.
      let number = i == 0 ? 0 : i * step
      let isHuge = abs(number) >= 1e7 || (step < 1e-6)
      return Tick(number, String(format: isHuge ? "%g" : "%.\(decimals)f", number))
    }
  }
}
