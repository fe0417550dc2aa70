import Corpora
import Extractors
import Routing
import Tensors

/// What the expert that the router chose answers for a post: as little as is needed to compare it
/// with gold, so that it can be kept for every post of a large dataset.
public struct ChosenAnswer: Sendable, Hashable {
  /// By which decision the expert was chosen; nil when there was none.
  public let route: Route?
  /// What the router chooses experts for, which alone is compared with gold: a dataset of relations
  /// labels no mentions. Nil without a router: whatever was answered is compared.
  public let task: ExpertTask?
  /// The mentions; nil when no expert answers mentions.
  public let mentions: [EntityMention]?
  /// The pairs of the post as its file has it, with the answered labels; nil when no expert answers
  /// relations.
  public let relations: [RelationMention]?

  /// An answer by its parts.
  public init(
    route: Route?, task: ExpertTask?, mentions: [EntityMention]?, relations: [RelationMention]?
  ) {
    self.route = route
    self.task = task
    self.mentions = mentions
    self.relations = relations
  }

  /// Whether gold has other mentions, or another label for a pair that the expert was asked about.
  public func differs(from gold: Post) -> Bool {
    if task != .relations, let mentions, Set(mentions) != Set(gold.mentions) { return true }
    guard task != .entities, let relations else { return false }
    return gold.relations.contains { pair in
      relations.contains {
        $0.head == pair.head && $0.tail == pair.tail && $0.label != pair.label
      }
    }
  }
}

extension PostAnalysis {
  /// The part of the analysis that says whether gold differs; nil when no expert answered.
  public var chosenAnswer: ChosenAnswer? {
    let (mentions, relations) = (chosen, chosenRelations)
    guard mentions != nil || relations != nil else { return nil }
    return ChosenAnswer(
      route: decision?.route, task: decision.map { _ in task },
      mentions: mentions.map { $0.mentions.map(\.mention) },
      relations: relations.map {
        $0.answers.map { RelationMention(head: $0.head, tail: $0.tail, label: $0.label) }
      })
  }
}

extension ModelSet {
  /// The expert that answers a task for a post with this route, by the rule of
  /// `PostAnalysis.chosen`; nil when there is none for the task.
  public func chosenExpert(for asked: ExpertTask, route: Route?) -> (any RoutableExpert)? {
    let (first, second) =
      asked == .relations ? (textRelations, multimodalRelations) : (text, multimodal)
    return task == asked && route == .text ? first ?? second : second ?? first
  }

  /// Several posts with their pictures decoded and encoded, as `read(_:of:forRouting:)`.
  public func read(
    _ posts: [Post], of dataset: Dataset, forRouting: Bool = false
  ) -> [PostReader.Read] {
    var reads = PostReader(pictures: pictures, dual: dual).read(posts, of: dataset, scheme: scheme)
    guard let regions, !forRouting else { return reads }
    for (i, post) in posts.enumerated() {
      switch PostReader.picture(of: post, in: dataset, for: regions.decoding) {
      case .success(let picture): reads[i].regions = try? regions.regions(of: picture)
      case .failure(let notice): reads[i].regions = try? regions.missing(notice.sentence)
      }
      reads[i].regions?.boxes = boxes?[post.id]
      if let tagger = multimodal as? ExpertModel, !readsItself(tagger), let seen = reads[i].regions
      {
        // RIVA was trained with zeros where there is no picture.
        reads[i].input.regions = seen.isMissing ? Tensor(seen.shape) : seen.tensor
        reads[i].input.seen = seen.isMissing ? nil : seen.seen
      }
    }
    return reads
  }

  /// What one expert answers for posts: mentions, or a label for each pair. Experts that look at
  /// pictures, and those of `ExpertModel`, need the posts as they were read.
  /// - Throws: what the expert throws.
  public func answers(
    of expert: any RoutableExpert, _ posts: [Post], _ reads: [PostReader.Read?]
  ) throws -> [ExpertAnswer] {
    let inputs = zip(posts, reads).map { ExpertInput($0, regions: $1?.regions) }
    switch expert.task {
    case .entities:
      if let tagger = expert as? ExpertModel {
        return try tagger.mentions(reads.compactMap { $0?.input }).map(ExpertAnswer.mentions)
      }
      return try expert.mentions(of: inputs).map(ExpertAnswer.mentions)
    case .relations:
      return try expert.answers(of: inputs).map { .labels($0.map(\.label)) }
    }
  }
}

/// What an expert answers for a post, without anything that leads to it.
public enum ExpertAnswer: Sendable, Hashable {
  /// The mentions in the text.
  case mentions([EntityMention])
  /// A label for each of the post's pairs, in their order.
  case labels([String])
}
