import Encoders
import Files
import Foundation
import Pictures
import Tensors
import Traces

/// A transformer over pictures that is trained along with the text encoder: CLIP's picture tower or
/// a ViT, as Hugging Face lays them out.
package struct PictureTower: ParameterContainer, Sendable {
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
        problem: "holds \(files.architecture.name.prefix(40)) where a CLIP or a ViT is read")
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

  var configuration: VisionConfiguration {
    switch model {
    case .clip(let tower): tower.configuration
    case .vit(let tower): tower.configuration
    }
  }

  /// Places and their numbers: all patches behind the class position.
  var shape: [Int] { [configuration.positions, configuration.stack.hiddenSize] }

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
    case .crop(let region, _), .quadrants(let region?):
      return plain.prepare(stretched(picture.cut(region))).pixels
    case .frame(let region, let color):
      return plain.prepare(stretched(picture).framed(region, with: color.rgb)).pixels
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
      let data = try ModelFolder.bytes(path, name, limit: ModelLimits.vocabularyBytes)
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

/// What computes a picture tower's places.
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
}

extension MultimodalItem {
  /// The item's views as a tower takes them, one tensor each; what has no picture is zeros.
  func pixels(_ view: Int) -> Tensor? { towerPixels.map { $0(view) } }
}
