/// How faithful and how steady an explanation is, defined as Captum defines it
/// (`captum.metrics`), over closures: what is explained may be anything that gives a number.
package enum ExplanationMeasure {
  /// Infidelity (Yeh et al. 2019, *On the (in)fidelity and sensitivity of explanations*): the mean
  /// square of what an explanation says a perturbation costs less what it does cost. 0 is best.
  ///
  /// - Parameters:
  ///   - attribution: a number for each entry of the input.
  ///   - perturbations: of as many entries each; how much each entry is taken down.
  ///   - isNormalized: whether the explanation is scaled first by the factor that suits it best, so
  ///     that one in other units, such as attention, can be measured; Captum's `normalize=True`.
  ///   - lost: f(x) − f(x without the perturbation), by the perturbation's place.
  /// - Returns: nil without perturbations.
  package static func infidelity(
    of attribution: [Float], under perturbations: [[Float]], isNormalized: Bool = false,
    lost: (Int) throws -> Float
  ) rethrows -> Double? {
    guard !perturbations.isEmpty else { return nil }
    var (said, both, real) = (0.0, 0.0, 0.0)
    for (place, perturbation) in perturbations.enumerated() {
      let a = zip(perturbation, attribution).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      let d = Double(try lost(place))
      said += a * a
      both += a * d
      real += d * d
    }
    // As Captum divides by zero.
    let factor = isNormalized ? (said != 0 ? both / said : both) : 1
    let sum = factor * factor * said - 2 * factor * both + real
    return max(0, sum) / Double(perturbations.count)
  }

  /// Maximum sensitivity (Yeh et al. 2019): the largest change of an explanation under small
  /// changes of the input, as a share of the explanation, by Euclidean norms. 0 is steadiest.
  ///
  /// - Parameters:
  ///   - explanation: of the input as it is.
  ///   - others: explanations of the changed inputs.
  /// - Returns: nil without any other.
  package static func sensitivity(
    of explanation: [Float], among others: some Sequence<[Float]>
  ) -> Double? {
    func norm(_ values: some Sequence<Double>) -> Double {
      values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let own = norm(explanation.lazy.map(Double.init))
    return others.map { other in
      norm(zip(explanation, other).lazy.map { Double($0) - Double($1) }) / (own == 0 ? 1 : own)
    }.max()
  }
}
