import Corpora
import Encoders
import Foundation
import Pictures
import Tensors

/// What the router sees posts with: unit vectors of the text and of the picture in one space
/// (MODELS §4.3). Frozen.
public enum RouterEmbedder: Sendable {
  /// A small dual encoder of this program.
  case dual(DualEncoderModel)
  /// A published CLIP.
  case clip(CLIPEmbedder)
  /// x that was computed before, by the post's id.
  case kept(name: String, dimensions: Int, [String: [Float]])

  /// Opens a folder: a dual encoder's, or a CLIP as Hugging Face lays it out.
  ///
  /// - Throws: `ModelFolderError`, `CheckpointError`, `TokenizerError`, `SafetensorsError`.
  public init(folder: String) throws {
    if (try? ModelFolder.system(of: folder)) == DualEncoderModel.system {
      self = .dual(try DualEncoderModel(folder: folder))
    } else {
      self = .clip(try CLIPEmbedder(folder: folder))
    }
  }

  /// The folder's name.
  public var name: String {
    switch self {
    case .dual(let model): model.name
    case .clip(let model): model.name
    case .kept(let name, _, _): name
    }
  }

  /// Width of both vectors.
  public var dimensions: Int {
    switch self {
    case .dual(let model): model.encoder.configuration.dimensions
    case .clip(let model): model.dimensions
    case .kept(_, let dimensions, _): dimensions
    }
  }

  /// x = t ⊙ v of each post, whose sum is the cosine; nil without a usable picture.
  ///
  /// - Parameter progress: called with the number of posts done; returns false to stop.
  /// - Returns: nil when stopped.
  /// - Throws: `EncoderInputError`.
  public func products(
    _ posts: [Post], of dataset: Dataset, progress: (Int) -> Bool = { _ in true }
  ) throws -> [[Float]?]? {
    var result: [[Float]?] = []
    result.reserveCapacity(posts.count)
    let block = 256
    for start in stride(from: 0, to: posts.count, by: block) {
      let part = Array(posts[start..<min(posts.count, start + block)])
      switch self {
      case .dual(let model):
        let reads = PostReader(pictures: nil, dual: model)
          .read(part, of: dataset, scheme: .standard)
        result += reads.map { read in
          read.picture.map { zip(read.text, $0).map { $0 * $1 } }
        }
      case .clip(let model): result += try model.products(part, of: dataset)
      case .kept(_, _, let table): result += part.map { table[$0.id] }
      }
      guard progress(result.count) else { return nil }
    }
    return result
  }
}

/// A published CLIP as the router's encoder: tokens joined by blanks, at most 64 ids, the raw photo
/// (MODELS §4.3).
public struct CLIPEmbedder: Sendable {
  /// The folder's name.
  public let name: String
  /// Width of the common space.
  public let dimensions: Int
  private let text: CLIPTextEngine
  private let vision: VisionEngine
  private let tokenizer: Tokenizer
  private let recipe: ImageRecipe
  private let side: Int
  private let longest: Int

  /// Opens a folder.
  ///
  /// - Throws: `CheckpointError` when it is no CLIP or does not fit, `TokenizerError`,
  ///   `SafetensorsError`.
  public init(folder: String) throws {
    let files = try EncoderFolder(folder)
    let engines = try files.loadCLIPEngines()
    name = (folder as NSString).lastPathComponent
    (text, vision) = engines
    tokenizer = try Tokenizer(folder: folder)
    side = engines.vision.configuration.side
    recipe = files.recipe ?? .clip(side: side)
    longest = min(64, engines.text.configuration.positions)
    dimensions = try engines.text(TextBatch([[0]], padding: 0)).pooled?.count ?? 0
  }

  /// x = t ⊙ v of each post; nil without a usable picture.
  ///
  /// - Throws: `EncoderInputError`.
  public func products(_ posts: [Post], of dataset: Dataset) throws -> [[Float]?] {
    try posts.map { post in
      guard
        case .success(let picture) = PostReader.picture(of: post, in: dataset, fitting: side)
      else { return nil }
      let pixels = recipe.prepare(picture).pixels
      return try zip(embed(post.tokens.map(\.text)), embed(pixels)).map { $0 * $1 }
    }
  }

  /// The unit vector of a text.
  ///
  /// - Throws: `EncoderInputError`.
  public func embed(_ words: [String]) throws(EncoderInputError) -> [Float] {
    let encoding = tokenizer.encode(
      text: words.joined(separator: " "), options: EncodingOptions(maximumLength: longest))
    return Self.unit(try text(TextBatch([encoding.ids], padding: 0)).pooled)
  }

  /// The unit vector of a prepared picture, 3×S×S or 1×3×S×S.
  ///
  /// - Throws: `EncoderInputError` for another size.
  public func embed(_ pixels: Tensor) throws(EncoderInputError) -> [Float] {
    let batch = pixels.shape.count == 3 ? pixels.reshaped([1] + pixels.shape) : pixels
    return Self.unit(try vision(batch).pooled)
  }

  private static func unit(_ vector: Tensor?) -> [Float] {
    guard let vector else { return [] }
    let length = vector.array.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? vector.array.map { $0 / length } : vector.array
  }
}
