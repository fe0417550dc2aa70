import Files
import Foundation
import Pictures

extension Figure {
  /// The figure as an SVG document: words stay words, and every number stands in it as
  /// `data-value`, as its shortest text.
  ///
  /// - Throws: `FigureError.pictureNotEncodable`.
  package func svg(
    _ size: PixelSize? = nil, _ ground: FigureGround = .light, textSize: Float = Figure.textSize
  ) throws(FigureError) -> String {
    try drawing(size, ground, textSize: textSize).svg(title: title)
  }
}

extension Drawing {
  /// The drawing as an SVG document that names nothing outside of itself.
  ///
  /// - Throws: `FigureError.pictureNotEncodable`.
  package func svg(title: String) throws(FigureError) -> String {
    var svg = """
      <svg xmlns="http://www.w3.org/2000/svg" role="img" width="\(size.width)" \
      height="\(size.height)" viewBox="0 0 \(size.width) \(size.height)" \
      font-family="'\(Self.font)',Verdana,Arial,sans-serif">
      <title>\(Markup.escaped(title))</title>
      <rect width="100%" height="100%" fill="\(ground.color.hex)"/>

      """
    for item in items {
      switch item.shape {
      case .path(let points, let fill, let stroke, let width, let dashed, let opacity):
        svg += item.path(points, fill, stroke, width, dashed, opacity)
      case .text(let words): svg += item.text(words)
      case .picture(let picture, let area): svg += try item.picture(picture, area)
      }
    }
    return svg + "</svg>\n"
  }
}

extension Drawing.Item {
  /// What a program finds.
  private var data: String {
    let number = value.map { " data-value=\"\(Markup.escaped($0.text))\"" } ?? ""
    return name.isEmpty ? number : number + " data-name=\"\(Markup.escaped(name))\""
  }

  /// What a reader sees who points there.
  private var tip: String {
    guard let value else { return "" }
    let words = name.isEmpty ? value.text : "\(name): \(value.text)"
    return "<title>\(Markup.escaped(words))</title>"
  }

  fileprivate func path(
    _ points: [Point], _ fill: RGB?, _ stroke: RGB?, _ width: Float, _ dashed: Bool,
    _ opacity: Float
  ) -> String {
    let way = points.enumerated()
      .map { "\($0 == 0 ? "M" : "L")\($1.x.short) \($1.y.short)" }.joined()
    var look = " fill=\"\(fill?.hex ?? "none")\""
    if fill != nil, opacity < 1 { look += " fill-opacity=\"\(opacity.short)\"" }
    if let stroke {
      look += " stroke=\"\(stroke.hex)\" stroke-width=\"\(width.short)\" stroke-linejoin=\"round\""
      if dashed { look += " stroke-dasharray=\"\((width * 4).short) \((width * 3).short)\"" }
    }
    return "<path d=\"\(way)\(fill == nil ? "" : "Z")\"\(look)\(data)>\(tip)</path>\n"
  }

  fileprivate func text(_ words: Drawing.Words) -> String {
    var look = ""
    if words.anchor != .start { look += " text-anchor=\"\(words.anchor.rawValue)\"" }
    if words.isMono { look += " font-family=\"'DejaVu Sans Mono',Menlo,monospace\"" }
    if words.isBold { look += " font-weight=\"bold\"" }
    if words.isTurned {
      look += " transform=\"rotate(90 \(words.at.x.short) \(words.at.y.short))\""
    }
    return """
      <text x="\(words.at.x.short)" y="\(words.at.y.short)" font-size="\(words.size.short)" \
      fill="\(words.color.hex)"\(look)\(data)>\(Markup.escaped(words.text))</text>

      """
  }

  fileprivate func picture(
    _ picture: Picture, _ area: Area
  ) throws(FigureError) -> String {
    let file: [UInt8]
    do throws(PictureError) { file = try picture.png() } catch {
      throw .pictureNotEncodable(reason: "\(error)")
    }
    return """
      <image x="\(area.x.short)" y="\(area.y.short)" width="\(area.width.short)" \
      height="\(area.height.short)" preserveAspectRatio="none" \
      href="data:image/png;base64,\(Data(file).base64EncodedString())"/>

      """
  }
}

extension RGB {
  /// As CSS writes it.
  fileprivate var hex: String {
    "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension Float {
  /// At most two decimals, and none that are not needed.
  fileprivate var short: String {
    guard isFinite, abs(self) < 1e9 else { return "0" }
    let hundredths = Int((self * 100).rounded())
    let (whole, rest) = (abs(hundredths) / 100, abs(hundredths) % 100)
    let sign = hundredths < 0 ? "-" : ""
    guard rest > 0 else { return "\(sign)\(whole)" }
    return "\(sign)\(whole).\(rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)")"
  }
}
