import Corpora
import Encoders
import Extractors
import Foundation
import Routing
import Tensors

/// The models at work: any number of experts in order, the encoders that they see posts with, and
/// the router that names two of them.
///
/// A value: the workbench's queues share it without locks, and a retrained router makes a new one.
package struct Roster: Sendable {
  /// The folder of model folders.
  package let folder: String
  /// Experts for entities first; text experts before those that see pictures.
  package let experts: [any Expert]
  /// What posts are seen with.
  package internal(set) var eyes: Eyes
  /// What decides between two of the experts.
  package internal(set) var router: RouterBundle?
  /// The routers that led to it, from the base on, and itself; none without a router.
  package private(set) var routerVersions: [RouterVersion]
  /// What could not be loaded, a sentence each.
  package internal(set) var notices: [String]
  /// What the experts' and encoders' large products are computed in.
  package internal(set) var precision = Precision.float32
  /// What was opened for it, in order, with what the precision reaches of each; empty in float32.
  package internal(set) var networks: [OpenedNetwork] = []
  /// Names of the two that a router is to choose between, while there is none yet.
  package var candidates: (text: String, multimodal: String)?
  /// Name of the router's encoder, or of the one that would be; nil when none is there.
  let dualName: String?

  /// Models by their parts.
  package init(
    folder: String, experts: [any Expert], eyes: Eyes, router: RouterBundle?,
    dualName: String? = nil,
    notices: [String] = []
  ) {
    self.folder = folder
    self.experts = experts
    self.eyes = eyes
    self.router = router
    routerVersions = router.map { [.base(of: $0)] } ?? []
    self.dualName = dualName ?? router?.configuration.encoder
    self.notices = notices
  }

  /// No models at all.
  package static func none(_ notice: String) -> Roster {
    Roster(folder: "", experts: [], eyes: Eyes(), router: nil, notices: [notice])
  }

  /// The expert of a name.
  package func expert(_ name: String?) -> (any Expert)? {
    experts.first { $0.name == name }
  }

  /// What the router routes for.
  package var task: ExpertTask { router?.configuration.task ?? .entities }

  /// The two experts that answer for a task, the text expert first: those that the router names
  /// when it is for the task, else the first of each kind.
  package func pair(_ task: ExpertTask) -> (text: (any Expert)?, multimodal: (any Expert)?) {
    let able = experts.filter { $0.task == task && !$0.card.isWithoutLabels }
    let known = router.flatMap { self.task == task ? $0.configuration : nil }
    if let candidates {
      return (
        able.first { $0.name == candidates.text }, able.first { $0.name == candidates.multimodal }
      )
    }
    guard let known else {
      return (able.first { !$0.seesPicture }, able.first(where: \.seesPicture))
    }
    return (
      able.first { $0.name == known.textExpert }, able.first { $0.name == known.multimodalExpert }
    )
  }

  /// The experts that the router chooses between.
  package var routed: (text: (any Expert)?, multimodal: (any Expert)?) { pair(task) }

  /// The expert that answers a task for a post with this route; the multimodal one if there is one
  /// when no router chooses; nil when there is none for the task.
  package func chosen(for asked: ExpertTask, route: Route?) -> (any Expert)? {
    let (first, second) = pair(asked)
    return task == asked && route == .text ? first ?? second : second ?? first
  }

  /// The router's encoder of text and picture.
  package var dual: (any DualEncoding)? { dualName.flatMap(eyes.dual) }

  /// The entity types that the experts can answer.
  package var types: [String] {
    experts.first { $0.task == .entities && !$0.card.isWithoutLabels }?.card.labels
      ?? TagScheme.standard.types
  }

  /// Everything that the experts look at; the router's sight aside.
  package var sights: [Sight] { Array(Set(experts.flatMap(\.card.sights))) }

  /// The router's sight; nil without its encoder.
  package var embedding: Sight? { dual.map { .embedding($0.name) } }

  /// What must stand beside every number made with an expert: that it was trained with leaking
  /// regions, or is given some, and a precision that is not float32; nil when nothing.
  package func mark(of expert: any Expert) -> String? {
    let marks = [regionMark(of: expert), precision.mark].compactMap(\.self)
    return marks.isEmpty ? nil : marks.joined(separator: ", ")
  }

  func regionMark(of expert: any Expert) -> String? {
    expert.card.mark ?? (expert.needsBoxes ? eyes.boxes?.mark : nil)
  }

  /// This roster with one more notice.
  package func noting(_ notice: String) -> Roster {
    var result = self
    result.notices.append(notice)
    return result
  }

  /// This roster with another router.
  ///
  /// - Parameter versions: the routers that led to it, and itself; nil: the base and itself.
  package func replacing(router: RouterBundle, versions: [RouterVersion]? = nil) -> Roster {
    var result = self
    result.router = router
    result.routerVersions =
      versions
      ?? [.base(of: router)]
      + (router.configuration.stamp == nil
        ? [] : [RouterVersion(router: router, corrections: nil)])
    return result
  }

  /// Whether there is nobody to answer.
  package var isEmpty: Bool { experts.isEmpty }

  // MARK: Regions from files

  /// Whether an expert looks at regions from files.
  package var needsBoxes: Bool { experts.contains(where: \.needsBoxes) }

  /// Opens files of regions: those that are named; else those of `dataset.toml` when an expert
  /// needs them.
  ///
  /// - Throws: as `PairBoxes`: leaking regions need their permission.
  package mutating func openBoxes(
    _ paths: [String], for dataset: Dataset, permission: RegionPermission
  ) throws {
    let files = paths.isEmpty && needsBoxes ? dataset.regionFilePaths : paths
    guard !files.isEmpty else { return }
    eyes.boxes = try PairBoxes(files, for: dataset, permission: permission)
    guard !needsBoxes, !isEmpty else { return }
    notices.append(
      "--boxes changes nothing: none of \(experts.map(\.name).joined(separator: ", ")) was trained with regions from files"
    )
  }

  // MARK: Words

  /// What words of a post each model that is loaded does not know: experts first, then the router's
  /// encoder.
  package func unknownWords(of post: Post) -> [UnknownWords] {
    readers.map { $0.unknownWords(in: [post.tokens.map(\.text)]) }
  }

  /// A sentence for a dataset of whose words the models know little; nil when they know most.
  package func warning(ofWordsIn dataset: Dataset) -> String? {
    // Evenly spread, so that a large dataset does not hold the first answer.
    let step = max(1, dataset.posts.count / Self.sampledPosts)
    let posts = stride(from: 0, to: dataset.posts.count, by: step).map {
      dataset.posts[$0].tokens.map(\.text)
    }
    let all = readers.map { $0.unknownWords(in: posts) }
    guard let most = all.max(by: { $0.share < $1.share }), most.share >= Self.strangeShare
    else { return nil }
    let percent = Int((100 * most.share).rounded())
    let names =
      ModelFolder.provenance(of: "\(folder)/\(most.model)")?.data.keys.sorted().prefix(3) ?? []
    guard !names.isEmpty else {
      return "\(most.model) does not know \(percent)% of the words here"
    }
    return "\(most.model) was trained on \(names.joined(separator: " and ")); "
      + "\(percent)% of the words here are unknown to it"
  }

  private var readers: [any WordReading] {
    experts + [router == nil ? nil : dual].compactMap(\.self)
  }

  private static let sampledPosts = 1000
  /// From a third on, the answers are about other language than the models learned.
  private static let strangeShare: Float = 1.0 / 3
}
