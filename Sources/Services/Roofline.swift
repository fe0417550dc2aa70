/// What a machine's products reach at most, as measured, and what share of it something else takes.
///
/// A measurement beside other load gives a peak below the truth, and shares above 1 that no program
/// reaches. Such a peak is measured again; while it stays below what was reached, no share is told.
package struct Roofline: Sendable, Hashable {
  /// Thousand million operations a second.
  package private(set) var peak: Double

  /// A roofline of the largest of some measurements.
  package init(peak: Double) { self.peak = peak }

  /// A rate's share of the peak, 0 … 1; nil when the rate is above it, so that it is no peak.
  package func share(of rate: Double) -> Double? {
    guard peak > 0, rate >= 0, rate <= peak else { return nil }
    return rate / peak
  }

  /// Measures again, a few times, while one of the rates is above the peak.
  package mutating func raise(above rates: [Double], measure: () -> Double) {
    guard let fastest = rates.max() else { return }
    for _ in 0..<Self.attempts where fastest > peak { peak = max(peak, measure()) }
  }

  private static let attempts = 3
}
