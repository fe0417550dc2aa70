import Encoders
import Files
import Foundation
import Pictures
import Tensors
import Traces

/// A transformer over pictures that is trained along with the text encoder: CLIP's picture tower or
/// a ViT, as Hugging Face lays them out.
package struct PictureTower: ParameterContainer, Sendable {
  /// What a network does with one.
  package enum Use: Sendable {
    /// It sees regions of a frozen network instead.
    case none
    /// It reads the places that the tower computes.
    case places
    /// It reads the patches' vectors, and has taken the tower's layers over as its own.
    case patches
  }

  private enum Model: Sendable {
    case clip(CLIPVisionModel)
    case vit(ViTModel)
  }

  private var model: Model
  /// How pictures become its input.
  let recipe: ImageRecipe
  /// The folder that it came from.
  let path: String

  /// Whether a folder holds one, by its `config.json`.
  package static func isOne(_ folder: String) -> Bool {
    guard let files = try? EncoderFolder(folder) else { return false }
    return switch files.architecture {
    case .clip, .clipVision, .vit: true
    case .bert, .roberta, .clipText, .resnet: false
    }
  }

  /// Loads a CLIP's picture tower, or a ViT.
  ///
  /// - Throws: `CheckpointError`, `SafetensorsError`; `ModelFolderError` for other kinds.
  package init(folder: String) throws {
    let files = try EncoderFolder(folder)
    path = folder
    switch files.architecture {
    case .clip, .clipVision: model = .clip(try files.loadCLIPVision())
    case .vit: model = .vit(try files.loadViT())
    default:
      throw ModelFolderError(
        folder: folder,
        problem: "holds \(files.architecture.name.prefix(40)) where a CLIP or a ViT is read",
        advice: "name another folder")
    }
    var side = 0
    switch model {
    case .clip(let tower): side = tower.configuration.side
    case .vit(let tower): side = tower.configuration.side
    }
    recipe = files.recipe ?? .clip(side: side)
    if case .vit(var tower) = model {
      tower.pooler = nil
      model = .vit(tower)
    }
  }

  /// A tower of a model in memory.
  init(_ model: CLIPVisionModel) {
    self.model = .clip(model)
    recipe = .clip(side: model.configuration.side)
    path = ""
  }

  var configuration: VisionConfiguration {
    switch model {
    case .clip(let tower): tower.configuration
    case .vit(let tower): tower.configuration
    }
  }

  /// Places and their numbers: all patches behind the class position.
  var shape: [Int] { [configuration.positions, configuration.stack.hiddenSize] }

  /// The tower's layers; none where a network has taken them over.
  var layers: [TransformerLayer] {
    switch model {
    case .clip(let tower): tower.encoder.layers
    case .vit(let tower): tower.encoder.layers
    }
  }

  private var embeddings: PatchEmbedding {
    switch model {
    case .clip(let tower): tower.embeddings
    case .vit(let tower): tower.embeddings
    }
  }

  /// Whether another is built as this one, so that one can stand in the other's place.
  func isLike(_ other: PictureTower) -> Bool {
    shape == other.shape && layers.count == other.layers.count
      && configuration.patch == other.configuration.patch
      && (opening == nil) == (other.opening == nil)
  }

  /// What stands before the patches: D numbers.
  var classToken: Tensor { embeddings.classToken.value.reshaped([configuration.stack.hiddenSize]) }

  /// Of the class and every patch, P×D.
  var positions: Tensor { embeddings.positions.value.reshaped(shape) }

  /// Class and first position together, as the first layer reads them: D numbers.
  var classWithPosition: Tensor {
    let (first, d) = (classToken, configuration.stack.hiddenSize)
    return Tensor([d], zip(first.array, positions.array).map { $0 + $1 })
  }

  /// CLIP's norm before the first layer; a ViT has none.
  var opening: LayerNorm? {
    guard case .clip(let tower) = model else { return nil }
    return tower.preNorm
  }

  /// Between the two products of each feed-forward part.
  var activation: Activation { configuration.stack.activation }

  /// The tower, where a network of some width can go on from its patches; nil where its own width
  /// is another.
  func entry(width: Int) -> PictureTower? {
    configuration.stack.hiddenSize == width ? self : nil
  }

  /// The same with its patches alone, for networks that have taken its layers over.
  var withoutLayers: PictureTower {
    var result = self
    switch model {
    case .clip(var tower):
      tower.encoder.layers = []
      result.model = .clip(tower)
    case .vit(var tower):
      tower.encoder.layers = []
      result.model = .vit(tower)
    }
    return result
  }

  /// Pictures B×3×S×S → B×N×D patches row by row; S may be any multiple of a patch's side.
  ///
  /// - Throws: `EncoderInputError` for pictures of other sizes.
  func patches(_ pixels: Tensor, _ tape: Tape) throws(EncoderInputError) -> Tape.Variable {
    let (shape, patch) = (pixels.shape, configuration.patch)
    guard shape.count == 4, shape[1] == 3, shape[2] == shape[3], shape[2] % patch == 0,
      shape[2] > 0
    else {
      throw .pictures(shape: shape, expected: "B×3×S×S with S a multiple of \(patch)")
    }
    return embeddings.projected(tape.constant(pixels), patch: patch, tape)
  }

  /// Pictures B×3×S×S → B×P×D: CLIP's before its last norm, as FocalMRE reads them; a ViT's after
  /// its own.
  ///
  /// - Throws: `EncoderInputError` for pictures of another size.
  func callAsFunction(
    _ pixels: Tape.Variable, _ tape: Tape
  ) throws(EncoderInputError) -> Tape.Variable {
    switch model {
    case .clip(let tower): try tower(pixels, tape).last
    case .vit(let tower): try tower(pixels, tape).last
    }
  }

  /// The same with packed weights.
  var engine: VisionEngine {
    switch model {
    case .clip(let tower): VisionEngine(tower)
    case .vit(let tower): VisionEngine(tower)
    }
  }

  /// What stands for a view that there is nothing of: 3×S×S zeros.
  func nothing(_ view: PictureView) -> Tensor {
    var side = configuration.side
    if case .crop(_, let cells?) = view { side = cells * configuration.patch }
    return Tensor([3, side, side])
  }

  /// A picture in a view as the tower takes it: 3×S×S. Whatever is framed or cut out is stretched
  /// to the square, so that nothing of a frame is lost.
  func pixels(_ picture: Picture, _ view: PictureView) -> Tensor {
    let side = configuration.side
    func stretched(_ picture: Picture) -> Picture {
      picture.resized(to: PixelSize(width: side, height: side), filter: recipe.filter)
    }
    var plain = recipe
    (plain.resize, plain.crop) = (nil, nil)
    switch view {
    case .whole, .quadrants(nil): return recipe.prepare(picture).pixels
    case .mirrored: return recipe.prepare(picture.mirrored).pixels
    case .crop(let region, let cells?):
      let side = cells * configuration.patch
      return plain.prepare(
        picture.cut(region).resized(
          to: PixelSize(width: side, height: side), filter: recipe.filter)
      ).pixels
    case .crop(let region, nil), .quadrants(let region?):
      return plain.prepare(stretched(picture.cut(region))).pixels
    case .frame(let region, let color, .stretched):
      return plain.prepare(stretched(picture).framed(region, with: color.rgb)).pixels
    case .frame(let region, let color, let drawing):
      let framed = picture.framed(region, with: color.rgb, wide: Picture.nativeFrame)
      return drawing == .native
        ? plain.prepare(stretched(framed)).pixels : recipe.prepare(framed).pixels
    }
  }

  /// What a view shows of a picture: the tower's own recipe cuts some of it away.
  func seen(_ picture: Picture, _ view: PictureView) -> ImageRegion {
    switch view {
    case .whole, .mirrored, .frame(_, _, .centred): recipe.prepare(picture).seen
    case .crop(let region, _), .quadrants(let region?): region
    case .quadrants(nil), .frame: .whole
    }
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    switch model {
    case .clip(var tower):
      tower.visitParameters(prefix, visit)
      model = .clip(tower)
    case .vit(var tower):
      tower.visitParameters(prefix, visit)
      model = .vit(tower)
    }
  }

  /// Where an expert's folder keeps its tower: a folder of its own, that other programs read.
  static let folder = "vision"

  /// Writes the tower into an expert's folder.
  ///
  /// - Throws: `ModelFolderError`, `DurableFileError`.
  func save(to expert: String) throws {
    let target = expert + "/" + Self.folder
    try ModelFolder.create(target)
    for name in ["config.json", "preprocessor_config.json"]
    where FileManager.default.fileExists(atPath: path + "/" + name) {
      var data = try ModelFolder.bytes(path, name, limit: ModelLimits.vocabularyBytes)
      if name == "config.json" { data = Self.alone(data, withLayers: !layers.isEmpty) }
      try DurableFile.write(data, to: target + "/" + name)
    }
    let inside = if case .clip = model { "vision_model." } else { "" }
    let tensors = parameters
    var writer = try SafetensorsWriter(
      path: target + "/model.safetensors",
      tensors: tensors.map { (inside + $0.name, $0.value.shape) }, metadata: ["format": "pt"])
    for (_, value) in tensors { try writer.append(value) }
    try writer.finish()
  }
}

extension PictureTower {
  /// A `config.json` of the tower alone: of a CLIP what it says of pictures; without layers where a
  /// network has taken them over.
  private static func alone(_ config: Data, withLayers: Bool) -> Data {
    guard var object = try? JSONSerialization.jsonObject(with: config) as? [String: Any] else {
      return config
    }
    if let vision = object["vision_config"] as? [String: Any] {
      object = vision
      object["model_type"] = "clip_vision_model"
      object["architectures"] = ["CLIPVisionModel"]
    }
    if !withLayers { object["num_hidden_layers"] = 0 }
    return
      (try? JSONSerialization.data(
        withJSONObject: object, options: [.prettyPrinted, .sortedKeys])) ?? config
  }
}

/// What computes what a network reads of a picture tower.
enum TowerReader: Sendable {
  /// On the tape, so that it learns.
  case plain(PictureTower)
  /// With packed weights: forward passes only.
  case packed(VisionEngine)

  /// B×3×S×S → B×P×D.
  ///
  /// - Throws: `EncoderInputError` for pictures of another size.
  func places(_ pixels: Tensor, _ tape: Tape) throws(EncoderInputError) -> Tape.Variable {
    switch self {
    case .plain(let tower): return try tower(tape.constant(pixels), tape)
    case .packed(let engine): return tape.constant(try engine(pixels).last)
    }
  }

  /// B×3×S×S → B×N×D patches.
  ///
  /// - Throws: `EncoderInputError` for pictures of other sizes.
  func patches(_ pixels: Tensor, _ tape: Tape) throws(EncoderInputError) -> Tape.Variable {
    guard case .plain(let tower) = self else {
      preconditionFailure("packed weights have no patches")
    }
    return try tower.patches(pixels, tape)
  }
}
