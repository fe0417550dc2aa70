import Files

extension Frame {
  /// The frame as an SVG picture, as a terminal would show it: for manuals and slides.
  ///
  /// Each run of text has the width of its cells, whatever font the reader has.
  /// - Parameters:
  ///   - theme: says whether the background is dark.
  ///   - description: what a reader should know of it, such as where it is from.
  ///   - image: the address of a pixel picture, such as a `data:` one; nil leaves its place blank.
  package func svg(
    _ theme: Theme, description: String = "",
    image: (PicturePlacement) -> String? = { _ in nil }
  ) -> String {
    let paint = FramePaint(isDark: theme.isDark)
    let (width, height) = (
      Double(size.columns) * FramePaint.cellWidth, Double(size.rows) * FramePaint.cellHeight
    )
    var svg = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(FramePaint.number(width))" \
      height="\(FramePaint.number(height))" \
      viewBox="0 0 \(FramePaint.number(width)) \(FramePaint.number(height))" \
      font-family="'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="\(FramePaint.textSize)" \
      xml:space="preserve">
      \(description.isEmpty ? "" : "<desc>\(Markup.escaped(description))</desc>\n")\
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
  package func runs(row: Int) -> [CellRun] {
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
package struct CellRun: Sendable {
  /// Its row, counted from 0.
  package let row: Int
  /// The column of its first cell.
  package let column: Int
  /// How many cells it has.
  package internal(set) var columns: Int
  /// What is written in them.
  package internal(set) var text: String
  /// How all of them look.
  package let style: Style
}

/// How cells become a picture: their size, their colours, and runs of them as SVG.
package struct FramePaint: Sendable {
  /// Width of a cell in pixels.
  package static let cellWidth = 8.2
  /// Height of a cell in pixels.
  package static let cellHeight = 17.0
  /// The height of text of which a letter is as wide as a cell.
  package static let textSize = 13.6
  private let foreground: Ink
  /// The colour of cells that have none.
  package let ground: Ink
  var background: String { Self.css(ground) }

  /// For a dark terminal, or a light one.
  package init(isDark: Bool) {
    foreground = isDark ? .rgb(0xE0, 0xE0, 0xE0) : .rgb(0x20, 0x20, 0x20)
    ground = isDark ? .rgb(0x14, 0x16, 0x1B) : .rgb(0xFF, 0xFF, 0xFF)
  }

  /// The colours of a cell's text and of what is behind it.
  package func inks(of style: Style) -> (text: Ink, back: Ink) {
    let text = style.foreground == .standard ? foreground : style.foreground
    let back = style.background == .standard ? ground : style.background
    return style.attributes.contains(.reverse) ? (back, text) : (text, back)
  }

  static func x(_ columns: Int) -> String { number(Double(columns) * cellWidth) }
  static func y(_ rows: Int) -> String { number(Double(rows) * cellHeight) }

  /// At most one decimal.
  static func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }

  private func colors(of style: Style) -> (text: String, back: String) {
    let inks = inks(of: style)
    return (Self.css(inks.text), Self.css(inks.back))
  }

  private static func css(_ ink: Ink) -> String {
    guard case .rgb(let red, let green, let blue) = ink else { return "currentColor" }
    return "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
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
