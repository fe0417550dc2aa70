import Extractors
import Inspection
import Traces

/// Whose answer for which post is to be looked into by ways other than its attention.
package struct WitnessQuestion: Sendable, Hashable {
  /// The post's id.
  package let post: String
  /// The expert's name.
  package let expert: String

  /// A question by its parts.
  package init(post: String, expert: String) {
    self.post = post
    self.expert = expert
  }
}

/// How far a question has come.
package enum WitnessState: Sendable {
  /// The expert is asked again and again: so many of so many times, with the seconds that the rest
  /// will take, once that can be told.
  case asking(done: Int, of: Int, secondsLeft: Double?)
  /// What the expert's answer depends on.
  case found(Witnesses)
  /// Nothing can be said; the sentence says why.
  case failed(String)
}

extension WorkbenchState {
  /// Whether a second witness is on screen.
  var showsWitnesses: Bool {
    layers[WitnessLayer.self] != nil || layers[HeadsLayer.self] != nil
  }

  /// What is to be asked for the screen as it is; nil where nobody looks.
  private var witnessQuestion: WitnessQuestion? {
    guard showsWitnesses, showsModels, !isOfRouter, let index = current,
      let system = traced?.system
    else { return nil }
    return WitnessQuestion(post: posts[index].id, expert: system)
  }

  /// Asks for what is on screen, once, and lets go of what is not any more.
  mutating func requestWitnesses() -> [Effect] {
    let question = witnessQuestion
    guard requested.witnesses != question else { return [] }
    requested.witnesses = question
    switch question.flatMap({ witnessStates[$0] }) {
    case .found, .failed: return [.askWitnesses(nil)]
    case .asking, nil: return [.askWitnesses(question)]
    }
  }

  /// How far a system's witnesses for the post on screen have come; nil where nobody asked.
  func witnessState(of system: String) -> WitnessState? {
    current.flatMap { witnessStates[WitnessQuestion(post: posts[$0].id, expert: system)] }
  }

  /// What the shown system's answer depends on, once that is known.
  var shownWitnesses: Witnesses? {
    guard let system = traced?.system, case .found(let found)? = witnessState(of: system) else {
      return nil
    }
    return found
  }

  /// The place of the pair on screen among those that a system answered; 0 for mentions.
  func pairPlace(in system: String) -> Int {
    guard let pair, let answers = analysis?.answer(system)?.relations else { return 0 }
    return answers.answers.firstIndex { $0.head == pair.head && $0.tail == pair.tail } ?? 0
  }

  /// How far a slice of a signal agrees with a witness; nil for signals of neither words nor
  /// places, for a witness's own, and where the witness is not known.
  func agreement(of signal: Signal, with worth: Worth?) -> WitnessAgreement? {
    guard let worth, !isWitness(signal) else { return nil }
    return worth.agreement(with: signal, word: wordOfMap(signal))
  }

  /// Whose map is on screen where each word has one; nil where one is of all words.
  func wordOfMap(_ signal: Signal) -> Int? {
    if case .wordsByImage = signal.kind { token } else { nil }
  }

  /// Whether a signal is what a witness says.
  func isWitness(_ signal: Signal) -> Bool {
    signal.name.hasPrefix("occlusion/") || signal.name.hasPrefix("gradient/")
  }

  /// What occlusion says of the answer on screen.
  var shownOcclusion: Worth? {
    shownWitnesses.map { $0.occlusion.worth(pair: pairPlace(in: $0.expert)) }
  }

  /// `ρ .31 with occlusion` of the map on screen, or of a slice of it; nil where there is none.
  func correlationWords(_ signal: Signal, slice: Int?) -> String? {
    guard showsWitnesses, !isOfRouter, !isWitness(signal),
      let rho = shownOcclusion?.correlation(
        with: signal, slice: slice, word: wordOfMap(signal))?.rho
    else { return nil }
    return "\(rhoSign) \(Digits.short(Float(rho)))"
  }

  /// The sign of a rank correlation.
  var rhoSign: String { look.glyphs.isUnicode ? "ρ" : "rho" }
}

extension WorkbenchState {
  /// A system's trace with what the witnesses say behind it, as far as that is known.
  func withWitnesses(_ trace: Trace, of system: String) -> Trace {
    guard case .found(let found)? = witnessState(of: system) else { return trace }
    var result = trace
    for signal in found.signals(pair: pairPlace(in: system)) { result.append(signal) }
    return result
  }
}
