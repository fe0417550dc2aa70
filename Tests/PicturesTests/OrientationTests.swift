import Foundation
import Tensors
import Testing

@testable import Pictures

@Suite struct OrientationTests {
  /// Where the upright pixel (x, y) is stored, straight from the EXIF table: value n says which
  /// upright sides row 0 and column 0 of the store are.
  private func stored(_ n: Int, _ x: Int, _ y: Int, _ w: Int, _ h: Int) -> (Int, Int) {
    switch n {
    case 1: (x, y)
    case 2: (w - 1 - x, y)
    case 3: (w - 1 - x, h - 1 - y)
    case 4: (x, h - 1 - y)
    case 5: (y, x)
    case 6: (y, w - 1 - x)
    case 7: (h - 1 - y, w - 1 - x)
    default: (h - 1 - y, x)
    }
  }

  @Test(arguments: 1...8) func everyValueStandsUpright(n: Int) throws {
    let upright = sampleScene(width: 7, height: 5)
    let swaps = n >= 5
    var file = Picture(width: swaps ? 5 : 7, height: swaps ? 7 : 5, color: RGB(0, 0, 0))
    for y in 0..<5 {
      for x in 0..<7 {
        let (column, row) = stored(n, x, y, 7, 5)
        file[column, row] = upright[x, y]
      }
    }
    #expect(file.upright(from: try #require(Orientation(rawValue: n))) == upright)
  }

  @Test func bothByteOrdersAreRead() {
    for n in 1...8 {
      for bigEndian in [false, true] {
        #expect(Orientation(tiff: tiff(orientation: n, bigEndian: bigEndian)[...]).rawValue == n)
      }
    }
  }

  @Test func brokenBlocksAreUpright() {
    let good = tiff(orientation: 6)
    for count in 0..<20 { #expect(Orientation(tiff: good.prefix(count)) == .upright) }
    #expect(Orientation(tiff: tiff(orientation: 9)[...]) == .upright)
    #expect(Orientation(tiff: tiff(orientation: 0)[...]) == .upright)
    var far = good
    for i in 4..<8 { far[i] = 0xFF }
    #expect(Orientation(tiff: far[...]) == .upright)
    #expect(Orientation(tiff: [UInt8](repeating: 7, count: 40)[...]) == .upright)
  }

  @Test func slicesNeedNotStartAtZero() {
    let padded = [UInt8](repeating: 9, count: 5) + tiff(orientation: 8)
    #expect(Orientation(tiff: padded.dropFirst(5)) == .turnLeft)
  }
}

@Suite(.enabled(if: sharedData != nil, "no ../shared/data beside the checkout"))
struct RealPictureTests {
  @Test func orientationFilesStandUprightAlike() throws {
    let folder = try #require(sharedData).appendingPathComponent("difficult-images")
    for (kind, numbers) in [("landscape", [3, 4, 6, 7, 8]), ("portrait", [1, 2])] {
      var first: Picture?
      for n in numbers {
        let file = folder.appendingPathComponent("orientation-\(kind)_\(n).jpg").path
        let decoded = try Picture.decode(file: file)
        let size = PixelSize(width: 600, height: 450)
        #expect(decoded.originalSize == (kind == "landscape" ? size : size.turned))
        let small = decoded.picture.resized(to: PixelSize(width: 24, height: 24), filter: .box)
        // The files differ in exposure and in the digit on them: of all ways to turn one, upright
        // must be the most like the first.
        if let first {
          let best = Orientation.allCases.min {
            meanDifference(small.upright(from: $0), first)
              < meanDifference(small.upright(from: $1), first)
          }
          #expect(best == .upright, "\(kind) \(n)")
        }
        first = first ?? small
      }
    }
  }

  @Test func everyRealPictureDecodesOrSaysWhy() throws {
    let root = try #require(sharedData)
    let files = try #require(FileManager.default.enumerator(atPath: root.path)).compactMap {
      ($0 as? String).flatMap { $0.hasSuffix(".jpg") ? $0 : nil }
    }
    try #require(files.count > 200)
    let box = PixelSize(width: 160, height: 120)
    for name in files {
      do {
        let decoded = try Picture.decode(
          file: root.appendingPathComponent(name).path, fitting: box)
        let fitted = decoded.originalSize.fitted(in: box)
        #expect(decoded.picture.width >= fitted.width && decoded.picture.height >= fitted.height)
      } catch {
        print("\(name): \(error)")
        #expect(name.contains("difficult-images"), "\(name): \(error)")
      }
    }
  }
}
