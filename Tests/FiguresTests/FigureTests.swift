import Foundation
import FoundationXML
import Pictures
import Testing

@testable import Figures

/// Figures laid out, as SVG and as pixels.
@Suite("Figures") struct FigureTests {
  private var bars: Figure {
    Figure(
      size: PixelSize(width: 400, height: 300), title: "a <title> & \"more\"",
      panels: [
        Panel(
          "p", x: .linear("p", 0...1), y: .linear("posts", 0...40),
          marks: [
            .bars([
              Bar(from: 0, to: 0.5, Value(10), name: "low"),
              Bar(from: 0.5, to: 1, Value(40), ink: .series(1)),
            ]),
            .rule(.x, at: Value(0.1 as Float), "cut"),
          ])
      ],
      legend: [LegendEntry("the text", .area, .series(0))], caption: ["from harbor"])
  }

  /// Paths of a drawing that show a number, as rectangles.
  private func boxes(_ figure: Figure, _ size: PixelSize? = nil) -> [(Value, Area)] {
    figure.drawing(size).items.compactMap { item in
      guard case .path(let points, _, _, _, _, _) = item.shape, let value = item.value else {
        return nil
      }
      let (x, y) = (points.map(\.x), points.map(\.y))
      return (
        value,
        Area(
          x: x.min() ?? 0, y: y.min() ?? 0, width: (x.max() ?? 0) - (x.min() ?? 0),
          height: (y.max() ?? 0) - (y.min() ?? 0))
      )
    }
  }

  @Test func barsAreAsHighAsTheirNumbers() throws {
    let boxes = boxes(bars)
    #expect(boxes.map(\.0.text) == ["10", "40", "0.1"])
    #expect(abs(boxes[1].1.height - 4 * boxes[0].1.height) < 0.01)
    #expect(boxes[0].1.bottom == boxes[1].1.bottom)
    // The rule stands a tenth of the way from the left of the plot.
    let (left, right) = (boxes[2].1.x - boxes[0].1.x, boxes[1].1.right - boxes[0].1.x)
    #expect(abs(left / right - 0.1) < 0.005)
  }

  @Test func numbersStandInTheFileAsTheyWereMeasured() throws {
    let reader = try read(try bars.svg())
    #expect(reader.values == ["10", "40", "0.1"])
    #expect(reader.texts.contains("a <title> & \"more\""))
    #expect(reader.texts.contains("from harbor"))
    #expect(reader.titles.contains("low: 10"))
    #expect(!reader.addresses.contains { !$0.hasPrefix("data:image/png;base64,") })
  }

  @Test(arguments: ["a<b & \"c\" > 'd'", "]]><script>alert(1)</script>", "\u{1B}[31m\u{0}\u{9B}"])
  func hostileWordsStayWords(_ words: String) throws {
    let figure = Figure(
      title: words,
      panels: [
        Panel(
          words, x: .names(words, [words]), y: .linear(words, 0...1),
          marks: [.bars([Bar(from: 0, to: 1, Value(1), name: words, words: words)])],
          notes: [words])
      ], legend: [LegendEntry(words, .line(dashed: true), .muted)], caption: [words])
    let reader = try read(try figure.svg())
    #expect(!reader.elements.contains("script"))
    #expect(Set(reader.elements).isSubset(of: ["svg", "title", "rect", "path", "text"]))
    _ = try figure.picture()
  }

  @Test func aHeatMapNamesEveryCell() throws {
    let grid = HeatGrid([0, 0.25, 0.5, 1], rows: 2, columns: 2)
    let figure = Figure(
      title: "",
      panels: [
        Panel(
          marks: [
            .heat(grid, over: Picture(width: 4, height: 2, color: RGB(0, 0, 0)), HeatStyle())
          ], shape: 2)
      ],
      colorBar: ColorBar(
        "weight", low: 0, high: 1, style: HeatStyle(), ticks: Tick.round(0...1)))
    let reader = try read(try figure.svg())
    #expect(reader.values == ["0.0", "0.25", "0.5", "1.0"])
    #expect(reader.titles.contains("row 2, column 1: 0.5"))
    #expect(reader.addresses.count == 1)
    #expect(["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"].allSatisfy(reader.texts.contains))
  }

  @Test func pixelsHaveTheirColoursWhereTheShapesAre() throws {
    let picture = try bars.picture(scale: 2)
    #expect(picture.size == PixelSize(width: 800, height: 600))
    for (box, ink) in zip(boxes(bars).prefix(2), [FigureInk.series(0), .series(1)]) {
      let (x, y) = (box.1.x + box.1.width * 0.7, box.1.y + box.1.height / 2)
      #expect(picture[Int(x * 2), Int(y * 2)] == FigureGround.light.color(ink))
    }
    #expect(picture[0, 0] == RGB(255, 255, 255))
    // Words are there: with them the picture is another.
    #expect(try bars.drawing().picture(scale: 2, withWords: false) != picture)
  }

  @Test(arguments: FigureGround.allCases)
  func wordsAndSeriesStandOutFromTheGround(_ ground: FigureGround) {
    for ink in [FigureInk.text, .muted] + (0..<8).map(FigureInk.series) {
      #expect(abs(ground.color(ink).luma - ground.color.luma) > 60, "\(ink)")
    }
  }

  @Test func aFigureFitsAnySizeThatIsAsked() throws {
    for (width, height) in [(1, 1), (16, 400), (900, 20), (30, 30), (1_000_000, 3)] {
      let drawing = bars.drawing(PixelSize(width: width, height: height))
      #expect(drawing.size.width <= 20_000 && drawing.size.height >= 16)
      _ = try drawing.svg(title: "")
    }
    #expect(throws: FigureError.self) {
      try bars.picture(PixelSize(width: 20_000, height: 20_000))
    }
  }

  @Test func numbersThatAreNoneAreNotDrawn() throws {
    let figure = Figure(
      title: "",
      panels: [
        Panel(
          x: .linear("", 0...1), y: .linear("", 0 ... .infinity),
          marks: [
            .bars([Bar(from: 0, to: 1, Value(Float.nan))]),
            .points([Spot(x: Value(0.5), y: Value(Double.infinity))]),
            .line([Spot(x: Value(Float.nan), y: Value(1)), Spot(x: Value(1), y: Value(1))]),
          ])
      ])
    let svg = try figure.svg()
    #expect(!svg.contains("nan") && !svg.contains("inf"))
  }

  @Test(arguments: [
    (0.0...1, 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    (0...40, 4, ["0", "10", "20", "30", "40"]),
    (-0.03...0.05, 4, ["-0.02", "0.00", "0.02", "0.04"]),
    (990...1010, 2, ["990", "1000", "1010"]),
  ])
  func ticksAreRound(_ range: ClosedRange<Double>, _ count: Int, _ labels: [String]) {
    #expect(Tick.round(range, count: count).map(\.label) == labels)
  }

  @Test func namesThatHaveNoRoomBesideEachOtherAreTurned() {
    func isTurned(_ names: [String]) -> Bool {
      Figure(
        size: PixelSize(width: 300, height: 300), title: "",
        panels: [Panel(x: .names("", names), y: .linear("", 0...1), marks: [])]
      ).drawing().items.contains {
        if case .text(let words) = $0.shape { words.isTurned } else { false }
      }
    }
    #expect(!isTurned(["PER", "LOC", "ORG"]))
    #expect(isTurned(["/per/per/parent", "/per/loc/place_of_birth", "/org/loc/locate_at"]))
  }

  private func read(_ svg: String) throws -> Reader {
    let parser = XMLParser(data: Data(svg.utf8))
    let reader = Reader()
    parser.delegate = reader
    #expect(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "") in \(svg.prefix(2000))")
    return reader
  }

  private final class Reader: NSObject, XMLParserDelegate {
    var texts: [String] = []
    var titles: [String] = []
    var values: [String] = []
    var addresses: [String] = []
    var elements: [String] = []
    private var open: [String] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      open.append(name)
      elements.append(name)
      if name == "text" { texts.append("") }
      if name == "title" { titles.append("") }
      if let value = attributes["data-value"] { values.append(value) }
      if let address = attributes["href"] { addresses.append(address) }
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      if open.last == "text" { texts[texts.count - 1] += text }
      if open.last == "title" { titles[titles.count - 1] += text }
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) { open.removeLast() }
  }
}
