import Pictures
import Tensors

extension SeenPost {
  /// The same post with noise on its picture: each number of each pixel is moved by up to a share
  /// of its range either way, evenly drawn, and kept within it.
  package func withNoise(_ radius: Float, seed: UInt64) -> SeenPost {
    SeenPost(post, eyes, key: nil, boxes: boxes, hasOtherWords: hasOtherWords) { [self] _ in
      picture().map { picture in
        var generator = SeededGenerator(seed: seed, stream: "noise")
        var result = picture
        for i in result.pixels.indices {
          let moved = Float(result.pixels[i]) + 255 * radius * (2 * generator.uniform() - 1)
          result.pixels[i] = UInt8(min(255, max(0, moved.rounded())))
        }
        return result
      }
    }
  }
}
