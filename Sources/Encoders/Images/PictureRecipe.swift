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
  /// True: only lightness counts, each picture brought to mean 0 and deviation 1; mean and
  /// deviation are not used.
  public var lightnessOnly: Bool? = nil

  /// harbor's small pictures: 64, middle 56, which a stride of 8 turns into 7×7.
  public static let harbor = PictureRecipe(
    shortSide: 64, side: 56, mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25])

  /// The same for an encoder of shapes, which is to be blind to colour and light.
  public static let harborShapes: PictureRecipe = {
    var recipe = PictureRecipe.harbor
    recipe.lightnessOnly = true
    return recipe
  }()

  /// 3×side×side numbers, red plane first, and the part of the source picture they show.
  public func prepare(_ picture: Picture) -> (pixels: [Float], seen: ImageRegion) {
    let (cropped, seen) = picture.centerCropped(shortSide: shortSide, side: side, filter: .bilinear)
    func vector(_ values: [Float]) -> SIMD3<Float> {
      values.count == 3 ? SIMD3(values[0], values[1], values[2]) : SIMD3(repeating: 0.5)
    }
    let pixels =
      lightnessOnly == true
      ? Self.lightness(cropped)
      : cropped.planarFloats(mean: vector(mean), std: vector(deviation))
    return (
      pixels,
      ImageRegion(left: seen.left, top: seen.top, width: seen.width, height: seen.height)
    )
  }

  /// Rec. 601 luma, standardised over the picture, three times.
  private static func lightness(_ picture: Picture) -> [Float] {
    let p = picture.pixels
    let count = picture.width * picture.height
    var plane = [Float](repeating: 0, count: count)
    var sum: Float = 0
    for i in 0..<count {
      let (r, g, b) = (Float(p[3 * i]), Float(p[3 * i + 1]), Float(p[3 * i + 2]))
      plane[i] = 0.299 * r + 0.587 * g + 0.114 * b
      sum += plane[i]
    }
    let mean = sum / Float(count)
    var squares: Float = 0
    for value in plane { squares += (value - mean) * (value - mean) }
    let scale: Float = 1 / max(1, (squares / Float(count)).squareRoot())
    for i in 0..<count { plane[i] = (plane[i] - mean) * scale }
    return plane + plane + plane
  }
}
