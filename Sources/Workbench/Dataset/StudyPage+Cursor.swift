import Figures
import Pictures

extension StudyPage {
  /// The figure as the screen shows it: without title and caption, which stand beside it there, and
  /// with the cursor.
  func figure(cursor row: Int, column: Int) -> Figure? {
    guard var figure else { return nil }
    (figure.title, figure.caption) = ("", [])
    guard rows.indices.contains(row) else { return figure }
    for i in figure.panels.indices {
      figure.panels[i].marks += cursor(row, column)
    }
    return figure
  }

  private func cursor(_ row: Int, _ column: Int) -> [Mark] {
    if points.indices.contains(row) {
      let point = points[row]
      return [.points([Spot(x: Value(point.x), y: Value(point.y))], .diamond, .text)]
    }
    if marks.indices.contains(row) {
      return [.rule(.x, at: Value(marks[row]), "", .series(3))]
    }
    guard kind == .confusion, rows.count > 0, column < rows.count else { return [] }
    let size = Double(rows.count)
    return [
      .outline(
        PictureRegion(
          left: Double(column) / size, top: Double(row) / size, width: 1 / size, height: 1 / size))
    ]
  }
}
