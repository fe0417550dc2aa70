import Pictures
import Tensors

/// The weather or hour of a picture, as a photographer would fake it: a filter over the whole
/// picture and a veil.
///
/// It changes colour and contrast everywhere alike and no outline anywhere, so an encoder that is
/// blind to light (as one trained to name things under any light becomes) cannot tell the setting,
/// while one trained on captions, which speak of it, can.
struct Light {
  /// What remains of red, green and blue.
  let gains: SIMD3<Float>
  let veil: RGB
  let amount: Float

  init(_ setting: Setting, using generator: inout SeededGenerator) {
    let spread = SIMD3<Float>(
      generator.uniform(0.93, 1.07), generator.uniform(0.93, 1.07), generator.uniform(0.93, 1.07))
    let strength = generator.uniform(0.75, 1.25)
    let (gains, veil, amount): (SIMD3<Float>, RGB, Float) =
      switch setting {
      case .sunny: (SIMD3(1.1, 1, 0.72), RGB(255, 236, 150), 0.08)
      case .rain: (SIMD3(0.55, 0.62, 0.7), RGB(105, 122, 140), 0.22)
      case .night: (SIMD3(0.26, 0.3, 0.52), RGB(12, 18, 70), 0.16)
      case .fog: (SIMD3(0.92, 0.92, 0.9), RGB(205, 205, 203), 0.5)
      case .sunset: (SIMD3(1, 0.6, 0.42), RGB(255, 112, 48), 0.22)
      case .snow: (SIMD3(0.88, 1, 1.12), RGB(224, 238, 255), 0.34)
      }
    self.gains = gains * spread
    self.veil = veil
    self.amount = amount * strength
  }

  /// Lays the light over everything painted so far.
  func fall(on canvas: inout Canvas) {
    canvas.scale(by: gains)
    canvas.wash(with: veil, amount: amount)
  }
}
