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
public struct RouteExplanation: Sendable {
  /// The post's id.
  public let post: String
  /// What to call the router: its folder's name, and on what it was retrained.
  public let router: String
  /// Where the post goes; nil where the router's encoder failed on it.
  public let decision: RouteDecision?
  /// The number before the sigmoid; nil when the router was not asked.
  public let logit: Float?
  /// What the router computes from x = t ⊙ v; nil when it was not asked.
  public let parts: Parts?
  /// What each of the first 256 tokens was worth; empty without a picture.
  public let tokens: [Effect]
  /// What each region of the picture was worth, nil without a picture.
  public let regions: Regions?
  /// The smallest changes found that turn the route: by words, then by regions.
  public let flips: [Flip]
  /// Both experts' answers: text expert first; those that are loaded.
  public let answers: [Answer]
  /// Why something is missing, nil when nothing is.
  public let notice: String?

  /// The logit as a sum over the dimensions of x.
  public struct Parts: Sendable, Hashable {
    /// True: w_i x_i of the linear router. False: integrated gradients of the MLP from the mean dev
    /// post. Both add up exactly.
    public let isLinear: Bool
    /// True: no hidden unit is on for the post, so that p is the same for it as for every such
    /// post, and there is nothing to list.
    public var isSilent = false
    /// One per dimension; empty when silent.
    public let contributions: [Float]
    /// What the dimensions leave: the linear router's bias, the logit of the mean dev post.
    public let rest: Float

    /// What stands in the place of the contributions of a silent post.
    public static let silence =
      "no hidden unit of the router is on for this post: p is the same for it as for every such post"

    /// Sum of what pulls to the multimodal expert.
    public var positive: Float { contributions.reduce(0) { $0 + max(0, $1) } }
    /// Sum of what pulls to the text expert.
    public var negative: Float { contributions.reduce(0) { $0 + min(0, $1) } }
    /// The largest, by size whatever their sign; of equals the first.
    public func top(_ count: Int) -> [(dimension: Int, contribution: Float)] {
      contributions.indices
        .sorted { (-abs(contributions[$0]), $0) < (-abs(contributions[$1]), $1) }
        .prefix(count).map { ($0, contributions[$0]) }
    }
  }

  /// The router's word without something.
  public struct Effect: Sendable, Hashable {
    /// p without it.
    public let probability: Float
    /// p − p without it.
    public let contribution: Float
    /// The same for the logit.
    public let logit: Float
  }

  /// A grid over the part of the picture that the router saw.
  public struct Regions: Sendable, Hashable {
    /// Rows of the grid.
    public let rows: Int
    /// Columns of the grid.
    public let columns: Int
    /// What the grid covers of the source picture.
    public let seen: ImageRegion
    /// Row-major; a region is masked with the picture's mean colour.
    public let effects: [Effect]
  }

  /// The fewest things to leave out that turn the route, found greedily: there may be fewer.
  public struct Flip: Sendable, Hashable {
    /// What is left out.
    public enum Kind: String, Sendable, Hashable { case tokens, regions }
    /// What is left out.
    public let kind: Kind
    /// Their places, the most effective first; nil when none was found.
    public let places: [Int]?
    /// p without them; p of the largest change that was tried where none was found.
    public let probability: Float
    /// The largest number that was tried.
    public let tried: Int
  }

  /// What one expert says.
  public struct Answer: Sendable, Hashable {
    /// The route that leads to it.
    public let route: Route
    /// Its folder's name.
    public let expert: String
    /// Its mentions; nil when the router chooses between experts for relations.
    public let mentions: [EntityMention]?
    /// Its relations; nil when the router chooses between experts for mentions.
    public let relations: RelationAnswers?
  }

  /// Regions of the grid over the picture.
  public static let regionCount = RouteOcclusion.grid * RouteOcclusion.grid

  /// Of how many words or regions a change was chosen.
  public func total(_ kind: Flip.Kind) -> Int {
    switch kind {
    case .tokens: tokens.count
    case .regions: regions?.effects.count ?? 0
    }
  }

  /// Whether a change leaves out more than half of the words or regions: such a change says little
  /// about those that are named.
  public func leavesLittle(_ flip: Flip) -> Bool {
    2 * (flip.places?.count ?? 0) > total(flip.kind)
  }

  /// The words without which the route turns, by place; empty when no such change was found.
  public var turningTokens: [Int] {
    flips.first { $0.kind == .tokens }?.places ?? []
  }

  /// The answer of the expert on a route, nil when it is not loaded.
  public func answer(on route: Route) -> Answer? { answers.first { $0.route == route } }
}

extension RouteExplanation.Answer {
  /// Its answers against the labels of a post: mentions, or relations.
  public func counts(_ post: Post) -> MatchCounts? { mentionCounts(post) ?? relationCounts(post) }

  /// Mentions that match labels; nil when the expert names none.
  public func mentionCounts(_ post: Post) -> MatchCounts? {
    mentions.map { MatchCounts.count(predicted: $0, gold: post.mentions) }
  }

  /// Relations that match labels, `None` left out as in the headline (MODELS §2.8.2); pairs that
  /// it was not asked about are left out too. Nil without such an expert.
  public func relationCounts(_ post: Post) -> MatchCounts? {
    relations.map { relations in
      post.relations.reduce(.zero) { sum, pair in
        guard let answer = relations[pair.head, pair.tail]?.label else { return sum }
        return sum + MatchCounts(answer: answer, gold: pair.label)
      }
    }
  }
}

extension RouteExplanation {
  /// The same as signals, for the views that show any model's: a number per word and one map with
  /// both directions on a common scale, positive where the multimodal expert is pulled to.
  public var trace: Trace {
    var trace = Trace()
    guard let decision, let scores = decision.scores else { return trace }
    trace.append(
      Signal(
        name: "router/p", caption: "p of the multimodal expert",
        kind: .scalar(
          low: 0, high: 1, threshold: RouteDecision.threshold, percentile: scores.percentile),
        tensor: Tensor(scalar: scores.probability)))
    if !tokens.isEmpty {
      trace.append(
        Signal(
          name: "router/tokens", caption: "p lost without the word", kind: .words,
          unit: .points, tensor: Tensor([tokens.count], tokens.map(\.contribution))))
    }
    if let regions {
      trace.append(
        Signal(
          name: "router/regions", caption: "p lost without the region",
          kind: .imageMap(rows: regions.rows, columns: regions.columns, region: regions.seen),
          unit: .points,
          tensor: Tensor([regions.rows, regions.columns], regions.effects.map(\.contribution))))
    }
    return trace
  }
}
