import Corpora
import Extractors
import Routing

/// Which of the router's experts are right, by where the router sends the posts.
package struct RouteCells: Sendable, Encodable {
  /// The posts sent to the text expert, among them those without a picture.
  package let text: Row
  /// The posts sent to the multimodal expert.
  package let multimodal: Row

  /// Numbers of the posts on one route.
  package struct Row: Sendable, Encodable {
    package let both: Int
    package let text: Int
    package let multimodal: Int
    package let neither: Int

    init(_ cells: [AgreementCell]) {
      func count(_ cell: AgreementCell) -> Int { cells.count { $0 == cell } }
      (both, text) = (count(.both), count(.text))
      (multimodal, neither) = (count(.multimodal), count(.neither))
    }

    /// How many posts are in a cell.
    package subscript(cell: AgreementCell) -> Int {
      switch cell {
      case .both: both
      case .text: text
      case .multimodal: multimodal
      case .neither: neither
      }
    }
  }

  /// The posts on one route.
  package subscript(route: Route) -> Row { route == .text ? text : multimodal }

  init(_ cells: [(route: Route, cell: AgreementCell)]) {
    text = Row(cells.filter { $0.route == .text }.map(\.cell))
    multimodal = Row(cells.filter { $0.route == .multimodal }.map(\.cell))
  }
}

/// What every threshold of p would be worth on these posts. It changes no route.
package struct ThresholdSweep: Sendable, Encodable {
  /// At ½, where the router decides.
  package let now: Point
  /// Where the union is best; chosen on these very posts, it promises nothing for others.
  package let best: Point
  /// From the smallest threshold to the largest; the curve between two is flat or left out.
  package let points: [Point]
  /// Any cut.
  package let landscape: RouteLandscape

  /// One threshold: p above it goes to the multimodal expert.
  package struct Point: Sendable, Encodable {
    package let threshold: Float
    /// F1 of the union, percent.
    package let unionF1: Double
    /// Share of all posts that goes to the multimodal expert, 0 … 1.
    package let multimodalShare: Double

    package init(_ cut: RouteLandscape.Cut) {
      threshold = cut.threshold
      (unionF1, multimodalShare) = (cut.union.f1Percent, cut.multimodalShare)
    }
  }

  enum CodingKeys: String, CodingKey { case now, best, points }

  /// Most points of the curve.
  static let mostPoints = 200

  init?(_ probabilities: [Float?], _ counts: [ExpertCounts]) {
    guard let landscape = RouteLandscape(probabilities, counts) else { return nil }
    self.landscape = landscape
    now = Point(landscape.cut(at: RouteDecision.threshold))
    best = Point(landscape.best)
    let sorted = landscape.probabilities
    let step = max(1, (sorted.count + Self.mostPoints - 1) / Self.mostPoints)
    let places = Array(stride(from: 0, to: sorted.count, by: step)) + [sorted.count - 1]
    var thresholds = [sorted[0].nextDown] + places.map { sorted[$0] }
    thresholds = Array(Set(thresholds)).sorted()
    points = thresholds.map { Point(landscape.cut(at: $0)) }
  }
}

/// How many words of a part of the dataset a model does not know.
package struct WordCoverage: Sendable, Encodable {
  package let model: String
  package let split: String
  package let unknown: Int
  package let words: Int

  /// The share that is unknown, 0 … 1; nil without words.
  package var share: Double? { words == 0 ? nil : Double(unknown) / Double(words) }

  /// By model, in the order of the models, then by split.
  static func all(_ posts: [StudiedPost]) -> [WordCoverage] {
    var models: [String] = []
    var sums: [String: [String: (unknown: Int, words: Int)]] = [:]
    for post in posts {
      for known in post.words {
        if sums[known.model] == nil { models.append(known.model) }
        let split = post.post.split.rawValue
        let sum = sums[known.model]?[split] ?? (0, 0)
        sums[known.model, default: [:]][split] = (
          sum.unknown + known.unknown, sum.words + known.words
        )
      }
    }
    return models.flatMap { model in
      Split.allCases.compactMap { split in
        sums[model]?[split.rawValue].map {
          WordCoverage(model: model, split: split.rawValue, unknown: $0.unknown, words: $0.words)
        }
      }
    }
  }
}

/// How an expert learned: what its training noted in its card.
package struct TrainingCurve: Sendable, Encodable {
  package let expert: String
  /// Empty where the folder keeps none, as those of older versions.
  package let epochs: [ModelCard.Epoch]

  package init(expert: String, epochs: [ModelCard.Epoch]) {
    (self.expert, self.epochs) = (expert, epochs)
  }
}
