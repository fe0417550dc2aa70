import Files

extension Frame {
  /// The frame as an SVG picture, as a terminal would show it: for manuals and slides.
  ///
  /// Each run of text has the width of its cells, whatever font the reader has.
  /// - Parameters:
  ///   - theme: says whether the background is dark.
  ///   - image: the address of a pixel picture, such as a `data:` one; nil leaves its place blank.
  package func svg(_ theme: Theme, image: (PicturePlacement) -> String? = { _ in nil }) -> String {
    let paint = FramePaint(isDark: theme.isDark)
    let (width, height) = (
      Double(size.columns) * FramePaint.cellWidth, Double(size.rows) * FramePaint.cellHeight
    )
    var svg = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(FramePaint.number(width))" \
      height="\(FramePaint.number(height))" \
      viewBox="0 0 \(FramePaint.number(width)) \(FramePaint.number(height))" \
      font-family="'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="13.6" \
      xml:space="preserve">
      <rect width="100%" height="100%" fill="\(paint.background)"/>

      """
    let all = (0..<size.rows).flatMap { runs(row: $0) }
    for run in all { svg += paint.back(of: run) }
    for placement in pictures {
      guard let address = image(placement) else { continue }
      let box = placement.box
      svg += """
        <image x="\(FramePaint.x(box.column))" y="\(FramePaint.y(box.row))" \
        width="\(FramePaint.x(box.columns))" height="\(FramePaint.y(box.rows))" \
        preserveAspectRatio="none" href="\(Markup.escaped(address))"/>

        """
    }
    for run in all { svg += paint.text(of: run) }
    return svg + "</svg>\n"
  }

  /// The runs of equal style in a row.
  private func runs(row: Int) -> [CellRun] {
    var runs: [CellRun] = []
    for column in 0..<size.columns {
      let cell = cells[row * size.columns + column]
      if let last = runs.last, last.style == cell.style {
        runs[runs.count - 1].text += cell.text
        runs[runs.count - 1].columns += 1
      } else {
        runs.append(
          CellRun(row: row, column: column, columns: 1, text: cell.text, style: cell.style))
      }
    }
    return runs
  }
}

/// Neighbouring cells of one style.
private struct CellRun {
  let row: Int
  let column: Int
  var columns: Int
  var text: String
  let style: Style
}

/// Draws runs of cells as SVG.
private struct FramePaint {
  static let cellWidth = 8.2
  static let cellHeight = 17.0
  let foreground: String
  let background: String

  init(isDark: Bool) {
    (foreground, background) = isDark ? ("#e0e0e0", "#14161b") : ("#202020", "#ffffff")
  }

  static func x(_ columns: Int) -> String { number(Double(columns) * cellWidth) }
  static func y(_ rows: Int) -> String { number(Double(rows) * cellHeight) }

  /// At most one decimal.
  static func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }

  private func colors(of style: Style) -> (text: String, back: String) {
    func color(_ ink: Ink, _ standard: String) -> String {
      guard case .rgb(let red, let green, let blue) = ink else { return standard }
      return "#"
        + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    let text = color(style.foreground, foreground)
    let back = color(style.background, background)
    return style.attributes.contains(.reverse) ? (back, text) : (text, back)
  }

  /// The rectangle behind a run; nothing in the standard colour.
  func back(of run: CellRun) -> String {
    let back = colors(of: run.style).back
    guard back != background else { return "" }
    return """
      <rect x="\(Self.x(run.column))" y="\(Self.y(run.row))" width="\(Self.x(run.columns))" \
      height="\(Self.y(1))" fill="\(back)"/>

      """
  }

  /// The words of a run without the blanks around them; nothing where it is blank.
  func text(of run: CellRun) -> String {
    let lead = run.text.prefix { $0 == " " }.count
    let words = run.text.dropFirst(lead)
    let trail = words.reversed().prefix { $0 == " " }.count
    let columns = run.columns - lead - trail
    guard columns > 0, !words.isEmpty else { return "" }
    var attributes = ""
    if run.style.attributes.contains(.bold) { attributes += " font-weight=\"bold\"" }
    if run.style.attributes.contains(.dim) { attributes += " opacity=\"0.6\"" }
    if run.style.attributes.contains(.underline) { attributes += " text-decoration=\"underline\"" }
    return """
      <text x="\(Self.x(run.column + lead))" \
      y="\(Self.number((Double(run.row) + 0.76) * Self.cellHeight))" \
      textLength="\(Self.x(columns))" lengthAdjust="spacingAndGlyphs" \
      fill="\(colors(of: run.style).text)"\(attributes)>\
      \(Markup.escaped(String(words.dropLast(trail))))</text>

      """
  }
}
