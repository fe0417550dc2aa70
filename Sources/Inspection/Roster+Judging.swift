import Corpora
import Encoders
import Extractors
import Routing
import Tensors
import Traces

extension Roster {
  /// A post as the models see it.
  package func see(_ post: Post, of dataset: Dataset) -> SeenPost { eyes.see(post, of: dataset) }

  // MARK: One post

  /// Everything the models say about one post.
  package func analyse(_ post: Post, of dataset: Dataset) -> PostAnalysis {
    analyse(see(post, of: dataset))
  }

  /// Everything the models say about a post with something changed.
  ///
  /// - Parameters:
  ///   - other: finds the posts whose pictures are swapped in.
  ///   - leavingOut: whether an expert, by its name, is not given the value of a tap.
  ///   - goesOn: asked before each expert; false leaves the rest out.
  package func analyse(
    _ seen: SeenPost, under interventions: [Intervention] = [],
    other: (Post.ID) -> SeenPost? = { _ in nil },
    leavingOut: (_ expert: String, _ tap: String) -> Bool = { _, _ in false },
    goesOn: () -> Bool = { true }
  ) -> PostAnalysis {
    guard !isEmpty else {
      return PostAnalysis(
        post: seen.post.id, notices: notices.isEmpty ? ["no models are loaded"] : notices)
    }
    let changed: SeenPost
    do { changed = try seen.changed(interventions, other: other) } catch {
      return PostAnalysis(post: seen.post.id, notices: ["\(error)"])
    }
    let post = changed.post
    let answers: [Answer] = experts.compactMap { expert in
      guard goesOn(), expert.task != .relations || !post.relations.isEmpty else { return nil }
      let taps = interventions.filter { change in
        guard case .set(let tap, _) = change else { return false }
        return !leavingOut(expert.name, tap)
      }
      return expert.ask(changed, under: taps)
    }
    let waiting = experts.filter { $0.task == .relations && post.relations.isEmpty }.map(\.name)
    let pairless =
      answers.isEmpty && !waiting.isEmpty
      ? ["\(waiting.joined(separator: ", ")): answers for relations, and the post has no pair"] : []
    let cut = answers.compactMap {
      $0.relations?.cutOffNotice(words: changed.words) ?? $0.mentions?.cutOffNotice
    }
    var problems = answers.compactMap(\.failure)
    var decision: RouteDecision?
    do { decision = try route(changed) } catch { problems.append("\(error)") }
    if let problem = routerProblem(changed) { problems.append(problem) }
    let missing = changed.notice.map { ["no picture: " + $0] } ?? []
    var analysis = PostAnalysis(
      post: post.id, answers: answers, decision: decision,
      notices: problems + cut + pairless + notices + marks + missing)
    analysis.members = experts.map { PostAnalysis.Member($0) }
    analysis.task = task
    analysis.unknownWords = unknownWords(of: post)
    analysis.router = router?.title
    analysis.routedNames = [:]
    analysis.routedNames[.text] = routed.text?.name
    analysis.routedNames[.multimodal] = routed.multimodal?.name
    return analysis
  }

  /// Experts whose numbers must be marked, a sentence each.
  package var marks: [String] {
    experts.compactMap { expert in regionMark(of: expert).map { "\(expert.name) is built on \($0)" }
    }
  }

  // MARK: Routes

  /// What the router sees of a post; nil where its encoder is missing or failed on the post.
  package func routerInput(_ seen: SeenPost) -> RouterInput? {
    guard let dual, let embedding = try? seen.embedding(dual.name) else { return nil }
    return try? RouterInput(text: embedding.text, picture: embedding.picture)
  }

  /// What the router's encoder could not read of a post; nil when nothing, or without one.
  package func routerProblem(_ seen: SeenPost) -> String? {
    guard let dual else { return nil }
    do {
      _ = try seen.embedding(dual.name)
      return nil
    } catch {
      return "\(dual.name): \(error)"
    }
  }

  /// Where a post goes; nil without a router, or where its encoder failed on the post.
  ///
  /// - Throws: `RoutingError` when the router computes no number.
  package func route(_ seen: SeenPost) throws(RoutingError) -> RouteDecision? {
    guard let router, let input = routerInput(seen) else { return nil }
    return try router.decide(input)
  }

  /// Where a post goes; nil without a router, or where anything failed on the post.
  package func decision(_ seen: SeenPost) -> RouteDecision? { (try? route(seen)) ?? nil }

  // MARK: Many posts

  /// What one expert answers for posts, all of which it can be asked about.
  ///
  /// - Throws: what the expert throws.
  package func labels(
    of expert: any Expert, _ seen: [SeenPost], _ asking: Asking = Asking()
  ) throws -> [Labels] {
    Eyes.look(at: expert.card.sights, of: seen)
    do { return try expert.labels(of: seen, asking) } catch let error as ExpertError {
      throw error.naming(expert.name)
    }
  }

  /// Who is asked about posts.
  package enum Answerer: Sendable, Hashable {
    /// The expert that the router chooses for each post.
    case router
    /// The expert of a name, whatever the router says.
    case expert(String)
    /// Both experts of the router, and the router for the routes.
    case both
  }

  /// What was found out about one post.
  package struct Judgement: Sendable {
    /// Where the router sends it; nil where it was not asked.
    package var decision: RouteDecision?
    /// What experts answer, by their names; those that were asked.
    package var labels: [String: Labels] = [:]
    /// The expert whose answer counts: the router's choice, or the one that was asked; nil when
    /// both were asked without a router.
    package var chosen: String?

    /// The answer that counts.
    package var answer: Labels? { chosen.flatMap { labels[$0] } }
  }

  /// Judges posts, the one way for everybody: workbench, commands and studies.
  ///
  /// - Parameters:
  ///   - task: what is asked for.
  ///   - progress: called with the number of posts done; false stops.
  /// - Returns: nil when stopped.
  /// - Throws: `JudgingError` when somebody is missing; `EncoderInputError` and what the experts
  ///   throw.
  package func judge(
    _ seen: [SeenPost], _ task: ExpertTask, by answerer: Answerer, _ asking: Asking = Asking(),
    progress: (Int) -> Bool = { _ in true }
  ) throws -> [Judgement]? {
    let (text, multimodal) = pair(task)
    if answerer != .router, case .expert(let name) = answerer, expert(name) == nil {
      throw JudgingError.noExpert(folder, task, nil, notices)
    }
    if answerer == .router || answerer == .both {
      guard text != nil else { throw JudgingError.noExpert(folder, task, .text, notices) }
      guard multimodal != nil else {
        throw JudgingError.noExpert(folder, task, .multimodal, notices)
      }
    }
    if answerer == .router, router == nil || self.task != task {
      throw JudgingError.noRouter(folder, task, other: router?.configuration.name, notices)
    }
    let routes = answerer == .router || answerer == .both && router != nil && self.task == task
    var result: [Judgement] = []
    // In blocks: pictures take memory.
    for start in stride(from: 0, to: seen.count, by: 256) {
      let part = Array(seen[start..<min(seen.count, start + 256)])
      var found = part.map { _ in Judgement() }
      if routes, let embedding {
        Eyes.look(at: [embedding], of: part)
        for (i, post) in part.enumerated() {
          // An encoder that fails on a post makes its route unknown, not text.
          if let dual { _ = try post.embedding(dual.name) }
          found[i].decision = try route(post)
        }
      }
      func ask(_ expert: (any Expert)?, _ places: [Int]) throws {
        guard let expert, !places.isEmpty else { return }
        for (i, labels) in zip(places, try self.labels(of: expert, places.map { part[$0] }, asking))
        {
          found[i].labels[expert.name] = labels
        }
      }
      switch answerer {
      case .expert(let name):
        try ask(expert(name), Array(part.indices))
        for i in part.indices { found[i].chosen = name }
      case .both, .router:
        for i in part.indices where routes {
          found[i].chosen =
            found[i].decision?.route == .multimodal ? multimodal?.name : text?.name
        }
        for expert in [text, multimodal] {
          try ask(
            expert,
            part.indices.filter { answerer == .both || found[$0].chosen == expert?.name })
        }
      }
      result += found
      guard progress(result.count) else { return nil }
    }
    return result
  }

  // MARK: Corrections

  /// An accepted post as the router's training takes it: both experts' counts against the corrected
  /// labels of the router's task.
  ///
  /// - Throws: `CorrectionFailure` that says why the post can neither teach nor judge.
  package func correction(_ seen: SeenPost) throws(CorrectionFailure) -> Correction {
    guard precision == .float32 else { throw .precision(precision) }
    let post = seen.post
    let labels: [String]
    switch task {
    case .entities: labels = post.mentions.map(\.type.rawValue)
    case .relations:
      labels = post.relations.map(\.label)
      if labels.isEmpty { throw .noPair }
    }
    func counts(
      _ expert: (any Expert)?, _ route: Route
    ) throws(CorrectionFailure) -> MatchCounts {
      guard let expert else { throw .noExpert(route) }
      do {
        return try self.labels(of: expert, [seen]).first.map { MatchCounts($0, gold: post) }
          ?? .zero
      } catch {
        throw .failed(model: expert.name, reason: "\(error)")
      }
    }
    let experts = routed
    let both = ExpertCounts(
      text: try counts(experts.text, .text),
      multimodal: try counts(experts.multimodal, .multimodal))
    guard let input = routerInput(seen) else {
      do { _ = try dual.map { try seen.embedding($0.name) } } catch {
        throw .failed(model: dual?.name ?? "", reason: "\(error)")
      }
      throw .failed(model: dual?.name ?? "the router's encoder", reason: "is missing")
    }
    return Correction(id: post.id, input: input, counts: both, labels: Set(labels))
  }
}

/// Why an accepted post can neither teach the router nor judge it.
package enum CorrectionFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// An expert or the router's encoder failed on it.
  case failed(model: String, reason: String)
  /// The expert of a route is not loaded.
  case noExpert(Route)
  /// It names no pair, and the router routes for relations.
  case noPair
  /// The models compute in something else than what routers are trained in.
  case precision(Precision)

  /// Whether something is wrong, rather than missing from the post.
  package var isFault: Bool { self != .noPair }

  package var description: String {
    switch self {
    case .failed(let model, let reason): "\(model): \(reason)"
    case .noExpert(let route): "no \(route.rawValue) expert is loaded"
    case .noPair: "it names no pair, and the router routes for relations"
    case .precision(let precision):
      "routers are trained in float32, and the models compute in \(precision); open the dataset "
        + "without --precision"
    }
  }
}

/// Why nothing can be judged.
package enum JudgingError: Error, CustomStringConvertible {
  /// No router for the task; perhaps one for another.
  case noRouter(String, ExpertTask, other: String?, [String])
  /// No expert for the task on a route, or of a name.
  case noExpert(String, ExpertTask, Route?, [String])

  package var description: String {
    switch self {
    case .noRouter(_, let task, let other?, _):
      "the router \(other) is not for the task \(task.rawValue); name another with --router, or let "
        + "one expert answer with --by text or --by multimodal"
    case .noRouter(let folder, let task, nil, let notices):
      "\(folder) has no router for the task \(task.rawValue); let one expert answer with --by text "
        + "or --by multimodal, or name another folder with --models" + Self.list(notices)
    case .noExpert(let folder, let task, let route, let notices):
      "\(folder) has no \(route.map { $0.rawValue + " " } ?? "")expert for the task \(task.rawValue); "
        + "train one, or name another folder with --models" + Self.list(notices)
    }
  }

  private static func list(_ notices: [String]) -> String {
    notices.isEmpty ? "" : ": " + notices.joined(separator: "; ")
  }
}

extension Dataset {
  /// What its posts are mainly about: relations when most of them have a pair.
  package var mainTask: ExpertTask {
    2 * posts.count { !$0.relations.isEmpty } > posts.count ? .relations : .entities
  }
}

extension PostAnalysis {
  /// The part of the analysis that says whether gold differs; nil when no expert answered.
  package var chosenAnswer: ChosenAnswer? {
    let (mentions, relations) = (chosen, chosenRelations)
    guard mentions != nil || relations != nil else { return nil }
    return ChosenAnswer(
      route: decision?.route, task: decision.map { _ in task },
      mentions: mentions.map { $0.mentions.map(\.mention) },
      relations: relations.map {
        $0.answers.map { RelationMention(head: $0.head, tail: $0.tail, label: $0.label) }
      },
      confidence: ChosenAnswer.leastConfidence(
        decision.map { _ in task }, mentions: mentions?.mentions.map(\.confidence) ?? [],
        relations: relations?.answers.map(\.confidence) ?? []))
  }
}
