import Pictures
import Tensors

/// Draws small pictures of harbour life. The same generator state gives the same bytes.
///
/// A picture is scenery, clutter, one thing somewhere at some size, or several small ones, in 35 %
/// of the pictures something in front of it, noise, and the light of the setting over all. All
/// random choices except the things' own outlines are drawn the same way whatever the things are,
/// so that only its shape can tell one.
package struct ScenePainter: Sendable {
  /// Width and height of the pictures in pixels.
  package let side: Int

  /// A painter of square pictures.
  package init(side: Int = 64) {
    precondition(side >= 8, "a scene needs at least 8 pixels a side")
    self.side = side
  }

  /// Draws one thing in one setting; every call moves the generator on and gives another picture.
  package func paint(
    _ thing: Thing, in setting: Setting, using generator: inout SeededGenerator
  ) -> Picture {
    paint([thing], in: setting, using: &generator) { side, _, generator in
      Placement(side: side, using: &generator)
    }.picture
  }

  /// Draws several small things in one setting, each in a quarter of its own.
  ///
  /// - Parameter things: at most four.
  /// - Returns: the picture, and where each thing is, in shares of the picture.
  package func paint(
    crowd things: [Thing], in setting: Setting, using generator: inout SeededGenerator
  ) -> (picture: Picture, places: [ImageShare]) {
    let quarters = generator.permutation(4)
    let painted = paint(things, in: setting, using: &generator) { side, number, generator in
      Placement(side: side, quarter: quarters[number % 4], using: &generator)
    }
    let scale = 1 / Float(side)
    return (
      painted.picture,
      painted.placements.map { placement in
        ImageShare(
          centerX: placement.center.x * scale, centerY: placement.center.y * scale,
          size: placement.extent * scale)
      }
    )
  }

  private func paint(
    _ things: [Thing], in setting: Setting, using generator: inout SeededGenerator,
    place: (_ side: Float, _ number: Int, inout SeededGenerator) -> Placement
  ) -> (picture: Picture, placements: [Placement]) {
    let scenery = Scenery(side: Float(side), using: &generator)
    let light = Light(setting, using: &generator)
    var canvas = Canvas(width: side, height: side)
    scenery.paintBackground(on: &canvas, using: &generator)
    for _ in 0..<(2 + generator.index(below: 3)) {
      Clutter.paintPiece(on: &canvas, in: scenery, using: &generator)
    }
    var placements: [Placement] = []
    for (number, thing) in things.enumerated() {
      let placement = place(Float(side), number, &generator)
      placements.append(placement)
      var brush = Brush(
        canvas: canvas, placement: placement, inks: Inks(in: scenery, using: &generator),
        generator: generator)
      brush.paint(thing)
      (canvas, generator) = (brush.canvas, brush.generator)
    }
    if let placement = placements.first, generator.chance(0.35) {
      Clutter.paintOccluder(on: &canvas, at: placement, in: scenery, using: &generator)
    }
    canvas.addNoise(sigma: 6, using: &generator)
    light.fall(on: &canvas)
    return (canvas.picture, placements)
  }
}

/// A square of a picture, in shares of its side.
package struct ImageShare: Sendable, Hashable, CustomStringConvertible {
  /// Middle, from the left and from above.
  package let centerX: Float
  package let centerY: Float
  /// Side of the square.
  package let size: Float

  /// Middle and size in hundredths: `31 70 44`.
  package var description: String {
    [centerX, centerY, size].map { String(Int(($0 * 100).rounded())) }.joined(separator: " ")
  }
}
