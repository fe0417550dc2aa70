import Corpora
import Encoders
import Tensors
import Traces

extension ExpertModel {
  /// The expert's answer for one post with everything it shows.
  ///
  /// - Parameter substitutions: values to put in place at named taps (interventions).
  /// - Throws: `EncoderInputError.notFinite`.
  public func predict(
    _ read: PostReader.Read,
    substituting substitutions: [String: @Sendable (Tensor) -> Tensor] = [:]
  ) throws(EncoderInputError) -> Prediction {
    let batch = TaggerBatch([read.input], words: words, characters: characters)
    let tape = Tape()
    let probe = Probe(hasPicture: read.input.seen != nil, substituting: substitutions)
    let emissions = tape[tagger.emissions(batch, tape, probe)]
    try EncoderInputError.check(emissions.array, "the tag scores of \(name)")
    let scheme = configuration.scheme
    let answer = tagger.decode(
      emissions: emissions, lengths: batch.words.lengths, scheme: scheme
    ).first
    let marginals = answer?.marginals ?? []
    var trace = probe.trace.map(withPercentile)
    trace.append(
      Signal(
        name: "crf/marginals", caption: "tag probabilities",
        kind: .wordDistributions(labels: scheme.labels),
        tensor: Tensor([marginals.count, scheme.count], marginals.flatMap { $0 })))
    trace.append(
      Signal(
        name: "crf/uncertainty", caption: "1 − largest tag probability", kind: .words,
        tensor: Tensor([marginals.count], marginals.map { 1 - ($0.max() ?? 1) })))
    return Prediction(
      system: name, mentions: answer?.mentions ?? [], labels: scheme.labels, marginals: marginals,
      path: answer?.path ?? [], trace: trace)
  }

  /// Viterbi mentions of many posts, read as asked.
  ///
  /// - Throws: `EncoderInputError.notFinite`.
  public func mentions(
    _ inputs: [TaggerInput], reading: BIO.Reading = .lenient
  ) throws(EncoderInputError) -> [[EntityMention]] {
    func run(_ tagger: some Tagger) throws(EncoderInputError) -> [[Int]] {
      try TaggerInference.paths(tagger, inputs, words: words, characters: characters)
    }
    let scheme = configuration.scheme
    return try run(tagger).map {
      reading == .strict ? scheme.strictMentions(of: $0) : scheme.mentions(of: $0)
    }
  }

  private func withPercentile(_ signal: Signal) -> Signal {
    guard let value = signal.values.first, let reference = configuration.references[signal.name],
      !reference.isEmpty
    else { return signal }
    return signal.withPercentile(Quantiles.share(below: value, in: reference))
  }
}

/// Where a value stands among others.
public enum Quantiles {
  /// 101 quantiles of values, from the smallest to the largest.
  public static func of(_ values: [Float]) -> [Float] {
    let sorted = values.sorted()
    guard let last = sorted.indices.last else { return [] }
    return (0...100).map { sorted[last * $0 / 100] }
  }

  /// Share of the sorted values that are smaller, 0 … 1.
  public static func share(below value: Float, in sorted: [Float]) -> Float {
    guard !sorted.isEmpty else { return 0 }
    return Float(sorted.reduce(0) { $0 + ($1 < value ? 1 : 0) }) / Float(sorted.count)
  }
}
