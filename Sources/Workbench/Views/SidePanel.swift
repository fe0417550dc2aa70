import Screen

/// A part of the right column under the picture.
struct SidePanel: Sendable {
  let title: String
  /// Whether its numbers are those of the post as it stands, whatever a what-if changes.
  var isOfPost = false
  /// Whether what was opened has anything for it.
  let isNeeded: @Sendable (WorkbenchState.Opened) -> Bool
  /// Rows that it takes of a column with so many, its heading among them; too few leave it out.
  let rows: @Sendable (Int) -> Int
  /// Draws it under its heading.
  let draw: @Sendable (WorkbenchState, inout Pen, Box) -> Void

  /// All, from top to bottom.
  static let all = [values, training]

  private static let values = SidePanel(
    title: "gates and router", isOfPost: true,
    isNeeded: { $0.hasModels && $0.hasValues || $0.hasRouter },
    rows: { min($0 < 26 ? 6 : $0 < 50 ? 10 : 12, $0 / 3) },
    draw: { state, pen, box in state.drawValues(&pen, box) })

  private static let training = SidePanel(
    title: "training",
    isNeeded: \.hasRouter,
    rows: { min($0 < 26 ? 3 : $0 < 50 ? 5 : 9, $0 / 4) },
    draw: { state, pen, box in state.drawTraining(&pen, box) })
}

/// What has the screen to itself, without the list and all else.
enum FullScreen: String, Sendable, Equatable, CaseIterable {
  case picture, text, values
}
