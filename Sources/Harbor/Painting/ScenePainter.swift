import Pictures
import Tensors

/// Draws small pictures of harbour life. The same generator state gives the same bytes.
///
/// A picture is scenery, clutter, one thing somewhere at some size, in 35 % of the pictures
/// something in front of it, noise, and the light of the setting over all. All random choices
/// except the thing's own outline are drawn the same way whatever the thing is, so that only its
/// shape can tell it.
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
    let scenery = Scenery(side: Float(side), using: &generator)
    let light = Light(setting, using: &generator)
    var canvas = Canvas(width: side, height: side)
    scenery.paintBackground(on: &canvas, using: &generator)
    for _ in 0..<(2 + generator.index(below: 3)) {
      Clutter.paintPiece(on: &canvas, in: scenery, using: &generator)
    }
    let placement = Placement(side: Float(side), using: &generator)
    var brush = Brush(
      canvas: canvas, placement: placement, inks: Inks(in: scenery, using: &generator),
      generator: generator)
    brush.paint(thing)
    (canvas, generator) = (brush.canvas, brush.generator)
    if generator.chance(0.35) {
      Clutter.paintOccluder(on: &canvas, at: placement, in: scenery, using: &generator)
    }
    canvas.addNoise(sigma: 6, using: &generator)
    light.fall(on: &canvas)
    return canvas.picture
  }
}
