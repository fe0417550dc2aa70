import Pictures
import Screen
import Testing

@testable import Terminal

/// Kitty's protocol from the frame to the pixels: what the planner sends, read by a terminal of our
/// own that follows the specification.
@Suite("Kitty's graphics protocol") struct KittyTests {
  private static let size = Size(columns: 40, rows: 16)
  private static let box = Box(column: 12, row: 2, columns: 20, rows: 8)

  /// A picture of noise that fills a box to the pixel.
  private static func picture(_ seed: Int, _ box: Box = KittyTests.box) -> Picture {
    let (width, height) = PixelProtocol.kitty.pixels(
      box.size, cellWidth: KittyTerminal.cell.width, cellHeight: KittyTerminal.cell.height)
    var number = UInt32(truncatingIfNeeded: seed &* 2_654_435_761) | 1
    return Picture(
      width: width, height: height,
      pixels: (0..<(3 * width * height)).map { _ in
        number = number &* 1_664_525 &+ 1_013_904_223
        return UInt8(number >> 24)
      })
  }

  /// A screen, what is planned for it, and the terminal that it is sent to.
  private struct Desk {
    var planner = ScreenPlanner(
      depth: .indexed256, darkBackground: true, isUTF8: true, pixels: .kitty,
      libraryWidth: { $0 < 0x20 ? -1 : 1 })
    var terminal = KittyTerminal(KittyTests.size)

    /// Shows a frame; what was sent past the text.
    @discardableResult
    mutating func show(_ frame: Frame) -> [KittyCommand] {
      let plan = planner.plan(frame, target: KittyTests.size)
      if plan.repaints { terminal.clear() }
      terminal.feed(plan.emissions.flatMap(\.bytes))
      return plan.emissions.compactMap { if case .kitty(let command) = $0 { command } else { nil } }
    }
  }

  private static func frame(_ picture: Int?, _ box: Box = KittyTests.box, popup: Box? = nil) throws
    -> Frame
  {
    var frame = Frame(size: size)
    if let picture {
      let encoded = try PixelProtocol.kitty.encode(Self.picture(picture, box), colors: nil)
      frame.place(PicturePlacement(box: box, identity: "\(picture)", picture: encoded))
    }
    if let popup { frame.fill(popup, with: "#") }
    return frame
  }

  /// What the screen must show of a picture in a box, popups aside.
  private static func wanted(_ frame: Frame, _ picture: Int?) -> [RGB?] {
    let cell = KittyTerminal.cell
    let width = size.columns * cell.width
    var out = [RGB?](repeating: nil, count: width * size.rows * cell.height)
    guard let picture, let box = frame.pictures.first?.box else { return out }
    let source = Self.picture(picture, box)
    for row in box.row..<box.endRow {
      for column in box.column..<box.endColumn
      where frame.cells[row * size.columns + column].style.attributes.contains(.reserved) {
        for y in 0..<cell.height {
          for x in 0..<cell.width {
            out[(row * cell.height + y) * width + column * cell.width + x] =
              source[(column - box.column) * cell.width + x, (row - box.row) * cell.height + y]
          }
        }
      }
    }
    return out
  }

  private func stores(_ commands: [KittyCommand]) -> Int {
    commands.count { if case .store = $0 { true } else { false } }
  }

  @Test func aPictureArrivesToTheLastPixel() throws {
    var desk = Desk()
    let frame = try Self.frame(1)
    #expect(stores(desk.show(frame)) == 1)
    #expect(desk.terminal.pixels() == Self.wanted(frame, 1))
    #expect(desk.terminal.complaints.isEmpty, "\(desk.terminal.complaints)")
    #expect(desk.show(frame).isEmpty)
  }

  /// Noise does not shrink: the file needs several pieces.
  @Test func largePicturesGoInPieces() throws {
    let encoded = try PixelProtocol.kitty.encode(Self.picture(3), colors: nil)
    #expect(encoded.payload.count > 3 * KittyCommand.piece)
    let bytes = KittyCommand.store(image: 7, file: encoded.payload).bytes
    let text = String(decoding: bytes, as: UTF8.self)
    let pieces = text.components(separated: "\u{1B}\\").dropLast()
    #expect(pieces.count == (encoded.payload.count + 4095) / 4096)
    #expect(pieces.first?.hasPrefix("\u{1B}_Ga=t,t=d,f=100,i=7,m=1,q=2;") == true)
    #expect(pieces.dropFirst().dropLast().allSatisfy { $0.hasPrefix("\u{1B}_Gm=1,q=2;") })
    #expect(pieces.last?.hasPrefix("\u{1B}_Gm=0,q=2;") == true)
    var small = KittyTerminal(Self.size)
    let dot = try PixelProtocol.kitty.encode(
      Picture(width: 1, height: 1, color: RGB(1, 2, 3)), colors: nil)
    small.feed(KittyCommand.store(image: 1, file: dot.payload).bytes)
    #expect(small.images[1] == Picture(width: 1, height: 1, color: RGB(1, 2, 3)))
    #expect(small.complaints.isEmpty)
  }

  /// Moving a picture, and going back to one that was shown, sends a few bytes.
  @Test func pixelsAreSentOnce() throws {
    var desk = Desk()
    desk.show(try Self.frame(1))
    let elsewhere = Box(column: 2, row: 5, columns: 20, rows: 8)
    let moved = try Self.frame(1, elsewhere)
    #expect(stores(desk.show(moved)) == 0)
    #expect(desk.terminal.pixels() == Self.wanted(moved, 1))
    #expect(stores(desk.show(try Self.frame(2))) == 1)
    #expect(stores(desk.show(try Self.frame(nil))) == 0)
    #expect(desk.terminal.placements.isEmpty)
    let back = try Self.frame(1)
    #expect(stores(desk.show(back)) == 0)
    #expect(desk.terminal.pixels() == Self.wanted(back, 1))
    #expect(desk.terminal.sent == 2 && desk.terminal.complaints.isEmpty)
  }

  /// Text does not erase these pictures: what lies over one is left out of it.
  @Test func aPopupIsLeftOut() throws {
    var desk = Desk()
    desk.show(try Self.frame(1))
    let popups = [
      Box(column: 15, row: 4, columns: 6, rows: 2), Box(column: 0, row: 0, columns: 40, rows: 4),
      Box(column: 30, row: 0, columns: 10, rows: 16), Box(column: 12, row: 2, columns: 20, rows: 8),
      Box(column: 12, row: 9, columns: 1, rows: 1),
    ]
    for popup in popups {
      let open = try Self.frame(1, popup: popup)
      #expect(stores(desk.show(open)) == 0)
      #expect(desk.terminal.pixels() == Self.wanted(open, 1), "\(popup)")
      #expect(desk.show(open).isEmpty)
      let closed = try Self.frame(1)
      #expect(stores(desk.show(closed)) == 0)
      #expect(desk.terminal.pixels() == Self.wanted(closed, 1), "\(popup)")
      #expect(desk.terminal.placements.count == 1)
    }
    #expect(desk.terminal.complaints.isEmpty, "\(desk.terminal.complaints)")
  }

  @Test func aHoleMakesFourParts() {
    let box = Box(column: 2, row: 1, columns: 6, rows: 5)
    var free: Set<Position> = []
    for row in 1..<6 {
      for column in 2..<8 where !((2..<4).contains(row) && (4..<6).contains(column)) {
        free.insert(Position(column: column, row: row))
      }
    }
    #expect(
      KittyStage.parts(of: box, free: free) == [
        Box(column: 2, row: 1, columns: 6, rows: 1), Box(column: 2, row: 2, columns: 2, rows: 2),
        Box(column: 6, row: 2, columns: 2, rows: 2), Box(column: 2, row: 4, columns: 6, rows: 2),
      ])
    #expect(KittyStage.parts(of: box, free: []).isEmpty)
  }

  @Test func aBoundedNumberIsKept() throws {
    var desk = Desk()
    for picture in 0..<30 {
      let frame = try Self.frame(picture)
      desk.show(frame)
      #expect(desk.terminal.images.count <= KittyStage.most)
      #expect(desk.terminal.pixels() == Self.wanted(frame, picture))
      #expect(desk.terminal.placements.count == 1)
    }
    #expect(desk.terminal.images.count == KittyStage.most && desk.terminal.sent == 30)
    // The one shown longest ago made room.
    #expect(stores(desk.show(try Self.frame(23))) == 0)
    #expect(stores(desk.show(try Self.frame(2))) == 1)
    #expect(desk.terminal.complaints.isEmpty, "\(desk.terminal.complaints)")
  }

  /// Large pictures fill the bound of pixels before that of the number.
  @Test func pixelsAreBoundedToo() throws {
    var stage = KittyStage(firstNumber: 1)
    var kept: [UInt32: Int] = [:]
    for picture in 0..<20 {
      let encoded = EncodedPicture(payload: [65, 65, 65, 65], width: 2048, height: 1536)
      let placement = PicturePlacement(box: Self.box, identity: "\(picture)", picture: encoded)
      let free = Set(
        (Self.box.row..<Self.box.endRow).flatMap { row in
          (Self.box.column..<Self.box.endColumn).map { Position(column: $0, row: row) }
        })
      let staged = StagedPicture(placement: placement, isTouched: true, free: free, cover: [])
      for case .kitty(let command) in stage.show([staged], isCleared: false) {
        switch command {
        case .store(let image, _): kept[image] = 2048 * 1536
        case .free(let image): kept[image] = nil
        default: break
        }
      }
      #expect(kept.values.reduce(0, +) <= KittyStage.mostPixels)
    }
    #expect(!kept.isEmpty)
  }

  /// After a repaint the terminal has nothing any more.
  @Test func aRedrawSendsThePictureAgain() throws {
    var desk = Desk()
    let frame = try Self.frame(1)
    desk.show(frame)
    desk.planner.invalidate()
    #expect(stores(desk.show(frame)) == 1)
    #expect(desk.terminal.pixels() == Self.wanted(frame, 1))
    #expect(desk.terminal.complaints.isEmpty)
  }

  @Test func theTerminalIsLeftEmpty() throws {
    var desk = Desk()
    for picture in 0..<12 { desk.show(try Self.frame(picture)) }
    desk.terminal.feed(desk.planner.pictureRemoval)
    #expect(desk.terminal.images.isEmpty && desk.terminal.placements.isEmpty)
  }

  /// A process that dies while it sends a picture leaves a terminal that takes the next one.
  @Test func aCutPictureIsEnded() throws {
    let encoded = try PixelProtocol.kitty.encode(Self.picture(1), colors: nil)
    let bytes = KittyCommand.store(image: 1, file: encoded.payload).bytes
    for count in [1, 20, 4000, 4096, 5000, bytes.count - 1, bytes.count] {
      let planner = Desk().planner
      var terminal = KittyTerminal(Self.size)
      let dying = planner.pictureCut + planner.pictureRemoval
      terminal.feed(Array(bytes.prefix(count)) + dying)
      let complaints = terminal.complaints.count
      // The next program.
      terminal.feed(bytes)
      #expect(terminal.images[1] == Self.picture(1), "cut after \(count)")
      #expect(terminal.complaints.count == complaints, "\(terminal.complaints)")
    }
  }

  /// Few colours over a slow line: fewer bytes, and near the picture.
  @Test func fewColoursAreShorter() throws {
    var smooth = Picture(width: 80, height: 48, color: RGB(0, 0, 0))
    for y in 0..<48 {
      for x in 0..<80 { smooth[x, y] = RGB(UInt8(3 * x), UInt8(5 * y), UInt8(x + y)) }
    }
    let all = try PixelProtocol.kitty.encode(smooth, colors: nil)
    let few = try PixelProtocol.kitty.encode(smooth, colors: 16)
    #expect(few.payload.count < all.payload.count)
    var terminal = KittyTerminal(Self.size)
    terminal.feed(KittyCommand.store(image: 1, file: few.payload).bytes)
    let read = try #require(terminal.images[1])
    let sum = zip(read.pixels, smooth.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    #expect(Double(sum) / Double(smooth.pixels.count) < 20)
  }

  /// Pictures, popups, redraws in any order: the screen always shows the frame.
  @Test func anyOrderOfFrames() throws {
    for seed in 0..<20 {
      var number = UInt32(seed + 1)
      func random(_ count: Int) -> Int {
        number = number &* 1_664_525 &+ 1_013_904_223
        return Int(number >> 16) % count
      }
      var desk = Desk()
      for step in 0..<30 {
        let picture = random(4) == 0 ? nil : random(12)
        let box = Box(
          column: random(20), row: random(6), columns: 4 + random(16), rows: 2 + random(6))
        let popup =
          random(2) == 0
          ? Box(column: random(36), row: random(12), columns: 1 + random(20), rows: 1 + random(6))
          : nil
        // A picture of another size is another picture.
        let name = picture.map { $0 * 1000 + box.columns * 20 + box.rows }
        let frame = try Self.frame(name, box, popup: popup)
        if random(10) == 0 { desk.planner.invalidate() }
        desk.show(frame)
        #expect(desk.terminal.pixels() == Self.wanted(frame, name), "seed \(seed), step \(step)")
      }
      #expect(desk.terminal.complaints.isEmpty, "seed \(seed): \(desk.terminal.complaints)")
    }
  }

  /// For output that scrolls: at the cursor, without a number that would be another program's.
  @Test func printedPicturesHaveNoNumber() throws {
    let encoded = try PixelProtocol.kitty.encode(Self.picture(1), colors: nil)
    let bytes = PixelProtocol.kitty.printed(encoded, columns: 20, rows: 8)
    #expect(
      String(decoding: bytes.prefix(48), as: UTF8.self)
        .hasPrefix("\u{1B}_Ga=T,t=d,f=100,c=20,r=8,m=1,q=2;"))
    var terminal = KittyTerminal(Self.size)
    terminal.feed(bytes)
    #expect(terminal.sent == 1 && terminal.images.isEmpty && terminal.complaints.isEmpty)
  }
}

extension String {
  fileprivate func components(separated separator: String) -> [String] {
    var parts: [String] = []
    var rest = Substring(self)
    while let range = rest.firstRange(of: separator) {
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return parts + [String(rest)]
  }
}
