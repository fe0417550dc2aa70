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

  /// Equal differences look equal, on screen and in grey print: no step of lightness is more than a
  /// quarter larger or smaller than the mean, and neighbours of ten steps are told apart by all.
  @Test(arguments: ColorMap.allCases) func stepsAreEqual(map: ColorMap) {
    let steps = (0...20).map { lightness(map(Float($0) / 20)) }
    let mean = ((steps.last ?? 0) - steps[0]) / 20
    #expect(mean > 3.5)
    for (a, b) in zip(steps, steps.dropFirst()) {
      #expect(abs(b - a - mean) < mean / 4, "\(map): \(a) to \(b), mean \(mean)")
    }
    for (name, rows) in Self.visions {
      let ten = (0...10).map { seen(map(Float($0) / 10), rows) }
      for (a, b) in zip(ten, ten.dropFirst()) {
        #expect(distance(a, b) > 6, "\(map), \(name)")
      }
    }
  }

  /// How colours are seen without one kind of cones (Machado, Oliveira and Fernandes 2009, severity
  /// 1), over linear RGB.
  private static let visions: [(name: String, rows: [[Double]])] = [
    ("all cones", [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
    (
      "protanopia",
      [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
      ]
    ),
    (
      "deuteranopia",
      [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
      ]
    ),
    (
      "tritanopia",
      [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
      ]
    ),
  ]

  /// CIE L*a*b* of a colour as somebody sees it.
  private func seen(_ color: RGB, _ rows: [[Double]]) -> (l: Double, a: Double, b: Double) {
    func linear(_ v: UInt8) -> Double {
      let c = Double(v) / 255
      return c <= 0.04045 ? c / 12.92 : pow24((c + 0.055) / 1.055)
    }
    let c = [linear(color.red), linear(color.green), linear(color.blue)]
    func sum(_ row: [Double]) -> Double { zip(row, c).reduce(0) { $0 + $1.0 * $1.1 } }
    let s = rows.map { min(1, max(0, sum($0))) }
    func f(_ row: [Double], _ white: Double) -> Double {
      let t = zip(row, s).reduce(0) { $0 + $1.0 * $1.1 } / white
      return t > 0.008856 ? cubeRoot(t) : 7.787 * t + 16.0 / 116
    }
    let x = f([0.4124564, 0.3575761, 0.1804375], 0.95047)
    let y = f([0.2126729, 0.7151522, 0.0721750], 1)
    let z = f([0.0193339, 0.1191920, 0.9503041], 1.08883)
    return (116 * y - 16, 500 * (x - y), 200 * (y - z))
  }

  private func distance(
    _ a: (l: Double, a: Double, b: Double), _ b: (l: Double, a: Double, b: Double)
  ) -> Double {
    let square = (a.l - b.l) * (a.l - b.l) + (a.a - b.a) * (a.a - b.a) + (a.b - b.b) * (a.b - b.b)
    return square > 0 ? (0..<60).reduce(1) { r, _ in (r + square / r) / 2 } : 0
  }

  /// The order of a map, and the sides of a signed one, are told by whoever sees them.
  @Test(arguments: 0..<4) func coloursSurviveColourBlindness(_ number: Int) {
    let (name, rows) = Self.visions[number]
    for map in ColorMap.allCases {
      let steps = (0...20).map { seen(map(Float($0) / 20), rows) }
      for (a, b) in zip(steps, steps.dropFirst()) {
        #expect(b.l > a.l + 1.5, "\(map), \(name): \(a.l) to \(b.l)")
      }
    }
    let style = HeatStyle()
    let (below, above) = (seen(style.sides.below, rows), seen(style.sides.above, rows))
    let none = seen(style.color(ofEffect: 0), rows)
    #expect(distance(below, above) > 60, "\(name)")
    #expect(distance(below, none) > 25 && distance(above, none) > 25, "\(name)")
    // In print without colours the two are two greys.
    #expect(abs(below.l - above.l) > 8, "\(name)")
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
