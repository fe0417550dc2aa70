import Pictures
import Traces

/// How a picture becomes the input of an encoder: short side resized, middle cut out, channels
/// normalised. Kept in the model's `config.json`, because a model is only right with its own
/// recipe.
package struct PictureRecipe: Sendable, Hashable, Codable {
  /// Pixels of the short side after resizing.
  package var shortSide: Int
  /// Side of the square cut from the middle.
  package var side: Int
  /// Subtracted from red, green and blue (0 … 1).
  package var mean: [Float]
  /// What red, green and blue are then divided by.
  package var deviation: [Float]
  /// Whether only shapes count: every picture becomes grey with mean 0 and deviation 1, whatever
  /// the light it was taken in. `mean` and `deviation` are then not used.
  package var evensLight = false

  /// harbor's small pictures: 64, middle 56, which a stride of 8 turns into 7×7.
  package static let harbor = PictureRecipe(
    shortSide: 64, side: 56, mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25])

  /// 3×side×side numbers, red plane first, and the part of the source picture they show.
  package func prepare(_ picture: Picture) -> (pixels: [Float], seen: ImageRegion) {
    let (cropped, seen) = picture.centerCropped(shortSide: shortSide, side: side, filter: .bilinear)
    func vector(_ values: [Float]) -> SIMD3<Float> {
      values.count == 3 ? SIMD3(values[0], values[1], values[2]) : SIMD3(repeating: 0.5)
    }
    let pixels =
      evensLight
      ? Self.evenLight(cropped)
      : cropped.planarFloats(mean: vector(mean), std: vector(deviation))
    return (
      pixels,
      ImageRegion(left: seen.left, top: seen.top, width: seen.width, height: seen.height)
    )
  }

  /// Three equal planes of lightness with mean 0 and deviation 1; all 0 for a picture of one grey.
  private static func evenLight(_ picture: Picture) -> [Float] {
    let planes = picture.planarFloats()
    let count = picture.width * picture.height
    var grey = (0..<count).map { i in
      0.299 * planes[i] + 0.587 * planes[count + i] + 0.114 * planes[2 * count + i]
    }
    let mean = grey.reduce(0, +) / Float(count)
    let variance = grey.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(count)
    let scale = variance > 1e-6 ? 1 / variance.squareRoot() : 0
    for i in grey.indices { grey[i] = (grey[i] - mean) * scale }
    return grey + grey + grey
  }
}

extension PictureRecipe {
  private enum CodingKeys: String, CodingKey {
    case shortSide, side, mean, deviation, evensLight
  }

  /// Reads a recipe; one written before `evensLight` existed keeps its colours.
  package init(from decoder: Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    shortSide = try values.decode(Int.self, forKey: .shortSide)
    side = try values.decode(Int.self, forKey: .side)
    mean = try values.decode([Float].self, forKey: .mean)
    deviation = try values.decode([Float].self, forKey: .deviation)
    evensLight = try values.decodeIfPresent(Bool.self, forKey: .evensLight) ?? false
  }
}
