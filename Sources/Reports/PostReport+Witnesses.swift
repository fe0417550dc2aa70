import Corpora
import Extractors
import Inspection
import Traces

extension PostReport {
  /// What an answer of one expert depends on, and what its signals are held against.
  struct Occluded: Sendable {
    let found: Witnesses
    /// The place of the pair that was answered; nil for mentions.
    let pair: Int?
    /// What the expert shows of the answer.
    let trace: Trace

    var occlusion: Worth { found.occlusion.worth(pair: pair ?? 0) }
    var gradient: InputGradient? { found.gradient(pair: pair ?? 0) }

    /// The signals that rank words or places, with how far they agree with occlusion.
    var compared: [(signal: Signal, agreement: WitnessAgreement)] {
      trace.signals.compactMap { signal in
        occlusion.agreement(with: signal).map { (signal, $0) }
      }
    }
  }

  /// Asks every expert again without each word and region: one entry for mentions, one for each
  /// pair.
  static func occluded(_ seen: SeenPost, _ before: PostAnalysis, _ models: Roster) -> [Occluded] {
    models.experts.flatMap { expert -> [Occluded] in
      guard let answer = before.answer(expert.name), answer.failure == nil,
        let found = try? Witnesses(expert, seen)
      else { return [] }
      guard let relations = answer.relations else {
        return [Occluded(found: found, pair: nil, trace: answer.trace())]
      }
      return relations.answers.indices.map {
        Occluded(found: found, pair: $0, trace: answer.trace(pair: $0))
      }
    }
  }

  private func words(_ range: Range<Int>) -> String {
    post.tokens[range.clamped(to: 0..<post.tokens.count)].map(\.text).joined(separator: " ")
  }

  // MARK: Text

  /// What each word and region is worth, and how far each signal agrees with that.
  func occlusionLines() -> [String] {
    occluded.flatMap { entry -> [String] in
      var trace = Trace()
      for signal in entry.found.signals(pair: entry.pair ?? 0) { trace.append(signal) }
      let about =
        entry.pair.flatMap { post.relations.indices.contains($0) ? post.relations[$0] : nil }
        .map { " of \(safe(words($0.head))) / \(safe(words($0.tail)))" } ?? ""
      var lines = Array(
        signalLines(
          "what \(safe(entry.found.expert))'s answer\(about) depends on"
            + (changed == nil ? "" : ", before the change"), trace
        ).dropLast())
      if entry.occlusion.words.isEmpty {
        lines.append("  no probabilities are told, so nothing is lost that could be measured")
      }
      if let reason = entry.found.lackOfGradient { lines.append("  no gradient: \(safe(reason))") }
      lines += agreementLines(entry)
      return lines + [""]
    }
  }

  private func agreementLines(_ entry: Occluded) -> [String] {
    guard !entry.occlusion.words.isEmpty else { return [] }
    func text(_ rho: RankCorrelation?) -> String { rho?.rho.map { number(Float($0)) } ?? "none" }
    var lines: [String] = []
    for (signal, agreement) in entry.compared {
      let name = safe(signal.name)
      let subject = signal.isSpatial ? "regions" : "words"
      if let reason = agreement.mean.absence {
        lines.append("  no rank correlation of \(name): \(reason)")
        continue
      }
      let gradient = entry.gradient?.worth.agreement(with: signal)
      lines.append(
        "  rank correlation of \(name) with the worth of the \(subject): \(text(agreement.mean))"
          + (gradient?.mean.rho == nil
            ? "" : ", with gradient × input: \(text(gradient?.mean))"))
      for (slice, rho) in agreement.slices.enumerated() {
        lines.append(
          "    \(safe(signal.title(ofSlice: slice))): \(text(rho))"
            + (gradient?[slice].rho == nil ? "" : ", \(text(gradient?[slice]))"))
      }
      if let quality = entry.found.quality(of: signal, pair: entry.pair ?? 0) {
        lines.append(
          "    infidelity \(number(Float(quality.infidelity))) (a map of zeros "
            + "\(number(Float(quality.ofNothing))))"
            + (quality.sensitivity.map { ", sensitivity \(number(Float($0)))" } ?? ""))
      }
    }
    if !entry.compared.contains(where: { $0.signal.isSpatial }), entry.occlusion.map != nil {
      lines.append("  no rank correlation over the picture: the expert shows no map of it")
    }
    for (subject, rho) in [
      ("words", entry.found.mutual(pair: entry.pair ?? 0)?.words),
      ("regions", entry.found.mutual(pair: entry.pair ?? 0)?.regions),
    ] where rho?.rho != nil {
      lines.append(
        "  rank correlation of gradient × input with the worth of the \(subject): \(text(rho))")
    }
    return lines
  }

  // MARK: JSON

  /// The same for programs; empty where it was not asked for.
  var occlusionJSON: JSONText { .list(occluded.map(json)) }

  private func json(_ entry: Occluded) -> JSONText {
    let pair = entry.pair.flatMap { post.relations.indices.contains($0) ? post.relations[$0] : nil }
    func number(_ rho: RankCorrelation?) -> JSONText { rho?.rho.map(JSONText.double) ?? .null }
    func side(_ agreement: WitnessAgreement?) -> JSONText {
      guard let agreement else { return .null }
      return .object([
        ("mean", number(agreement.mean)), ("why", .optional(agreement.mean.absence)),
        ("slices", .list(agreement.slices.map { number($0) })),
      ])
    }
    let maps = entry.compared.filter { $0.signal.isSpatial && $0.agreement.mean.rho != nil }
    return .object([
      ("expert", .string(entry.found.expert)),
      (
        "pair",
        pair.map {
          .object([
            ("head", .string(words($0.head))), ("tail", .string(words($0.tail))),
          ])
        } ?? .null
      ),
      ("words", .floats(entry.occlusion.words)),
      ("regions", .floats(entry.occlusion.map?.values ?? [])),
      (
        "gradient",
        entry.gradient.map { gradient in
          .object([
            ("words", .floats(gradient.worth.words)),
            ("wordsAsEncoded", .bool(gradient.readsStates)),
            ("regions", .floats(gradient.worth.map?.values ?? [])),
          ])
        } ?? .null
      ),
      ("noGradient", .optional(entry.found.lackOfGradient)),
      (
        "rankCorrelations",
        .object(
          maps.sorted { $0.signal.name < $1.signal.name }
            .map { ($0.signal.name, number($0.agreement.mean)) })
      ),
      (
        "agreement",
        .list(
          entry.compared.map { signal, agreement in
            let quality = entry.found.quality(of: signal, pair: entry.pair ?? 0)
            return .object([
              ("signal", .string(signal.name)),
              (
                "steps", .strings((0..<max(1, signal.sliceCount)).map { signal.title(ofSlice: $0) })
              ),
              ("occlusion", side(agreement)),
              ("gradient", side(entry.gradient?.worth.agreement(with: signal))),
              (
                "quality",
                quality.map {
                  .object([
                    ("infidelity", .double($0.infidelity)),
                    ("infidelityOfZeros", .double($0.ofNothing)),
                    ("sensitivity", $0.sensitivity.map(JSONText.double) ?? .null),
                  ])
                } ?? .null
              ),
            ])
          })
      ),
    ])
  }
}
