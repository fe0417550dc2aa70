import Testing

@testable import Pictures

@Suite struct HeatTests {
  private let black = RGB(0, 0, 0)

  /// CIE L* of an sRGB colour.
  private func lightness(_ color: RGB) -> Double {
    func linear(_ v: UInt8) -> Double {
      let c = Double(v) / 255
      return c <= 0.04045 ? c / 12.92 : pow24((c + 0.055) / 1.055)
    }
    let y = 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
    return y > 0.008856 ? 116 * cubeRoot(y) - 16 : 903.3 * y
  }

  private func cubeRoot(_ x: Double) -> Double {
    (0..<60).reduce(1) { r, _ in (2 * r + x / (r * r)) / 3 }
  }

  /// x^2.4 = x² · (x²)^(1/5).
  private func pow24(_ x: Double) -> Double {
    let square = x * x
    return square * (0..<80).reduce(1) { r, _ in (4 * r + square / (r * r * r * r)) / 5 }
  }

  @Test(arguments: ColorMap.allCases) func mapsGrowSteadilyLighter(map: ColorMap) {
    let steps = (0...20).map { lightness(map(Float($0) / 20)) }
    for (a, b) in zip(steps, steps.dropFirst()) {
      #expect(b > a + 1.5 && b < a + 9.5, "\(map): \(a) to \(b)")
    }
    #expect(map(-3) == map(0) && map(7) == map(1) && map(.nan) == map(0))
  }

  @Test func blocksColorTheirOwnPixels() {
    let picture = Picture(width: 8, height: 8, color: black)
    let heat = HeatGrid([0, 1, 0, 0], rows: 2, columns: 2)
    let style = HeatStyle(map: .gray, strength: 1, smooth: false)
    let result = picture.overlaid(with: heat, style: style)
    for y in 0..<8 {
      for x in 0..<8 {
        #expect(result[x, y] == (x >= 4 && y < 4 ? RGB(255, 255, 255) : black))
      }
    }
  }

  @Test func smoothHeatPeaksAtTheCell() {
    let picture = Picture(width: 90, height: 90, color: black)
    let heat = HeatGrid([0, 0, 0, 0, 1, 0, 0, 0, 0], rows: 3, columns: 3)
    let result = picture.overlaid(
      with: heat, style: HeatStyle(map: .gray, strength: 0.5, border: nil))
    #expect(result[45, 45].red > 110 && result[45, 45].red < 130)
    #expect(result[0, 0] == black)
    let middle = result[30, 45].red
    #expect(middle > 0 && middle < result[40, 45].red)
  }

  @Test func outsideTheSeenRegionNothingChanges() {
    let picture = sampleScene(width: 100, height: 60)
    let region = PictureRegion(left: 0.25, top: 0.1, width: 0.5, height: 0.8)
    let heat = HeatGrid([1, 1, 0, 1], rows: 2, columns: 2, region: region)
    let result = picture.overlaid(with: heat)
    for y in 0..<60 {
      for x in 0..<100 where x < 25 || x >= 75 || y < 6 || y >= 54 {
        #expect(result[x, y] == picture[x, y])
      }
    }
    #expect(result[25, 6] == RGB(255, 255, 255) && result[74, 53] == RGB(255, 255, 255))
    #expect(result[60, 12] != picture[60, 12])
  }

  @Test func strangeGridsAreHarmless() {
    let picture = sampleScene(width: 20, height: 20)
    let flat = HeatGrid([3, 3, 3, 3], rows: 2, columns: 2)
    #expect(picture.overlaid(with: flat) == picture)
    let odd = HeatGrid([.nan, .infinity, -.infinity, 1], rows: 2, columns: 2)
    _ = picture.overlaid(with: odd)
    for region in [
      PictureRegion(left: 2, top: 2, width: 1, height: 1),
      PictureRegion(left: .nan, top: 0, width: 1, height: 1),
      PictureRegion(left: 0, top: 0, width: 0, height: 0),
    ] {
      let grid = HeatGrid([0, 1], rows: 1, columns: 2, region: region)
      #expect(picture.overlaid(with: grid) == picture)
    }
    let large = PictureRegion(left: -1, top: -1, width: 1e300, height: 1e300)
    _ = picture.overlaid(with: HeatGrid([0, 1], rows: 1, columns: 2, region: large))
  }

  @Test func outlinesAreCrisp() {
    var picture = Picture(width: 20, height: 20, color: black)
    picture.drawOutline(
      of: PictureRegion(left: 0.1, top: 0.2, width: 0.5, height: 0.5), color: RGB(255, 0, 0),
      thickness: 2)
    let red = (0..<400).filter { picture[$0 % 20, $0 / 20] == RGB(255, 0, 0) }.count
    #expect(red == 100 - 36)
    #expect(picture[2, 4] == RGB(255, 0, 0) && picture[4, 6] == black && picture[1, 4] == black)
  }

  /// Zero leaves the picture as it is; equal sizes are equally strong on both sides.
  @Test func signedGrids() {
    let gray = RGB(120, 120, 120)
    let picture = Picture(width: 30, height: 10, color: gray)
    let style = HeatStyle(smooth: false, border: nil)
    let grid = HeatGrid([-2, 0, 2], rows: 1, columns: 3, isSigned: true)
    let result = picture.overlaid(with: grid, style: style)
    #expect(result[15, 5] == gray)
    func mixed(_ color: RGB) -> [Int] {
      [color.red, color.green, color.blue].map {
        Int((Float(120) + style.strength * (Float($0) - 120) + 0.5).rounded(.down))
      }
    }
    func colors(_ x: Int) -> [Int] {
      [result[x, 5].red, result[x, 5].green, result[x, 5].blue].map(Int.init)
    }
    #expect(colors(5) == mixed(style.sides.below))
    #expect(colors(25) == mixed(style.sides.above))
    // One side alone keeps its own end of the scale.
    let losses = HeatGrid([-2, -1, 0], rows: 1, columns: 3, isSigned: true)
    #expect(picture.overlaid(with: losses, style: style)[25, 5] == gray)
    for values: [Float] in [[0, 0, 0], [.nan, .nan, .nan]] {
      let none = HeatGrid(values, rows: 1, columns: 3, isSigned: true)
      #expect(picture.overlaid(with: none, style: style) == picture)
    }
  }

  /// A map of equal values says nothing, so nothing is painted, and rounding is no difference; a
  /// signed one without effect is in the middle of its colours.
  @Test func equalValuesHaveNoHeat() {
    for values in [[0.25, 0.25, 0.25, 0.25], [0.2, 0.2, 0.200_000_01, 0.2], [0, 0, 0, 0]] {
      let heat = HeatGrid(values.map { Float($0) }, rows: 2, columns: 2)
      for cell in 0..<4 { #expect(heat.share(row: cell / 2, column: cell % 2) == 0, "\(values)") }
      let picture = Picture(width: 8, height: 8, color: RGB(10, 200, 90))
      let plain = picture.overlaid(
        with: heat, style: HeatStyle(map: .gray, strength: 0.5, border: nil))
      let hot = picture.overlaid(
        with: HeatGrid([0, 1, 1, 1], rows: 2, columns: 2),
        style: HeatStyle(map: .gray, strength: 0.5, border: nil))
      #expect(plain != hot)
      #expect(Set(plain.pixels).count == 3, "one colour everywhere")
    }
    let signed = HeatGrid([0, 0, 0, 0], rows: 2, columns: 2, isSigned: true)
    #expect(signed.share(row: 1, column: 1) == 0.5)
  }
}
