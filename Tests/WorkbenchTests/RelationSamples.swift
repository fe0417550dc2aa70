import Corpora
import Extractors
import Routing
import Screen
import Tensors
import TestSupport
import Traces

@testable import Inspection
@testable import Workbench

/// Posts as MNRE has them: pairs without mentions; and what an expert says of them.
enum RelationSamples {
  static let posts = [
    post(
      "pairs", "Ada Lund joins Grayport Rovers in Tarn",
      [
        (0..<2, 3..<5, "/per/org/member_of"), (0..<2, 6..<7, "None"),
        (3..<5, 6..<7, "None"),
      ]),
    post("other", "Tarn and Ada Lund again", [(2..<4, 0..<1, "/per/loc/place_of_birth")]),
    post(
      "many", (0..<7).map { "Name\($0)" }.joined(separator: " and "),
      (0..<7).flatMap { a in ((a + 1)..<7).map { (2 * a..<2 * a + 1, 2 * $0..<2 * $0 + 1, "None") }
      }
    ),
    // Two names of one text may overlap.
    post("overlap", "Bank of Tarn in Tarn", [(0..<3, 2..<3, "/org/loc/locate_at")]),
  ]

  static func post(
    _ id: String, _ text: String, _ pairs: [(Range<Int>, Range<Int>, String)]
  ) -> Post {
    Post(
      id: id, tokens: text.split(separator: " ").map { Token(String($0)) }, imageID: id,
      mentions: [], relations: pairs.map { RelationMention(head: $0, tail: $1, label: $2) },
      split: .train, source: SourceLocation(file: "mnre_train.txt", line: 1))
  }

  static func state(
    _ columns: Int = 80, _ rows: Int = 24, relations: [String] = RelationInventory.mnre,
    posts: [Post] = posts
  ) -> WorkbenchState {
    WorkbenchState(
      opened: .init(
        dataset: "mnre", store: "mnre/.twinlens/annotations.sqlite", relations: relations,
        hasModels: false, hasRouter: false, annotator: "ada", clock: { 0 }),
      posts: posts, size: Size(columns: columns, rows: rows))
  }

  /// What an expert answers to every pair of a post: mostly the label after its own.
  static func answers(_ system: String, _ post: Post) -> RelationAnswers {
    let labels = RelationInventory.mnre
    return RelationAnswers(
      expert: system, labels: labels,
      answers: post.relations.map { pair in
        let best = ((labels.firstIndex(of: pair.label) ?? 0) + 1) % labels.count
        return RelationAnswer(
          head: pair.head, tail: pair.tail, label: labels[best],
          probabilities: labels.indices.map { $0 == best ? 0.64 : $0 == 0 ? 0.15 : 0.01 },
          trace: system == "mega-lite" ? objects(pair) : Trace())
      })
  }

  /// Two objects, of which the pair's place in the post decides the stronger.
  private static func objects(_ pair: RelationMention) -> Trace {
    var trace = Trace()
    let left = ImageRegion(left: 0, top: 0, width: 0.5, height: 1)
    let right = ImageRegion(left: 0.5, top: 0, width: 0.5, height: 1)
    let share = Float(1 + pair.tail.lowerBound % 9) / 10
    trace.append(
      Signal(
        name: "mega-lite/objects", caption: "how much each part of the picture adds",
        kind: .regions([left, right]), tensor: Tensor([2], [share, 1 - share])))
    return trace
  }

  static func analysis(_ index: Int) -> PostAnalysis {
    PostAnalysis(
      post: posts[index].id, text: nil, multimodal: nil, decision: nil,
      textRelations: answers("mtb", posts[index]),
      multimodalRelations: answers("mega-lite", posts[index]))
  }
}

extension Samples {
  /// Reasons as a router would have them for the first sample post.
  static func explanation(_ index: Int) -> RouteExplanation {
    let post = posts[index]
    func effect(_ value: Float) -> RouteExplanation.Effect {
      RouteExplanation.Effect(
        probability: (decision(index).scores?.probability ?? 0) - value, contribution: value,
        logit: 4 * value)
    }
    let analysis = analysis(index)
    return RouteExplanation(
      post: post.id, router: "rds", decision: decision(index), logit: 1,
      parts: RouteExplanation.Parts(
        isLinear: true, contributions: [0.5, -0.25, 0.75, 0.125, -0.5], rest: 0.375),
      tokens: post.tokens.indices.map { effect(Float(($0 * 5) % 7 - 3) / 50) },
      regions: RouteExplanation.Regions(
        rows: 7, columns: 7, seen: .whole,
        effects: (0..<49).map { effect(Float(($0 * 11) % 13 - 6) / 100) }),
      flips: [
        RouteExplanation.Flip(
          kind: .tokens, places: [4, 7], probability: 0.47, tried: 8, atLeast: 2),
        RouteExplanation.Flip(kind: .regions, places: nil, probability: 0.58, tried: 24),
      ],
      answers: [
        (Route.text, analysis.text), (.multimodal, analysis.multimodal),
      ].compactMap { route, prediction in
        prediction.map {
          RouteExplanation.Answer(
            route: route, expert: $0.expert, mentions: $0.mentions.map(\.mention), relations: nil)
        }
      }, notice: nil, landscape: landscape)
  }

  /// The other posts as neighbours of one, the later the less alike; the last has no picture.
  static func neighbours(of index: Int) -> RouteNeighbours {
    var found = RouteNeighbours(
      of: index, route: decision(index).route, x: [1, 0], total: posts.count, alpha: 0.5)
    for place in posts.indices {
      let isLast = place == posts.count - 1
      let input = RouterInput.product([1, Float(abs(place - index))])
      found.take(place, isLast ? .withoutPicture : input, decision(place))
    }
    found.complete { place in
      let analysis = analysis(place)
      func labels(_ prediction: Prediction?) -> Extractors.Labels? {
        prediction.map { .mentions($0.mentions.map(\.mention)) }
      }
      var result: [Route: Extractors.Labels] = [:]
      result[.text] = labels(analysis.text)
      result[.multimodal] = labels(analysis.multimodal)
      return result
    } swapped: {
      RouteDecision(probability: $0 == 1 ? 0.62 : 0.38, percentile: 0.5, cosine: 0).scores
    }
    return found
  }

  /// Forty held-out posts with p from .31 to .70: the picture helps from .42 on.
  private static let landscape: RouteLandscape? = {
    func counts(_ isRight: Bool) -> MatchCounts {
      MatchCounts(correct: isRight ? 1 : 0, predicted: 1, gold: 1)
    }
    let data = try? RouterData(
      dimensions: 1, ids: (0..<40).map { "held-\($0)" }, x: [Float](repeating: 0, count: 40),
      counts: (0..<40).map {
        ExpertCounts(text: counts($0 < 11), multimodal: counts($0 >= 11))
      })
    return data.flatMap { RouteLandscape((0..<40).map { 0.31 + Float($0) / 100 }, $0) }
  }()
}
