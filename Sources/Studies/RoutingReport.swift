import Corpora
import Extractors
import Foundation
import Inspection
import Routing

/// Both experts on the sets that the router makes, and their union: RDS's tables for one dataset
/// and model set.
public struct RoutingReport: Sendable, Codable {
  /// What was scored: entities or relations.
  public let task: ExpertTask
  /// How tags were read: `lenient` or `strict`.
  public let reading: String
  /// The dataset's name.
  public let dataset: String
  /// The split scored: `train`, `dev`, `test` or `all`.
  public let split: String
  /// Names of the two experts and the router.
  public let models: Models
  /// What must stand beside these numbers, e.g. that regions leak; nil when nothing.
  public let mark: String?
  /// Scores by where the router sends posts.
  public let sets: Sets
  /// What p is worth.
  public let router: RouterNumbers

  /// The systems that were compared.
  public struct Models: Sendable, Codable {
    /// Folder name of the text expert.
    public let text: String
    /// Folder name of the multimodal expert.
    public let multimodal: String
    /// What to call the router: its folder's name, and on what it was retrained.
    public let router: String
  }

  /// The posts routed to the text expert, to the multimodal one, and all.
  public struct Sets: Sendable, Codable {
    /// The posts sent to the text expert.
    public let unimodal: ExpertScores
    /// The posts sent to the multimodal expert.
    public let multimodal: ExpertScores
    /// All posts.
    public let full: FullScores
  }

  /// Both experts on one set.
  public struct ExpertScores: Sendable, Codable {
    /// Number of posts scored.
    public let posts: Int
    /// The text expert's score on them.
    public let text: Score
    /// The multimodal expert's score on them.
    public let multimodal: Score
  }

  /// Both experts and their union on all posts.
  public struct FullScores: Sendable, Codable {
    /// Number of posts scored.
    public let posts: Int
    /// The text expert's score on them.
    public let text: Score
    /// The multimodal expert's score on them.
    public let multimodal: Score
    /// The score when the router chooses the answer.
    public let union: Score
    /// The union if the router were gold `imageAdds`; nil where the dataset does not say.
    public let goldRouting: Score?
    /// The union if every post went to the expert that does better on it.
    public let oracle: Score
  }

  /// Percent, rounded to two decimals.
  public struct Score: Sendable, Codable {
    /// Correct / predicted, percent.
    public let precision: Double
    /// Correct / gold, percent.
    public let recall: Double
    /// Harmonic mean of the two, percent.
    public let f1: Double

    init(_ counts: MatchCounts) {
      func percent(_ share: Double) -> Double { (share * 10_000).rounded() / 100 }
      precision = percent(counts.precision)
      recall = percent(counts.recall)
      f1 = percent(counts.f1)
    }
  }

  /// What the router did.
  public struct RouterNumbers: Sendable, Codable {
    /// How well p separates the posts whose picture adds; nil where the dataset does not say.
    public let aucImageAdds: Double?
    /// Share of posts routed to the multimodal expert.
    public let fractionMultimodal: Double
  }

  /// Runs both experts and the router over a split of a dataset.
  ///
  /// - Parameter reading: lenient gold comes from the dataset as it was opened; strict gold and
  ///   predictions need a B at the beginning.
  /// - Throws: `StudyError` when a model or the split is missing; `RoutingError`.
  public init(
    _ dataset: Dataset, split: Split, models: ModelSet, reading: BIO.Reading,
    progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) throws {
    let experts = models.routed
    guard let text = experts.text, let multimodal = experts.multimodal, let router = models.router
    else { throw StudyError.incompleteModels(models.folder, models.notices) }
    // A post without a pair asks relation experts nothing.
    let posts = (split == .all ? dataset.posts : dataset.posts(in: split)).filter {
      models.task == .entities || !$0.relations.isEmpty
    }
    guard !posts.isEmpty else {
      throw StudyError.emptySplit(split.rawValue, Set(dataset.posts.map(\.split.rawValue)).sorted())
    }
    try models.checkBoxes(posts, split: split)
    let reader = PostReader(pictures: models.pictures, dual: models.dual)
    let reads = reader.read(posts, of: dataset, scheme: models.scheme) { done in
      progress(Double(done) / Double(posts.count))
    }
    if let problem = reads.lazy.compactMap(\.problem).first { throw problem }
    let counted = try [text, multimodal].map { expert in
      if let tagger = expert as? ExpertModel, models.readsItself(tagger) {
        return zip(tagger.mentions(reads.map(\.input), reading: reading), posts).map {
          MatchCounts.count(predicted: $0, gold: $1.mentions)
        }
      }
      guard reading == .lenient else { throw StudyError.readsLeniently(expert.name) }
      let regions =
        expert.needsPicture
        ? try models.regions?.regions(of: posts, PictureProvider(dataset, boxes: models.boxes))
        : nil
      return try expert.counts(
        of: posts.indices.map { ExpertInput(posts[$0], regions: regions?[$0]) })
    }
    let counts = zip(counted[0], counted[1]).map { ExpertCounts(text: $0, multimodal: $1) }
    let items = zip(posts, reads).map { RoutingProtocol.Item(post: $0, read: $1) }
    let data = try items.routerData(counts)
    let evaluation = RouterEvaluation(router.installed, on: data)
    task = models.task
    mark = models.mark(of: multimodal) ?? models.mark(of: text)
    self.reading = reading.rawValue
    self.dataset = dataset.name
    self.split = split.rawValue
    self.models = Models(
      text: text.name, multimodal: multimodal.name, router: router.title)
    func scores(_ set: RouterEvaluation.SetScore) -> ExpertScores {
      ExpertScores(
        posts: set.posts, text: Score(set.counts.text), multimodal: Score(set.counts.multimodal))
    }
    sets = Sets(
      unimodal: scores(evaluation.unimodal), multimodal: scores(evaluation.multimodal),
      full: FullScores(
        posts: evaluation.full.posts, text: Score(evaluation.full.counts.text),
        multimodal: Score(evaluation.full.counts.multimodal), union: Score(evaluation.union),
        goldRouting: evaluation.goldUnion.map(Score.init), oracle: Score(evaluation.oracleUnion)))
    self.router = RouterNumbers(
      aucImageAdds: evaluation.aucImageAdds.map { ($0 * 10_000).rounded() / 10_000 },
      fractionMultimodal: (evaluation.fractionMultimodal * 10_000).rounded() / 10_000)
  }
}

/// Why a study or evaluation cannot be made.
public enum StudyError: Error, CustomStringConvertible {
  case incompleteModels(String, [String])
  case emptySplit(String, [String])
  case readsLeniently(String)

  public var description: String {
    switch self {
    case .incompleteModels(let folder, let notices):
      "an evaluation needs a text expert, a multimodal expert and a router; \(folder) lacks one"
        + (notices.isEmpty ? "" : ": " + notices.joined(separator: "; "))
    case .readsLeniently(let expert):
      "\(expert) reads tags leniently only"
    case .emptySplit(let split, let have):
      "the dataset has no posts in the split \(split); it has \(have.joined(separator: ", ")) (--split)"
    }
  }
}
