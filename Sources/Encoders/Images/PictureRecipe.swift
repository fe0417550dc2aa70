import Pictures
import Traces

/// How a picture becomes the input of an encoder: short side resized, middle cut out, channels
/// normalised. Kept in the model's `config.json`, because a model is only right with its own
/// recipe.
public struct PictureRecipe: Sendable, Hashable, Codable {
  /// Pixels of the short side after resizing.
  public var shortSide: Int
  /// Side of the square cut from the middle.
  public var side: Int
  public var mean: [Float]
  public var deviation: [Float]

  /// harbor's small pictures: 64, middle 56, which a stride of 8 turns into 7×7.
  public static let harbor = PictureRecipe(
    shortSide: 64, side: 56, mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25])

  /// 3×side×side numbers, red plane first, and the part of the source picture they show.
  public func prepare(_ picture: Picture) -> (pixels: [Float], seen: ImageRegion) {
    let (cropped, seen) = picture.centerCropped(shortSide: shortSide, side: side, filter: .bilinear)
    func vector(_ values: [Float]) -> SIMD3<Float> {
      values.count == 3 ? SIMD3(values[0], values[1], values[2]) : SIMD3(repeating: 0.5)
    }
    let pixels = cropped.planarFloats(mean: vector(mean), std: vector(deviation))
    return (
      pixels,
      ImageRegion(left: seen.left, top: seen.top, width: seen.width, height: seen.height)
    )
  }
}
