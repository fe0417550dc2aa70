/// Colours for values from 0 to 1, ever brighter, so that the order can be read without the hue.
package enum ColorMap: String, CaseIterable, Sendable, Hashable {
  /// Deep violet over blue and green to yellow. Also orders for the common colour blindnesses.
  case tide
  /// Black over crimson and orange to pale yellow.
  case ember
  /// Black to white.
  case gray

  /// The colour of a value; below 0 counts as 0, above 1 as 1, not-a-number as 0.
  package func callAsFunction(_ value: Float) -> RGB {
    let stops = stops
    let clamped = value.isNaN ? 0 : min(1, max(0, value))
    let position = clamped * Float(stops.count - 1)
    let i = min(stops.count - 2, Int(position))
    return stops[i].mixed(with: stops[i + 1], position - Float(i))
  }

  /// Equally spaced colours; between them the mix is linear. Lightness (CIE L*) rises from stop to
  /// stop by about the same step.
  private var stops: [RGB] {
    switch self {
    case .tide:
      [
        RGB(48, 10, 80), RGB(62, 50, 130), RGB(48, 92, 146), RGB(30, 128, 146),
        RGB(44, 165, 128), RGB(122, 200, 88), RGB(244, 232, 60),
      ]
    case .ember:
      [
        RGB(6, 4, 18), RGB(62, 16, 88), RGB(132, 30, 106), RGB(198, 54, 82),
        RGB(242, 104, 40), RGB(252, 172, 36), RGB(250, 252, 170),
      ]
    case .gray: [RGB(0, 0, 0), RGB(255, 255, 255)]
    }
  }
}
