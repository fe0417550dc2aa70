import Foundation
import Pictures
import Tensors
import Testing

@testable import Encoders

@Suite("Preparing pictures as Pillow does")
struct PreprocessTests {
  /// 37×53 pixels with hard edges everywhere, so that overshoot and rounding show.
  static let drawing: Picture = {
    var bytes: [UInt8] = []
    for y in 0..<53 {
      for x in 0..<37 {
        for c in 0..<3 {
          bytes.append(UInt8(((x * x * 31 + y * y * 57 + x * y * 7 + c * 89) >> 2) % 256))
        }
      }
    }
    return Picture(width: 37, height: 53, pixels: bytes)
  }()

  private func bytes(_ hexadecimal: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var high: UInt8?
    for digit in hexadecimal.compactMap(\.hexDigitValue) {
      if let first = high {
        bytes.append(first << 4 | UInt8(digit))
        high = nil
      } else {
        high = UInt8(digit)
      }
    }
    return bytes
  }

  @Test func resizingGivesPillowsBytes() {
    for (size, filter, expected) in [
      (PixelSize(width: 12, height: 9), .bicubic, PreprocessReferences.bicubic12x9),
      (PixelSize(width: 10, height: 14), .bilinear, PreprocessReferences.bilinear10x14),
      (PixelSize(width: 41, height: 6), .bicubic, PreprocessReferences.bicubic41x6),
      (PixelSize(width: 7, height: 7), ResamplingFilter.box, PreprocessReferences.box7x7),
    ] {
      #expect(Self.drawing.resized(to: size, filter: filter).pixels == bytes(expected))
    }
  }

  @Test func clipsRecipeCutsTheMiddle() {
    let (pixels, seen) = ImageRecipe.clip(side: 16).prepare(Self.drawing)
    let expected = bytes(PreprocessReferences.clip16x16)
    let (mean, deviation) = (0.4578275, 0.26130258)
    #expect(pixels.shape == [3, 16, 16])
    for i in 0..<256 {
      let green = (Double(expected[3 * i + 1]) / 255 - mean) / deviation
      #expect(abs(Double(pixels.array[256 + i]) - green) < 1e-5)
    }
    #expect(seen.left == 0 && seen.width == 1 && seen.top == 3.0 / 22 && seen.height == 16.0 / 22)
  }

  @Test func aCutLargerThanThePictureIsFilledWithBlack() {
    let recipe = ImageRecipe(
      resize: nil, filter: .bicubic, crop: ImageSide(54, 40), scale: nil, mean: [0, 0, 0],
      deviation: [1, 1, 1])
    let (pixels, _) = recipe.prepare(Self.drawing)
    // Missing pixels go half, rounded up, in front: 1 of 1 row, 2 of 3 columns.
    #expect(pixels.shape == [3, 54, 40])
    #expect(pixels.array[..<40].allSatisfy { $0 == 0 })
    #expect(pixels.array[40 + 2] == Float(Self.drawing[0, 0].red))
    #expect(pixels.array[53 * 40 + 38] == Float(Self.drawing[36, 52].red))
    #expect(pixels.array[53 * 40 + 39] == 0)
  }

  /// Real photographs, prepared by the reference into `TWINLENS_PARITY/photos`: within 1/255 before
  /// normalisation.
  @Test(
    .enabled(
      if: ParityFixture.isPresent("photos")
        && ProcessInfo.processInfo.environment["TWINLENS_PARITY"] != nil,
      "no photographs prepared by the reference; make parity makes them"))
  func photographs() throws {
    let folder = try #require(ParityFixture.path("photos"))
    let io = try Safetensors(path: folder + "/io.safetensors")
    var worst: Float = 0
    for (recipe, kind) in [
      (ImageRecipe.clip(), "clip"), (.vit(), "vit"), (.resnet, "resnet"),
    ] {
      for name in io.names where name.hasPrefix("out.\(kind).") {
        let path = try #require(io.metadata[String(name.dropFirst("out.\(kind).".count))])
        let expected = try io.tensor(name)
        let (found, _) = recipe.prepare(try Picture.decode(file: path).picture)
        #expect(found.shape == expected.shape, "\(path)")
        let plane = found.count / 3
        var error: Float = 0
        for (i, (a, b)) in zip(found.array, expected.array).enumerated() {
          error = max(error, abs(a - b) * recipe.deviation[i / plane])
        }
        #expect(error <= 1.001 / 255, "\(kind) of \(path)")
        worst = max(worst, error)
      }
    }
    print("photographs: largest difference \(worst * 255)/255")
  }
}
