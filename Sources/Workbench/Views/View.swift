import Annotations
import Foundation
import Screen

/// The whole screen for a state. Pure: equal states give equal frames.
package func view(_ state: WorkbenchState) -> Frame {
  let panes = Panes(state)
  var pen = Pen(size: state.size, look: state.look)
  guard panes.isUsable else {
    drawTooSmall(&pen, state)
    return pen.frame
  }
  let screen = Box(state.size)
  state.layers.taking(.ground)?.draw(state, &pen, screen)
  state.drawPrompt(&pen, panes.prompt)
  state.layers.taking(.over)?.draw(state, &pen, screen)
  if let mark = state.precisionMark {
    pen.rightLine([pen.piece(mark, .warning)], in: screen, row: 0)
  }
  return pen.frame
}

private func drawTooSmall(_ pen: inout Pen, _ state: WorkbenchState) {
  let size = state.size
  guard size.columns > 0, size.rows > 0 else { return }
  let least = Panes.smallest
  pen.wrap(
    "too small: \(size.columns)x\(size.rows), twinlens needs \(least.columns)x\(least.rows); "
      + "until then only \(state.keymap.label("quit")) works, which quits",
    .warning, in: Box(size), row: 0)
}

extension WorkbenchState {
  /// What stands in the corner of every screen while numbers are not those of float32.
  var precisionMark: String? { opened.lowPrecision.map { "  \($0) " } }

  func drawTitle(_ pen: inout Pen, _ whole: Box) {
    var box = whole
    box.columns -= precisionMark?.count ?? 0
    let dataset = [
      pen.piece(" twinlens", .title),
      pen.piece("  \(safe(opened.dataset))\(practice == nil ? "" : ", practice")", .text),
    ]
    guard let index = current else {
      pen.line(dataset, in: box, row: 0)
      return
    }
    let post = posts[index]
    func columns(_ pieces: [Pen.Piece]) -> Int {
      pieces.reduce(0) { $0 + TextWidth.columns(of: $1.text) }
    }
    var state = [
      pen.piece("  \(post.split.rawValue)", .muted),
      pen.piece("  \(word(for: review(index)))", role(of: review(index))),
    ]
    if box.columns >= 100, let words = judgedWords(index) {
      state.append(pen.piece(" " + words, .muted))
    }
    let marks = currentRemarks.marks
    if marks.contains(.flag) { state.append(pen.piece("  flagged", .warning)) }
    if marks.contains(.skip) { state.append(pen.piece("  skipped", .muted)) }
    // What stands right, the most important last.
    var route: [Pen.Piece] = []
    if let decision = shownRoute(index) {
      let role: Role = decision.route == .text ? .routeText : .routeMultimodal
      route = [pen.piece("routed \(decision.route.rawValue) ", role)]
    }
    var unknown: [Pen.Piece] = []
    if let words = analysis?.leastKnown {
      let role: Role = words.share >= 0.5 ? .warning : .muted
      unknown = [pen.piece("\(Digits.percent(words.share)) of words unknown  ", role)]
    }
    let picture = post.imageID.map { "picture \(safe($0))" } ?? "no picture"
    let place = [
      pen.piece(
        "\(safe(post.source.description))  \(post.tokens.count) tokens  \(picture)  ", .muted)
    ]
    // A long id gives way to what is said of the post; the list has its end too.
    var id = safe(post.id)
    let isShort =
      columns(dataset + state + unknown + route) + columns([pen.piece(id)]) + 4 > box.columns
    if isShort { id = safe(shortIDs.short(post.id)) }
    let left = dataset + [pen.piece("  \(id)", .text)] + state
    let used = pen.line(left, in: box, row: 0)
    let rights = [place + unknown + route, unknown + route, route]
    if let right = rights.first(where: { used + columns($0) + 2 <= box.columns }) {
      pen.rightLine(right, in: box, row: 0)
    }
  }

  /// `by ann, 2026-11-21 14:02 UTC`: who judged the labels last, and when; nil when nobody did.
  private func judgedWords(_ index: Int) -> String? {
    guard let state = history.states[posts[index].id], let annotator = state.annotator,
      let time = state.time
    else { return nil }
    let date = Date(timeIntervalSince1970: Double(time) / 1000)
    return "by \(safe(annotator)), \(HistoryLayer.time(date))"
  }

  func drawHeadings(_ pen: inout Pen, _ panes: Panes) {
    let look = pen.look
    let style = look.theme[.rule]
    pen.frame.rule(
      at: panes.headings.origin, columns: panes.headings.columns, glyphs: look.glyphs, style: style)
    let columns: [(Box?, String)] = [
      (panes.queue, queue.filter == nil ? "posts" : "found"),
      (panes.centre, layers.taking(.details)?.title ?? "text"),
      (panes.right, rightTitle),
    ]
    for case (let box?, let title) in columns where !box.isEmpty {
      let line = Box(column: box.column, row: panes.headings.row, columns: box.columns, rows: 1)
      pen.heading(title, in: line)
    }
    for box in [panes.queue, panes.centre].compactMap({ $0 }) where box.endColumn < size.columns {
      pen.frame.verticalRule(
        at: Position(column: box.endColumn, row: box.row), rows: box.rows, glyphs: look.glyphs,
        style: style)
    }
  }

  private var rightTitle: String {
    if fullScreen == .values || !needsPicturePlace { return "values" }
    if let title = layers.taking(.picture)?.title { return title }
    return pictureRequest?.changes.isEmpty == false ? "picture, what if" : "picture"
  }

  /// What the screen calls a review state.
  func word(for state: ReviewState) -> String { state.word }

  func role(of state: ReviewState) -> Role {
    switch state {
    case .untouched: .untouched
    case .suggested, .edited: .suggested
    case .reviewed, .adjudicated: .reviewed
    case .rejected: .warning
    }
  }

  /// A text from outside as it may be shown.
  func safe(_ text: String) -> String {
    // Only the beginning of a text that fills the screen several times over is looked at: views
    // are drawn with each key.
    guard text.utf8.count > Self.mostShown else { return look.sanitizer.visible(text) }
    let start = String(text.unicodeScalars.prefix(Self.mostShown / 4))
    return look.sanitizer.visible(start) + look.glyphs.ellipsis
  }

  /// Bytes of a text from outside that are shown whole.
  private static var mostShown: Int { 4096 }
}
