import Routing

/// What the models say, on screen or off it with one key: routes, the experts' columns, heat,
/// signals, training. Without it nothing tempts whoever labels, and no model is asked for the
/// screen's sake; what a query asks is found out all the same.
extension WorkbenchState {
  /// Whether anything of what the models say is on screen.
  package var showsModels: Bool { choice.showsModels }

  /// Whether models are asked for what is on screen.
  var asksModels: Bool { opened.hasModels && choice.showsModels }

  /// Why an action about what the models say means nothing now; nil where it is on screen.
  var hidingOfModels: String? {
    guard opened.hasModels, !choice.showsModels else { return nil }
    return "what the models say is hidden; \(keymap.label("panels")) shows it"
  }

  /// Where the router sends a post, as far as that is to be seen.
  func shownRoute(_ index: Int) -> RouteDecision? { showsModels ? routes[index] : nil }

  /// Which part of the right column has the room: without the models the picture.
  var shownPanel: RightPanel { showsModels ? choice.panel : .picture }

  /// Shows or hides what the models say.
  mutating func showModels(_ isOn: Bool) -> [Effect] {
    guard isOn != choice.showsModels else { return [] }
    choice.showsModels = isOn
    suggestion = nil
    if !isOn { layers.close(\.isOfModels) }
    // What was asked for is not on screen any more, or has to be.
    (requested.analysis, requested.explanation) = (nil, nil)
    return [.modelsShown(isOn)]
  }
}
