import Pictures
import Tensors
import Traces

/// How a published picture encoder wants its pictures, as `preprocessor_config.json` says it:
/// resized, cut, scaled to 0 … 1, normalised by channel.
///
/// Resizing is Pillow's, rounded to 8 bits after each pass; everything after it is exact.
package struct ImageRecipe: Sendable, Hashable {
  /// How a picture is resized; nil leaves it as it is.
  package var resize: Resize?
  /// How pixels are resampled.
  package var filter: ResamplingFilter
  /// Height and width of the part cut from the middle; nil keeps everything.
  package var crop: ImageSide?
  /// Factor on the bytes, 1/255 nearly always; nil leaves them at 0 … 255.
  package var scale: Float?
  /// Subtracted from each channel after scaling.
  package var mean: [Float]
  /// What each channel is divided by.
  package var deviation: [Float]

  /// A recipe by its parts; `mean` and `deviation` have three numbers each.
  package init(
    resize: Resize?, filter: ResamplingFilter, crop: ImageSide?, scale: Float? = 1 / 255,
    mean: [Float], deviation: [Float]
  ) {
    self.resize = resize
    self.filter = filter
    self.crop = crop
    self.scale = scale
    self.mean = mean
    self.deviation = deviation
  }

  /// What a picture becomes before anything is cut.
  package enum Resize: Sendable, Hashable {
    /// The short side gets so many pixels, the long side follows, rounded down.
    case shortSide(Int)
    /// Exactly this size, whatever the proportions.
    case stretch(ImageSide)
  }

  /// CLIP's own: short side 224 bicubic, the middle 224.
  package static func clip(side: Int = 224) -> ImageRecipe {
    ImageRecipe(
      resize: .shortSide(side), filter: .bicubic, crop: ImageSide(side, side),
      mean: [0.48145466, 0.4578275, 0.40821073], deviation: [0.26862954, 0.26130258, 0.27577711])
  }

  /// ViT's: stretched to 224×224, bilinear, to −1 … 1.
  package static func vit(side: Int = 224) -> ImageRecipe {
    ImageRecipe(
      resize: .stretch(ImageSide(side, side)), filter: .bilinear, crop: nil,
      mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])
  }

  /// ResNet's: short side 256 (224 / 0.875) bicubic, the middle 224, ImageNet's statistics.
  package static let resnet = ImageRecipe(
    resize: .shortSide(256), filter: .bicubic, crop: ImageSide(224, 224),
    mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])
}

/// Height and width in pixels.
package struct ImageSide: Sendable, Hashable {
  /// Rows.
  package var height: Int
  /// Columns.
  package var width: Int

  /// Height, then width.
  package init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }
}

extension ImageRecipe {
  /// What `prepare` gives for a picture of any size, nil when that depends on the picture.
  package var output: ImageSide? {
    if let crop { return crop }
    if case .stretch(let side) = resize { return side }
    return nil
  }

  /// 3×H×W numbers, red plane first, and the part of the source picture that they show.
  ///
  /// The picture is stretched or cut to `output`, where that is fixed; a cut larger than the
  /// resized picture is filled up with black, as the reference does.
  package func prepare(_ picture: Picture) -> (pixels: Tensor, seen: ImageRegion) {
    var (result, seen) = (picture, ImageRegion.whole)
    switch resize {
    case .stretch(let side):
      result = picture.resized(
        to: PixelSize(width: side.width, height: side.height), filter: filter)
      if let crop { (result, seen) = result.middle(crop) }
    case .shortSide(let short):
      if let crop, crop.height == crop.width, crop.width <= short {
        // Also right for strips so long that they could not be resized whole.
        let cut = picture.centerCropped(shortSide: short, side: crop.width, filter: filter)
        result = cut.picture
        seen = ImageRegion(
          left: cut.seen.left, top: cut.seen.top, width: cut.seen.width, height: cut.seen.height)
      } else {
        result = picture.resized(to: picture.size.withShortSide(short), filter: filter)
        if let crop { (result, seen) = result.middle(crop) }
      }
    case nil:
      if let crop { (result, seen) = result.middle(crop) }
    }
    return (Tensor([3, result.height, result.width], result.normalized(by: self)), seen)
  }
}

extension PixelSize {
  /// The size with its short side at `short` pixels, the long one rounded down and bounded: a strip
  /// cannot ask for more than 64 times its short side.
  fileprivate func withShortSide(_ short: Int) -> PixelSize {
    let long = min(short * max(width, height) / min(width, height), 64 * short)
    return width <= height
      ? PixelSize(width: short, height: long) : PixelSize(width: long, height: short)
  }
}

extension Picture {
  /// The middle part, offsets rounded down, on black where the picture is too small; and what it
  /// shows of the picture.
  fileprivate func middle(_ side: ImageSide) -> (Picture, ImageRegion) {
    // The reference fills up with half the missing pixels, rounded up, in front.
    func start(_ size: Int, _ wanted: Int) -> Int {
      size >= wanted ? (size - wanted) / 2 : -((wanted - size + 1) / 2)
    }
    let (x, y) = (start(width, side.width), start(height, side.height))
    var bytes = [UInt8](repeating: 0, count: 3 * side.width * side.height)
    for row in max(0, y)..<min(height, y + side.height) {
      let (low, high) = (max(0, x), min(width, x + side.width))
      let from = 3 * (row * width + low)
      let to = 3 * ((row - y) * side.width + low - x)
      bytes.replaceSubrange(
        to..<(to + 3 * (high - low)), with: pixels[from..<(from + 3 * (high - low))])
    }
    let seen = ImageRegion(
      left: Double(x) / Double(width), top: Double(y) / Double(height),
      width: Double(side.width) / Double(width), height: Double(side.height) / Double(height))
    return (Picture(width: side.width, height: side.height, pixels: bytes), seen)
  }

  /// 3×H×W numbers, red plane first.
  fileprivate func normalized(by recipe: ImageRecipe) -> [Float] {
    let count = width * height
    return [Float](unsafeUninitializedCapacity: 3 * count) { output, filled in
      pixels.withUnsafeBufferPointer { input in
        for channel in 0..<3 {
          let (mean, deviation) = (recipe.mean[channel], recipe.deviation[channel])
          let table = (0..<256).map { (Float($0) * (recipe.scale ?? 1) - mean) / deviation }
          for i in 0..<count { output[channel * count + i] = table[Int(input[3 * i + channel])] }
        }
      }
      filled = 3 * count
    }
  }
}
