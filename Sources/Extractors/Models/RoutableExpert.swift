import Corpora
import Encoders
import Foundation
import Tensors
import Traces

/// What an expert answers.
public enum ExpertTask: String, Sendable, Hashable, Codable, CaseIterable {
  /// Mentions with their types.
  case entities = "ner"
  /// A relation for each pair of mentions.
  case relations = "re"

  /// What is answered, in the plural.
  public var subject: String { self == .entities ? "mentions" : "relations" }
}

/// A post as any expert can read it.
public struct ExpertInput: Sendable {
  /// Words, and for relation experts the pairs that are asked about (their labels are not read).
  public let post: Post
  /// What the region source saw in its picture; text experts need none.
  public let regions: PictureRegions?

  /// A post with its regions.
  public init(_ post: Post, regions: PictureRegions? = nil) {
    self.post = post
    self.regions = regions
  }

  var words: [String] { post.tokens.map(\.text) }
}

/// The common door to all experts, behind which a router may send posts.
public protocol RoutableExpert: WordReading {
  /// The `system` of its folder.
  var systemName: String { get }
  /// What it answers.
  var task: ExpertTask { get }
  /// The name of the folder of the region source it needs; nil: it reads the text alone.
  var pictures: String? { get }
  /// Its tags; nil for a relation expert.
  var scheme: TagScheme? { get }
  /// Its relation labels in the order of their probabilities; empty for an entity expert.
  var relationLabels: [String] { get }
  /// Whether it looks at regions from files (`PairBoxes`).
  var needsBoxes: Bool { get }
  /// What must stand beside every number made with it; nil when nothing.
  var mark: String? { get }
  /// Mentions of many posts, read leniently.
  ///
  /// - Throws: `ExpertError` for a relation expert or when regions are missing;
  ///   `EncoderInputError`.
  func mentions(of inputs: [ExpertInput]) throws -> [[EntityMention]]
  /// The answer for one post with everything the expert shows.
  ///
  /// - Throws: as `mentions(of:)`.
  func predict(_ input: ExpertInput) throws -> Prediction
  /// An answer for each of the posts' `relations`, in their order.
  ///
  /// - Throws: `ExpertError` for an entity expert or when regions are missing;
  ///   `EncoderInputError`.
  func answers(of inputs: [ExpertInput]) throws -> [[MTBModel.Answer]]
  /// The answers for one post's `relations`, each with what the expert shows of how it came to it.
  ///
  /// - Throws: as `answers(of:)`.
  func tracedAnswers(of input: ExpertInput) throws -> [(answer: MTBModel.Answer, trace: Trace)]
}

extension RoutableExpert {
  /// Whether it looks at pictures.
  public var needsPicture: Bool { pictures != nil }

  /// Most look at the picture itself.
  public var needsBoxes: Bool { false }

  /// Most numbers need no mark.
  public var mark: String? { nil }

  /// An expert that answers relations has no tags.
  public var scheme: TagScheme? { nil }

  /// An expert that answers mentions has no relations.
  public var relationLabels: [String] { [] }

  /// An expert that answers relations has no mentions.
  public func mentions(of inputs: [ExpertInput]) throws -> [[EntityMention]] {
    throw ExpertError.otherTask(expert: name, answers: task, asked: .entities)
  }

  /// An expert that answers relations has no mentions to show.
  public func predict(_ input: ExpertInput) throws -> Prediction {
    throw ExpertError.otherTask(expert: name, answers: task, asked: .entities)
  }

  /// An expert that answers mentions has no relations.
  public func answers(of inputs: [ExpertInput]) throws -> [[MTBModel.Answer]] {
    throw ExpertError.otherTask(expert: name, answers: task, asked: .relations)
  }

  /// Answers of experts that show nothing beside them.
  public func tracedAnswers(
    of input: ExpertInput
  ) throws -> [(answer: MTBModel.Answer, trace: Trace)] {
    (try answers(of: [input]).first ?? []).map { ($0, Trace()) }
  }

  /// The regions of an input.
  func regions(of input: ExpertInput) throws -> PictureRegions {
    guard let regions = input.regions else {
      throw ExpertError.noRegions(expert: name, post: input.post.id, source: pictures ?? "")
    }
    return regions
  }
}

/// Opening whatever expert a folder holds.
public enum ExpertFolder {
  /// The systems that are experts.
  public static let systems = [
    ExpertModel.System.text, ExpertModel.System.riva, BERTCRFModel.system, UMTModel.system,
    MAFModel.system, MTBModel.system, MEGALiteModel.system,
  ]

  /// Opens an expert by its folder.
  ///
  /// - Throws: `ModelFolderError`, also when the folder holds no expert; what the models throw.
  public static func open(_ folder: String) throws -> any RoutableExpert {
    let system = try ModelFolder.system(of: folder)
    switch system {
    case ExpertModel.System.text, ExpertModel.System.riva: return try ExpertModel(folder: folder)
    case BERTCRFModel.system: return try BERTCRFModel(folder: folder)
    case UMTModel.system: return try UMTModel(folder: folder)
    case MAFModel.system: return try MAFModel(folder: folder)
    case MTBModel.system: return try MTBModel(folder: folder)
    case MEGALiteModel.system: return try MEGALiteModel(folder: folder)
    default:
      throw ModelFolderError(
        folder: folder,
        problem: "holds the system \(system.prefix(40)), which is no expert; experts are "
          + systems.joined(separator: ", "))
    }
  }

  /// The region source that an expert needs: a folder beside the expert's; nil for text experts.
  ///
  /// - Parameter folder: the folder of model folders.
  /// - Throws: as `RegionSource`.
  public static func regions(
    for expert: any RoutableExpert, in folder: String
  ) throws -> RegionSource? {
    try expert.pictures.map { try RegionSource(folder: folder + "/" + $0) }
  }
}

/// A question that an expert cannot answer.
public enum ExpertError: Error, Hashable, CustomStringConvertible {
  /// It was asked for what it does not do.
  case otherTask(expert: String, answers: ExpertTask, asked: ExpertTask)
  /// It looks at pictures and got none.
  case noRegions(expert: String, post: String, source: String)
  /// It looks at regions from a file, and none is open.
  case noBoxes(expert: String)

  public var description: String {
    switch self {
    case .otherTask(let expert, let answers, let asked):
      "\(expert) answers the task \(answers.rawValue), not \(asked.rawValue); choose another expert"
    case .noRegions(let expert, let post, let source):
      "\(expert) needs the picture of post \(post.debugDescription) as the encoder "
        + "\(source.debugDescription) sees it; put that folder beside the expert's (in a training, "
        + "name it with --pictures)"
    case .noBoxes(let expert):
      "\(expert) looks at regions from a file, and none is open; name it with --boxes"
    }
  }
}
