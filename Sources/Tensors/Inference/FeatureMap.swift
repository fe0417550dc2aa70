import CKernels
import Glibc

/// A picture's channels side by side, pixel by pixel, row by row, with a border of zeros around it
/// where a convolution looks past the edge.
package struct FeatureMap {
  /// The pixel at row 0, column 0, inside the border.
  package let base: UnsafeMutablePointer<Float>
  /// Rows of positions.
  package let height: Int
  /// Columns of positions.
  package let width: Int
  /// Numbers per position.
  package let channels: Int
  /// Pixels of zeros on each side.
  package let border: Int
  /// Numbers from one pixel to the next.
  package let pixelStride: Int
  private let owner: FloatBuffer?

  /// Numbers from one row to the next.
  package var lineStride: Int { (width + 2 * border) * pixelStride }

  /// Numbers of a map's memory, with its border.
  package static func size(height: Int, width: Int, channels: Int, border: Int) -> Int {
    (height + 2 * border) * (width + 2 * border) * stride(channels: channels, border: border)
  }

  // Where a kernel reads several pixels at once they stand close together; otherwise pixels a
  // multiple of 4 kB apart would share cache sets.
  private static func stride(channels: Int, border: Int) -> Int {
    border == 0 && channels % 1024 == 0 ? channels + 16 : channels
  }

  /// A map in given memory of `size` numbers; its border is cleared, what is inside is undefined.
  package init(
    _ memory: UnsafeMutablePointer<Float>, height: Int, width: Int, channels: Int, border: Int,
    owner: FloatBuffer? = nil
  ) {
    self.height = height
    self.width = width
    self.channels = channels
    self.border = border
    self.owner = owner
    pixelStride = Self.stride(channels: channels, border: border)
    let line = (width + 2 * border) * pixelStride
    base = memory + border * line + border * pixelStride
    guard border > 0 else { return }
    let float = MemoryLayout<Float>.stride
    memset(memory, 0, border * line * float)
    memset(memory + (height + border) * line, 0, border * line * float)
    for y in 0..<height {
      let row = memory + (y + border) * line
      memset(row, 0, border * pixelStride * float)
      memset(row + (border + width) * pixelStride, 0, border * pixelStride * float)
    }
  }

  /// The first number of its memory, the border included.
  package var memory: UnsafeMutablePointer<Float> { base - border * (lineStride + pixelStride) }

  /// Whether all pixels stand the same distance apart, across rows too.
  var isPlain: Bool { border == 0 }

  /// Fills the map with a picture C×H×W.
  package func fill(planes: UnsafePointer<Float>) {
    RowKernels.split(height, work: width * channels) { rows in
      for c in 0..<channels {
        for y in rows {
          let source = planes + (c * height + y) * width
          let target = base + y * lineStride + c
          for x in 0..<width { target[x * pixelStride] = source[x] }
        }
      }
    }
  }

  /// Copies the pixels, row by row, without gaps: (H·W) × C.
  package func copy(to target: UnsafeMutablePointer<Float>) {
    for y in 0..<height {
      for x in 0..<width {
        (target + (y * width + x) * channels).update(
          from: base + y * lineStride + x * pixelStride, count: channels)
      }
    }
  }

  /// Largest of kernel × kernel pixels. Its own border counts as 0, which is right for maps without
  /// negative numbers, such as after relu.
  package func maxPool(kernel: Int, stride: Int, padding: Int, into y: FeatureMap) {
    precondition(
      padding <= border && pixelStride == channels && y.channels == channels
        && (height + 2 * padding - kernel) / stride + 1 == y.height
        && (width + 2 * padding - kernel) / stride + 1 == y.width, "a pool of other sizes")
    RowKernels.split(y.height, work: kernel * kernel * y.width * channels) { rows in
      for row in rows {
        ck_max_pool_line(
          base + (row * stride - padding) * lineStride - padding * pixelStride, lineStride,
          channels, kernel, stride, y.base + row * y.lineStride, y.pixelStride, y.width)
      }
    }
  }
}
