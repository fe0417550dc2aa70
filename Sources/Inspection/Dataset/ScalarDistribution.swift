import Extractors

/// How a number is distributed over the posts of a dataset: the router's p, or what an expert
/// shows.
package struct ScalarDistribution: Sendable, Encodable {
  /// The expert that shows it; nil for the router's numbers.
  package let expert: String?
  /// The signal's name, `p` or `cosine`.
  package let name: String
  package let caption: String
  /// Where a decision turns; nil where none does.
  package let threshold: Float?
  /// Posts that have it.
  package let posts: Int
  package let mean: Double
  package let least: Float
  package let greatest: Float
  /// Every tenth hundredth, the smallest value first and the largest last: 11 numbers.
  package let deciles: [Float]
  /// The ends of the bars.
  package let edges: [Float]
  /// How many posts are in each bar.
  package let bars: [Bar]
  /// How well it tells the posts whose picture adds from the others; nil where none is known, or
  /// all are of a kind.
  package let aucImageAdds: Double?
  /// The value of each post, by its place in the dataset.
  package let values: [Int: Float]
  /// The parts of its range.
  package let scale: RoundScale

  /// Posts in a part of the range, by whether their picture adds.
  package struct Bar: Sendable, Hashable, Encodable {
    package internal(set) var adds = 0
    package internal(set) var addsNot = 0
    package internal(set) var unknown = 0

    package var count: Int { adds + addsNot + unknown }
  }

  enum CodingKeys: String, CodingKey {
    case expert, name, caption, threshold, posts, mean, least, greatest, deciles, edges, bars
    case aucImageAdds
  }

  /// Most bars.
  static let mostBars = 24

  /// - Parameter values: by place in the dataset, with whether the picture adds.
  /// - Returns: nil when there is none.
  init?(
    expert: String?, name: String, caption: String, threshold: Float?,
    _ values: [(place: Int, value: Float, imageAdds: Bool?)]
  ) {
    let sorted = values.map(\.value).sorted()
    guard let least = sorted.first, let greatest = sorted.last else { return nil }
    (self.expert, self.name, self.caption) = (expert, name, caption)
    self.threshold = threshold
    posts = values.count
    mean = sorted.reduce(0.0) { $0 + Double($1) } / Double(sorted.count)
    (self.least, self.greatest) = (least, greatest)
    deciles = (0...10).map { sorted[(sorted.count - 1) * $0 / 10] }
    scale = RoundScale(least, greatest, parts: Self.mostBars)
    edges = scale.edges
    var bars = [Bar](repeating: Bar(), count: scale.count)
    for (_, value, adds) in values {
      switch adds {
      case true?: bars[scale.part(of: value)].adds += 1
      case false?: bars[scale.part(of: value)].addsNot += 1
      case nil: bars[scale.part(of: value)].unknown += 1
      }
    }
    self.bars = bars
    aucImageAdds = RankStatistics.auc(
      scores: values.map(\.value), labels: values.map(\.imageAdds))
    self.values = Dictionary(values.map { ($0.place, $0.value) }, uniquingKeysWith: { $1 })
  }

  /// The posts in a bar, by their places.
  package func posts(inBar bar: Int) -> [Int] {
    values.filter { scale.part(of: $0.value) == bar }.map(\.key).sorted()
  }
}
