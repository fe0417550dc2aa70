/// How a resized pixel is mixed from the pixels around it. When a picture shrinks, the support
/// grows with the factor (antialiasing), as Pillow does.
package enum ResamplingFilter: Sendable, Hashable, CaseIterable {
  /// The mean over the area that the pixel covers: fast, good for shrinking to the screen.
  case box
  /// Triangle, support 1.
  case bilinear
  /// Keys' cubic with a = -0.5, support 2: what CLIP-like preprocessing uses.
  case bicubic

  /// Reach on each side at equal size, in pixels.
  var support: Double {
    switch self {
    case .box: 0.5
    case .bilinear: 1
    case .bicubic: 2
    }
  }

  /// Weight at a distance.
  func weight(_ x: Double) -> Double {
    let d = abs(x)
    switch self {
    case .box: return x > -0.5 && x <= 0.5 ? 1 : 0
    case .bilinear: return max(0, 1 - d)
    case .bicubic:
      let a = -0.5
      if d < 1 { return ((a + 2) * d - (a + 3)) * d * d + 1 }
      if d < 2 { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a }
      return 0
    }
  }
}

/// The fixed-point weights with which one row or column of pixels becomes another.
private struct Kernel {
  /// Bits behind the point, chosen so that 8-bit values times weights fit 32 bits with room for
  /// overshoot.
  static let bits: Int32 = 22
  let starts: [Int]
  let counts: [Int]
  /// `longest` weights for each output pixel, the unused ones 0.
  let weights: [Int32]
  let longest: Int

  /// All of the input spread over `whole` output pixels, of which `wanted` are made.
  init(input: Int, whole: Int, wanted: Range<Int>, filter: ResamplingFilter) {
    let scale = Double(input) / Double(whole)
    let stretch = max(scale, 1)
    let support = filter.support * stretch
    longest = Int(support.rounded(.up)) * 2 + 1
    var starts: [Int] = []
    var counts: [Int] = []
    var weights = [Int32](repeating: 0, count: longest * wanted.count)
    for (i, place) in wanted.enumerated() {
      let center = (Double(place) + 0.5) * scale
      let first = max(0, Int(center - support + 0.5))
      let last = min(input, Int(center + support + 0.5))
      let values = (first..<max(first, last)).map {
        filter.weight((Double($0) - center + 0.5) * (1 / stretch))
      }
      let sum = values.reduce(0, +)
      for (k, value) in values.enumerated().prefix(longest) {
        let share = (sum != 0 ? value / sum : value) * Double(1 << Kernel.bits)
        weights[i * longest + k] = Int32(share + (share < 0 ? -0.5 : 0.5))
      }
      starts.append(first)
      counts.append(min(values.count, longest))
    }
    (self.starts, self.counts, self.weights) = (starts, counts, weights)
  }
}

extension Picture {
  /// The picture at another size (aspect ratio not kept: "stretch").
  ///
  /// Two passes, across and down, each rounded to 8 bits, with 22-bit fixed-point weights: the
  /// same arithmetic as Pillow's `resize`, so that published preprocessing is reproduced exactly.
  package func resized(to size: PixelSize, filter: ResamplingFilter = .bicubic) -> Picture {
    precondition(size.width > 0 && size.height > 0, "a picture has at least one pixel")
    return resized(to: size, columns: 0..<size.width, rows: 0..<size.height, filter: filter)
  }

  /// A part of the picture at another size, the same pixels as if the whole had been resized and
  /// then cut; a very long strip need not be blown up for its middle.
  func resized(
    to size: PixelSize, columns: Range<Int>, rows: Range<Int>, filter: ResamplingFilter
  ) -> Picture {
    func across(_ picture: Picture) -> Picture {
      guard size.width != width else {
        return picture.cropped(
          x: columns.lowerBound, y: 0, width: columns.count, height: picture.height) ?? picture
      }
      let kernel = Kernel(input: width, whole: size.width, wanted: columns, filter: filter)
      return picture.resampledAcross(kernel, width: columns.count)
    }
    func down(_ picture: Picture) -> Picture {
      guard size.height != height else {
        return picture.cropped(
          x: 0, y: rows.lowerBound, width: picture.width, height: rows.count) ?? picture
      }
      let kernel = Kernel(input: height, whole: size.height, wanted: rows, filter: filter)
      return picture.resampledDown(kernel, height: rows.count)
    }
    // Pillow's choice since version 13: rows first go away where there are far more of them.
    let lost = (columns: width - size.width, rows: height - size.height)
    let downFirst = lost.rows > 0 && lost.rows > 2 * lost.columns
    return downFirst ? across(down(self)) : down(across(self))
  }

  private func resampledAcross(_ kernel: Kernel, width newWidth: Int) -> Picture {
    let half: Int32 = 1 << (Kernel.bits - 1)
    let (starts, counts) = (kernel.starts, kernel.counts)
    let bytes = [UInt8](unsafeUninitializedCapacity: 3 * newWidth * height) { output, count in
      pixels.withUnsafeBufferPointer { input in
        kernel.weights.withUnsafeBufferPointer { weights in
          for y in 0..<height {
            for x in 0..<newWidth {
              var sum = SIMD4<Int32>(repeating: half)
              var i = 3 * (y * width + starts[x])
              let at = x * kernel.longest
              for k in at..<(at + counts[x]) {
                sum &+=
                  SIMD4(Int32(input[i]), Int32(input[i + 1]), Int32(input[i + 2]), 0)
                  &* weights[k]
                i += 3
              }
              let value = (sum &>> Kernel.bits).clamped(lowerBound: .zero, upperBound: .bytes)
              let o = 3 * (y * newWidth + x)
              output[o] = UInt8(truncatingIfNeeded: value.x)
              output[o + 1] = UInt8(truncatingIfNeeded: value.y)
              output[o + 2] = UInt8(truncatingIfNeeded: value.z)
            }
          }
        }
      }
      count = 3 * newWidth * height
    }
    return Picture(width: newWidth, height: height, pixels: bytes)
  }

  private func resampledDown(_ kernel: Kernel, height newHeight: Int) -> Picture {
    let half: Int32 = 1 << (Kernel.bits - 1)
    let stride = 3 * width
    var sums = [Int32](repeating: 0, count: stride)
    let bytes = [UInt8](unsafeUninitializedCapacity: stride * newHeight) { output, count in
      pixels.withUnsafeBufferPointer { input in
        sums.withUnsafeMutableBufferPointer { sums in
          for y in 0..<newHeight {
            sums.update(repeating: half)
            for k in 0..<kernel.counts[y] {
              let weight = kernel.weights[y * kernel.longest + k]
              let row = (kernel.starts[y] + k) * stride
              for i in 0..<stride { sums[i] &+= Int32(input[row + i]) &* weight }
            }
            for i in 0..<stride {
              output[y * stride + i] = UInt8(
                truncatingIfNeeded: min(255, max(0, sums[i] >> Kernel.bits)))
            }
          }
        }
      }
      count = stride * newHeight
    }
    return Picture(width: width, height: newHeight, pixels: bytes)
  }
}

extension SIMD4<Int32> {
  fileprivate static var bytes: Self { Self(repeating: 255) }
}
