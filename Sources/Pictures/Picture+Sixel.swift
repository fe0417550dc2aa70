import CSixel

/// How a picture becomes sixels.
package struct SixelStyle: Sendable, Hashable {
  /// Size of the palette: 256 locally, 64 over a slow line, 16 for the slowest.
  package var colors: Int
  /// Whether colours are mixed by error diffusion: smoother to look at, far more bytes.
  package var dithers: Bool

  /// A style; values outside 2 … 256 colours are brought inside.
  package init(colors: Int = 256, dithers: Bool = false) {
    self.colors = min(256, max(2, colors))
    self.dithers = dithers
  }
}

extension Picture {
  /// Sides up to this are encoded; no terminal shows more, and libsixel is kept to what was tried.
  static let sixelSideLimit = 4096

  /// A whole sixel sequence (`ESC P 0;1;0 q " 1;1;W;H … ESC \`), written by libsixel's encoder from
  /// our own pixels and palette.
  ///
  /// Rules that keep terminals from scrolling or leaving holes: the height is cut down to a
  /// multiple of 6 (lower pictures are filled up to 6 with their last row), no `-` ends the last
  /// band, unset pixels stay as they are. The same pixels and style give the same bytes. Throws
  /// `PictureError.notEncodable`.
  package func sixel(_ style: SixelStyle = SixelStyle()) throws(PictureError) -> [UInt8] {
    guard width <= Picture.sixelSideLimit, height <= Picture.sixelSideLimit else {
      throw .notEncodable(format: "sixel", reason: "\(width)x\(height) pixels")
    }
    let rows = max(6, height / 6 * 6)
    var bytes = pixels.prefix(3 * width * rows)
    for _ in 0..<max(0, rows - height) { bytes += pixels.suffix(3 * width) }
    let sink = SixelSink()
    let status = withExtendedLifetime(sink) {
      encodeSixel(bytes, rows: rows, style, into: Unmanaged.passUnretained(sink).toOpaque())
    }
    guard !status.isSixelFailure else {
      throw .notEncodable(
        format: "sixel", reason: String(cString: sixel_helper_format_error(status)))
    }
    return Picture.sixelSequence(body: sink.bytes, width: width, height: rows)
  }

  /// Runs libsixel without its envelope; returns its status. The palette is ours; libsixel picks
  /// the entries only when it dithers.
  private func encodeSixel(
    _ bytes: ArraySlice<UInt8>, rows: Int, _ style: SixelStyle, into sink: UnsafeMutableRawPointer
  ) -> SIXELSTATUS {
    let few = ColorQuantizer(bytes, colors: style.colors)
    var output: OpaquePointer?
    var status = sixel_output_new(&output, appendToSink, sink, nil)
    guard !status.isSixelFailure, let output else { return status }
    defer { sixel_output_unref(output) }
    sixel_output_set_skip_dcs_envelope(output, 1)

    // libsixel wants at least two entries; a second one that no pixel uses is harmless.
    var palette = few.palette.flatMap { [$0.red, $0.green, $0.blue] }
    if palette.count < 6 { palette += palette }
    var dither: OpaquePointer?
    status = sixel_dither_new(&dither, Int32(palette.count / 3), nil)
    guard !status.isSixelFailure, let dither else { return status }
    defer { sixel_dither_unref(dither) }
    sixel_dither_set_palette(dither, &palette)
    // The encoder takes mutable memory; it gets a copy.
    var input = style.dithers ? Array(bytes) : few.indices
    sixel_dither_set_pixelformat(
      dither, style.dithers ? SIXEL_PIXELFORMAT_RGB888 : SIXEL_PIXELFORMAT_PAL8)
    sixel_dither_set_diffusion_type(
      dither, style.dithers ? SIXEL_DIFFUSE_FS : SIXEL_DIFFUSE_NONE)
    return sixel_encode(&input, Int32(width), Int32(rows), 0, dither, output)
  }

  /// Our own envelope around what libsixel wrote, whatever it put around it.
  static func sixelSequence(body: [UInt8], width: Int, height: Int) -> [UInt8] {
    // libsixel starts with `q` and raster attributes, which are written anew; data begins at the
    // palette.
    let start = body.firstIndex(of: UInt8(ascii: "#")) ?? body.startIndex
    var end = body.endIndex
    // Band ends, carriage returns and a terminator at the end are not ours to send. A backslash
    // alone is data.
    while end > start {
      if end - start >= 2, body[end - 2] == 0x1B, body[end - 1] == 0x5C {
        end -= 2
      } else if body[end - 1] == UInt8(ascii: "-") || body[end - 1] == UInt8(ascii: "$") {
        end -= 1
      } else {
        break
      }
    }
    var sequence = Array("\u{1B}P0;1;0q\"1;1;\(width);\(height)".utf8)
    sequence.reserveCapacity(sequence.count + end - start + 2)
    sequence += body[start..<end]
    sequence += [0x1B, 0x5C]
    return sequence
  }
}

/// Collects what libsixel writes; a class because the C callback can only carry a pointer.
private final class SixelSink {
  var bytes: [UInt8] = []
}

private func appendToSink(
  data: UnsafeMutablePointer<CChar>?, size: Int32, sink: UnsafeMutableRawPointer?
) -> Int32 {
  guard let data, let sink, size > 0 else { return 0 }
  let target = Unmanaged<SixelSink>.fromOpaque(sink).takeUnretainedValue()
  target.bytes.append(
    contentsOf: UnsafeRawBufferPointer(start: data, count: Int(size)))
  return size
}

extension SIXELSTATUS {
  /// libsixel's SIXEL_FAILED: bit 12 is set in every failure.
  fileprivate var isSixelFailure: Bool { self & 0x1000 != 0 }
}
