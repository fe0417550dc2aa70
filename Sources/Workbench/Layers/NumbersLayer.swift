import Screen

/// The heat's values as numbers in the place of the picture.
struct NumbersLayer: Layer {
  let place = LayerPlace.picture
  let isOfModels = true
  var title: String? { "heat as numbers" }

  static let actions = [
    Action(
      "numbers", .looking, keys: ["#"], "the heat as numbers in the place of the picture",
      needsAnswer: true, ofSignals: true,
      // What covers the picture can always be taken away.
      unavailable: { state in
        if state.layers[NumbersLayer.self] != nil { return nil }
        return state.layers.first { $0.legend(state) } == nil
          ? Action.needsMap(state) : "rectangles put by hand have no numbers"
      }
    ) { state, _ in
      state.layers.toggle(NumbersLayer())
      return []
    }
  ]

  func sentences(_ state: WorkbenchState) -> [String] {
    guard let signal = state.spatialSignal, let heat = state.heat,
      state.layers.first({ $0.legend(state) }) == nil
    else { return drawnSentences(state) }
    let title = state.heatTitle.isEmpty ? "" : ", " + state.safe(state.heatTitle)
    return [
      "Numbers of \(state.safe(signal.caption))\(title), \(HeatNumbers(heat).range), row by row:"
    ] + drawnSentences(state)
  }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    if let words = state.layers.first({ $0.legend(state) }) {
      return state.sentence(&pen, words, box)
    }
    guard let heat = state.heat else {
      if state.awaitsSignals {
        return state.sentence(&pen, "the models are reading \(pen.look.glyphs.ellipsis)", box)
      }
      let (next, back) = (state.keymap.label("system"), state.keymap.label("numbers"))
      let name = state.shownName.map { state.safe($0) } ?? "this system"
      state.sentence(
        &pen, "\(name) has no map here; \(next) shows the next system, \(back) the picture", box)
      return
    }
    HeatNumbers(heat).draw(&pen, box)
  }
}
