import Extractors
import Tensors
import Traces

/// What an expert's answer depends on, by two ways that do not look at its attention: what is lost
/// when something is left out, and the gradient. Beside these stands how steady its maps are.
package struct Witnesses: Sendable {
  /// The expert's name.
  package let expert: String
  /// What is lost without each word and region.
  package let occlusion: ExpertOcclusion
  /// Gradient × input of the answer, or of each pair's; empty where there is no gradient.
  package let gradients: [InputGradient]
  /// Why there is no gradient; nil when there is one.
  package let lackOfGradient: String?
  /// By signal, for each answer: maps of the post with noise on its picture.
  private let disturbed: [[Trace]]

  /// Witnesses by their parts.
  init(
    expert: String, occlusion: ExpertOcclusion, gradients: [InputGradient],
    lackOfGradient: String?, disturbed: [[Trace]] = []
  ) {
    self.expert = expert
    self.occlusion = occlusion
    self.gradients = gradients
    self.lackOfGradient = lackOfGradient
    self.disturbed = disturbed
  }

  /// Noise on the picture: as many draws, and as far from each pixel, as Captum takes by default.
  package static let (draws, noise) = (10, Float(0.02))

  /// Asks an expert over and over: takes a pass per word, region, row and column of regions, and
  /// `draws` with noise.
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
    let noisy = expert.seesPicture && post.notice == nil ? Self.draws : 0
    occlusion = try ExpertOcclusion(expert, post, strips: true) { goesOn($0, $1 + noisy) }
    var disturbed: [[Trace]] = []
    // What tells no probabilities has nothing that a map could be held against.
    for draw in 0..<(occlusion.passes > 0 ? noisy : 0) {
      let passes = occlusion.passes
      guard goesOn(passes + draw, passes + noisy) else { throw CancellationError() }
      let answer = expert.ask(post.withNoise(Self.noise, seed: UInt64(draw)))
      let count = max(1, answer.relations?.answers.count ?? 1)
      disturbed.append(
        (0..<count).map { pair in
          var maps = Trace()
          for signal in answer.trace(pair: pair).signals where signal.isSpatial {
            maps.append(signal)
          }
          return maps
        })
    }
    self.disturbed = disturbed
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

  // MARK: Faithful and steady

  /// How faithful a map over the picture is to what regions are worth, and how steady.
  package struct Quality: Sendable, Hashable {
    /// Normalized infidelity, under leaving out each region, each row and each column of the grid.
    package let infidelity: Double
    /// What a map that says nothing has.
    package let ofNothing: Double
    /// Maximum sensitivity under noise on the picture; nil where the map has another shape then.
    package let sensitivity: Double?
  }

  /// The quality of a slice of a signal, or of its mean; nil for signals that do not lie over the
  /// picture, and where nothing could be left out of it.
  ///
  /// - Parameter word: whose map is meant where each word has one; nil: the mean over words.
  package func quality(
    of signal: Signal, slice: Int? = nil, word: Int? = nil, pair: Int = 0
  ) -> Quality? {
    let worth = occlusion.worth(pair: pair)
    guard let grid = worth.map, worth.strips.count == grid.rows + grid.columns,
      let shown = signal.map(slice: slice, word: word)
    else { return nil }
    let values = shown.resampled(onto: grid)
    guard values.allSatisfy(\.isFinite) else { return nil }
    let cells = grid.values.indices
    let masks =
      cells.map { cell in cells.map { $0 == cell ? Float(1) : 0 } }
      + (0..<grid.rows).map { row in cells.map { $0 / grid.columns == row ? 1 : 0 } }
      + (0..<grid.columns).map { column in cells.map { $0 % grid.columns == column ? 1 : 0 } }
    let losses = grid.values + worth.strips
    func infidelity(_ map: [Float]) -> Double {
      ExplanationMeasure.infidelity(of: map, under: masks, isNormalized: true) { losses[$0] } ?? 0
    }
    let others = disturbed.compactMap { traces -> [Float]? in
      guard traces.indices.contains(pair) else { return nil }
      return traces[pair][signal.name]?.map(slice: slice, word: word)?.values
    }
    let areAlike =
      others.count == Self.draws && others.allSatisfy { $0.count == shown.values.count }
    return Quality(
      infidelity: infidelity(values),
      ofNothing: infidelity([Float](repeating: 0, count: values.count)),
      sensitivity: areAlike
        ? ExplanationMeasure.sensitivity(of: shown.values, among: others) : nil)
  }
}
