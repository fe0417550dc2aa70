import Figures
import Foundation
import Pictures
import Screen
import Tensors
import Terminal
import Workbench

/// A screen written as a file.
package struct ScreenExport: Sendable {
  private let copy: ScreenCopy
  private let pictures: PictureService
  private let provenance: [String]

  /// Pixels of a picture for each cell of an exported screen.
  private static let cell = (width: 16, height: 34)
  /// Pixels of a PNG for each of the SVG.
  private static let scale = 2.0

  /// A screen to be written.
  /// - Parameter folder: where the models' folders are; nil where there are none.
  package init(
    _ copy: ScreenCopy, _ pictures: PictureService, models folder: String?,
    precision: Precision = .float32
  ) {
    self.copy = copy
    self.pictures = pictures
    provenance = ExportProvenance.lines(
      dataset: copy.dataset, post: copy.post, models: copy.models, folder: folder,
      precision: precision)
  }

  /// The file's content.
  /// - Throws: `ExportFileError.noScreen`, `FigureError`, `PictureError`.
  package func bytes(_ format: ExportFormat) throws -> [UInt8] {
    switch format {
    case .svg: return Array(svg.utf8)
    case .html:
      let title = "twinlens: \(copy.dataset)" + (copy.post.map { ", \($0)" } ?? "")
      let body = "<figure>\n\(svg)</figure>\n" + provenance.map(HTMLPage.paragraph).joined()
      return Array(HTMLPage.document(title: title, body: body).utf8)
    case .ansi: return Array(lines.utf8)
    case .png: return try drawing().picture(scale: Self.scale).png()
    case .json: throw ExportFileError.noScreen(format)
    }
  }

  private var svg: String {
    copy.frame.svg(copy.theme, description: provenance.joined(separator: " ")) { placement in
      png(placement).map { "data:image/png;base64," + String(decoding: $0, as: UTF8.self) }
    }
  }

  /// A picture of the frame as PNG in base64, whatever the terminal shows it as.
  private func png(_ placement: PicturePlacement) -> [UInt8]? {
    var style = PictureService.Style(rung: .kitty)
    (style.cellWidth, style.cellHeight) = Self.cell
    style.darkBackground = copy.theme.isDark
    guard case .pixels(let encoded, _, _)? = rendered(placement, style) else { return nil }
    return encoded.payload
  }

  private func rendered(
    _ placement: PicturePlacement, _ style: PictureService.Style
  ) -> RenderedPicture? {
    if let request = copy.pictures[placement.identity] { return pictures.picture(request, style) }
    let figure = copy.figures[placement.identity]
    return figure.map { $0.figure.rendered(in: $0.box, style) }
  }

  /// Lines that any terminal with true colours shows, pictures as half blocks.
  private var lines: String {
    var frame = copy.frame
    var style = PictureService.Style(rung: .blocks)
    style.darkBackground = copy.theme.isDark
    for placement in frame.pictures {
      guard case .cells(let cells, let columns, let rows)? = rendered(placement, style),
        columns <= placement.box.columns, rows <= placement.box.rows
      else { continue }
      frame.draw(cells, columns: columns, at: placement.box.origin)
    }
    return frame.ansiLines
  }

  private func drawing() throws -> Drawing {
    let frame = copy.frame
    let (width, height) = (Float(FramePaint.cellWidth), Float(FramePaint.cellHeight))
    let paint = FramePaint(isDark: copy.theme.isDark)
    var drawing = Drawing(
      size: PixelSize(
        width: Int((Float(frame.size.columns) * width).rounded(.up)),
        height: Int(Float(frame.size.rows) * height)), ground: copy.theme.isDark ? .dark : .light)
    func area(_ box: Box) -> Area {
      Area(
        x: Float(box.column) * width, y: Float(box.row) * height, width: Float(box.columns) * width,
        height: Float(box.rows) * height)
    }
    for row in 0..<frame.size.rows {
      for run in frame.runs(row: row) {
        let back = paint.inks(of: run.style).back
        guard back != paint.ground, let color = back.color else { continue }
        drawing.rectangle(
          area(Box(column: run.column, row: row, columns: run.columns, rows: 1)), color)
      }
    }
    for placement in frame.pictures {
      guard let file = png(placement), let data = Data(base64Encoded: Data(file)) else { continue }
      drawing.picture(try Picture.decode(Array(data)).picture, area(placement.box))
    }
    for row in 0..<frame.size.rows {
      for column in 0..<frame.size.columns {
        guard let cell = frame[Position(column: column, row: row)] else { continue }
        draw(
          cell, area(Box(column: column, row: row, columns: 1, rows: 1)), paint, &drawing)
      }
    }
    return drawing
  }

  private func draw(
    _ cell: Cell, _ area: Area, _ paint: FramePaint, _ drawing: inout Drawing
  ) {
    guard !cell.text.isEmpty, cell.text != " ",
      var color = paint.inks(of: cell.style).text.color
    else { return }
    let attributes = cell.style.attributes
    if attributes.contains(.dim), let ground = paint.inks(of: cell.style).back.color {
      color = color.mixed(with: ground, 0.4)
    }
    // A font's own block leaves a hair between two cells.
    guard cell.text != PictureCells.halfBlock else {
      return drawing.rectangle(
        Area(x: area.x, y: area.y, width: area.width, height: area.height / 2), color)
    }
    let line = area.y + area.height * 0.76
    drawing.text(
      cell.text, Point(area.x, line), Float(FramePaint.textSize), color,
      isBold: attributes.contains(.bold), isMono: true)
    if attributes.contains(.underline) {
      drawing.rectangle(Area(x: area.x, y: line + 2, width: area.width, height: 1), color)
    }
  }
}

extension Ink {
  /// As a colour of pixels; nil for the terminal's own.
  fileprivate var color: RGB? {
    if case .rgb(let red, let green, let blue) = self { RGB(red, green, blue) } else { nil }
  }
}
