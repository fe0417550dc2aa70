import Corpora
import Extractors
import Inspection
import Screen
import Traces

/// What the shown expert's answer depends on, in the place of the tables under the text: what is
/// lost when words and regions are left out and gradient × input, and how far its attention agrees
/// with either.
struct WitnessLayer: Layer {
  let place = LayerPlace.details
  let isOfModels = true
  /// What is compared lies over the picture.
  var heat: Bool? = true

  static let action = Action(
    "witness", .looking, keys: ["\\"],
    "hold the shown expert's attention against occlusion and gradient; m shows their maps",
    needsAnswer: true,
    unavailable: { $0.layers[WitnessLayer.self] == nil ? Action.needsAnsweringSystem($0) : nil }
  ) { state, _ in
    // The router's reasons are of another model.
    state.layers.close { $0 is ExplanationLayer }
    state.layers.toggle(WitnessLayer())
    return []
  }.ofModels()

  func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    key == .escape ? .leaves([]) : .passes
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    HintLine(
      [
        state.hint("map", "next map"), state.hint("next-head", "next head"),
        state.hint("heads", "all heads"), state.hint("system", "next expert"),
      ].compactMap(\.self), last: state.hint("witness", "done"), in: box)
  }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    state.drawWitnesses(&pen, box)
  }
}

extension Action {
  /// Reason of the actions that ask an expert again.
  @Sendable static func needsAnsweringSystem(_ state: WorkbenchState) -> String? {
    needsAnalysis(state)
      ?? (state.traced == nil ? "no expert has answered for this post" : nil)
  }
}

extension WorkbenchState {
  fileprivate func drawWitnesses(_ pen: inout Pen, _ box: Box) {
    guard !box.isEmpty else { return }
    guard let system = traced?.system else {
      pen.wrap("no expert has answered for this post", .muted, in: box, row: 0)
      return
    }
    let name = safe(system)
    switch witnessState(of: system) {
    case nil, .asking(done: 0, _, _)?:
      pen.wrap(
        "\(name) is asked again without each word and region \(look.glyphs.ellipsis)", .muted,
        in: box, row: 0)
    case .asking(let done, let total, let seconds)?:
      let left = seconds.map { ", \(Int($0.rounded(.up))) s left" } ?? ""
      pen.wrap(
        "\(name) is asked again without each word and region: \(done) of \(total)\(left)", .muted,
        in: box, row: 0)
    case .failed(let reason)?: pen.wrap(safe(reason), .warning, in: box, row: 0)
    case .found(let found)?: draw(found, &pen, box)
    }
  }

  /// The table of correlations, then what each word is worth.
  private func draw(_ found: Witnesses, _ pen: inout Pen, _ box: Box) {
    let pair = pairPlace(in: found.expert)
    let occlusion = found.occlusion.worth(pair: pair)
    let gradient = found.gradient(pair: pair)?.worth
    guard !occlusion.words.isEmpty || gradient != nil else {
      pen.wrap(
        "\(safe(found.expert)) tells no probabilities, so nothing can be lost", .warning, in: box,
        row: 0)
      return
    }
    let compared = (traced?.trace.signals ?? []).filter {
      agreement(of: $0, with: occlusion) != nil
    }
    // The map on screen first, with its slices, as far as there is room beside the words.
    let shown = spatialSignal.flatMap { signal in compared.first { $0.name == signal.name } }
    let order =
      compared.filter { $0.name == shown?.name } + compared.filter { $0.name != shown?.name }
    let width = min(box.columns, 72)
    let table = Box(column: box.column, row: box.row, columns: width, rows: box.rows)
    // On a narrow screen the names matter more than the words over the numbers.
    let isNarrow = width < 40
    let rhoColumns = isNarrow ? 6 : width < 60 ? 10 : 15
    let names = max(9, width - 2 * rhoColumns)
    let heading = isNarrow ? "\(rhoSign) with" : "rank correlation (\(rhoSign)) of"
    let other = isNarrow ? "grad." : width < 60 ? "gradient" : "gradient×input"
    pen.line(
      [
        pen.piece(pen.cell(heading, names), .muted),
        pen.piece(right(isNarrow ? "occl." : "occlusion", rhoColumns), .muted),
        pen.piece(right(other, rhoColumns), .muted),
      ], in: table, row: 0)
    var row = 1
    var reasons: [String] = []
    for signal in order {
      let (first, second) = (
        agreement(of: signal, with: occlusion), agreement(of: signal, with: gradient)
      )
      guard let first else { continue }
      var slices: [Int?] = [nil]
      if signal.name == shown?.name { slices += first.slices.indices.map { $0 } }
      let spare = max(1, box.rows - row - 6)
      for slice in shownSlices(slices, spare: spare) {
        let words =
          slice.map { (isNarrow ? "" : "  ") + safe(signal.title(ofSlice: $0)) }
          ?? safe(signal.caption.isEmpty ? signal.name : signal.caption)
          + (signal.sliceCount > 1 ? ", mean of \(signal.sliceCount)" : "")
        let isShown = signal.name == shown?.name && choice.slice == slice
        pen.line(
          [
            pen.piece(isShown ? look.glyphs.pointer : " ", .title),
            pen.piece(pen.cell(words, names - 1), isShown ? .title : .text),
            pen.piece(right(text(first[slice]), rhoColumns)),
            pen.piece(right(second.map { text($0[slice]) } ?? "", rhoColumns)),
          ], in: table, row: row)
        row += 1
      }
      if let reason = first.mean.absence { reasons.append("\(safe(signal.name)): \(reason)") }
    }
    if let mutual = found.mutual(pair: pair) {
      for (words, rho) in [("words", mutual.words), ("regions", mutual.regions)] {
        guard rho.rho != nil else { continue }
        pen.line(
          [
            pen.piece(
              pen.cell(isNarrow ? " grad. \(words)" : " gradient × input: \(words)", names), .muted),
            pen.piece(right(text(rho), rhoColumns)),
          ], in: table, row: row)
        row += 1
      }
    }
    for reason in reasons.prefix(2) { row = pen.wrap(reason, .muted, in: box, row: row) }
    if let reason = found.lackOfGradient {
      row = pen.wrap("no gradient: \(safe(reason))", .muted, in: box, row: row)
    }
    if let reason = spatialSignal?.lackOfRollout {
      row = pen.wrap("no rollout: \(reason)", .muted, in: box, row: row)
    }
    row = drawQuality(found, &pen, box, row: row)
    // What is not compared already has its place where the tables are.
    let witnesses = shownSignals.filter(isWitness)
    let matrices = shownSignals.filter { if case .matrix = $0.kind { true } else { false } }
    _ = drawOtherSignals(&pen, box, row: row, witnesses + matrices)
  }

  /// The mean, and as many slices as have room, those around the one on screen.
  private func shownSlices(_ all: [Int?], spare: Int) -> [Int?] {
    guard all.count > spare else { return all }
    let room = max(0, spare - 1)
    let start = max(0, min((choice.slice ?? 0) - room / 2, all.count - 1 - room))
    return [nil] + (0..<room).map { start + $0 }
  }

  private func text(_ rho: RankCorrelation) -> String {
    rho.rho.map { Digits.short(Float($0)) } ?? "none"
  }

  private func right(_ text: String, _ columns: Int) -> String {
    String(repeating: " ", count: max(0, columns - TextWidth.columns(of: text))) + text
  }
}
