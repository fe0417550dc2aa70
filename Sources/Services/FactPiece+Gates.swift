import Extractors
import Inspection
import Queries
import Traces

extension FactPiece {
  /// How much of the picture an expert takes: the first open one that looks at pictures and has a
  /// gate.
  func gates(into batch: inout FactBatch) {
    let experts = models.experts.filter(\.seesPicture)
    for place in places {
      do throws(Ungated) {
        guard let gate = try gate(place, of: experts) else {
          batch.failures[place] = FactBatch.Failure(
            .gate, "no open expert has a gate; open one with --system")
          continue
        }
        batch.gates[place] = .some(gate)
      } catch {
        batch.failures[place] = FactBatch.Failure(
          .gate, "\(dataset.posts[place].id): \(error.reason)")
      }
    }
  }

  /// Nil when no expert has a gate, nil inside where it has nothing to take.
  private func gate(_ place: Int, of experts: [any Expert]) throws(Ungated) -> Float?? {
    guard let post = seen[place], let key = keys[place] else { return nil }
    for expert in experts
    where expert.task == .entities || !dataset.posts[place].relations.isEmpty {
      if let known = cache.gate(key, by: expert, models) { return known }
      let answer = expert.ask(post)
      if let failure = answer.failure { throw Ungated(reason: failure) }
      let pairs = max(1, answer.relations?.answers.count ?? 1)
      let traces = (0..<pairs).map { answer.trace(pair: $0) }
      guard let gate = Self.gate(of: traces) else { continue }
      cache.keep(gate: gate, key, by: expert, models)
      return .some(gate)
    }
    return nil
  }

  /// Why an expert does not say what it takes.
  private struct Ungated: Error { let reason: String }

  /// The mean of a gate over words, pictures and pairs. Weights of several slices of a picture are
  /// no gate: they always add up to one.
  private static func gate(of traces: [Trace]) -> Float?? {
    var (values, isAbsent): ([Float], Bool) = ([], false)
    for trace in traces {
      for signal in trace.signals where isGate(signal.name) {
        switch signal.kind {
        case .scalar, .words: values += signal.values
        default: break
        }
      }
      isAbsent = isAbsent || trace.absent.contains { isGate($0.name) }
    }
    let finite = values.filter(\.isFinite)
    if finite.isEmpty { return isAbsent ? .some(nil) : nil }
    return .some(finite.reduce(0, +) / Float(finite.count))
  }

  private static func isGate(_ name: String) -> Bool { name.hasSuffix("/gate") }
}
