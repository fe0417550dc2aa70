import Corpora
import Extractors
import Routing
import Tensors
import Traces

extension ModelSet {
  /// The entity types that the experts can answer.
  public var scheme: TagScheme {
    text?.configuration.scheme ?? multimodal?.configuration.scheme ?? .standard
  }

  /// A post with its picture decoded and encoded.
  public func read(_ post: Post, of dataset: Dataset) -> PostReader.Read? {
    PostReader(pictures: pictures, dual: dual).read([post], of: dataset, scheme: scheme).first
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
    PostAnalysis(
      post: post.id, text: text?.predict(read), multimodal: multimodal?.predict(read),
      decision: decision(read), textRelations: relations(of: post),
      notices: notices + (read.notice.map { ["no picture: " + $0] } ?? [])
    )
  }

  /// What the text expert for relations says of a post's pairs; nil without one, or without pairs.
  public func relations(of post: Post) -> RelationAnswers? {
    guard let model = textRelations, !post.relations.isEmpty else { return nil }
    let pairs = post.relations.map { (head: $0.head, tail: $0.tail) }
    guard let answers = try? model.predict(post.tokens.map(\.text), pairs: pairs) else {
      return nil
    }
    return RelationAnswers(
      system: model.name, labels: model.configuration.scheme.labels,
      answers: zip(pairs, answers).map {
        RelationAnswer(
          head: $0.head, tail: $0.tail, label: $1.label, probabilities: $1.probabilities)
      })
  }

  /// The router's word; without a picture the text expert answers, p = 0.
  public func decision(_ read: PostReader.Read) -> RouteDecision? {
    guard let router else { return nil }
    guard let x = routerInput(read) else {
      return RouteDecision(probability: 0, percentile: 0, cosine: 0)
    }
    return try? router.decide(x)
  }

  /// x = t ⊙ v, nil without a picture.
  public func routerInput(_ read: PostReader.Read) -> [Float]? {
    read.picture.map { zip(read.text, $0).map { $0 * $1 } }
  }

  /// A reviewed post as the router's training takes it: both experts' counts against the corrected
  /// mentions.
  public func correction(_ post: Post, _ read: PostReader.Read) -> Correction? {
    guard let text, let multimodal,
      let u = text.mentions([read.input]).first, let m = multimodal.mentions([read.input]).first
    else { return nil }
    return Correction(
      id: post.id, x: routerInput(read),
      counts: ExpertCounts(
        text: MatchCounts.count(predicted: u, gold: post.mentions),
        multimodal: MatchCounts.count(predicted: m, gold: post.mentions)),
      labels: Set(post.mentions.map(\.type.rawValue)))
  }
}
