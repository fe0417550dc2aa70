/// Colours for values from 0 to 1, ever brighter in equal steps of lightness, so that equal
/// differences look equal and the order can be read without the hue: by those who do not see it,
/// and in grey print.
package enum ColorMap: String, CaseIterable, Sendable, Hashable {
  /// Deep violet over blue and green to yellow. Also orders for the common colour blindnesses.
  case tide
  /// Black over crimson and orange to pale yellow.
  case ember
  /// Black to white.
  case gray

  /// The one where nothing else is asked for.
  package static let standard = ColorMap.ember

  /// The colour of a value; below 0 counts as 0, above 1 as 1, not-a-number as 0.
  package func callAsFunction(_ value: Float) -> RGB {
    let stops = stops
    let clamped = value.isNaN ? 0 : min(1, max(0, value))
    let position = clamped * Float(stops.count - 1)
    let i = min(stops.count - 2, Int(position))
    return stops[i].mixed(with: stops[i + 1], position - Float(i))
  }

  /// Equally spaced colours; between them the mix is linear. Lightness (CIE L*) rises from stop to
  /// stop by the same step, but for rounding to 8 bits.
  private var stops: [RGB] {
    switch self {
    case .tide:
      [
        RGB(48, 10, 80), RGB(55, 29, 104), RGB(61, 47, 126), RGB(56, 69, 137),
        RGB(48, 91, 146), RGB(37, 113, 146), RGB(33, 135, 143), RGB(40, 156, 133),
        RGB(67, 175, 116), RGB(106, 193, 96), RGB(152, 208, 81), RGB(199, 220, 70),
        RGB(244, 232, 60),
      ]
    case .ember:
      [
        RGB(6, 4, 18), RGB(41, 11, 62), RGB(69, 17, 90), RGB(105, 25, 99), RGB(141, 33, 103),
        RGB(177, 47, 89), RGB(209, 66, 72), RGB(232, 93, 49), RGB(245, 126, 39),
        RGB(250, 160, 37), RGB(251, 192, 70), RGB(251, 223, 121), RGB(250, 252, 170),
      ]
    case .gray: [RGB(0, 0, 0), RGB(255, 255, 255)]
    }
  }
}
