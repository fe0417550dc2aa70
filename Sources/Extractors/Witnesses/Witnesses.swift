import Traces

/// What an expert's answer depends on, by two ways that do not look at its attention: what is lost
/// when something is left out, and the gradient.
package struct Witnesses: Sendable {
  /// The expert's name.
  package let expert: String
  /// What is lost without each word and region.
  package let occlusion: ExpertOcclusion
  /// Gradient × input of the answer, or of each pair's; empty where there is no gradient.
  package let gradients: [InputGradient]
  /// Why there is no gradient; nil when there is one.
  package let lackOfGradient: String?

  /// Asks an expert over and over: takes a pass per word and region.
  ///
  /// - Parameter goesOn: told how many passes of how many are done; false ends it.
  /// - Throws: what the expert throws, or its failure; `CancellationError` when it was ended.
  package init(
    _ expert: any Expert, _ post: SeenPost,
    goesOn: (_ done: Int, _ of: Int) -> Bool = { _, _ in true }
  ) throws {
    self.expert = expert.name
    // The gradient is one pass, so it does not wait for the many.
    do {
      gradients = try expert.gradients(of: post)
      lackOfGradient = gradients.isEmpty ? "there is no answer to take it of" : nil
    } catch {
      (gradients, lackOfGradient) = ([], "\(error)")
    }
    occlusion = try ExpertOcclusion(expert, post, goesOn: goesOn)
  }

  /// Gradient × input of the answer on screen.
  package func gradient(pair: Int = 0) -> InputGradient? {
    gradients.indices.contains(pair) ? gradients[pair] : nil
  }

  /// What they say, as signals: occlusion, then the gradient.
  package func signals(pair: Int = 0) -> [Signal] {
    occlusion.signals(of: expert, pair: pair)
      + (gradient(pair: pair)?.signals(of: expert) ?? [])
  }

  /// How far both witnesses agree with each other over words and over the picture.
  package func mutual(pair: Int = 0) -> (words: RankCorrelation, regions: RankCorrelation)? {
    guard let gradient = gradient(pair: pair) else { return nil }
    let signals = gradient.signals(of: expert)
    func of(_ end: String) -> RankCorrelation? {
      signals.first { $0.name.hasSuffix(end) }
        .flatMap { occlusion.worth(pair: pair).agreement(with: $0)?.mean }
    }
    return (
      of("/words") ?? .absent("the gradient says nothing of words"),
      of("/regions") ?? .absent("the gradient says nothing of the picture")
    )
  }
}
