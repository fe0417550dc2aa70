import Corpora
import Encoders
import Extractors
import Routing
import Traces

extension Roster {
  /// Why a post was routed as it was.
  ///
  /// Encodes the text once more per token and the picture once per region of a 7×7 grid, in
  /// batches: some tenths of a second for small encoders. Not for the main thread.
  /// - Parameters:
  ///   - analysis: what the experts say of the post, for their answers.
  ///   - early: called with what is known so far: p and what follows from it, then what words and
  ///     regions are worth, then their gradients; the changes that turn the route take longest.
  ///   - goesOn: asked now and then from the thread that computes; false makes it end soon, with an
  ///     explanation that is not whole.
  /// - Returns: nil without a router or its encoder.
  package func explainRoute(
    _ seen: SeenPost, _ analysis: PostAnalysis,
    early: (RouteExplanation) -> Void = { _ in },
    goesOn: @escaping @Sendable () -> Bool = { true }
  ) -> RouteExplanation? {
    guard let router, let dual else { return nil }
    let (post, answers) = (seen.post, answers(analysis))
    func unexplained(_ decision: RouteDecision?, _ notice: String) -> RouteExplanation {
      RouteExplanation(
        post: post.id, router: router.title, decision: decision, logit: nil,
        parts: nil, tokens: [], regions: nil, flips: [], answers: answers, notice: notice)
    }
    guard let decision = decision(seen) else {
      return unexplained(
        nil, routerProblem(seen) ?? "\(dual.name): its vectors do not fit the router")
    }
    guard let x = routerInput(seen)?.product, case .success(let source) = seen.picture() else {
      return unexplained(
        decision, "without a picture the text expert answers; the router is not asked")
    }
    func explained(_ occlusion: RouteOcclusion?) -> RouteExplanation {
      RouteExplanation(
        post: post.id, router: router.title, decision: decision,
        logit: router.installed.logits(x)[0],
        parts: RouteExplanation.Parts(router.installed, x: x, mean: router.meanInput),
        tokens: occlusion?.tokenEffects ?? [], regions: occlusion?.regions,
        flips: [], answers: answers, notice: nil, landscape: RouteLandscape(router),
        history: history(seen).points, isSeeking: true)
    }
    // All that needs no encoder stands there at once.
    early(explained(nil))
    do {
      let occlusion = try RouteOcclusion(
        dual: dual, router: router.installed, tokens: seen.words, picture: dual.prepare(source),
        source: source,
        goesOn: goesOn)
      var explanation = explained(occlusion)
      early(explanation)
      explanation.gradients = (try? occlusion.gradients()).flatMap(\.self)
      early(explanation)
      explanation.flips = try occlusion.flips()
      explanation.isSeeking = false
      return explanation
    } catch {
      return unexplained(decision, "\(dual.name): \(error)")
    }
  }

  /// What became of a post's p through the retrainings of the router; which corrections moved it is
  /// for `CorrectionEffects` to say.
  package func history(_ seen: SeenPost) -> RouteHistory {
    RouteHistory(post: seen.post.id, input: routerInput(seen), versions: routerVersions)
  }

  /// What the experts that the router chooses between say.
  private func answers(_ analysis: PostAnalysis) -> [RouteExplanation.Answer] {
    [Route.text, .multimodal].compactMap { route in
      guard let answer = analysis.answer(analysis.routedNames[route]), answer.failure == nil else {
        return nil
      }
      return RouteExplanation.Answer(
        route: route, expert: answer.expert,
        mentions: answer.mentions.map { $0.mentions.map(\.mention) }, relations: answer.relations)
    }
  }
}
