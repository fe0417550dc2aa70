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
  /// The task of a lesson; nil where none is given.
  let lesson: Box?
  /// The line with the headings of the columns.
  let headings: Box
  /// Posts; nil where there is no room for them.
  let queue: Box?
  /// Everything about the text.
  let centre: Box
  /// The tokens inside `centre`.
  let text: Box
  /// Rows per line of tokens: 2 = tokens and gold, 4 = both experts too.
  let rowsPerLine: Int
  /// The rest of `centre`.
  let details: Box
  /// The whole right column.
  let right: Box
  /// The picture, nil when it is not shown.
  let picture: Box?
  /// What a layer shows in the place of the picture, nil when the picture is shown.
  let cover: Box?
  /// Title and range of the heat, under the picture.
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
    let bar = state.lesson == nil ? 0 : WorkbenchState.lessonRows(columns: size.columns)
    lesson =
      bar > 0 ? Box(column: 0, row: 1, columns: max(0, size.columns), rows: bar) : nil
    headings = screen.line(1 + bar)
    prompt = screen.line(size.rows - 2)
    status = screen.line(size.rows - 1)
    let body = Box(
      column: 0, row: 2 + bar, columns: max(0, size.columns), rows: max(0, size.rows - 4 - bar))

    let columns = Self.columns(body)
    queue = columns.queue
    centre = columns.centre
    right = columns.right
    let plan = TextPlan(state, columns.centre)
    text = plan.text
    rowsPerLine = plan.rowsPerLine
    details = plan.details

    let parts = RightColumn(columns.right, state.shownPanel)
    let isCovered = state.layers.taking(.picture) != nil
    picture = isCovered ? nil : parts.picture
    cover = isCovered ? parts.picture : nil
    legend = parts.legend
    slices = parts.slices
    panels = parts.panels
  }

  private static func columns(_ body: Box) -> (queue: Box?, centre: Box, right: Box) {
    let width = body.columns
    // About two fifths; on the largest screens four small grids of numbers stand beside each other.
    let wide = max(25, min(122, width * 2 / 5 + (width > 200 ? 2 : -3)))
    guard width >= 78 else {
      let parts = body.splitColumns([.share(1), .fixed(min(wide, width))], gap: 1)
      return (nil, parts[0], parts[1])
    }
    let narrow = max(16, min(44, width / 6))
    let parts = body.splitColumns([.fixed(narrow), .share(1), .fixed(max(29, wide))], gap: 1)
    return (parts[0], parts[1], parts[2])
  }
}

/// How the right column is shared out, by its size and the person's choice alone.
private struct RightColumn {
  var picture: Box?
  var legend: Box?
  var slices: Box?
  var panels: [Box?] = SidePanel.all.map { _ in nil }

  init(_ box: Box, _ panel: RightPanel) {
    guard !box.isEmpty else { return }
    switch panel {
    case .picture: split(box, panels: panels.map { _ in 0 }, hasSlices: false)
    case .only(let place): panels[place] = box
    case .all: split(box, panels: SidePanel.all.map { $0.rows(box.rows) }, hasSlices: true)
    }
  }

  /// Two grids of seven rows with their titles.
  private static let slicesRows = 17

  private mutating func split(_ box: Box, panels rows: [Int], hasSlices: Bool) {
    let top = box.rows - rows.reduce(0, +)
    // Cells are about twice as tall as wide; a picture taller than a square would waste rows.
    let tallest = max(6, box.columns / 2 + 1)
    // On a large screen two lines of small grids show all slices at once.
    let hasSlices = hasSlices && top >= 45 && box.columns >= 58
    let pictureRows = max(0, min(tallest, top - (hasSlices ? Self.slicesRows : 0) - 1))
    let extra = top - 1 - pictureRows
    let parts = box.splitRows(
      [.fixed(pictureRows), .fixed(1), .fixed(extra)] + rows.map { .fixed($0) })
    picture = parts[0].isEmpty ? nil : parts[0]
    legend = parts[1]
    slices = parts[2].isEmpty ? nil : parts[2]
    panels = zip(rows, parts.dropFirst(3)).map { $0 > 1 ? $1 : nil }
  }
}
