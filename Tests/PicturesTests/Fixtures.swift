import CJPEG
import Foundation
import Pictures
import Tensors

/// Real pictures beside the checkout (`../shared/data`), nil where they are absent.
let sharedData: URL? = {
  var folder = URL(fileURLWithPath: #filePath)
  while folder.path != "/" {
    folder.deleteLastPathComponent()
    if FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path) {
      let data = folder.deletingLastPathComponent().appendingPathComponent("shared/data")
      return FileManager.default.fileExists(atPath: data.path) ? data : nil
    }
  }
  return nil
}()

/// A smooth picture with some structure, different everywhere.
func sampleScene(width: Int, height: Int) -> Picture {
  var canvas = Canvas(width: width, height: height)
  canvas.fillGradient(from: RGB(200, 60, 20), to: RGB(20, 90, 210))
  let unit = Float(min(width, height))
  canvas.fillCircle(
    center: Point(unit * 0.3, unit * 0.4), radius: unit * 0.2, RGB(250, 240, 90))
  canvas.fillRectangle(
    x: unit * 0.5, y: unit * 0.6, width: unit * 0.3, height: unit * 0.25, RGB(10, 120, 40))
  return canvas.picture
}

/// What `jpeg` may vary.
enum JPEGKind: CaseIterable {
  case baseline, progressive, gray, cmyk
}

/// Encodes with libturbojpeg; for tests only, so that no binary files are needed.
func jpeg(_ picture: Picture, _ kind: JPEGKind = .baseline, quality: Int32 = 95) -> [UInt8] {
  guard let handle = tjInitCompress() else { return [] }
  defer { tjDestroy(handle) }
  var (output, size): (UnsafeMutablePointer<UInt8>?, UInt) = (nil, 0)
  var pixels = picture.pixels
  var format = Int32(TJPF_RGB.rawValue)
  if kind == .cmyk {
    // Inverted inks without black: each stored value is the channel itself.
    format = Int32(TJPF_CMYK.rawValue)
    pixels = []
    for i in 0..<(picture.width * picture.height) {
      pixels += picture.pixels[(3 * i)..<(3 * i + 3)]
      pixels.append(255)
    }
  }
  let flags = TJFLAG_ACCURATEDCT | (kind == .progressive ? TJFLAG_PROGRESSIVE : 0)
  let sampling = kind == .gray ? TJSAMP_GRAY : TJSAMP_444
  tjCompress2(
    handle, pixels, Int32(picture.width), 0, Int32(picture.height), format, &output, &size,
    Int32(sampling.rawValue), quality, flags)
  defer { tjFree(output) }
  return output.map { Array(UnsafeBufferPointer(start: $0, count: Int(size))) } ?? []
}

/// The JPEG with an EXIF block right behind its start marker.
func withExif(_ tiff: [UInt8], in jpeg: [UInt8]) -> [UInt8] {
  let body = Array("Exif\0\0".utf8) + tiff
  let length = body.count + 2
  return jpeg.prefix(2) + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + body
    + jpeg.dropFirst(2)
}

/// A TIFF block with nothing but an orientation.
func tiff(orientation: Int, bigEndian: Bool = false) -> [UInt8] {
  bigEndian
    ? [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation), 0, 0]
    : [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, UInt8(orientation), 0, 0, 0]
}

/// Mean absolute difference of two pictures of one size, in 8-bit steps.
func meanDifference(_ a: Picture, _ b: Picture) -> Double {
  let sum = zip(a.pixels, b.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
  return Double(sum) / Double(a.pixels.count)
}
