import Corpora
import Encoders
import Foundation
import Pictures
import Tensors
import Traces

/// A frozen convolutional network that turns pictures into regions: harbor's own picture encoder,
/// the picture tower of its dual encoder, or any published ResNet in a Hugging Face folder (49×C of
/// its last stage).
///
/// Batch norm always uses its running statistics, and pictures are always cut from the middle, also
/// in training: frozen regions are computed once (MODELS §2.4–2.5; random crops would need the
/// network in every step).
package struct RegionSource: Sendable {
  private enum Recipe: Sendable {
    case own(PictureRecipe)
    case published(ImageRecipe)
  }

  /// The folder's name, by which models remember what they need.
  package let name: String
  /// N and C of every picture.
  package let shape: [Int]
  /// What was seen before; copies of the source share it.
  private let memory = RegionMemory()
  private let engine: ResNetEngine
  private let recipe: Recipe
  private let height: Int
  private let width: Int

  /// Opens a folder of either kind.
  ///
  /// - Throws: `ModelFolderError`; `CheckpointError`, `SafetensorsError`, `ParameterError`.
  package init(folder: String) throws {
    let system = try? ModelFolder.system(of: folder)
    if system == PictureEncoderModel.system {
      self.init(try PictureEncoderModel(folder: folder))
      return
    }
    if system == DualEncoderModel.system {
      self.init(try DualEncoderModel(folder: folder))
      return
    }
    if let system {
      throw ModelFolderError(
        folder: folder,
        problem:
          "holds the system \(system.prefix(40)); pictures take a ResNet, or a dual encoder that has one",
        advice: "name another folder")
    }
    let files = try EncoderFolder(folder)
    guard case .resnet(let sizes) = files.architecture, let recipe = files.recipe,
      let output = recipe.output
    else {
      throw ModelFolderError(
        folder: folder,
        problem: "holds \(files.architecture.name.prefix(40)); pictures take a ResNet whose "
          + "preprocessor_config.json says the size of its pictures",
        advice: "name another folder, or add the file")
    }
    guard (32...1024).contains(output.height), output.height == output.width else {
      throw ModelFolderError(
        folder: folder,
        problem:
          "wants pictures of \(output.height)×\(output.width); squares of 32 to 1024 are read",
        advice: "name another folder")
    }
    guard sizes.mapNumbers(side: output.height) <= ModelLimits.maps else {
      throw ModelFolderError(
        folder: folder,
        problem: "makes maps of \(sizes.mapNumbers(side: output.height)) numbers of one picture, "
          + "more than the \(ModelLimits.maps) allowed", advice: "name another folder")
    }
    try self.init(
      name: (folder as NSString).lastPathComponent, ResNetEngine(try files.loadResNet()),
      .published(recipe), side: output.height)
  }

  /// The regions of a picture encoder that was opened before.
  package init(_ model: PictureEncoderModel) {
    name = model.name
    shape = model.regionShape
    engine = ResNetEngine(model.classifier.network)
    recipe = .own(model.recipe)
    (height, width) = (model.recipe.side, model.recipe.side)
  }

  /// The regions of a dual encoder's picture tower, in front of its projection.
  package init(_ model: DualEncoderModel) {
    let (sizes, side) = (model.encoder.configuration.pictures.hiddenSizes, model.recipe.side)
    let cells = side / (1 << (sizes.count + 1))
    name = model.name
    shape = [cells * cells, sizes.last ?? 0]
    engine = ResNetEngine(model.encoder.pictures)
    recipe = .own(model.recipe)
    (height, width) = (side, side)
  }

  private init(
    name: String, _ engine: ResNetEngine, _ recipe: Recipe, side: Int
  ) throws(EncoderInputError) {
    self.name = name
    self.engine = engine
    self.recipe = recipe
    (height, width) = (side, side)
    shape = Array(try engine(Tensor([1, 3, side, side])).shape.dropFirst())
  }

  /// The network of a folder that was opened before, to be trained along; its batch norms keep
  /// their statistics (MODELS §2.5).
  ///
  /// - Throws: as `init(folder:)`.
  static func network(folder: String) throws -> ResNet {
    var network =
      switch try? ModelFolder.system(of: folder) {
      case PictureEncoderModel.system?:
        try PictureEncoderModel(folder: folder).classifier.network
      case DualEncoderModel.system?: try DualEncoderModel(folder: folder).encoder.pictures
      default: try EncoderFolder(folder).loadResNet()
      }
    network.freezeStatistics()
    return network
  }

  /// What is decoded of pictures for it.
  package var decoding: DecodingPurpose {
    switch recipe {
    case .own(let recipe): .shortSide(recipe.shortSide)
    case .published: .reference
    }
  }

  private func prepare(_ picture: Picture) -> (pixels: [Float], seen: ImageRegion) {
    switch recipe {
    case .own(let recipe): return recipe.prepare(picture)
    case .published(let recipe):
      let (pixels, seen) = recipe.prepare(picture)
      return (pixels.array, seen)
    }
  }

  /// The regions of a picture.
  ///
  /// - Throws: `EncoderInputError` when the recipe's pictures do not fit the network.
  package func regions(of picture: Picture) throws(EncoderInputError) -> PictureRegions {
    let (pixels, seen) = prepare(picture)
    return try regions(pixels, seen: seen, notice: nil)
  }

  /// A picture as numbers for the network, 3×S×S.
  func pixels(of picture: Picture) -> Tensor {
    Tensor([3, height, width], prepare(picture).pixels)
  }

  /// Side of the square of pixels that it takes.
  package var side: Int { height }
  /// Cells along one side of its regions.
  package var grid: Int { Int(Float(shape[0]).squareRoot()) }
  /// Channels of all stages together.
  package var featureWidth: Int { engine.configuration.hiddenSizes.reduce(0, +) }

  /// The regions of a picture whatever its proportions, nothing cut off.
  ///
  /// - Parameter region: what of the source picture it is.
  /// - Throws: `EncoderInputError` for sides that are too small for the network.
  func regions(
    of picture: Picture, stretchedTo side: Int, showing region: ImageRegion
  ) throws(EncoderInputError) -> PictureRegions {
    let square = picture.resized(to: PixelSize(width: side, height: side), filter: .bilinear)
    let pixels: [Float]
    switch recipe {
    case .own(var recipe):
      (recipe.shortSide, recipe.side) = (side, side)
      pixels = recipe.prepare(square).pixels
    case .published(var recipe):
      (recipe.resize, recipe.crop) = (nil, nil)
      pixels = recipe.prepare(square).pixels.array
    }
    let value = try engine(Tensor([1, 3, side, side], pixels))
    return PictureRegions(value.reshaped(Array(value.shape.dropFirst())), seen: region)
  }

  /// The quadrants of all stages' maps and the means of the whole maps, 5×F.
  ///
  /// - Parameter region: what of the source picture the picture is.
  /// - Throws: `EncoderInputError`.
  func quadrants(
    of picture: Picture, inside region: ImageRegion
  ) throws(EncoderInputError) -> PictureRegions {
    let (pixels, seen) = prepare(picture)
    let value = try engine.quadrants(Tensor([1, 3, height, width], pixels))
    return PictureRegions(
      value.reshaped([VisualPrefix.rows + 1, featureWidth]), seen: seen.inside(region))
  }

  /// The regions of a post without a usable picture: those of the mean colour, with the reason.
  ///
  /// - Throws: as `regions(of:)`.
  package func missing(_ notice: String) throws(EncoderInputError) -> PictureRegions {
    // The mean colour is 0 in every channel after normalising.
    try regions([Float](repeating: 0, count: 3 * height * width), seen: .whole, notice: notice)
  }

  private func regions(
    _ pixels: [Float], seen: ImageRegion, notice: String?
  ) throws(EncoderInputError) -> PictureRegions {
    guard pixels.count == 3 * height * width else {
      throw .pictures(shape: [pixels.count], expected: "3×\(height)×\(width)")
    }
    let value = try engine(Tensor([1, 3, height, width], pixels))
    return PictureRegions(value.reshaped(shape), seen: seen, notice: notice)
  }

  /// The regions that stand for a picture's colours: each holds its 4×4×4 histogram, so that an
  /// expert which is trained on these sees all colours and no shapes.
  func colours(of picture: Result<Picture, PictureNotice>) -> PictureRegions {
    var histogram = [Float](repeating: 0, count: shape[1])
    var notice: String?
    switch picture {
    case .failure(let missing): notice = missing.sentence
    case .success(let picture):
      for i in stride(from: 0, to: picture.pixels.count - 2, by: 3) {
        let (r, g, b) = (picture.pixels[i], picture.pixels[i + 1], picture.pixels[i + 2])
        histogram[(Int(r >> 6) * 16 + Int(g >> 6) * 4 + Int(b >> 6)) % shape[1]] += 1
      }
      let most = max(1, histogram.max() ?? 1)
      histogram = histogram.map { 2 * $0 / most }
    }
    return PictureRegions(
      Tensor(shape, (0..<shape[0]).flatMap { _ in histogram }), notice: notice)
  }

  /// What was seen of a picture before; nil when it was not, or is no longer remembered.
  func known(_ key: String) -> PictureRegions? { memory.known(key) }

  /// Remembers what was seen of a picture, as long as all of it stays below `RegionMemory.most`
  /// bytes.
  func keep(_ regions: PictureRegions, _ key: String) { memory.keep(regions, key) }
}
