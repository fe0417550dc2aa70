import Routing

/// Everything that one seed of the protocol measured on test: enough for every table.
public struct RDSSeedResult: Sendable, Codable {
  /// Decides the split, the experts and the routers.
  public let seed: UInt64
  /// Ids of the units of test, in order.
  public let ids: [String]
  /// Counts of the text expert on each: correct, predicted, gold.
  public let text: [[Int]]
  /// Counts of the multimodal expert.
  public let multimodal: [[Int]]
  /// Whether the picture adds, where the dataset says.
  public let imageAdds: [Bool?]
  /// Cosine of text and picture: Σx; nil without a picture.
  public let cosines: [Float?]
  /// The cosine from which routing by it alone is best on dev.
  public let cosineThreshold: Float
  /// What each objective's best router does, by name.
  public let routers: [String: Router]
  /// Dev F1 of the experts, percent: of the two trained on D_model, then of the final two.
  public let devF1: [String: Double]
  /// Units that the router learned from.
  public let splitUnits: Int

  /// A router on test.
  public struct Router: Sendable, Codable {
    /// The grid's best point.
    public let best: GridPoint
    /// How many points were tried.
    public let points: Int
    /// p of each unit of test; nil for units without a picture, which the text expert answers.
    public let probabilities: [Float?]
    /// Seconds of the search.
    public let seconds: Double
  }

  /// Both experts' counts on each unit of test.
  public var counts: [ExpertCounts] {
    func counts(_ numbers: [Int]) -> MatchCounts {
      numbers.count == 3
        ? MatchCounts(correct: numbers[0], predicted: numbers[1], gold: numbers[2]) : .zero
    }
    return zip(text, multimodal).map {
      ExpertCounts(text: counts($0), multimodal: counts($1))
    }
  }

  /// Where a router sends the units: p > 0.5 (MODELS §10.3).
  public func routes(of router: String) -> [Route] {
    (routers[router]?.probabilities ?? []).map { p in
      p.map { $0 > RouteDecision.threshold } == true ? .multimodal : .text
    }
  }

  /// Routes that need no router, with units without a picture sent to the text expert as always.
  func withoutPictures(_ routes: [Route]) -> [Route] {
    zip(routes, cosines).map { $1 == nil ? .text : $0 }
  }
}
