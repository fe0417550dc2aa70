import Pictures
import Tensors

/// The colours of one thing, drawn from palettes that all things share.
struct Inks {
  let main: RGB
  let second: RGB
  let third: RGB
  /// Very dark or very light, whichever shows on `main`.
  let detail: RGB

  init(in scenery: Scenery, using generator: inout SeededGenerator) {
    let behind = [scenery.skyMean, scenery.groundMean]
    main = Inks.color(unlike: behind, in: scenery, using: &generator)
    second = Inks.color(unlike: [main] + behind, in: scenery, using: &generator)
    third = Inks.color(unlike: [main, second], in: scenery, using: &generator)
    let edge: Float =
      main.luma > 95 ? generator.uniform(0.02, 0.2) : generator.uniform(0.85, 1)
    detail = RGB(hue: generator.uniform(), saturation: 0.1, value: edge)
  }

  /// The candidate that is least like the given colours, of a few: random, yet visible.
  static func color(
    unlike others: [RGB], in scenery: Scenery, using generator: inout SeededGenerator
  ) -> RGB {
    var best = RGB(0, 0, 0)
    var bestDistance: Float = -1
    for _ in 0..<5 {
      let candidate = any(using: &generator)
      let distance = others.map { Inks.distance(candidate, $0) }.min() ?? 0
      if distance > bestDistance { (best, bestDistance) = (candidate, distance) }
    }
    return best
  }

  /// Any paint a harbour town owns: from near black to white, grey to glaring.
  static func any(using generator: inout SeededGenerator) -> RGB {
    RGB(
      hue: generator.uniform(), saturation: generator.uniform(0, 0.95),
      value: generator.uniform(0.08, 1))
  }

  /// Brightness counts most: shapes are seen by it.
  private static func distance(_ a: RGB, _ b: RGB) -> Float {
    let red = Float(a.red) - Float(b.red)
    let green = Float(a.green) - Float(b.green)
    let blue = Float(a.blue) - Float(b.blue)
    return abs(a.luma - b.luma) + 0.3 * (abs(red) + abs(green) + abs(blue)) / 3
  }
}
