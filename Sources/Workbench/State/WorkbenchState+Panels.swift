import Annotations
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

  /// What has the screen to itself; nil shows everything. A layer whose place would be hidden has
  /// it back as long as it is there.
  var fullScreen: FullScreen? {
    choice.fullScreen.flatMap { canFill($0) ? $0 : nil }
  }

  /// What comes after it; nil for everything.
  var nextFullScreen: FullScreen? {
    let all: [FullScreen?] =
      [nil] + FullScreen.allCases.filter(canFill)
    let at = all.firstIndex(of: fullScreen) ?? 0
    return all[(at + 1) % all.count]
  }

  /// Whether there is anything to fill the screen with, and no layer would be hidden by it.
  private func canFill(_ part: FullScreen) -> Bool {
    let isThere =
      switch part {
      case .picture: needsPicturePlace
      case .text: true
      case .values: !neededPanels.isEmpty
      }
    return isThere
      && !layers.downwards.contains { layer in
        switch layer.place {
        case .over: true
        case .details: part != .text
        case .picture: part != .picture
        case .ground, .prompt: false
        }
      }
  }

  /// Whether the right column keeps a place for a picture, or for what lies over it.
  var needsPicturePlace: Bool { opened.hasPictures || layers.taking(.picture) != nil }

  /// The parts of the right column under the picture that have something to say, by their places in
  /// `SidePanel.all`.
  var neededPanels: [Int] {
    showsModels ? SidePanel.all.indices.filter { SidePanel.all[$0].isNeeded(opened) } : []
  }

  /// What the labels of the post on screen are called: in a practice they are answers.
  var labelsTitle: String { practice == nil ? shownReview.labelsTitle : "yours" }

  /// The same of one of them.
  var labelTitle: String { practice == nil ? shownReview.labelTitle : "yours" }

  private var shownReview: ReviewState { current.map { review($0) } ?? .untouched }

  /// Whether mentions are labelled in the post on screen: where its file has pairs and no mention,
  /// none would have a place in it.
  var labelsMentions: Bool { pairs.isEmpty || currentPost?.mentions.isEmpty == false }

  /// Shows or hides what the models say.
  mutating func showModels(_ isOn: Bool) -> [Effect] {
    guard isOn != choice.showsModels else { return [] }
    if isOn, hidesForQuiz {
      return refuse("what the models say is hidden until :reveal shows the answer")
    }
    choice.showsModels = isOn
    suggestion = nil
    if !isOn { layers.close(\.isOfModels) }
    // What was asked for is not on screen any more, or has to be.
    (requested.analysis, requested.explanation) = (nil, nil)
    return [.modelsShown(isOn)]
  }
}
