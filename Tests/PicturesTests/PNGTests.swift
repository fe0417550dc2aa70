import Foundation
import Testing

@testable import Pictures

/// 8×6 pixels each, made with ImageMagick; red above to blue below unless the name says otherwise.
private let samples = [
  "gray1":
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGAQAAAADWfuJWAAAADklEQVQI12NgAIP/IAgACQMC/ir67N4AAAAASUVORK5CYII=",
  "gray8":
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAAAAADbboAnAAAAFklEQVQI12NggAJGYyiDBTeD8T+UAQAh9gHadHvPAAAAAABJRU5ErkJggg==",
  "grayAlpha":
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAQAAABUDBdwAAAADElEQVQI12NgoAcAAABmAAFY0A0YAAAAAElFTkSuQmCC",
  "interlaced":
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAAEGYHg6AAAAO0lEQVQI123LwQ3AIBDEwDkpHdETPZGa6OnyAASR8M/yrkQSRUcktjXVYqbB855lrKd0xY3f5STIa/gAC4kMByoRdg8AAAAASUVORK5CYII=",
  "palette":
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGBAMAAAAMK8LIAAAAElBMVEX/AADMADOZAGZmAJkzAMwAAP/hvKCLAAAAHElEQVQI12NgAAFBIGBQAgIGYyBgcAEChlAgAAAkpAP9A4sMkAAAAABJRU5ErkJggg==",
  "rgb":
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAABxZ0isAAAAGElEQVQI12P8z4AdsJxlMKa1BCMDA3brAQmYBhFFIUB0AAAAAElFTkSuQmCC",
  "rgb16":
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGEAIAAAAh95TvAAAAH0lEQVQY02P8/5+BJMBy9iwDg7HxkNbAyMDAwECKxwH0ngwPjLh/KwAAAABJRU5ErkJggg==",
  "rgba":
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAYAAAD+Bd/7AAAAFklEQVQI12P8z8BQz4AHMDEQAINBAQAp8gGKVyNxcQAAAABJRU5ErkJggg==",
]

private func bytes(_ name: String) throws -> [UInt8] {
  let text = try #require(samples[name])
  return [UInt8](try #require(Data(base64Encoded: text)))
}

@Suite struct PNGTests {
  @Test(arguments: ["rgb", "rgb16", "palette", "interlaced"])
  func colorTypesAgree(name: String) throws {
    let picture = try Picture.decode(bytes(name)).picture
    #expect(picture.size == PixelSize(width: 8, height: 6))
    for row in 0..<6 {
      let blue = UInt8(51 * row)
      #expect(picture[3, row] == RGB(255 - blue, 0, blue), "\(name) row \(row)")
    }
  }

  @Test func grayTypes() throws {
    let deep = try Picture.decode(bytes("gray8")).picture
    for row in 0..<6 {
      let level = UInt8(51 * row)
      #expect(deep[7, row] == RGB(level, level, level))
    }
    let flat = try Picture.decode(bytes("gray1")).picture
    #expect(flat[0, 0] == RGB(0, 0, 0) && flat[0, 5] == RGB(255, 255, 255))
  }

  @Test func transparencyIsLaidOnWhite() throws {
    let half = try Picture.decode(bytes("rgba")).picture[2, 2]
    #expect(half.red == 255 && abs(Int(half.green) - 127) <= 1 && half.green == half.blue)
    #expect(try Picture.decode(bytes("grayAlpha")).picture[0, 0] == RGB(255, 255, 255))
  }

  @Test func writtenFilesReadBackExactly() throws {
    for (width, height) in [(1, 1), (3, 200), (257, 5), (64, 64)] {
      let scene = sampleScene(width: width, height: height)
      let file = try scene.png()
      #expect(try Picture.decode(file).picture == scene)
      #expect(try scene.png() == file)
    }
  }

  @Test func quickFilesReadBackExactlyToo() throws {
    let scene = sampleScene(width: 97, height: 61)
    #expect(try Picture.decode(scene.png(isQuick: true)).picture == scene)
  }

  /// Few colours: near the picture, in no more colours than asked for, exact where there are few.
  @Test(arguments: [(256, 3.0), (64, 6.0), (16, 14.0)])
  func palettesComeBackClose(_ colors: Int, _ bound: Double) throws {
    let scene = sampleScene(width: 90, height: 66)
    let file = try scene.png(colors: colors)
    let read = try Picture.decode(file).picture
    var seen: Set<RGB> = []
    for y in 0..<read.height {
      for x in 0..<read.width { seen.insert(read[x, y]) }
    }
    #expect(seen.count <= colors && meanDifference(read, scene) < bound)
    #expect(file.count < (try scene.png(isQuick: true)).count)
    for color in [RGB(0, 0, 0), RGB(255, 255, 255), RGB(10, 200, 30)] {
      let flat = Picture(width: 12, height: 7, color: color)
      #expect(try Picture.decode(flat.png(colors: colors)).picture == flat)
    }
  }

  /// libpng would ask for the 1.6 GB that the chunk claims to have.
  @Test(arguments: [0, 4, 27]) func aChunkLongerThanItsFileIsRefused(rest: Int) throws {
    let header = try bytes(try #require(samples.keys.sorted().first)).prefix(33)
    let chunk = [0x60, 0x20, 0x1E, 0x00] + Array("eXIf".utf8) + [UInt8](repeating: 0, count: rest)
    #expect(throws: PictureError.truncated(format: "PNG")) {
      try Picture.decode(Array(header) + chunk)
    }
  }

  @Test(arguments: samples.keys.sorted()) func truncatedSaysSo(name: String) throws {
    let whole = try bytes(name)
    for count in [20, 40, whole.count - 16] {
      #expect(throws: PictureError.truncated(format: "PNG"), "\(count) of \(whole.count)") {
        try Picture.decode(Array(whole.prefix(count)))
      }
    }
  }
}
