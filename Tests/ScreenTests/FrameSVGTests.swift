import Foundation
import FoundationXML
import Testing

@testable import Screen

/// A frame as a picture for manuals.
@Suite("A frame as SVG") struct FrameSVGTests {
  /// What a text says has to come out of an XML parser as it went in.
  private final class Reader: NSObject, XMLParserDelegate {
    var texts: [String] = []
    var rectangles = 0
    var images: [String] = []
    private var isText = false

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      isText = name == "text"
      if isText { texts.append("") }
      if name == "rect" { rectangles += 1 }
      if name == "image" { images.append(attributes["href"] ?? "") }
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      if isText { texts[texts.count - 1] += text }
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) { isText = false }
  }

  private func read(_ svg: String) throws -> Reader {
    let parser = XMLParser(data: Data(svg.utf8))
    let reader = Reader()
    parser.delegate = reader
    #expect(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "") in \(svg)")
    return reader
  }

  @Test(arguments: [
    "plain words", "a<b & \"c\" > d", "作 e\u{301} 😂", "]]>", "<!--", "\u{1B}[31m\u{0}",
  ])
  func wordsStayWhatTheyAre(_ text: String) throws {
    var frame = Frame(size: Size(columns: 40, rows: 2))
    frame.write(text, at: Position(column: 2, row: 1), style: .plain)
    let reader = try read(frame.svg(.dusk))
    let shown = frame.cells[40...].map(\.text).joined()
    let clean = String(
      String.UnicodeScalarView(
        shown.unicodeScalars.map { $0.value < 0x20 ? "\u{FFFD}" : $0 }))
    #expect(reader.texts.joined() == clean.trimmingCharacters(in: .whitespaces))
  }

  @Test func colorsAndPicturesAreThere() throws {
    var frame = Frame(size: Size(columns: 10, rows: 3))
    frame.write(
      "ab", at: Position(column: 0, row: 0), style: Style(.rgb(1, 2, 255), on: .standard, .bold))
    frame.write("cd", at: Position(column: 2, row: 0), style: Style(.standard, on: .rgb(9, 9, 9)))
    frame.write(
      "ef", at: Position(column: 4, row: 0), style: Style(.rgb(200, 0, 0), on: .standard, .reverse))
    frame.place(
      PicturePlacement(
        box: Box(column: 1, row: 1, columns: 4, rows: 1), identity: "x",
        picture: EncodedPicture(payload: [], width: 1, height: 1)))
    let svg = frame.svg(.paper) { _ in "data:x" }
    let reader = try read(svg)
    // The ground, one background and one reversed run.
    #expect(reader.rectangles == 3 && reader.images == ["data:x"])
    #expect(reader.texts == ["ab", "cd", "ef"])
    #expect(svg.contains("fill=\"#0102ff\" font-weight=\"bold\""))
    #expect(svg.contains("fill=\"#090909\"") && svg.contains("fill=\"#c80000\"/>"))
    #expect(try read(frame.svg(.paper)).images.isEmpty)
  }
}
