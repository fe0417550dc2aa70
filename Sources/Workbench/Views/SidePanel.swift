import Screen

/// A part of the right column under the picture; `z` gives it the whole column.
struct SidePanel: Sendable {
  let title: String
  /// Rows that it takes of a column with so many, its heading among them; too few leave it out.
  let rows: @Sendable (Int) -> Int
  /// Draws it under its heading.
  let draw: @Sendable (WorkbenchState, inout Pen, Box) -> Void

  /// All, from top to bottom.
  static let all = [values, training]

  private static let values = SidePanel(
    title: "gates and router",
    rows: { min($0 < 26 ? 6 : $0 < 50 ? 10 : 12, $0 / 3) },
    draw: { state, pen, box in state.drawValues(&pen, box) })

  private static let training = SidePanel(
    title: "training",
    rows: { min($0 < 26 ? 5 : $0 < 50 ? 7 : 9, $0 / 4) },
    draw: { state, pen, box in state.drawTraining(&pen, box) })
}

/// Which part of the right column has the room.
enum RightPanel: Sendable, Equatable {
  case all, picture
  /// One of `SidePanel.all`, by its place there.
  case only(Int)

  static let allCases = [all, picture] + SidePanel.all.indices.map { only($0) }

  var title: String {
    switch self {
    case .all: "everything"
    case .picture: "picture"
    case .only(let place): SidePanel.all[place].title
    }
  }
}
