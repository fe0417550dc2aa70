import CCairo
import Pictures

extension Figure {
  /// The figure in pixels.
  /// - Parameters:
  ///   - size: what it is laid out for; nil for its own.
  ///   - scale: pixels of the picture for each of the layout; 3 for print, where the layout is in
  ///     96 to the inch.
  /// - Throws: `FigureError`.
  package func picture(
    _ size: PixelSize? = nil, _ ground: FigureGround = .light, textSize: Float = Figure.textSize,
    scale: Double = 1
  ) throws(FigureError) -> Picture {
    try drawing(size, ground, textSize: textSize).picture(scale: scale)
  }
}

extension Drawing {
  /// Most pixels of a picture.
  package static let mostPixels = 64 << 20

  /// The family that words are drawn with; another stands in where it is not installed.
  static let font = "DejaVu Sans"

  /// The drawing in pixels, by cairo.
  /// - Parameters:
  ///   - scale: pixels of the picture for each of the drawing.
  ///   - withWords: whether words are drawn; without them no font is needed.
  /// - Throws: `FigureError`.
  package func picture(scale: Double = 1, withWords: Bool = true) throws(FigureError) -> Picture {
    let scale = scale.isFinite && scale > 0 ? scale : 1
    let (across, down) = (Double(size.width) * scale, Double(size.height) * scale)
    guard across * down <= Double(Self.mostPixels), max(across, down) < 32_000 else {
      throw .tooManyPixels(
        width: Int(min(across, 1e9)), height: Int(min(down, 1e9)), limit: Self.mostPixels)
    }
    let (width, height) = (max(1, Int(across.rounded())), max(1, Int(down.rounded())))
    let surface = try Surface(width: width, height: height)
    let pen = surface.pen
    cairo_set_source(pen, ground.color)
    cairo_paint(pen)
    cairo_scale(pen, scale, scale)
    for item in items {
      switch item.shape {
      case .path(let points, let fill, let stroke, let width, let dashed, let opacity):
        draw(points, fill, stroke, width, dashed, opacity, pen)
      case .text(let words) where withWords: try draw(words, pen)
      case .text: continue
      case .picture(let picture, let area): try draw(picture, area, pen)
      }
    }
    return try surface.picture()
  }

  private func draw(
    _ points: [Point], _ fill: RGB?, _ stroke: RGB?, _ width: Float, _ dashed: Bool,
    _ opacity: Float, _ pen: OpaquePointer
  ) {
    // What only names a place is for files.
    guard opacity > 0, let first = points.first else { return }
    cairo_new_path(pen)
    cairo_move_to(pen, Double(first.x), Double(first.y))
    for point in points.dropFirst() { cairo_line_to(pen, Double(point.x), Double(point.y)) }
    if let fill {
      cairo_close_path(pen)
      cairo_set_source(pen, fill, opacity)
      cairo_fill_preserve(pen)
    }
    if let stroke {
      let dashes = dashed ? [Double(width) * 4, Double(width) * 3] : []
      cairo_set_dash(pen, dashes, Int32(dashes.count), 0)
      cairo_set_line_width(pen, Double(width))
      cairo_set_line_join(pen, CAIRO_LINE_JOIN_ROUND)
      cairo_set_source(pen, stroke, opacity)
      cairo_stroke(pen)
    }
    cairo_new_path(pen)
  }

  private func draw(_ words: Words, _ pen: OpaquePointer) throws(FigureError) {
    cairo_select_font_face(
      pen, words.isMono ? Self.font + " Mono" : Self.font, CAIRO_FONT_SLANT_NORMAL,
      words.isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
    cairo_set_font_size(pen, Double(words.size))
    // Without any font cairo draws strokes of its own, which have no letters but those of ASCII.
    guard cairo_scaled_font_get_type(cairo_get_scaled_font(pen)) != CAIRO_FONT_TYPE_USER else {
      throw .noFont
    }
    let text = words.text.drawable
    var extents = cairo_text_extents_t()
    cairo_text_extents(pen, text, &extents)
    let back =
      switch words.anchor {
      case .start: 0.0
      case .middle: extents.x_advance / 2
      case .end: extents.x_advance
      }
    cairo_save(pen)
    cairo_set_source(pen, words.color)
    cairo_translate(pen, Double(words.at.x), Double(words.at.y))
    if words.isTurned { cairo_rotate(pen, .pi / 2) }
    cairo_move_to(pen, -back, 0)
    cairo_show_text(pen, text)
    cairo_restore(pen)
    cairo_new_path(pen)
  }

  private func draw(
    _ picture: Picture, _ area: Area, _ pen: OpaquePointer
  ) throws(FigureError) {
    let source = try Surface(picture)
    cairo_save(pen)
    cairo_rectangle(
      pen, Double(area.x), Double(area.y), Double(area.width), Double(area.height))
    cairo_clip(pen)
    cairo_translate(pen, Double(area.x), Double(area.y))
    cairo_scale(
      pen, Double(area.width) / Double(picture.width), Double(area.height) / Double(picture.height))
    cairo_set_source_surface(pen, source.surface, 0, 0)
    let pattern = cairo_get_source(pen)
    cairo_pattern_set_filter(pattern, CAIRO_FILTER_GOOD)
    // The edge would be mixed with what lies beyond it, which is nothing.
    cairo_pattern_set_extend(pattern, CAIRO_EXTEND_PAD)
    cairo_paint(pen)
    cairo_restore(pen)
  }
}

private func cairo_set_source(_ pen: OpaquePointer, _ color: RGB, _ opacity: Float = 1) {
  cairo_set_source_rgba(
    pen, Double(color.red) / 255, Double(color.green) / 255, Double(color.blue) / 255,
    Double(opacity))
}

extension String {
  /// Without what is no sign on paper; C strings end at a zero.
  fileprivate var drawable: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map {
          $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "\u{FFFD}" : $0
        }))
  }
}

/// Pixels of cairo, freed with the last reference.
private final class Surface {
  let surface: OpaquePointer
  let pen: OpaquePointer
  private let (width, height): (Int, Int)

  /// A black one.
  init(width: Int, height: Int) throws(FigureError) {
    guard
      let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height)),
      let pen = cairo_create(surface)
    else { throw .notDrawable(reason: "no memory") }
    (self.surface, self.pen, self.width, self.height) = (surface, pen, width, height)
    try check()
  }

  /// The pixels of a picture.
  convenience init(_ picture: Picture) throws(FigureError) {
    try self.init(width: picture.width, height: picture.height)
    cairo_surface_flush(surface)
    guard let data = cairo_image_surface_get_data(surface) else {
      throw .notDrawable(reason: "no memory")
    }
    let stride = Int(cairo_image_surface_get_stride(surface))
    for y in 0..<picture.height {
      let row = UnsafeMutableRawPointer(data + y * stride)
      for x in 0..<picture.width {
        let color = picture[x, y]
        row.storeBytes(
          of: UInt32(color.red) << 16 | UInt32(color.green) << 8 | UInt32(color.blue),
          toByteOffset: 4 * x, as: UInt32.self)
      }
    }
    cairo_surface_mark_dirty(surface)
  }

  deinit {
    cairo_destroy(pen)
    cairo_surface_destroy(surface)
  }

  private func check() throws(FigureError) {
    let status = cairo_status(pen)
    guard status == CAIRO_STATUS_SUCCESS else {
      throw .notDrawable(reason: String(cString: cairo_status_to_string(status)))
    }
  }

  /// What was drawn.
  func picture() throws(FigureError) -> Picture {
    try check()
    cairo_surface_flush(surface)
    guard let data = cairo_image_surface_get_data(surface) else {
      throw .notDrawable(reason: "no memory")
    }
    let stride = Int(cairo_image_surface_get_stride(surface))
    var pixels = [UInt8](repeating: 0, count: 3 * width * height)
    for y in 0..<height {
      let row = UnsafeRawPointer(data + y * stride)
      for x in 0..<width {
        let bits = row.load(fromByteOffset: 4 * x, as: UInt32.self)
        let i = 3 * (y * width + x)
        pixels[i] = UInt8(truncatingIfNeeded: bits >> 16)
        pixels[i + 1] = UInt8(truncatingIfNeeded: bits >> 8)
        pixels[i + 2] = UInt8(truncatingIfNeeded: bits)
      }
    }
    return Picture(width: width, height: height, pixels: pixels)
  }
}
