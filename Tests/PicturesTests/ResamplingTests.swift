import Tensors
import Testing

@testable import Pictures

@Suite struct ResamplingTests {
  private func gray(_ values: [UInt8], width: Int) -> Picture {
    Picture(
      width: width, height: values.count / width, pixels: values.flatMap { [$0, $0, $0] })
  }

  private func levels(_ picture: Picture) -> [Int] {
    (0..<(picture.width * picture.height)).map { Int(picture.pixels[3 * $0]) }
  }

  @Test func boxIsTheMeanOfTheArea() {
    let picture = gray([0, 10, 20, 30, 40, 50, 60, 70], width: 4)
    #expect(levels(picture.resized(to: PixelSize(width: 2, height: 1), filter: .box)) == [25, 45])
  }

  /// Worked out by hand: halving four pixels, triangle weights 1/8 3/8 3/8 1/8, renormalised at the
  /// edges.
  @Test func bilinearHalvingIsAntialiased() {
    let half = gray([0, 80, 160, 240], width: 4)
      .resized(to: PixelSize(width: 2, height: 1), filter: .bilinear)
    // (0·3 + 80·3 + 160·1) / 7 = 57.14, (80·1 + 160·3 + 240·3) / 7 = 182.86
    #expect(levels(half) == [57, 183])
  }

  /// Keys' weights at ±¼ and ±¾ … with a = -0.5: -3/128, 29/128, 111/128, -9/128 for doubling.
  @Test func bicubicDoublingMatchesKeys() {
    let values: [UInt8] = [10, 50, 30, 200, 100, 90]
    let doubled = levels(
      gray(values, width: 6).resized(to: PixelSize(width: 12, height: 1), filter: .bicubic))
    for i in 2..<4 {
      // Output 2i lies a quarter pixel left of the centre of input i.
      let weights = [(-2, -3.0), (-1, 29.0), (0, 111.0), (1, -9.0)]
      let expected = weights.reduce(0.0) { $0 + $1.1 / 128 * Double(values[i + $1.0]) }
      #expect(abs(Double(doubled[2 * i]) - min(255, max(0, expected))) <= 0.51, "\(i)")
    }
  }

  @Test(arguments: ResamplingFilter.allCases)
  func flatPicturesStayFlat(filter: ResamplingFilter) {
    let flat = Picture(width: 31, height: 17, color: RGB(13, 130, 251))
    for (w, h) in [(1, 1), (7, 40), (100, 3), (31, 17)] {
      let size = PixelSize(width: w, height: h)
      #expect(
        flat.resized(to: size, filter: filter)
          == Picture(width: w, height: h, color: RGB(13, 130, 251)))
    }
  }

  /// The fixed-point two-pass result against plain floating point.
  @Test(arguments: ResamplingFilter.allCases)
  func agreesWithFloatingPoint(filter: ResamplingFilter) {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<20 {
      let (n, m) = (1 + generator.index(below: 40), 1 + generator.index(below: 40))
      let values = (0..<n).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      let got = levels(
        gray(values, width: n).resized(to: PixelSize(width: m, height: 1), filter: filter))
      let scale = Double(n) / Double(m)
      for i in 0..<m where n != m {
        let center = (Double(i) + 0.5) * scale
        let stretch = max(1, scale)
        let reach = filter.support * stretch
        let window = max(0, Int(center - reach + 0.5))..<min(n, Int(center + reach + 0.5))
        let pairs = window.map { k in
          (filter.weight((Double(k) - center + 0.5) * (1 / stretch)), Double(values[k]))
        }
        let sum = pairs.reduce(0) { $0 + $1.0 }
        let exact = pairs.reduce(0) { $0 + $1.0 * $1.1 } / sum
        #expect(abs(Double(got[i]) - min(255, max(0, exact))) < 0.52, "\(n) to \(m) at \(i)")
      }
    }
  }

  @Test func fittingKeepsProportions() {
    let wide = PixelSize(width: 1200, height: 675)
    #expect(
      wide.fitted(in: PixelSize(width: 400, height: 300)) == PixelSize(width: 400, height: 225))
    #expect(wide.fitted(in: PixelSize(width: 4000, height: 3000)) == wide)
    let strip = PixelSize(width: 5000, height: 2)
    #expect(strip.fitted(in: PixelSize(width: 10, height: 10)) == PixelSize(width: 10, height: 1))
    #expect(
      sampleScene(width: 40, height: 20).fitted(in: PixelSize(width: 9, height: 9)).width == 9)
  }

  @Test func croppingIsBounded() {
    let scene = sampleScene(width: 10, height: 8)
    #expect(scene.cropped(x: 2, y: 3, width: 4, height: 2)?[1, 1] == scene[3, 4])
    #expect(scene.cropped(x: -5, y: -5, width: .max, height: .max)?.size == scene.size)
    #expect(scene.cropped(x: 10, y: 0, width: 5, height: 5) == nil)
    #expect(scene.cropped(x: 0, y: 0, width: -1, height: 5) == nil)
    #expect(scene.cropped(x: .min, y: 0, width: 3, height: 3) == nil)
  }

  @Test func centerCropSaysWhatItSaw() {
    let (picture, seen) = sampleScene(width: 800, height: 600)
      .centerCropped(shortSide: 256, side: 224)
    #expect(picture.size == PixelSize(width: 224, height: 224))
    // 800x600 becomes 341x256; the crop starts at (58, 16).
    #expect(
      seen
        == PictureRegion(
          left: 58 / 341, top: 16 / 256, width: 224 / 341, height: 224 / 256))
    let exact = sampleScene(width: 224, height: 224)
    let (same, whole) = exact.centerCropped(shortSide: 224, side: 224)
    #expect(same == exact && whole == .whole)
  }

  @Test func longStripsAreCutNotBlownUp() {
    let strip = sampleScene(width: 40_000, height: 4)
    let (picture, seen) = strip.centerCropped(shortSide: 224, side: 200)
    #expect(picture.size == PixelSize(width: 200, height: 200))
    #expect(seen.width < 0.001)
  }

  @Test func planesAreNormalised() {
    var picture = Picture(width: 2, height: 1, color: RGB(255, 0, 51))
    picture[1, 0] = RGB(0, 255, 102)
    #expect(picture.planarFloats() == [1, 0, 0, 1, 0.2, 0.4])
    let values = picture.planarFloats(
      mean: Normalization.imageNetMean, std: Normalization.imageNetStd)
    #expect(abs(values[0] - (1 - 0.485) / 0.229) < 1e-6)
    #expect(abs(values[5] - (0.4 - 0.406) / 0.225) < 1e-6)
  }
}
