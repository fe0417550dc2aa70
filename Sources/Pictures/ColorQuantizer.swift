/// A picture in few colours: a palette and one index per pixel.
///
/// Colours are gathered in 32×32×32 bins with their exact sums. The group of bins with the largest
/// squared error is cut across its widest axis at its mean until there are enough groups; each
/// group's palette entry is the mean of its pixels, so flat areas keep their colour (libsixel's own
/// quantiser darkens white to 248). After Heckbert's median cut, SIGGRAPH 1982, with Wu's choice of
/// what to split.
struct ColorQuantizer {
  /// Red, green, blue of each entry; at least one, at most as many as asked for.
  let palette: [RGB]
  /// One palette index per pixel.
  let indices: [UInt8]

  /// `colors` in 1 … 256.
  init(_ pixels: ArraySlice<UInt8>, colors: Int) {
    var bins = ColorQuantizer.bins(of: pixels)
    var groups = [Group(bins, 0..<bins.count)]
    while groups.count < colors {
      guard let worst = groups.indices.max(by: { groups[$0].error < groups[$1].error }),
        groups[worst].error > 0
      else { break }
      let cut = groups[worst].cut(&bins)
      let whole = groups[worst].range
      guard cut > whole.lowerBound, cut < whole.upperBound else {
        groups[worst].error = 0
        continue
      }
      groups[worst] = Group(bins, whole.lowerBound..<cut)
      groups.append(Group(bins, cut..<whole.upperBound))
    }
    palette = groups.map(\.mean)
    var entryOfBin = [UInt8](repeating: 0, count: 1 << 15)
    for (entry, group) in groups.enumerated() {
      for bin in bins[group.range] { entryOfBin[bin.key] = UInt8(entry) }
    }
    let count = pixels.count / 3
    indices = [UInt8](unsafeUninitializedCapacity: count) { output, filled in
      pixels.withUnsafeBufferPointer { input in
        for i in 0..<count { output[i] = entryOfBin[ColorQuantizer.key(input, at: 3 * i)] }
      }
      filled = count
    }
  }

  /// Pixels that share the upper five bits of every channel.
  private struct Bin {
    let key: Int
    var count: Float = 0
    /// Sums of red, green, blue.
    var sum = SIMD3<Float>.zero
    /// The bin's own mean, for cutting.
    var mean: SIMD3<Float> { sum / count }
  }

  /// Some bins, next to each other in the list, that share a palette entry.
  private struct Group {
    let range: Range<Int>
    let average: SIMD3<Float>
    let axis: Int
    /// Squared error between the bins and their average, along all axes.
    var error: Float

    init(_ bins: [Bin], _ range: Range<Int>) {
      self.range = range
      var (count, sum, squares) = (Float(0), SIMD3<Float>.zero, SIMD3<Float>.zero)
      for bin in bins[range] {
        count += bin.count
        sum += bin.sum
      }
      average = count > 0 ? sum / count : .zero
      for bin in bins[range] {
        let distance = bin.mean - average
        squares += distance * distance * bin.count
      }
      axis =
        squares.x >= squares.y ? (squares.x >= squares.z ? 0 : 2) : squares.y >= squares.z ? 1 : 2
      error = range.count > 1 ? squares.sum() : 0
    }

    var mean: RGB {
      func byte(_ value: Float) -> UInt8 { UInt8(min(255, max(0, value + 0.5))) }
      return RGB(byte(average.x), byte(average.y), byte(average.z))
    }

    /// Moves the bins below the mean to the front and says where the others begin.
    func cut(_ bins: inout [Bin]) -> Int {
      var next = range.lowerBound
      for i in range where bins[i].mean[axis] < average[axis] {
        bins.swapAt(i, next)
        next += 1
      }
      return next
    }
  }

  private static func key(_ pixels: UnsafeBufferPointer<UInt8>, at i: Int) -> Int {
    Int(pixels[i] >> 3) << 10 | Int(pixels[i + 1] >> 3) << 5 | Int(pixels[i + 2] >> 3)
  }

  private static func bins(of pixels: ArraySlice<UInt8>) -> [Bin] {
    var slots = [Int32](repeating: -1, count: 1 << 15)
    var counts: [SIMD4<Int32>] = []
    var keys: [Int] = []
    pixels.withUnsafeBufferPointer { input in
      for i in stride(from: 0, to: input.count - 2, by: 3) {
        let key = key(input, at: i)
        if slots[key] < 0 {
          slots[key] = Int32(counts.count)
          counts.append(.zero)
          keys.append(key)
        }
        counts[Int(slots[key])] &+=
          SIMD4(Int32(input[i]), Int32(input[i + 1]), Int32(input[i + 2]), 1)
      }
    }
    return zip(keys, counts).map { key, total in
      Bin(
        key: key, count: Float(total.w),
        sum: SIMD3(Float(total.x), Float(total.y), Float(total.z)))
    }
  }
}
