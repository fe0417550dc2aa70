import Routing

/// Everything that one seed of the protocol measured on test: enough for every table.
package struct RDSSeedResult: Sendable, Codable {
  /// Decides the split, the experts and the routers.
  package let seed: UInt64
  /// Ids of the units of test, in order.
  package let ids: [String]
  /// Counts of the text expert on each: correct, predicted, gold.
  package let text: [[Int]]
  /// Counts of the multimodal expert.
  package let multimodal: [[Int]]
  /// Whether the picture adds, where the dataset says.
  package let imageAdds: [Bool?]
  /// Cosine of text and picture: Σx; nil without a picture.
  package let cosines: [Float?]
  /// The cosine from which routing by it alone is best on dev.
  package let cosineThreshold: Float
  /// What each objective's best router does, by name.
  package let routers: [String: Router]
  /// Dev F1 of the experts, percent: of the two trained on D_model, then of the final two.
  package let devF1: [String: Double]
  /// Units that the router learned from.
  package let splitUnits: Int

  /// A router on test.
  package struct Router: Sendable, Codable {
    /// The grid's best point.
    package let best: GridPoint
    /// How many points were tried.
    package let points: Int
    /// p of each unit of test; nil for units without a picture, which the text expert answers.
    package let probabilities: [Float?]
    /// Seconds of the search.
    package let seconds: Double
  }

  /// Both experts' counts on each unit of test.
  package var counts: [ExpertCounts] {
    func counts(_ numbers: [Int]) -> MatchCounts {
      numbers.count == 3
        ? MatchCounts(correct: numbers[0], predicted: numbers[1], gold: numbers[2]) : .zero
    }
    return zip(text, multimodal).map {
      ExpertCounts(text: counts($0), multimodal: counts($1))
    }
  }

  /// Where a router sends the units: p > 0.5 (MODELS §10.3).
  package func routes(of router: String) -> [Route] {
    (routers[router]?.probabilities ?? []).map { p in
      p.map { $0 > RouteDecision.threshold } == true ? .multimodal : .text
    }
  }

  /// Routes that need no router, with units without a picture sent to the text expert as always.
  func withoutPictures(_ routes: [Route]) -> [Route] {
    zip(routes, cosines).map { $1 == nil ? .text : $0 }
  }
}
