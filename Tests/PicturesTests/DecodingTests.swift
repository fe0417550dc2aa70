import Foundation
import Testing

@testable import Pictures

@Suite struct DecodingTests {
  @Test(arguments: JPEGKind.allCases) func jpegComesBackClose(kind: JPEGKind) throws {
    let scene = sampleScene(width: 50, height: 34)
    let decoded = try Picture.decode(jpeg(scene, kind))
    #expect(decoded.format == .jpeg)
    #expect(decoded.originalSize == PixelSize(width: 50, height: 34))
    let expected = kind == .gray ? gray(scene) : scene
    #expect(meanDifference(decoded.picture, expected) < 3)
  }

  private func gray(_ picture: Picture) -> Picture {
    var result = picture
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        let p = picture[x, y]
        let level = 0.299 * Double(p.red) + 0.587 * Double(p.green) + 0.114 * Double(p.blue)
        result[x, y] = RGB(UInt8(level), UInt8(level), UInt8(level))
      }
    }
    return result
  }

  @Test func fittingScalesWhileDecoding() throws {
    let bytes = jpeg(sampleScene(width: 1200, height: 675))
    let decoded = try Picture.decode(bytes, fitting: PixelSize(width: 400, height: 300))
    // Fitted size is 400x225; 3/8 of 1200 is the first scale that reaches it.
    #expect(decoded.picture.size == PixelSize(width: 450, height: 254))
    #expect(decoded.originalSize == PixelSize(width: 1200, height: 675))
    let full = try Picture.decode(bytes, fitting: PixelSize(width: 5000, height: 5000))
    #expect(full.picture.size == full.originalSize)
    let tiny = try Picture.decode(bytes, fitting: PixelSize(width: 1, height: 1))
    #expect(tiny.picture.width == 150)
  }

  @Test func fittingCountsUprightSides() throws {
    let stored = withExif(tiff(orientation: 6), in: jpeg(sampleScene(width: 800, height: 400)))
    let decoded = try Picture.decode(stored, fitting: PixelSize(width: 100, height: 200))
    #expect(decoded.originalSize == PixelSize(width: 400, height: 800))
    #expect(decoded.picture.size == PixelSize(width: 100, height: 200))
  }

  @Test(arguments: JPEGKind.allCases) func truncatedJPEGSaysSo(kind: JPEGKind) {
    let bytes = jpeg(sampleScene(width: 64, height: 48), kind)
    for share in [0.2, 0.5, 0.7] {
      let part = Array(bytes.prefix(Int(Double(bytes.count) * share)))
      #expect(throws: PictureError.truncated(format: "JPEG"), "\(share)") {
        try Picture.decode(part)
      }
    }
  }

  @Test func missingEndMarkerAloneIsTolerated() throws {
    let scene = sampleScene(width: 64, height: 48)
    let whole = jpeg(scene)
    #expect(try Picture.decode(Array(whole.dropLast(2))) == Picture.decode(whole))
    #expect(try Picture.decode(whole + [0, 1, 2, 3]) == Picture.decode(whole))
  }

  @Test func emptyAndUnknownAreNamed() {
    #expect(throws: PictureError.empty) { try Picture.decode([]) }
    #expect(throws: PictureError.unknownFormat(looksLike: nil)) { try Picture.decode([1, 2, 3]) }
    #expect(throws: PictureError.unknownFormat(looksLike: "a GIF")) {
      try Picture.decode(Array("GIF89a".utf8))
    }
  }

  @Test func limitsHold() throws {
    let bytes = jpeg(sampleScene(width: 60, height: 40))
    var limits = DecodingLimits()
    limits.pixels = 60 * 40
    #expect(try Picture.decode(bytes, limits: limits).picture.width == 60)
    limits.pixels -= 1
    #expect(throws: PictureError.tooManyPixels(width: 60, height: 40, limit: 2399)) {
      try Picture.decode(bytes, limits: limits)
    }
    #expect(throws: PictureError.tooManyPixels(width: 60, height: 40, limit: 2399)) {
      try Picture.decode(sampleScene(width: 60, height: 40).png(), limits: limits)
    }
    limits.bytes = bytes.count - 1
    #expect(throws: PictureError.tooManyBytes(bytes.count, limit: bytes.count - 1)) {
      try Picture.decode(bytes, limits: limits)
    }
  }

  /// A header that claims 65,535 × 65,535 pixels must be refused before memory is asked for.
  @Test func bombsAreRefusedByTheirHeaders() throws {
    var bytes = jpeg(sampleScene(width: 16, height: 16))
    let frame = try #require(
      (0..<(bytes.count - 1)).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    for i in 5..<9 { bytes[frame + i] = 0xFF }
    #expect(throws: PictureError.tooManyPixels(width: 65535, height: 65535, limit: 100_000_000)) {
      try Picture.decode(bytes)
    }
    for i in 5..<9 { bytes[frame + i] = 0 }
    #expect(throws: PictureError.zeroSize(width: 0, height: 0)) { try Picture.decode(bytes) }

    var png = try sampleScene(width: 16, height: 16).png()
    for i in 16..<24 { png[i] = 0x7F }
    #expect(
      throws: PictureError.tooManyPixels(
        width: 0x7F7F_7F7F, height: 0x7F7F_7F7F, limit: 100_000_000)
    ) { try Picture.decode(png) }
    // 9,984 x 9,984 is within the limit, but such a short file cannot hold it.
    for i in [16, 17, 20, 21] { png[i] = 0 }
    for (i, byte) in [(18, UInt8(39)), (19, 0), (22, 39), (23, 0)] { png[i] = byte }
    #expect(throws: PictureError.truncated(format: "PNG")) { try Picture.decode(png) }
  }

  @Test func filesAreReadByContent() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "pictures-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("wrong.jpg")
    let scene = sampleScene(width: 20, height: 10)
    try Data(scene.png()).write(to: file)
    let decoded = try Picture.decode(file: file.path)
    #expect(decoded.format == .png)
    #expect(decoded.picture == scene)
    #expect(throws: PictureError.notAFile(path: folder.path)) {
      try Picture.decode(file: folder.path)
    }
    #expect(throws: PictureError.unreadable(path: "/nowhere.png", code: ENOENT)) {
      try Picture.decode(file: "/nowhere.png")
    }
    try Data().write(to: file)
    #expect(throws: PictureError.empty) { try Picture.decode(file: file.path) }
  }

  @Test func whatDownloadsLeaveIsNamed() {
    let pointer =
      "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"
    #expect(throws: PictureError.mistaken(.lfsPointer)) {
      try Picture.decode(Array(pointer.utf8))
    }
    for page in ["<!DOCTYPE html><p>", "\u{FEFF}\n <!doctype HTML>", "<HTML lang=en>"] {
      #expect(throws: PictureError.mistaken(.webPage)) { try Picture.decode(Array(page.utf8)) }
    }
    #expect("\(PictureError.mistaken(.lfsPointer))".contains("git lfs pull"))
  }

  @Test func exifWrittenTwiceStandsUpright() throws {
    let picture = sampleScene(width: 32, height: 16)
    let once = withExif(tiff(orientation: 6), in: jpeg(picture))
    let twice = withExif(Array("Exif\0\0".utf8) + tiff(orientation: 6), in: jpeg(picture))
    let upright = try Picture.decode(twice).picture
    #expect(upright == (try Picture.decode(once).picture))
    #expect(upright.width == 16 && upright.height == 32)
  }

  /// Pillow converts nothing for a `gAMA` chunk, and the encoders learned what it reads.
  @Test func gammaIsNotApplied() throws {
    func checksum(_ bytes: [UInt8]) -> UInt32 {
      var sum: UInt32 = .max
      for byte in bytes {
        sum ^= UInt32(byte)
        for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
      }
      return ~sum
    }
    func big(_ value: UInt32) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }
    let picture = sampleScene(width: 20, height: 10)
    let plain = try picture.png()
    let chunk = Array("gAMA".utf8) + big(100_000)
    // After the signature and IHDR.
    var marked = Array(plain[..<33])
    marked += big(4)
    marked += chunk
    marked += big(checksum(chunk))
    marked += plain[33...]
    #expect(try Picture.decode(marked).picture == picture)
  }
}
