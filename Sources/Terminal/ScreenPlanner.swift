import Screen

/// Remembers what the terminal shows and plans how to show the next frame. Pure; no terminal.
///
/// Pictures follow a recipe that was proved on screenshots: their cells are held by signs that are
/// not blanks; text goes first and pixels second; a picture is sent again only when its cells were
/// touched; to erase it, its cells are written in the other variant, blank ones too: where the
/// terminal library erases to the end of the line instead, xterm keeps parts of the picture.
struct ScreenPlanner {
  /// The colours of the terminal.
  var depth: ColorDepth
  var darkBackground: Bool
  /// Whether signs outside ASCII can be sent.
  var isUTF8: Bool
  /// Whether text does not erase pixels, so that the whole screen is cleared instead.
  var clearsForPictures: Bool
  /// How pixels are sent, and what the terminal keeps of them; nil where none can be sent.
  private var stage: (any PictureStage)?
  /// The columns that the terminal library gives a scalar, -1 when it does not know it.
  let libraryWidth: @Sendable (UInt32) -> Int

  private var size = Size(columns: 0, rows: 0)
  private var shown: [PlannedCell?] = []
  /// Whose content a held cell keeps free, 0 for ordinary cells.
  private var owners: [Int] = []
  /// Blank cells that held a picture and were written, not erased; they stay so while blank.
  private var written: [Bool] = []
  private var pictures: Set<PictureKey> = []
  private var redraws = true
  private var drawable: [String: Bool] = [:]
  private var reduced: [Style: ReducedStyle] = [:]
  // Neighbours mostly look the same.
  private var lastStyle = (
    Style.plain, ReducedStyle(foreground: -1, background: -1, attributes: [])
  )

  private struct PictureKey: Hashable {
    let identity: String
    let box: Box
  }

  /// Narrower pictures are sent again with any change in their rows: the terminal library rewrites
  /// a few equal cells where that is cheaper than moving the cursor.
  static let narrow = 16

  init(
    depth: ColorDepth, darkBackground: Bool, isUTF8: Bool, pixels: PixelProtocol?,
    clearsForPictures: Bool = false, libraryWidth: @escaping @Sendable (UInt32) -> Int
  ) {
    self.depth = depth
    self.darkBackground = darkBackground
    self.isUTF8 = isUTF8
    stage = pixels?.stage()
    self.clearsForPictures = clearsForPictures
    self.libraryWidth = libraryWidth
  }

  /// Whether pictures can be sent at all.
  var showsPictures: Bool { stage != nil }

  /// What a process sends that dies while it sends a picture.
  var pictureCut: [UInt8] { stage?.cut ?? [] }

  /// What makes the terminal forget all pictures.
  var pictureRemoval: [UInt8] { stage?.removal ?? [] }

  /// Forgets what is shown: after a resize, a stop in the background, or on request.
  mutating func invalidate() { redraws = true }

  /// The way from what is shown to `frame`, which counts as shown from now on. A frame of another
  /// size than the terminal's `target` is cut or filled with blanks.
  mutating func plan(_ frame: Frame, target: Size) -> ScreenPlan {
    var plan = ScreenPlan()
    if target != size {
      size = target
      redraws = true
    }
    let placed = showsPictures ? frame.pictures.filter { fits($0.box, frame) } : []
    let keys = Set(placed.map { PictureKey(identity: $0.identity, box: $0.box) })
    var (cells, owner, clusters) = layOut(frame)
    let held = hold(placed, frame, &cells, &owner)
    if redraws {
      shown = [PlannedCell?](repeating: nil, count: cells.count)
      owners = [Int](repeating: 0, count: cells.count)
      written = [Bool](repeating: false, count: cells.count)
    }
    let before = owners
    let old = showsPictures ? rowHashes(shown.map { $0?.text ?? "" }) : []
    var changedRows = Set<Int>()
    var changed = [Bool](repeating: false, count: cells.count)
    for index in cells.indices {
      var cell = cells[index]
      if owner[index] != 0 {
        let old = shown[index]
        let isSame = old?.kind == .heldA || old?.kind == .heldB
        if let old, isSame, before[index] == owner[index] {
          cell.kind = old.kind
        } else {
          cell.kind = old?.kind == .heldA ? .heldB : .heldA
        }
        written[index] = false
      } else if cell.kind == .normal, cell.text == " ", before[index] != 0 || written[index],
        let old = shown[index]
      {
        cell.text = "\u{A0}"
        let keeps = written[index] && old.style == cell.style
        cell.kind = keeps ? old.kind : old.kind == .heldA ? .heldB : .heldA
        written[index] = true
      } else {
        written[index] = false
      }
      guard shown[index] != cell else { continue }
      shown[index] = cell
      changed[index] = true
      changedRows.insert(index / size.columns)
      if cell.kind != .continuation {
        plan.changes.append((position(index), cell))
      }
    }
    owners = owner
    plan.repaints = redraws
    if clearsForPictures, keys != pictures || touches(before, changed) { plan.repaints = true }
    plan.keepsLines = showsPictures && !plan.repaints
    if plan.keepsLines {
      plan.breaks = breaks(changedRows, from: old, to: rowHashes(shown.map { $0?.text ?? "" }))
    }
    let all = plan.repaints
    let staged = zip(placed, held).map { picture, cellsOfIt in
      let isNew = !pictures.contains(PictureKey(identity: picture.identity, box: picture.box))
      let rows = picture.box.row..<picture.box.endRow
      let isDamaged =
        cellsOfIt.contains { changed[$0] }
        || picture.box.columns < Self.narrow && rows.contains { changedRows.contains($0) }
      let isTouched = isNew || isDamaged
      return StagedPicture(
        placement: picture, isTouched: isTouched, free: Set(cellsOfIt.map(position)),
        cover: all || isTouched ? cover(picture.box, cellsOfIt, cells) : [])
    }
    plan.emissions += stage?.show(staged, isCleared: all) ?? []
    for cluster in clusters where all || changedRows.contains(cluster.place.row) {
      plan.emissions.append(
        .cluster(place: cluster.place, text: cluster.text, style: cluster.style))
    }
    pictures = keys
    redraws = false
    return plan
  }

  /// A number for the text of each row; equal rows have equal numbers.
  private func rowHashes(_ texts: [String]) -> [Int] {
    guard size.columns > 0 else { return [] }
    return (0..<(texts.count / size.columns)).map { row in
      var hasher = Hasher()
      for text in texts[(row * size.columns)..<((row + 1) * size.columns)] { hasher.combine(text) }
      return hasher.finalize()
    }
  }

  /// The rows before which the rows so far must be sent, so that no line is sent together with
  /// another that stood where it comes to stand, or comes to stand where it stood.
  private func breaks(_ changed: Set<Int>, from old: [Int], to new: [Int]) -> Set<Int> {
    var breaks: Set<Int> = []
    var (gone, come) = (Set<Int>(), Set<Int>())
    for row in changed.sorted() where old.indices.contains(row) && new.indices.contains(row) {
      if gone.contains(new[row]) || come.contains(old[row]) {
        breaks.insert(row)
        (gone, come) = ([], [])
      }
      gone.insert(old[row])
      come.insert(new[row])
    }
    return breaks
  }

  private func position(_ index: Int) -> Position {
    Position(column: index % size.columns, row: index / size.columns)
  }

  private func fits(_ box: Box, _ frame: Frame) -> Bool {
    box.column >= 0 && box.row >= 0 && !box.isEmpty
      && box.endColumn <= min(size.columns, frame.size.columns)
      && box.endRow < size.rows && box.endRow <= frame.size.rows
  }

  /// Whether a cell that held a picture now shows something else.
  private func touches(_ before: [Int], _ changed: [Bool]) -> Bool {
    before.indices.contains { before[$0] != 0 && changed[$0] }
  }

  private struct Cluster {
    let place: Position
    let text: String
    let style: ReducedStyle
  }

  /// The cells of the terminal without pictures; doubtful clusters held free and listed.
  private mutating func layOut(_ frame: Frame) -> ([PlannedCell], [Int], [Cluster]) {
    let plain = ReducedStyle(foreground: -1, background: -1, attributes: [])
    let blank = PlannedCell(text: " ", style: plain, kind: .normal)
    var cells = [PlannedCell](repeating: blank, count: size.columns * size.rows)
    var owner = [Int](repeating: 0, count: cells.count)
    var clusters: [Cluster] = []
    for row in 0..<min(size.rows, frame.size.rows) {
      let start = row * frame.size.columns
      var column = 0
      while column < min(size.columns, frame.size.columns) {
        let source = frame.cells[start + column]
        let index = row * size.columns + column
        let style =
          source.text == PictureCells.halfBlock ? exact(source.style) : reduce(source.style)
        let halves =
          column + 1 < min(size.columns, frame.size.columns)
          && frame.cells[start + column + 1].text.isEmpty
        let (text, width) = safe(source.text, halves: halves)
        if width == 2 || isUTF8 && !canDraw(text, width) {
          let isHeld = !canDraw(text, width)
          let mine = isHeld ? key(text, style, column) : 0
          for half in 0..<width {
            cells[index + half] = PlannedCell(
              text: isHeld ? "\u{A0}" : half == 0 ? text : "", style: style,
              kind: half == 0 || isHeld ? .normal : .continuation)
            owner[index + half] = mine
          }
          if isHeld {
            clusters.append(
              Cluster(place: Position(column: column, row: row), text: text, style: style))
          }
        } else {
          cells[index] = PlannedCell(text: text, style: style, kind: .normal)
        }
        column += width
      }
      if isUTF8 {
        RightToLeft.keepWordsInPlace(&cells[row * size.columns..<(row + 1) * size.columns])
      }
    }
    return (cells, owner, clusters)
  }

  /// The text of a cell as it may be sent, and its width as the frame has it.
  private func safe(_ text: String, halves: Bool) -> (String, Int) {
    let width = halves ? 2 : 1
    if text.utf8.count == 1, let byte = text.utf8.first {
      return (byte >= 0x20 && byte < 0x7F ? text : "?", 1)
    }
    let hasControl = text.unicodeScalars.contains {
      $0.value < 0x20 || (0x7F..<0xA0).contains($0.value)
    }
    if text.isEmpty { return (" ", 1) }
    if hasControl || text.count != 1 || !isUTF8 { return ("?", 1) }
    // A wide cluster whose second half was overwritten would push the line.
    if TextWidth.columns(of: text) != width { return ("?", 1) }
    return (text, width)
  }

  /// Whether the terminal library can hold a cluster in `width` cells.
  private mutating func canDraw(_ text: String, _ width: Int) -> Bool {
    if text.utf8.count == 1 { return true }
    if let known = drawable[text] { return known }
    var isDrawable = text.unicodeScalars.count <= 5
    for (index, scalar) in text.unicodeScalars.enumerated() {
      if libraryWidth(scalar.value) != (index == 0 ? width : 0) { isDrawable = false }
    }
    if drawable.count > 4096 { drawable = [:] }
    drawable[text] = isDrawable
    return isDrawable
  }

  private mutating func reduce(_ style: Style) -> ReducedStyle {
    if style == lastStyle.0 { return lastStyle.1 }
    let result = lookUp(style)
    lastStyle = (style, result)
    return result
  }

  /// Two pixels of a picture may have the same colour; only text must stay visible.
  private func exact(_ style: Style) -> ReducedStyle {
    var result = depth.nearest(style)
    result.attributes.remove(.reserved)
    return result
  }

  private mutating func lookUp(_ style: Style) -> ReducedStyle {
    if let known = reduced[style] { return known }
    var result = depth.reduce(style, darkBackground: darkBackground)
    result.attributes.remove(.reserved)
    if reduced.count > 8192 { reduced = [:] }
    reduced[style] = result
    return result
  }

  private func key(_ text: String, _ style: ReducedStyle, _ column: Int) -> Int {
    var hasher = Hasher()
    hasher.combine(text)
    hasher.combine(style)
    hasher.combine(column)
    return hasher.finalize() | 1
  }

  /// Marks the cells of pictures as held; returns them for each picture. Cells that something was
  /// drawn over are left alone. A box without any marked cell (the view appended the picture
  /// itself) is held where it is blank.
  private func hold(
    _ pictures: [PicturePlacement], _ frame: Frame, _ cells: inout [PlannedCell],
    _ owner: inout [Int]
  ) -> [[Int]] {
    pictures.map { picture in
      var marked: [Int] = []
      var blank: [Int] = []
      for row in picture.box.row..<picture.box.endRow {
        for column in picture.box.column..<picture.box.endColumn {
          let cell = frame.cells[row * frame.size.columns + column]
          let index = row * size.columns + column
          if cell.style.attributes.contains(.reserved), cell.text == " " { marked.append(index) }
          if cell == .blank { blank.append(index) }
        }
      }
      let mine = marked.isEmpty ? blank : marked
      var hasher = Hasher()
      hasher.combine(picture.identity)
      hasher.combine(picture.box)
      let name = hasher.finalize() | 1
      for index in mine {
        cells[index].text = "\u{A0}"
        owner[index] = name
      }
      return mine
    }
  }

  /// What was drawn over a picture, to be drawn again over its pixels.
  private func cover(_ box: Box, _ held: [Int], _ cells: [PlannedCell]) -> [Emission] {
    guard held.count < box.columns * box.rows else { return [] }
    let free = Set(held)
    var out: [Emission] = []
    for row in box.row..<box.endRow {
      for column in box.column..<box.endColumn {
        let index = row * size.columns + column
        let cell = cells[index]
        if free.contains(index) || cell.kind == .continuation { continue }
        out.append(
          .cluster(
            place: Position(column: column, row: row), text: cell.text, style: cell.style))
      }
    }
    return out
  }
}
