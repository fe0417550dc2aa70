import Foundation
import Pictures

extension ImageRecipe {
  /// The recipe of a model folder: the `image_processor` of `processor_config.json` (transformers 5
  /// writes no other file for CLIP), else `preprocessor_config.json`, else what the kind of model
  /// is published with. Where both are present the first counts, as in transformers. Nil for text
  /// models.
  ///
  /// - Throws: `CheckpointError.configuration` with every problem, also when the recipe makes
  ///   pictures of another size than the model reads.
  init?(folder: String, architecture: EncoderArchitecture) throws(CheckpointError) {
    guard let standard = Self.standard(architecture) else { return nil }
    self = standard
    guard let (path, fields) = try Self.fields(of: folder) else { return }
    try self.init(
      fields: fields, standard: standard, path: path, side: architecture.pictureSide)
  }

  /// The fields of the file that says how pictures are prepared; nil when there is none.
  private static func fields(
    of folder: String
  ) throws(CheckpointError) -> (path: String, fields: [String: Any])? {
    let nested = folder + "/processor_config.json"
    if FolderFiles.exists(nested),
      let fields = try ConfigReader.fields(path: nested)["image_processor"] as? [String: Any]
    {
      return (nested, fields)
    }
    let plain = folder + "/preprocessor_config.json"
    return FolderFiles.exists(plain) ? (plain, try ConfigReader.fields(path: plain)) : nil
  }

  /// What a kind of model is published with.
  static func standard(_ architecture: EncoderArchitecture) -> ImageRecipe? {
    switch architecture {
    case .bert, .roberta, .clipText: nil
    case .clip(let sizes): .clip(side: sizes.vision.side)
    case .clipVision(let sizes): .clip(side: sizes.side)
    case .vit(let sizes): .vit(side: sizes.side)
    case .resnet: .resnet
    }
  }

  /// Reads the fields of a `preprocessor_config.json`, in any of the spellings that were published.
  init(
    fields: [String: Any], standard: ImageRecipe, path: String, side: Int?
  ) throws(CheckpointError) {
    var reader = ConfigReader(fields)
    self = standard
    let kind =
      reader.word("image_processor_type", reader.word("feature_extractor_type", ""))
    if reader.flag("do_resize", true) {
      filter = reader.filter(standard.filter)
      let size = reader.size("size")
      if kind.hasPrefix("ConvNext") || (kind.isEmpty && fields["crop_pct"] != nil) {
        // Small pictures are cut out of a larger one, from 384 pixels they are stretched.
        let short = size.shortest ?? 384
        _ = reader.number("crop_pct", 0.875, 0.01...1)
        // As a double: the quotient is cut to a whole number.
        let share = fields["crop_pct"] as? Double ?? 0.875
        if short < 384 {
          resize = .shortSide(reader.problems.isEmpty ? Int(Double(short) / share) : short)
          crop = ImageSide(short, short)
        } else {
          (resize, crop) = (.stretch(ImageSide(short, short)), nil)
        }
      } else if let exact = size.exact {
        resize = .stretch(exact)
      } else if let short = size.shortest {
        // A bare number is the short side for CLIP and both sides for ViT.
        let square = size.isBare && !kind.hasPrefix("CLIP") && standard.crop == nil
        resize = square ? .stretch(ImageSide(short, short)) : .shortSide(short)
      }
    } else {
      resize = nil
    }
    if !kind.hasPrefix("ConvNext"), fields["crop_pct"] == nil {
      let size = reader.size("crop_size")
      let cut = size.exact ?? size.shortest.map { ImageSide($0, $0) } ?? standard.crop
      crop = reader.flag("do_center_crop", standard.crop != nil) ? cut : nil
    }
    let factor = reader.number("rescale_factor", 1 / 255, 0...1)
    scale = reader.flag("do_rescale", true) ? factor : nil
    if reader.flag("do_normalize", true) {
      mean = reader.channels("image_mean", standard.mean, -1000...1000)
      deviation = reader.channels("image_std", standard.deviation, 1e-6...1e6)
    } else {
      (mean, deviation) = ([0, 0, 0], [1, 1, 1])
    }
    if let side {
      let fits = output == ImageSide(side, side)
      reader.require(fits, "its pictures do not have the \(side)×\(side) pixels the model reads")
    }
    guard reader.problems.isEmpty else {
      throw .configuration(path: path, problems: reader.problems)
    }
  }
}

extension EncoderArchitecture {
  /// Side of the pictures that the model reads, nil when it reads any (or none).
  var pictureSide: Int? {
    switch self {
    case .clip(let sizes): sizes.vision.side
    case .clipVision(let sizes), .vit(let sizes): sizes.side
    case .bert, .roberta, .clipText, .resnet: nil
    }
  }
}

extension ConfigReader {
  fileprivate typealias Size = (shortest: Int?, exact: ImageSide?, isBare: Bool)

  /// A size: a number, `shortest_edge`, or `height` and `width`.
  fileprivate mutating func size(_ key: String) -> Size {
    let bounds = 1...4096
    guard let value = fields[key], !(value is NSNull) else { return (nil, nil, false) }
    guard let parts = value as? [String: Any] else {
      return (integer(key, 224, bounds), nil, true)
    }
    var inner = ConfigReader(parts, prefix: key + ".")
    defer { take(inner.problems) }
    if parts["height"] != nil || parts["width"] != nil {
      let height = inner.integer("height", 224, bounds)
      return (nil, ImageSide(height, inner.integer("width", height, bounds)), false)
    }
    inner.require(parts["shortest_edge"] != nil, "it is no size that is known here")
    return (inner.integer("shortest_edge", 224, bounds), nil, false)
  }

  /// Pillow's numbers of its filters.
  fileprivate mutating func filter(_ standard: ResamplingFilter) -> ResamplingFilter {
    guard fields["resample"] != nil else { return standard }
    switch integer("resample", 3, 0...5) {
    case 2: return .bilinear
    case 3: return .bicubic
    case 4: return .box
    case let other:
      require(false, "resample \(other) is not computed here")
      return standard
    }
  }

  fileprivate mutating func channels(
    _ key: String, _ standard: [Float], _ bounds: ClosedRange<Float>
  ) -> [Float] {
    guard let value = fields[key], !(value is NSNull) else { return standard }
    let numbers = (value as? [Any])?.compactMap { $0 as? Double }.map(Float.init) ?? []
    guard numbers.count == 3, numbers.allSatisfy(bounds.contains) else {
      require(false, "\(key) is not three numbers within bounds")
      return standard
    }
    return numbers
  }
}
