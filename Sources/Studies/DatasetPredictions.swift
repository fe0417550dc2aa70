import Corpora
import Extractors
import Inspection
import Routing

/// A split of a dataset with the labels that models give it in place of its own.
public struct DatasetPredictions: Sendable {
  /// Who answers.
  public enum Answerer: Sendable, Hashable {
    /// The expert that the router chooses for each post.
    case router
    /// The text expert, whatever the router says.
    case text
    /// The multimodal expert, whatever the router says.
    case multimodal
  }

  /// What was answered: mentions, or the labels of the posts' pairs.
  public let task: ExpertTask
  /// The posts of the split with the answers as their labels, in order.
  public let posts: [Post]
  /// What must stand beside every number made with the answers; nil when nothing.
  public let mark: String?
  /// How many of them the multimodal expert answered.
  public let byMultimodal: Int

  /// Asks the experts about a split.
  ///
  /// - Parameters:
  ///   - task: what is asked for; a router for something else is not used.
  ///   - progress: called with the share that is done, 0 … 1, from any thread.
  /// - Throws: `PredictionError` when a model or the split is missing; what the experts throw.
  public init(
    _ dataset: Dataset, split: Split, models: ModelSet, task: ExpertTask, by answerer: Answerer,
    progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) throws {
    let posts = dataset.posts(in: split)
    guard !posts.isEmpty else {
      throw StudyError.emptySplit(split.rawValue, Set(dataset.posts.map(\.split.rawValue)).sorted())
    }
    let experts =
      task == .relations
      ? (models.textRelations, models.multimodalRelations) : (models.text, models.multimodal)
    if answerer == .router {
      guard models.router != nil, models.task == task else {
        throw PredictionError.noRouter(
          models.folder, task, other: models.router?.configuration.name, models.notices)
      }
    }
    func need(
      _ expert: (any RoutableExpert)?, _ route: Route
    ) throws -> any RoutableExpert {
      guard let expert else {
        throw PredictionError.noExpert(models.folder, task, route, models.notices)
      }
      return expert
    }
    let text = answerer == .multimodal ? nil : try need(experts.0, .text)
    let multimodal = answerer == .text ? nil : try need(experts.1, .multimodal)
    try models.checkBoxes(posts, split: split)
    let reader = PostReader(pictures: models.pictures, dual: models.dual)
    let readsPosts = answerer == .router || (text ?? multimodal) is ExpertModel
    var (answered, byMultimodal): ([Post], Int) = ([], 0)
    // In blocks: pictures take memory.
    for start in stride(from: 0, to: posts.count, by: Self.block) {
      let part = Array(posts[start..<min(posts.count, start + Self.block)])
      let reads = readsPosts ? reader.read(part, of: dataset, scheme: models.scheme) : []
      if answerer == .router, let problem = reads.lazy.compactMap(\.problem).first { throw problem }
      let routes: [Route] = part.indices.map { i in
        switch answerer {
        case .text: .text
        case .multimodal: .multimodal
        case .router: models.decision(reads[i])?.route ?? .text
        }
      }
      var result = part
      for (route, expert) in [(Route.text, text), (.multimodal, multimodal)] {
        let places = part.indices.filter { routes[$0] == route }
        guard let expert, !places.isEmpty else { continue }
        let asked = places.map { part[$0] }
        if let tagger = expert as? ExpertModel, models.readsItself(tagger) {
          let found = tagger.mentions(places.map { reads[$0].input })
          for (i, mentions) in zip(places, found) { result[i] = part[i].answered(mentions) }
          continue
        }
        let regions =
          expert.needsPicture
          ? try models.regions?.regions(of: asked, PictureProvider(dataset, boxes: models.boxes))
          : nil
        let inputs = asked.indices.map { ExpertInput(asked[$0], regions: regions?[$0]) }
        switch task {
        case .entities:
          let found = try expert.mentions(of: inputs)
          for (i, mentions) in zip(places, found) { result[i] = part[i].answered(mentions) }
        case .relations:
          let found = try expert.answers(of: inputs)
          for (i, answers) in zip(places, found) {
            result[i] = part[i].answered(answers.map(\.label))
          }
        }
      }
      byMultimodal += routes.count { $0 == .multimodal }
      answered += result
      progress(Double(answered.count) / Double(posts.count))
    }
    self.task = task
    self.posts = answered
    mark = [multimodal, text].compactMap { $0.flatMap(models.mark) }.first
    self.byMultimodal = byMultimodal
  }

  private static let block = 256
}

extension Post {
  fileprivate func answered(_ mentions: [EntityMention]) -> Post {
    var result = self
    result.mentions = mentions
    return result
  }

  /// With other labels on its pairs.
  fileprivate func answered(_ labels: [String]) -> Post {
    var result = self
    result.relations = zip(relations, labels).map {
      RelationMention(head: $0.head, tail: $0.tail, label: $1)
    }
    return result
  }
}

/// Why nothing can be predicted.
public enum PredictionError: Error, CustomStringConvertible {
  /// No router for the task; perhaps one for another.
  case noRouter(String, ExpertTask, other: String?, [String])
  /// No expert for the task on a route.
  case noExpert(String, ExpertTask, Route, [String])

  public var description: String {
    switch self {
    case .noRouter(_, let task, let other?, _):
      "the router \(other) is not for the task \(task.rawValue); name another with --router, or let "
        + "one expert answer with --by text or --by multimodal"
    case .noRouter(let folder, let task, nil, let notices):
      "\(folder) has no router for the task \(task.rawValue); let one expert answer with --by text "
        + "or --by multimodal, or name another folder with --models" + Self.list(notices)
    case .noExpert(let folder, let task, let route, let notices):
      "\(folder) has no \(route.rawValue) expert for the task \(task.rawValue); train one, or name "
        + "another folder with --models" + Self.list(notices)
    }
  }

  private static func list(_ notices: [String]) -> String {
    notices.isEmpty ? "" : ": " + notices.joined(separator: "; ")
  }
}
