import Screen

/// Where everything goes on a screen of the state's size.
///
/// Boxes of the right column depend on the size and the person's choice only, never on what the
/// models said, so that a picture is not drawn again because a line was added beside it.
struct Panes: Sendable, Equatable {
  /// Below this the workbench only asks for room.
  static let smallest = Size(columns: 60, rows: 20)

  let size: Size
  let title: Box
  /// The task of a lesson, or where a replay stands; nil where there is neither.
  let lesson: Box?
  /// The line with the headings of the columns.
  let headings: Box
  /// Posts; nil where there is no room for them.
  let queue: Box?
  /// Everything about the text; empty where something else has the screen.
  let centre: Box
  /// The tokens inside `centre`.
  let text: Box
  /// Whether the experts have rows in the text.
  let showsExperts: Bool
  /// The rest of `centre`.
  let details: Box
  /// The whole right column; empty where something else has the screen.
  let right: Box
  /// The picture, nil when it is not shown.
  let picture: Box?
  /// What a layer shows in the place of the picture, nil when the picture is shown.
  let cover: Box?
  /// Title and range of the heat, under the picture; nil where none lies over it.
  let legend: Box?
  /// Numbers of all slices, on large screens.
  let slices: Box?
  /// The places of `SidePanel.all`, each with a heading in its first row unless it has the column
  /// to itself; nil for those that are not shown.
  let panels: [Box?]
  /// Notices, prompts and the keys of this mode.
  let prompt: Box
  /// The last row.
  let status: Box

  /// True when there is room to work.
  var isUsable: Bool { Self.fits(size) }

  /// Whether there is room to work on a screen of a size; without it, keys but for quitting do
  /// nothing.
  static func fits(_ size: Size) -> Bool {
    size.columns >= smallest.columns && size.rows >= smallest.rows
  }

  init(_ state: WorkbenchState) {
    size = state.size
    let screen = Box(size)
    title = screen.line(0)
    let bar = Self.barRows(state)
    lesson =
      bar > 0 ? Box(column: 0, row: 1, columns: max(0, size.columns), rows: bar) : nil
    headings = screen.line(1 + bar)
    prompt = screen.line(size.rows - 2)
    status = screen.line(size.rows - 1)
    let columns = Self.columns(state)
    queue = columns.queue
    centre = columns.centre
    right = columns.right
    let plan = TextPlan(state, columns.centre)
    text = plan.text
    showsExperts = plan.showsExperts
    details = plan.details

    let parts = RightColumn(columns.right, state)
    let isCovered = state.layers.taking(.picture) != nil
    picture = isCovered ? nil : parts.picture
    cover = isCovered ? parts.picture : nil
    legend = parts.legend
    slices = parts.slices
    panels = parts.panels
  }

  /// `picture` alone, without laying out the text, which takes most of the time.
  static func picture(_ state: WorkbenchState) -> Box? {
    guard state.layers.taking(.picture) == nil else { return nil }
    return RightColumn(columns(state).right, state).picture
  }

  private static func barRows(_ state: WorkbenchState) -> Int {
    state.replay == nil ? state.lessonRows : WorkbenchState.replayRows
  }

  private static func columns(
    _ state: WorkbenchState
  ) -> (queue: Box?, centre: Box, right: Box) {
    let (size, bar) = (state.size, barRows(state))
    let body = Box(
      column: 0, row: 2 + bar, columns: max(0, size.columns), rows: max(0, size.rows - 4 - bar))
    let none = Box(column: body.endColumn, row: body.row, columns: 0, rows: body.rows)
    switch state.fullScreen {
    case .picture, .values: return (nil, none, body)
    case .text: return (nil, body, none)
    case nil: break
    }
    let width = body.columns
    let hasRight = state.needsPicturePlace || !state.neededPanels.isEmpty
    // Signs, the number of a post and the beginning of its text.
    let list = width < 78 ? 0 : width < 100 ? 20 : min(44, width * 22 / 100)
    guard hasRight else {
      guard list > 0 else { return (nil, body, none) }
      let parts = body.splitColumns([.fixed(list), .share(1)], gap: 1)
      return (parts[0], parts[1], none)
    }
    let right: Int
    if state.neededPanels.isEmpty {
      // A picture as large as the rows allow, beside words that can still be read.
      let words = max(29, width * 38 / 100)
      right = max(25, min(2 * body.rows, width - list - words - 2))
    } else {
      // About two fifths; on the largest screens four small grids of numbers stand beside each
      // other.
      right = max(
        list == 0 ? 25 : 29, min(122, width * 2 / 5 + (width > 200 ? 2 : -4)))
    }
    guard list > 0 else {
      let parts = body.splitColumns([.share(1), .fixed(min(right, width))], gap: 1)
      return (nil, parts[0], parts[1])
    }
    let parts = body.splitColumns([.fixed(list), .share(1), .fixed(right)], gap: 1)
    return (parts[0], parts[1], parts[2])
  }
}

/// How the right column is shared out, by its size and the person's choice alone.
private struct RightColumn {
  var picture: Box?
  var legend: Box?
  var slices: Box?
  var panels: [Box?] = SidePanel.all.map { _ in nil }

  init(_ box: Box, _ state: WorkbenchState) {
    guard !box.isEmpty else { return }
    let needed = state.neededPanels
    let hasLegend = state.showsHeat || state.layers.taking(.picture) != nil
    switch state.fullScreen {
    case .values: share(box, among: needed)
    case .picture: split(box, panels: panels.map { _ in 0 }, hasLegend, isAlone: true)
    case nil where !state.needsPicturePlace: share(box, among: needed)
    case .text, nil:
      let rows = SidePanel.all.indices.map {
        needed.contains($0) ? SidePanel.all[$0].rows(box.rows) : 0
      }
      split(box, panels: rows, hasLegend, isAlone: needed.isEmpty)
    }
  }

  /// Panels alone: beside each other where that gives them room enough.
  private mutating func share(_ box: Box, among needed: [Int]) {
    let parts = needed.map { _ in Layout.Length.share(1) }
    let boxes =
      box.columns >= 100
      ? box.splitColumns(parts, gap: 2)
      : box.splitRows(needed.map { SidePanel.all[$0].rows(1000) }.map { .share($0) })
    for (place, part) in zip(needed, boxes) where part.rows > 1 { panels[place] = part }
  }

  /// Two grids of seven rows with their titles.
  private static let slicesRows = 17

  private mutating func split(_ box: Box, panels rows: [Int], _ hasLegend: Bool, isAlone: Bool) {
    let top = box.rows - rows.reduce(0, +) - (hasLegend ? 1 : 0)
    // Cells are about twice as tall as wide; a picture taller than a square would waste rows, where
    // there is anything else for them.
    let tallest = isAlone ? top : max(6, box.columns / 2 + 1)
    // On a large screen two lines of small grids show all slices at once.
    let hasSlices = !isAlone && top >= 45 && box.columns >= 58
    let pictureRows = max(0, min(tallest, top - (hasSlices ? Self.slicesRows : 0)))
    let parts = box.splitRows(
      [.fixed(pictureRows), .fixed(hasLegend ? 1 : 0), .fixed(top - pictureRows)]
        + rows.map { .fixed($0) })
    picture = parts[0].isEmpty ? nil : parts[0]
    legend = hasLegend ? parts[1] : nil
    slices = parts[2].isEmpty ? nil : parts[2]
    panels = zip(rows, parts.dropFirst(3)).map { $0 > 1 ? $1 : nil }
  }
}
