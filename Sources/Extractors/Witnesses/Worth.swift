import Tensors
import Traces

/// What each word and each part of the picture is worth to an expert's answer, by one way of asking
/// that does not look at its attention.
package struct Worth: Sendable, Hashable {
  /// One number per word, in their order; not a number where the expert did not read the word.
  /// Empty where nothing can be said of words.
  package let words: [Float]
  /// The same over the picture; nil where nothing can be said of it.
  package let map: SignalMap?
  /// What each row, then each column of the map is worth as a whole; empty where nobody asked.
  package let strips: [Float]
  /// Why there is nothing of words, or of the picture.
  private(set) var lack: (words: String?, regions: String?) = (nil, nil)

  /// Worth by its parts.
  init(words: [Float], map: SignalMap?, strips: [Float] = []) {
    (self.words, self.map, self.strips) = (words, map, strips)
  }

  /// The same with reasons for what is not there.
  func lacking(words: String?, regions: String?) -> Worth {
    var result = self
    result.lack = (words, regions)
    return result
  }

  /// The same as signals, for the views that show any model's.
  ///
  /// - Parameter caption: of `word` and of `region`.
  package func signals(
    _ name: String, caption: (String) -> String, unit: Signal.Unit = .plain
  ) -> [Signal] {
    var result: [Signal] = []
    if !words.isEmpty {
      result.append(
        Signal(
          name: name + "/words", caption: caption("word"), kind: .words, unit: unit,
          tensor: Tensor([words.count], words)))
    }
    if let map {
      result.append(
        Signal(
          name: name + "/regions", caption: caption("region"),
          kind: .imageMap(rows: map.rows, columns: map.columns, region: map.region), unit: unit,
          tensor: Tensor([map.rows, map.columns], map.values)))
    }
    return result
  }

  package static func == (a: Worth, b: Worth) -> Bool {
    a.words.elementsEqual(b.words) { $0.bitPattern == $1.bitPattern } && a.map == b.map
      && a.lack == b.lack
  }

  package func hash(into hasher: inout Hasher) {
    for word in words { hasher.combine(word.bitPattern) }
    hasher.combine(map)
  }

  // MARK: Agreement

  /// How far a slice of a signal, or the mean of all, ranks words or places as they are worth; nil
  /// for signals of neither.
  ///
  /// - Parameter word: whose map is meant where each word has one; nil: the mean over words.
  package func correlation(
    with signal: Signal, slice: Int?, word: Int? = nil
  ) -> RankCorrelation? {
    if case .words = signal.kind {
      guard !words.isEmpty else { return .absent(lack.words ?? Self.noWords) }
      return RankCorrelation(
        slice.map { signal.slice($0) } ?? signal.mean, words, "does not vary from word to word")
    }
    guard let shown = signal.map(slice: slice, word: word) else { return nil }
    guard let map else { return .absent(lack.regions ?? Self.noRegions) }
    return RankCorrelation(
      shown.resampled(onto: map), map.values, "does not vary over the picture")
  }

  /// The same of the mean and of every slice.
  package func agreement(with signal: Signal, word: Int? = nil) -> WitnessAgreement? {
    guard let mean = correlation(with: signal, slice: nil, word: word) else { return nil }
    let slices =
      signal.sliceCount > 1
      ? (0..<signal.sliceCount).compactMap { correlation(with: signal, slice: $0, word: word) } : []
    return WitnessAgreement(signal: signal.name, mean: mean, slices: slices)
  }

  private static let noWords = "the expert tells no probabilities of its answer"
  private static let noRegions =
    "the expert reads the text alone, tells no probabilities, or the post has no picture"
}

/// How far the slices of a signal agree with a witness.
package struct WitnessAgreement: Sendable, Hashable {
  /// The signal's name.
  package let signal: String
  /// Of the mean over all slices.
  package let mean: RankCorrelation
  /// Of each slice, in their order; empty where there is only one.
  package let slices: [RankCorrelation]

  /// Of one slice, or of the mean.
  package subscript(slice: Int?) -> RankCorrelation {
    slice.flatMap { slices.indices.contains($0) ? slices[$0] : nil } ?? mean
  }
}

/// Spearman's ρ, or why there is none.
package enum RankCorrelation: Sendable, Hashable {
  case rho(Double)
  case absent(String)

  /// Of two lists side by side, without what is not a number on either side.
  init(_ a: [Float], _ b: [Float], _ whySame: String) {
    guard a.count == b.count else {
      self = .absent("it counts \(a.count) places and the witness \(b.count)")
      return
    }
    let pairs = zip(a, b).filter { $0.isFinite && $1.isFinite }.map { (Double($0), Double($1)) }
    if pairs.count < 3 {
      self = .absent("fewer than three places can be compared")
    } else if Set(pairs.map(\.0)).count == 1 {
      self = .absent("it \(whySame)")
    } else if let rho = RankStatistics.spearman(pairs) {
      self = .rho(rho)
    } else {
      self = .absent("nothing is worth more than anything else to the answer")
    }
  }

  /// ρ, where there is one.
  package var rho: Double? { if case .rho(let value) = self { value } else { nil } }
  /// Why there is none.
  package var absence: String? { if case .absent(let reason) = self { reason } else { nil } }
}
