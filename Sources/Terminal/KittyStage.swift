import Foundation
import Screen

/// Kitty's graphics protocol: a picture is sent once and shown by number; it stays, whatever text
/// is written, until it is taken off. So only those parts of it are shown over which nothing else
/// is drawn, each as a placement of its own, and a popup costs a few bytes.
///
/// Some pictures that went are kept, so that going back sends nothing. Freeing one (`d=I`) makes
/// kitty drop every picture that is kept and not shown (kovidgoyal/kitty#10450): a picture's number
/// is given to another by sending that under the same number, and where room is short all that are
/// not shown are freed.
struct KittyStage: PictureStage {
  /// A picture that the terminal keeps.
  private struct Slot {
    /// Nil for a number that is free.
    var identity: String?
    var pixels = 0
    /// When it was shown last.
    var turn = 0
    /// What is shown of it: the first part is placement 1.
    var parts: [Part] = []
  }

  /// Cells, and what of the picture they show.
  private struct Part: Hashable {
    let box: Box
    /// In pixels of the picture.
    let source: Box
  }

  /// Pictures that are kept at most.
  static let most = 8
  /// Pixels that are kept at most, at four bytes each: an eighth of kitty's own bound.
  static let mostPixels = 10 << 20

  private let firstNumber: UInt32
  private var slots = [Slot](repeating: Slot(), count: Self.most)
  private var turn = 0

  /// - Parameter firstNumber: numbers belong to the whole window; those of two programs must
  ///   differ.
  init(firstNumber: UInt32 = UInt32(truncatingIfNeeded: getpid()) << 4 & 0x7FFF_FFFF | 1) {
    self.firstNumber = firstNumber
  }

  private func number(_ slot: Int) -> UInt32 { firstNumber + UInt32(slot) }

  var cut: [UInt8] {
    // The rest of the pieces never comes; without a last one the next picture would be lost.
    Array("\u{1B}\\".utf8) + KittyCommand.endOfPieces.bytes
  }

  var removal: [UInt8] {
    slots.indices.flatMap { KittyCommand.free(image: number($0)).bytes }
  }

  mutating func show(_ pictures: [StagedPicture], isCleared: Bool) -> [Emission] {
    turn += 1
    var commands: [KittyCommand] = []
    if isCleared { free(&commands) { _ in true } }
    let wanted = Set(pictures.map(\.placement.identity))
    for slot in slots.indices where !slots[slot].parts.isEmpty {
      guard let identity = slots[slot].identity, !wanted.contains(identity) else { continue }
      commands.append(.remove(image: number(slot), placement: nil))
      slots[slot].parts = []
    }
    var shown: Set<String> = []
    for picture in pictures where shown.insert(picture.placement.identity).inserted {
      let alike = pictures.filter { $0.placement.identity == picture.placement.identity }
      show(alike, &commands)
    }
    return commands.map { .kitty($0) }
  }

  /// Shows one picture in one or more places.
  private mutating func show(_ places: [StagedPicture], _ commands: inout [KittyCommand]) {
    guard let picture = places.first?.placement.picture,
      let slot = slot(for: places[0].placement, &commands)
    else { return }
    slots[slot].turn = turn
    let parts = places.flatMap { place in
      Self.parts(of: place.placement.box, free: place.free).map {
        Part(box: $0, source: Self.source($0, of: place.placement.box, picture))
      }
    }
    let old = slots[slot].parts
    let isTouched = places.contains(where: \.isTouched)
    for (i, part) in parts.enumerated() where isTouched || i >= old.count || old[i] != part {
      commands.append(
        .place(
          image: number(slot), placement: UInt32(i + 1), box: part.box, source: part.source))
    }
    for i in parts.count..<max(parts.count, old.count) {
      commands.append(.remove(image: number(slot), placement: UInt32(i + 1)))
    }
    slots[slot].parts = parts
  }

  /// The number of a picture, which is sent if the terminal does not keep it; nil when more are on
  /// the screen than are kept.
  private mutating func slot(
    for placement: PicturePlacement, _ commands: inout [KittyCommand]
  ) -> Int? {
    if let known = slots.firstIndex(where: { $0.identity == placement.identity }) { return known }
    let pixels = placement.picture.width * placement.picture.height
    if slots.reduce(pixels, { $0 + $1.pixels }) > Self.mostPixels {
      free(&commands, where: \.parts.isEmpty)
    }
    let spare = slots.indices.filter { slots[$0].parts.isEmpty && slots[$0].turn < turn }
    guard
      let slot = spare.first(where: { slots[$0].identity == nil })
        ?? spare.min(by: { slots[$0].turn < slots[$1].turn })
    else { return nil }
    slots[slot] = Slot(identity: placement.identity, pixels: pixels)
    commands.append(.store(image: number(slot), file: placement.picture.payload))
    return slot
  }

  private mutating func free(_ commands: inout [KittyCommand], where isMeant: (Slot) -> Bool) {
    for slot in slots.indices where slots[slot].identity != nil && isMeant(slots[slot]) {
      commands.append(.free(image: number(slot)))
      slots[slot] = Slot()
    }
  }

  /// The free cells of a box as rectangles: equal runs of rows under each other are one.
  static func parts(of box: Box, free: Set<Position>) -> [Box] {
    var done: [Box] = []
    /// Those that reach the row above.
    var open: [Box] = []
    for row in box.row..<box.endRow {
      var next: [Box] = []
      for run in runs(of: box, row: row, free: free) {
        if let above = open.firstIndex(where: {
          $0.column == run.column && $0.columns == run.columns
        }) {
          var taller = open.remove(at: above)
          taller.rows += 1
          next.append(taller)
        } else {
          next.append(run)
        }
      }
      done += open
      open = next
    }
    return (done + open).sorted { ($0.row, $0.column) < ($1.row, $1.column) }
  }

  private static func runs(of box: Box, row: Int, free: Set<Position>) -> [Box] {
    var runs: [Box] = []
    for column in box.column..<box.endColumn
    where free.contains(Position(column: column, row: row)) {
      if let last = runs.last, last.endColumn == column {
        runs[runs.count - 1].columns += 1
      } else {
        runs.append(Box(column: column, row: row, columns: 1, rows: 1))
      }
    }
    return runs
  }

  /// What of a picture that fills a box lies on some of the box's cells.
  private static func source(_ part: Box, of box: Box, _ picture: EncodedPicture) -> Box {
    func pixels(_ cell: Int, _ cells: Int, _ pixels: Int) -> Int { cell * pixels / max(1, cells) }
    let left = pixels(part.column - box.column, box.columns, picture.width)
    let top = pixels(part.row - box.row, box.rows, picture.height)
    return Box(
      column: left, row: top,
      columns: max(1, pixels(part.endColumn - box.column, box.columns, picture.width) - left),
      rows: max(1, pixels(part.endRow - box.row, box.rows, picture.height) - top))
  }
}
