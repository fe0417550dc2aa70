/// A table's cell for the same number measured with several seeds.
enum MeanCell {
  /// Mean ± standard deviation (of the sample); one value stands alone.
  static func text(_ values: [Double], digits: Int = 2) -> String {
    let n = Double(max(1, values.count))
    let mean = values.reduce(0, +) / n
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, n - 1)
    let text = RoutingReport.decimals(mean, digits)
    return values.count < 2
      ? text : text + " ± " + RoutingReport.decimals(variance.squareRoot(), digits)
  }
}
