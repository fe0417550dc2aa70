import Corpora
import Extractors
import Routing
import Tensors
import Traces

extension ModelSet {
  /// The entity types that the experts can answer.
  public var scheme: TagScheme {
    text?.scheme ?? multimodal?.scheme ?? .standard
  }

  /// A post with its picture decoded and encoded.
  ///
  /// - Parameter forRouting: leaves out the regions, which only experts need.
  public func read(
    _ post: Post, of dataset: Dataset, forRouting: Bool = false
  ) -> PostReader.Read? {
    read([post], of: dataset, forRouting: forRouting).first
  }

  /// Everything the models say about one post.
  public func analyse(_ post: Post, of dataset: Dataset) -> PostAnalysis {
    guard !isEmpty, let read = read(post, of: dataset) else {
      return PostAnalysis(
        post: post.id, text: nil, multimodal: nil, decision: nil,
        notices: notices.isEmpty ? ["no models are loaded"] : notices)
    }
    return analyse(post, read)
  }

  /// The same for a post that was read before.
  public func analyse(_ post: Post, _ read: PostReader.Read) -> PostAnalysis {
    var problems: [String] = []
    func attempt<T>(_ body: () throws -> T?) -> T? {
      do { return try body() } catch {
        problems.append("\(error)")
        return nil
      }
    }
    let input = ExpertInput(post, regions: read.regions)
    func predict(_ expert: (any RoutableExpert)?) -> Prediction? {
      guard let expert else { return nil }
      // RIVA and its tagger take what the reader prepared for them.
      if let tagger = expert as? ExpertModel { return tagger.predict(read) }
      return attempt { try expert.predict(input) }
    }
    let (u, m) = (predict(text), predict(multimodal))
    let pairs = (
      attempt { try Self.relations(textRelations, input) },
      attempt { try Self.relations(multimodalRelations, input) }
    )
    let missing = read.notice ?? read.regions?.notice
    var analysis = PostAnalysis(
      post: post.id, text: u, multimodal: m, decision: decision(read), textRelations: pairs.0,
      multimodalRelations: pairs.1,
      notices: notices + marks + (missing.map { ["no picture: " + $0] } ?? []) + problems)
    analysis.task = task
    analysis.unknownWords = unknownWords(of: post)
    analysis.router = router?.title
    let experts = routed
    analysis.routedNames = [:]
    analysis.routedNames[.text] = experts.text?.name
    analysis.routedNames[.multimodal] = experts.multimodal?.name
    return analysis
  }

  /// Experts whose numbers must be marked, a sentence each.
  private var marks: [String] {
    [text, multimodal, textRelations, multimodalRelations].compactMap { expert in
      expert.flatMap { expert in mark(of: expert).map { "\(expert.name) stands on \($0)" } }
    }
  }

  /// What an expert for relations says of a post's pairs; nil without one, or without pairs.
  private static func relations(
    _ expert: (any RoutableExpert)?, _ input: ExpertInput
  ) throws -> RelationAnswers? {
    guard let expert, !input.post.relations.isEmpty else { return nil }
    return RelationAnswers(
      system: expert.name, labels: expert.relationLabels,
      answers: zip(input.post.relations, try expert.tracedAnswers(of: input)).map { pair, traced in
        RelationAnswer(
          head: pair.head, tail: pair.tail, label: traced.answer.label,
          probabilities: traced.answer.probabilities, trace: traced.trace)
      })
  }

  /// Where a post goes; nil without a router, or where its encoder failed on the post.
  public func decision(_ read: PostReader.Read) -> RouteDecision? {
    guard let router, let input = routerInput(read) else { return nil }
    return try? router.decide(input)
  }

  /// What the router sees of a post; nil where its encoder is missing or failed on the post.
  public func routerInput(_ read: PostReader.Read) -> RouterInput? {
    guard dual != nil, read.problem == nil else { return nil }
    return try? RouterInput(text: read.text, picture: read.picture)
  }

  /// An accepted post as the router's training takes it: both experts' counts against the corrected
  /// labels of the router's task. Nil where a post has no pair to relate.
  ///
  /// - Throws: `CorrectionFailure` that names the expert or encoder that failed on the post.
  public func correction(_ post: Post, _ read: PostReader.Read) throws -> Correction? {
    let experts = routed
    guard let text = experts.text, let multimodal = experts.multimodal else { return nil }
    let labels: [String]
    switch task {
    case .entities: labels = post.mentions.map(\.type.rawValue)
    case .relations:
      labels = post.relations.map(\.label)
      if labels.isEmpty { return nil }
    }
    func counts(_ expert: any RoutableExpert) throws -> MatchCounts {
      do { return try expert.counts(of: post, read) } catch {
        throw CorrectionFailure(model: expert.name, reason: "\(error)")
      }
    }
    let both = ExpertCounts(text: try counts(text), multimodal: try counts(multimodal))
    guard let input = routerInput(read) else {
      throw CorrectionFailure(
        model: dual?.name ?? "the router's encoder",
        reason: read.problem.map { "\($0)" } ?? "is missing")
    }
    return Correction(id: post.id, input: input, counts: both, labels: Set(labels))
  }
}

/// Why an accepted post cannot teach the router.
public struct CorrectionFailure: Error, CustomStringConvertible {
  /// The expert or encoder that failed.
  public let model: String
  /// What it says.
  public let reason: String

  public var description: String { "\(model): \(reason)" }
}

extension Dataset {
  /// What its posts are mainly about: relations when most of them have a pair.
  public var mainTask: ExpertTask {
    2 * posts.count { !$0.relations.isEmpty } > posts.count ? .relations : .entities
  }
}

extension RoutableExpert {
  /// Mentions of a post that was read before.
  ///
  /// - Throws: as `mentions(of:)`.
  func mentions(of post: Post, _ read: PostReader.Read) throws -> [EntityMention] {
    if let tagger = self as? ExpertModel { return tagger.mentions([read.input]).first ?? [] }
    return try mentions(of: [ExpertInput(post, regions: read.regions)]).first ?? []
  }

  /// How its answers match the labels of a post that was read before.
  ///
  /// - Throws: as `mentions(of:)` and `answers(of:)`.
  func counts(of post: Post, _ read: PostReader.Read) throws -> MatchCounts {
    if task == .entities {
      return .count(predicted: try mentions(of: post, read), gold: post.mentions)
    }
    return try counts(of: [ExpertInput(post, regions: read.regions)]).first ?? .zero
  }

  /// How its answers match the labels of each post, over all of a post's pairs for relations.
  ///
  /// - Throws: as `mentions(of:)` and `answers(of:)`.
  public func counts(of inputs: [ExpertInput]) throws -> [MatchCounts] {
    switch task {
    case .entities:
      return zip(try mentions(of: inputs), inputs).map {
        .count(predicted: $0, gold: $1.post.mentions)
      }
    case .relations:
      return zip(try answers(of: inputs), inputs).map { answers, input in
        zip(answers, input.post.relations).reduce(.zero) {
          $0 + MatchCounts(answer: $1.0.label, gold: $1.1.label)
        }
      }
    }
  }
}
