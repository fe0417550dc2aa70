import Corpora
import Extractors
import Figures
import Foundation
import Inspection
import Pictures
import Screen
import Services
import Traces
import Workbench

extension PostReport {
  /// A map over the post's picture as a file.
  /// - Parameters:
  ///   - choice: which map of which expert.
  ///   - style: how heat is laid over the picture.
  ///   - scale: pixels of a PNG for each of the layout.
  /// - Throws: `MapChoiceError`, `ExportFileError`, `FigureError`, `PictureError`.
  package func map(
    _ choice: MapChoice, as format: ExportFormat, _ style: HeatStyle = HeatStyle(),
    scale: Double = 3
  ) throws -> [UInt8] {
    let map = try MapExport(choice, of: post, analysis.answers, explanation)
    switch format {
    case .json: return Array((json(of: map) + "\n").utf8)
    case .ansi: throw ExportFileError.noMap(format)
    case .png: return try figure(of: map, style).picture(scale: scale).png()
    case .svg: return Array(try figure(of: map, style).svg().utf8)
    case .html:
      let figure = try figure(of: map, style)
      let body =
        "<figure>\n\(try figure.svg())</figure>\n"
        + HTMLPage.details("The numbers", Self.table(of: map))
      return Array(
        HTMLPage.document(title: "\(dataset.name), \(post.id): \(figure.title)", body: body).utf8)
    }
  }

  /// Most pixels of a side of a picture under a map.
  private static let mostPixels = PixelSize(width: 1600, height: 1600)

  private func figure(of map: MapExport, _ style: HeatStyle) throws -> Figure {
    let picture: Picture
    switch dataset.image(for: post) {
    case .none: throw ExportFileError.noPicture(post: post.id, reason: "it names no picture")
    case .missing(let reason), .refused(let reason):
      throw ExportFileError.noPicture(post: post.id, reason: reason)
    case .file(let path):
      picture = try Picture.decode(file: path, fitting: Self.mostPixels).picture
    }
    return map.figure(
      over: picture.fitted(in: Self.mostPixels), style,
      provenance: ["Signal \(map.signal.name) of \(map.system)."] + provenance(of: map))
  }

  private func provenance(of map: MapExport) -> [String] {
    let isOfRouter = !analysis.answers.contains { $0.expert == map.system }
    return ExportProvenance.lines(
      dataset: dataset.name, post: post.id,
      models: isOfRouter ? analysis.router.map { [$0] } ?? [] : [map.system], folder: modelsFolder,
      precision: precision)
  }

  private func json(of map: MapExport) -> String {
    let (low, high) = map.bounds
    return JSONText.object([
      ("dataset", .string(dataset.name)), ("post", .string(post.id)),
      ("system", .string(map.system)), ("signal", .string(map.signal.name)),
      ("caption", .string(map.signal.caption)),
      ("kind", .string(Self.kindName(map.signal.kind))),
      ("tokens", .strings(post.tokens.map(\.text))),
      ("low", .float(low)), ("high", .float(high)),
      (
        "slices",
        .list(
          map.slices.map { title, heat in
            .object(
              [("title", .string(title))] + Self.shape(heat) + [("values", .floats(heat.values))])
          })
      ),
      ("provenance", .strings(provenance(of: map))),
    ]).text()
  }

  private static func shape(_ heat: Heat) -> [(String, JSONText)] {
    switch heat.shape {
    case .grid(let rows, let columns, let area):
      [("rows", .int(rows)), ("columns", .int(columns)), ("region", region(area))]
    case .regions(let regions): [("regions", .list(regions.map(region)))]
    }
  }

  /// Every number with its place, as its shortest text.
  private static func table(of map: MapExport) -> String {
    HTMLPage.table(
      ["map", "place", "value"],
      map.slices.flatMap { title, heat in
        heat.values.indices.map { [title, heat.place($0), "\(heat.values[$0])"] }
      })
  }
}

extension Heat {
  /// `row 2, column 5` or `region 3`, counted from 1.
  fileprivate func place(_ index: Int) -> String {
    if case .grid(_, let columns, _) = shape, columns > 0 {
      return "row \(index / columns + 1), column \(index % columns + 1)"
    }
    return "region \(index + 1)"
  }
}
