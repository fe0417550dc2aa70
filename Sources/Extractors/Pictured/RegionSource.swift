import Corpora
import Encoders
import Foundation
import Pictures
import Synchronization
import Tensors
import Traces

/// A frozen convolutional network that turns pictures into regions: harbor's own picture encoder,
/// or any published ResNet in a Hugging Face folder (49×C of its last stage).
///
/// Batch norm always uses its running statistics, and pictures are always cut from the middle, also
/// in training: frozen regions are computed once (MODELS §2.4–2.5; random crops would need the
/// network in every step).
public struct RegionSource: Sendable {
  private enum Recipe: Sendable {
    case own(PictureRecipe)
    case published(ImageRecipe)
  }

  /// The folder's name, by which models remember what they need.
  public let name: String
  /// N and C of every picture.
  public let shape: [Int]
  /// What was seen before; copies of the source share it.
  private let memory = RegionMemory()
  private let engine: ResNetEngine
  private let recipe: Recipe
  private let height: Int
  private let width: Int

  /// Opens a folder of either kind.
  ///
  /// - Throws: `ModelFolderError`; `CheckpointError`, `SafetensorsError`, `ParameterError`.
  public init(folder: String) throws {
    let system = try? ModelFolder.system(of: folder)
    if system == PictureEncoderModel.system {
      self.init(try PictureEncoderModel(folder: folder))
      return
    }
    if let system {
      throw ModelFolderError(
        folder: folder,
        problem: "holds the system \(system.prefix(40)); pictures take a ResNet")
    }
    let files = try EncoderFolder(folder)
    guard case .resnet(let sizes) = files.architecture, let recipe = files.recipe,
      let output = recipe.output
    else {
      throw ModelFolderError(
        folder: folder,
        problem: "holds \(files.architecture.name.prefix(40)); pictures take a ResNet whose "
          + "preprocessor_config.json says the size of its pictures")
    }
    guard (32...1024).contains(output.height), output.height == output.width else {
      throw ModelFolderError(
        folder: folder,
        problem:
          "wants pictures of \(output.height)×\(output.width); squares of 32 to 1024 are read"
      )
    }
    guard sizes.mapNumbers(side: output.height) <= ModelLimits.maps else {
      throw ModelFolderError(
        folder: folder,
        problem: "makes maps of \(sizes.mapNumbers(side: output.height)) numbers of one picture, "
          + "more than the \(ModelLimits.maps) allowed")
    }
    try self.init(
      name: (folder as NSString).lastPathComponent, ResNetEngine(try files.loadResNet()),
      .published(recipe), side: output.height)
  }

  /// The regions of a picture encoder that was opened before.
  public init(_ model: PictureEncoderModel) {
    name = model.name
    shape = model.regionShape
    engine = ResNetEngine(model.classifier.network)
    recipe = .own(model.recipe)
    (height, width) = (model.recipe.side, model.recipe.side)
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

  /// What is decoded of pictures for it.
  public var decoding: DecodingPurpose {
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
  public func regions(of picture: Picture) throws(EncoderInputError) -> PictureRegions {
    let (pixels, seen) = prepare(picture)
    return try regions(pixels, seen: seen, notice: nil)
  }

  /// The regions of a post without a usable picture: those of the mean colour, with the reason.
  ///
  /// - Throws: as `regions(of:)`.
  public func missing(_ notice: String) throws(EncoderInputError) -> PictureRegions {
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

  /// The regions of each post's picture, over all cores. Each picture is looked at once in the life
  /// of the source, as long as what is remembered stays below `RegionMemory.most` bytes.
  ///
  /// - Parameter progress: called with the number of pictures done, from any thread; returns false
  ///   to stop, which gives nil.
  /// - Throws: as `regions(of:)`.
  public func regions(
    of posts: [Post], _ pictures: PictureProvider,
    progress: @escaping @Sendable (Int) -> Bool = { _ in true }
  ) throws -> [PictureRegions]? {
    // A post without a picture's name stands for itself.
    func key(_ post: Post) -> String {
      pictures.name + (post.imageID.map { "\ni" + $0 } ?? "\np" + post.id)
    }
    var places: [String: Int] = [:]
    var unique: [(key: String, post: Post)] = []
    for post in posts where places[key(post)] == nil {
      places[key(post)] = unique.count
      unique.append((key(post), post))
    }
    let results = Mutex(memory.known(unique.map(\.key)))
    let missing = results.withLock { known in unique.indices.filter { known[$0] == nil } }
    let wanted = unique
    let failure = Mutex<(any Error)?>(nil)
    let state = Mutex((done: unique.count - missing.count, stopped: false))
    DispatchQueue.concurrentPerform(iterations: missing.count) { i in
      guard !state.withLock({ $0.stopped }) else { return }
      let (key, post) = wanted[missing[i]]
      do {
        let regions = try look(at: post, pictures)
        memory.keep(regions, key)
        results.withLock { $0[missing[i]] = regions }
      } catch {
        failure.withLock { $0 = error }
        state.withLock { $0.stopped = true }
      }
      let done = state.withLock { state in
        state.done += 1
        return state.done
      }
      if !progress(done) { state.withLock { $0.stopped = true } }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    let found = results.withLock { $0.compactMap(\.self) }
    guard found.count == unique.count else { return nil }
    return posts.compactMap { post in
      places[key(post)].map {
        var regions = found[$0]
        regions.boxes = pictures.boxes?[post.id]
        return regions
      }
    }
  }

  private func look(
    at post: Post, _ pictures: PictureProvider
  ) throws(EncoderInputError) -> PictureRegions {
    switch pictures.picture(post, decoding) {
    case .success(let picture): try regions(of: picture)
    case .failure(let notice): try missing(notice.sentence)
    }
  }
}
