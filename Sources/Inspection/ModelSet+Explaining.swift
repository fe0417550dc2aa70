import Corpora
import Encoders
import Extractors
import Routing
import Traces

extension ModelSet {
  /// Why a post was routed as it was.
  ///
  /// Encodes the text once more per token and the picture once per region of a 7×7 grid, in
  /// batches: some tenths of a second for small encoders. Not for the main thread.
  /// - Parameters:
  ///   - analysis: what the experts say of the post, for their answers.
  ///   - goesOn: asked now and then from the thread that computes; false makes it end soon, with an
  ///     explanation that is not whole.
  /// - Returns: nil without a router or its encoder.
  public func explainRoute(
    _ post: Post, _ read: PostReader.Read, _ analysis: PostAnalysis, of dataset: Dataset,
    goesOn: @escaping @Sendable () -> Bool = { true }
  ) -> RouteExplanation? {
    guard let router, let dual else { return nil }
    let answers = answers(analysis)
    func unexplained(_ decision: RouteDecision?, _ notice: String) -> RouteExplanation {
      RouteExplanation(
        post: post.id, router: router.title, decision: decision, logit: nil,
        parts: nil, tokens: [], regions: nil, flips: [], answers: answers, notice: notice)
    }
    guard let decision = decision(read) else {
      return unexplained(
        nil,
        "\(dual.name): " + (read.problem.map { "\($0)" } ?? "its vectors do not fit the router"))
    }
    guard let x = routerInput(read)?.product, let picture = prepared(post, dual, of: dataset) else {
      return unexplained(
        decision, "without a picture the text expert answers; the router is not asked")
    }
    do {
      let occlusion = try RouteOcclusion(
        dual: dual, router: router.installed, tokens: post.tokens.map(\.text), picture: picture,
        goesOn: goesOn)
      return RouteExplanation(
        post: post.id, router: router.title, decision: decision,
        logit: router.installed.logits(x)[0],
        parts: RouteExplanation.Parts(router.installed, x: x, mean: router.meanInput),
        tokens: occlusion.tokenEffects, regions: occlusion.regions,
        flips: [try occlusion.flipByTokens(), try occlusion.flipByRegions()], answers: answers,
        notice: nil)
    } catch {
      return unexplained(decision, "\(dual.name): \(error)")
    }
  }

  /// What the experts that the router chooses between say.
  private func answers(_ analysis: PostAnalysis) -> [RouteExplanation.Answer] {
    func answer(
      _ route: Route, _ prediction: Prediction?, _ relations: RelationAnswers?
    ) -> RouteExplanation.Answer? {
      switch task {
      case .entities:
        prediction.map {
          RouteExplanation.Answer(
            route: route, system: $0.system, mentions: $0.mentions.map(\.mention), relations: nil)
        }
      case .relations:
        relations.map {
          RouteExplanation.Answer(
            route: route, system: $0.system, mentions: nil, relations: $0)
        }
      }
    }
    return [
      answer(.text, analysis.text, analysis.textRelations),
      answer(.multimodal, analysis.multimodal, analysis.multimodalRelations),
    ].compactMap(\.self)
  }

  /// The picture as the router's encoder takes it, decoded as `PostReader` does.
  private func prepared(
    _ post: Post, _ dual: any DualEncoding, of dataset: Dataset
  ) -> PreparedPicture? {
    let purpose = PostReader(pictures: pictures, dual: dual).decoding
    guard case .success(let picture) = PostReader.picture(of: post, in: dataset, for: purpose)
    else { return nil }
    return dual.prepare(picture)
  }
}
