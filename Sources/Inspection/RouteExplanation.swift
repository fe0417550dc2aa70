import Corpora
import Extractors
import Routing
import Tensors
import Traces

/// Why the router sent one post where it did, and what would have been otherwise (MODELS §9).
///
/// Everywhere a positive number pulls to the multimodal expert and a negative one to the text
/// expert. Effects are by occlusion, not by attention: something is left out, the rest is encoded
/// again, and the difference is what it was worth. They need not sum up: words and regions work
/// together.
package struct RouteExplanation: Sendable {
  /// The post's id.
  package let post: String
  /// What to call the router: its folder's name, and on what it was retrained.
  package let router: String
  /// Where the post goes; nil where the router's encoder failed on it.
  package let decision: RouteDecision?
  /// The number before the sigmoid; nil when the router was not asked.
  package let logit: Float?
  /// What the router computes from x = t ⊙ v; nil when it was not asked.
  package let parts: Parts?
  /// What each of the first 256 tokens was worth; empty without a picture.
  package let tokens: [Effect]
  /// What each region of the picture was worth, nil without a picture.
  package let regions: Regions?
  /// The smallest changes found that turn the route, by kind; empty while they are sought.
  package var flips: [Flip]
  /// Both experts' answers: text expert first; those that are loaded.
  package let answers: [Answer]
  /// Why something is missing, nil when nothing is.
  package let notice: String?
  /// The held-out posts by their p; nil where the router was not asked or keeps none.
  package var landscape: RouteLandscape?
  /// What the routers before the installed one said of the post, and it; empty where the router was
  /// not asked.
  package var history: [RouteHistory.Point] = []
  /// What words and regions are worth by the gradient; nil while that is computed, and where it
  /// cannot be.
  package var gradients: RouteGradients?
  /// Whether changes that turn the route are still sought.
  package var isSeeking = false

  /// The logit as a sum over the dimensions of x.
  package struct Parts: Sendable, Hashable {
    /// True: w_i x_i of the linear router. False: integrated gradients of the MLP from the mean dev
    /// post. Both add up exactly.
    package let isLinear: Bool
    /// True: no hidden unit is on for the post, so that p is the same for it as for every such
    /// post, and there is nothing to list.
    package var isSilent = false
    /// One per dimension; empty when silent.
    package let contributions: [Float]
    /// What the dimensions leave: the linear router's bias, the logit of the mean dev post.
    package let rest: Float

    /// What stands in the place of the contributions of a silent post.
    package static let silence =
      "no hidden unit of the router is on for this post: p is the same for it as for every such post"

    /// Sum of what pulls to the multimodal expert.
    package var positive: Float { contributions.reduce(0) { $0 + max(0, $1) } }
    /// Sum of what pulls to the text expert.
    package var negative: Float { contributions.reduce(0) { $0 + min(0, $1) } }
    /// The largest, by size whatever their sign; of equals the first.
    package func top(_ count: Int) -> [(dimension: Int, contribution: Float)] {
      contributions.indices
        .sorted { (-abs(contributions[$0]), $0) < (-abs(contributions[$1]), $1) }
        .prefix(count).map { ($0, contributions[$0]) }
    }
  }

  /// The router's word without something.
  package struct Effect: Sendable, Hashable {
    /// p without it.
    package let probability: Float
    /// p − p without it.
    package let contribution: Float
    /// The same for the logit.
    package let logit: Float
  }

  /// A grid over the part of the picture that the router saw.
  package struct Regions: Sendable, Hashable {
    /// Rows of the grid.
    package let rows: Int
    /// Columns of the grid.
    package let columns: Int
    /// What the grid covers of the source picture.
    package let seen: ImageRegion
    /// Row-major; a region is masked with the picture's mean colour.
    package let effects: [Effect]
  }

  /// The fewest things to leave out that turn the route: of one or two all were tried, larger
  /// changes were found greedily.
  package struct Flip: Sendable, Hashable {
    /// What is left out: the whole picture but for its mean colour, words, regions, or a word and a
    /// region.
    package enum Kind: String, Sendable, Hashable { case blank, tokens, regions, both }
    /// What is left out.
    package let kind: Kind
    /// Places of words, or of regions where the change is of these alone; nil when none was found.
    package let places: [Int]?
    /// The region beside a word.
    package var regions: [Int] = []
    /// p without them; p of the change that came nearest where none was found.
    package let probability: Float
    /// The largest number that was tried.
    package let tried: Int
    /// So many are needed: all smaller changes of the kind were tried.
    package var atLeast = 1

    /// Whether there is no smaller change of the kind.
    package var isSmallest: Bool { places.map { $0.count + regions.count <= atLeast } ?? false }
  }

  /// What one expert says.
  package struct Answer: Sendable, Hashable {
    /// The route that leads to it.
    package let route: Route
    /// Its folder's name.
    package let expert: String
    /// Its mentions; nil when the router chooses between experts for relations.
    package let mentions: [EntityMention]?
    /// Its relations; nil when the router chooses between experts for mentions.
    package let relations: RelationAnswers?
  }

  /// Whether what words and regions are worth is still computed.
  package var isMeasuring: Bool { isSeeking && tokens.isEmpty && regions == nil }

  /// Regions of the grid over the picture.
  package static let regionCount = RouteOcclusion.grid * RouteOcclusion.grid

  /// Of how many words or regions a change was chosen.
  package func total(_ kind: Flip.Kind) -> Int {
    switch kind {
    case .tokens: tokens.count
    case .regions: regions?.effects.count ?? 0
    case .both: tokens.count + (regions?.effects.count ?? 0)
    case .blank: 0
    }
  }

  /// Whether a change leaves out more than half of the words or regions: such a change says little
  /// about those that are named.
  package func leavesLittle(_ flip: Flip) -> Bool {
    [.tokens, .regions].contains(flip.kind) && 2 * (flip.places?.count ?? 0) > total(flip.kind)
  }

  /// The words without which the route turns, by place; empty when no such change was found.
  package var turningTokens: [Int] {
    flips.first { $0.kind == .tokens && $0.places != nil }?.places
      ?? flips.first { $0.kind == .both }?.places ?? []
  }

  /// The regions without which it turns.
  package var turningRegions: [Int] {
    flips.first { $0.kind == .regions && $0.places != nil }?.places
      ?? flips.first { $0.kind == .both }?.regions ?? []
  }

  /// The answer of the expert on a route, nil when it is not loaded.
  package func answer(on route: Route) -> Answer? { answers.first { $0.route == route } }
}

extension RouteExplanation.Answer {
  /// Its answers against the labels of a post: mentions, or relations.
  package func counts(_ post: Post) -> MatchCounts? { mentionCounts(post) ?? relationCounts(post) }

  /// Mentions that match labels; nil when the expert names none.
  package func mentionCounts(_ post: Post) -> MatchCounts? {
    mentions.map { MatchCounts.count(predicted: $0, gold: post.mentions) }
  }

  /// Relations that match labels, `None` left out as in the headline (MODELS §2.8.2); pairs that
  /// it was not asked about are left out too. Nil without such an expert.
  package func relationCounts(_ post: Post) -> MatchCounts? {
    relations.map { relations in
      post.relations.reduce(.zero) { sum, pair in
        guard let answer = relations[pair.head, pair.tail]?.label else { return sum }
        return sum + MatchCounts(answer: answer, gold: pair.label)
      }
    }
  }
}

extension RouteExplanation {
  /// One label of a post: a mention, or the relation of a pair.
  package enum Label: Sendable, Hashable {
    case mention(EntityMention)
    case relation(RelationMention)
  }

  /// The labels of a post by who of the two experts gives them.
  package struct Found: Sendable, Hashable {
    package var both: [Label] = []
    /// By the route that leads to the expert.
    package var only: [Route: [Label]] = [:]
    package var neither: [Label] = []
  }

  /// Which of a post's labels each expert gives; nil unless both answered. Pairs labelled `None`
  /// are no labels (MODELS §2.8.2).
  package func found(_ post: Post) -> Found? {
    guard let text = answer(on: .text), let multimodal = answer(on: .multimodal) else { return nil }
    var found = Found()
    func note(_ label: Label, _ inText: Bool, _ inMultimodal: Bool) {
      switch (inText, inMultimodal) {
      case (true, true): found.both.append(label)
      case (true, false): found.only[.text, default: []].append(label)
      case (false, true): found.only[.multimodal, default: []].append(label)
      case (false, false): found.neither.append(label)
      }
    }
    if let a = text.mentions, let b = multimodal.mentions {
      for mention in post.mentions {
        note(.mention(mention), a.contains(mention), b.contains(mention))
      }
    }
    if let a = text.relations, let b = multimodal.relations {
      for pair in post.relations where pair.label != RelationInventory.none {
        note(
          .relation(pair), a[pair.head, pair.tail]?.label == pair.label,
          b[pair.head, pair.tail]?.label == pair.label)
      }
    }
    return found
  }

  /// How many right and wrong answers more the other route would have given, against the labels of
  /// a post; negative where fewer. Nil unless both experts answered.
  package func otherRoute(_ post: Post) -> (right: Int, wrong: Int)? {
    guard let route = decision?.route, let chosen = answer(on: route)?.counts(post),
      let other = answer(on: route.other)?.counts(post)
    else { return nil }
    return (
      other.correct - chosen.correct,
      other.predicted - other.correct - chosen.predicted + chosen.correct
    )
  }

  /// The same as signals, for the views that show any model's: a number per word and one map with
  /// both directions on a common scale, positive where the multimodal expert is pulled to.
  package var trace: Trace {
    var trace = Trace()
    guard let decision, let scores = decision.scores else { return trace }
    trace.append(
      Signal(
        name: "router/p", caption: "p of the multimodal expert",
        kind: .scalar(
          low: 0, high: 1, threshold: RouteDecision.threshold, percentile: scores.percentile),
        tensor: Tensor(scalar: scores.probability)))
    func words(_ name: String, _ caption: String, _ values: [Float]) {
      guard !values.isEmpty else { return }
      trace.append(
        Signal(
          name: name, caption: caption, kind: .words, unit: .points,
          tensor: Tensor([values.count], values)
        ).scaled(to: scale))
    }
    func map(_ name: String, _ caption: String, _ values: [Float]) {
      guard let regions, values.count == regions.rows * regions.columns else { return }
      trace.append(
        Signal(
          name: name, caption: caption,
          kind: .imageMap(rows: regions.rows, columns: regions.columns, region: regions.seen),
          unit: .points, tensor: Tensor([regions.rows, regions.columns], values)
        ).scaled(to: scale))
    }
    words("router/tokens", "p lost without the word", tokens.map(\.contribution))
    map("router/regions", "p lost without the region", regions?.effects.map(\.contribution) ?? [])
    if let gradients {
      words("router/gradient-tokens", "gradient × word", gradients.tokens ?? [])
      map("router/gradient-regions", "gradient × region", gradients.regions)
    }
    return trace
  }

  /// The largest effect of a word or region by size, in p: what a full bar and the strongest colour
  /// stand for, so that words and regions can be compared.
  package var scale: Float {
    (tokens + (regions?.effects ?? [])).map { abs($0.contribution) }.max() ?? 0
  }
}
