import Screen
import Tensors
import TestSupport
import Testing
import Traces

@testable import Extractors
@testable import Inspection
@testable import Workbench

/// A second witness beside the attention on screen.
@Suite struct WitnessTests {
  @Test(arguments: [Size(columns: 80, rows: 24), Size(columns: 120, rows: 36)])
  func panel(_ size: Size) throws {
    var desk = Desk(Samples.state(size.columns, size.rows))
    desk.press("backslash", ".")
    try expectGolden(desk.text, "witness-\(size.columns)x\(size.rows)")
  }

  /// The numbers of the table are those of the witnesses; the head on screen has its own.
  @Test func theTableHoldsWhatTheWitnessesSay() throws {
    var desk = Desk(Samples.state(120, 40))
    desk.press("backslash")
    let worth = try #require(desk.state.shownOcclusion)
    let found = try #require(worth.agreement(with: Samples.attention()))
    let rhos = try found.slices.map { Digits.short(Float(try #require($0.rho))) }
    for rho in rhos { #expect(desk.text.contains(rho), "\(rho)\n\(desk.text)") }
    #expect(
      desk.state.heatTitle == "mean of 8, ρ \(Digits.short(Float(try #require(found.mean.rho))))")
    desk.press(".", ".")
    #expect(desk.state.heatTitle == "head 2 of 8, ρ \(rhos[1])")
    // It is said of the screen that has it, and not of others.
    desk.press("backslash")
    #expect(desk.state.heatTitle == "head 2 of 8")
  }

  @Test func witnessesAreMapsLikeOthers() {
    var desk = Desk(Samples.state(120, 36))
    desk.press("backslash", "m")
    #expect(desk.state.spatialSignal?.name == "occlusion/regions")
    #expect(desk.state.pictureRequest?.heat?.values.count == 49)
    desk.press("m")
    #expect(desk.state.spatialSignal?.name == "gradient/regions")
    // Closed, they are gone with it.
    desk.press("backslash")
    #expect(desk.state.spatialSignals.map(\.name) == ["vcn/attention"])
  }

  @Test func itIsAskedOnceAndLetGo() {
    var desk = Desk(Samples.state(120, 36))
    func asked() -> [WitnessQuestion] {
      desk.effects.compactMap {
        if case .askWitnesses(let question?) = $0 { question } else { nil }
      }
    }
    #expect(asked().isEmpty)
    desk.press("backslash", "l", "H", "H", ".")
    let first = WitnessQuestion(post: "hb_0001", expert: "riva")
    #expect(asked() == [first])
    desk.press("s")
    #expect(asked() == [first, WitnessQuestion(post: "hb_0001", expert: "bilstm-crf")])
    desk.press("j")
    #expect(asked().last?.post == "hb_0002")
    desk.press("backslash")
    let count = desk.effects.count { if case .askWitnesses(nil) = $0 { true } else { false } }
    #expect(count == 1)
    // What is known is not asked again.
    desk.press("k", "backslash")
    #expect(asked().count == 3)
  }

  @Test func progressIsToldAndAFailureSaysWhy() {
    var desk = Desk(Samples.state(120, 36))
    desk.isQuiet = true
    desk.press("backslash")
    #expect(desk.text.contains("is asked again without each word and region"))
    let question = WitnessQuestion(post: "hb_0001", expert: "riva")
    desk.send(.witnessed(question, .asking(done: 12, of: 87, secondsLeft: 2.1)))
    #expect(desk.text.contains("12 of 87, 3 s left"))
    desk.send(.witnessed(question, .failed("riva needs a picture")))
    #expect(desk.text.contains("riva needs a picture"))
  }

  @Test func anExpertWithoutGradientSaysWhy() {
    var desk = Desk(Samples.state(120, 36))
    desk.press("s", "backslash")
    #expect(desk.text.contains("no gradient: bilstm-crf is open for answers"))
  }

  @Test func hiddenModelsTakeItAway() {
    var desk = Desk(Samples.state(120, 36))
    desk.press("backslash", "Z")
    #expect(!desk.text.contains("rank correlation") && desk.state.layers[WitnessLayer.self] == nil)
  }

  // MARK: All heads

  private static let blocks: @Sendable (PictureRequest) -> RenderedPicture = { request in
    .cells(
      [Cell](
        repeating: Cell("▀", Style(.rgb(1, 2, 3), on: .rgb(4, 5, 6))),
        count: request.box.columns * request.box.rows), columns: request.box.columns,
      rows: request.box.rows)
  }

  @Test(arguments: [Size(columns: 80, rows: 24), Size(columns: 120, rows: 36)])
  func headsAreDrawnOverThePicture(_ size: Size) throws {
    var desk = Desk(Samples.state(size.columns, size.rows), picture: Self.blocks)
    desk.press("bar", ".", ".")
    try expectGolden(desk.text, "heads-\(size.columns)x\(size.rows)")
    let tiles = desk.state.tileRequests
    #expect(tiles.count == 8 && Set(tiles.map(\.heat)).count == 8)
    // A click chooses one, and again the mean.
    let cover = try #require(Panes(desk.state).cover)
    let tile = try #require(desk.state.tiles(in: cover).last)
    desk.send(.key(.click(tile.picture.origin)))
    #expect(desk.state.choice.slice == 7)
    desk.press("Escape")
    #expect(desk.state.fullScreen == nil && desk.state.layers[HeadsLayer.self] == nil)
  }

  /// Where a picture has no colours, the same heads as numbers.
  @Test func withoutColoursThereAreNumbers() throws {
    var desk = Desk(Samples.state(120, 36))
    desk.press("bar")
    let heat = try #require(Samples.attention().heat(slice: 0, word: 0))
    #expect(desk.text.contains(HeatNumbers(heat).text(heat.values[8])))
    #expect(desk.text.contains("head 1 of 8"))
  }

  /// Every head keeps its place, whatever the size, and none lies over another.
  @Test func tilesLieBesideEachOther() {
    var desk = Desk(Samples.state(120, 36), picture: Self.blocks)
    desk.press("bar")
    for columns in stride(from: 60, through: 200, by: 7) {
      for rows in stride(from: 20, through: 60, by: 9) {
        desk.send(.resized(Size(columns: columns, rows: rows)))
        guard let cover = Panes(desk.state).cover else { continue }
        let tiles = desk.state.tiles(in: cover)
        #expect(!tiles.isEmpty, "\(columns)x\(rows)")
        for (i, tile) in tiles.enumerated() {
          #expect(tile.whole.intersection(cover) == tile.whole, "\(columns)x\(rows)")
          for other in tiles.dropFirst(i + 1) {
            #expect(tile.whole.intersection(other.whole).isEmpty, "\(columns)x\(rows)")
          }
        }
      }
    }
  }

  // MARK: The cursor on the picture

  /// A map by word whose largest weight for word w lies in cell w.
  private static func byWord() -> Desk {
    var desk = Desk(Samples.state(120, 36), picture: blocks)
    let words = Samples.posts[0].tokens.count
    var values = [Float](repeating: 0.1, count: words * 9)
    for word in 0..<min(9, words) { values[word * 9 + word] = 0.9 }
    var trace = Trace()
    trace.append(
      Signal(
        name: "map", caption: "where words look",
        kind: .wordsByImage(rows: 3, columns: 3, region: .whole),
        tensor: Tensor([words, 3, 3], values)))
    desk.send(.analysed(Samples.analysis(0, showing: trace)))
    return desk
  }

  @Test func theCursorTellsWhichWordsLook() throws {
    var desk = Self.byWord()
    desk.press("at")
    // In the middle at first: the fifth word looks there.
    #expect(desk.text.contains("row 2, column 2 in where words look"))
    #expect(desk.state.pictureRequest?.heat?.outlined.first?.left == 1.0 / 3)
    func first() -> Substring? {
      desk.text.split(separator: "\n").first { $0.contains(".90 ") }
    }
    #expect(first()?.contains("Berg") == true, "\(desk.text)")
    desk.press("Left", "Up")
    #expect(desk.text.contains("row 1, column 1") && first()?.contains("RT") == true)
    // The edge holds it.
    desk.press("Left", "Up")
    #expect(desk.text.contains("row 1, column 1"))
    let box = try #require(Panes(desk.state).picture)
    desk.send(
      .key(.click(Position(column: box.endColumn - 1, row: box.row + box.rows - 1))))
    #expect(desk.text.contains("row 3, column 3"))
    desk.press("Escape")
    #expect(desk.state.pictureRequest?.heat?.outlined.isEmpty != false)
  }
}
