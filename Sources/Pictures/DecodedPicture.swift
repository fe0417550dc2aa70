import Files
import Tensors

/// A picture as it came out of a file: upright, perhaps already scaled down by the decoder.
package struct DecodedPicture: Sendable, Hashable {
  /// The upright pixels.
  package let picture: Picture
  /// The size of the upright picture in the file, before any scaling.
  package let originalSize: PixelSize
  /// What the content is, whatever the file's name says.
  package let format: PictureFormat
}

/// The file formats that are decoded.
package enum PictureFormat: String, Sendable, Hashable {
  case png = "PNG"
  case jpeg = "JPEG"
}

/// Who looks at a picture, and so how much of it is decoded.
package enum DecodingPurpose: Sendable, Hashable {
  /// A person, on a screen: a JPEG may be scaled while it is decoded to what fills a box;
  /// transparency is laid on white.
  case screen(PixelSize?)
  /// A small encoder of this program, which was taught on pictures decoded in the same way: a JPEG
  /// may be scaled as long as the short side keeps twice the pixels given; transparency is laid on
  /// white.
  case shortSide(Int)
  /// A published encoder: every pixel of the file, as Pillow's `convert("RGB")` gives it.
  /// Transparency is dropped. Scaling while decoding differs from that by up to half the range of
  /// a channel, so it is not done.
  case reference

  /// What both need.
  package func joined(with other: DecodingPurpose) -> DecodingPurpose {
    switch (self, other) {
    case (.reference, _), (_, .reference): .reference
    case (.shortSide(let a), .shortSide(let b)): .shortSide(max(a, b))
    case (.screen, let encoder), (let encoder, .screen): encoder
    }
  }
}

/// What a decoder may spend on one picture.
package struct DecodingLimits: Sendable, Hashable {
  /// Largest file, in bytes.
  package var bytes = 256 << 20
  /// Largest picture, in pixels (width × height).
  package var pixels = 100_000_000

  /// The limits used unless others are given: 256 MiB and 100 megapixels.
  package init() {}
}

extension Picture {
  /// Decodes a PNG or JPEG file held in memory. The format is told by content.
  ///
  /// With `fitting`, a JPEG is scaled while it is decoded (in eighths, which saves most of the
  /// time): the result is at least as large as the picture fitted into that box, and at most full
  /// size. PNG is always decoded at full size. EXIF orientation is applied; transparency is laid on
  /// white.
  ///
  /// Throws `PictureError` for anything that is not a whole picture within the limits.
  package static func decode(
    _ bytes: [UInt8], fitting box: PixelSize? = nil, limits: DecodingLimits = DecodingLimits()
  ) throws(PictureError) -> DecodedPicture {
    try decode(bytes, for: .screen(box), limits: limits)
  }

  /// Decodes a PNG or JPEG file held in memory with the pixels that its reader needs.
  ///
  /// Throws `PictureError`.
  package static func decode(
    _ bytes: [UInt8], for purpose: DecodingPurpose, limits: DecodingLimits = DecodingLimits()
  ) throws(PictureError) -> DecodedPicture {
    guard !bytes.isEmpty else { throw .empty }
    guard bytes.count <= limits.bytes else {
      throw .tooManyBytes(bytes.count, limit: limits.bytes)
    }
    switch PictureFormat(sniffing: bytes) {
    case .png?: return try PNGReader.decode(bytes, for: purpose, limits: limits)
    case .jpeg?: return try JPEGReader.decode(bytes, for: purpose, limits: limits)
    case nil:
      if let mistake = MistakenFile(beginning: bytes) { throw .mistaken(mistake) }
      throw .unknownFormat(looksLike: PictureFormat.knownName(of: bytes))
    }
  }

  /// Decodes from raw memory; see the form for arrays.
  package static func decode(
    _ bytes: UnsafeRawBufferPointer, fitting box: PixelSize? = nil,
    limits: DecodingLimits = DecodingLimits()
  ) throws(PictureError) -> DecodedPicture {
    guard bytes.count <= limits.bytes else {
      throw .tooManyBytes(bytes.count, limit: limits.bytes)
    }
    return try decode([UInt8](bytes), fitting: box, limits: limits)
  }
}

extension PictureFormat {
  /// The format by the first bytes, nil when it is neither PNG nor JPEG.
  package init?(sniffing bytes: [UInt8]) {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else {
      return nil
    }
  }

  /// A name for content that is not decoded but well known, for the message.
  static func knownName(of bytes: [UInt8]) -> String? {
    func at(_ offset: Int, _ text: String) -> Bool {
      bytes.dropFirst(offset).starts(with: Array(text.utf8))
    }
    if at(0, "GIF8") { return "a GIF" }
    if at(0, "RIFF"), at(8, "WEBP") { return "a WebP" }
    if at(0, "BM") { return "a BMP" }
    if at(0, "II*\0") || at(0, "MM\0*") { return "a TIFF" }
    if at(4, "ftyphei") || at(4, "ftypmif") { return "a HEIC" }
    if at(4, "ftypavif") { return "an AVIF" }
    if at(0, "<svg") { return "an SVG" }
    return nil
  }
}
