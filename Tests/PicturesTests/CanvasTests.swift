import Tensors
import Testing

@testable import Pictures

@Suite struct CanvasTests {
  /// Sum of the red channel on a black canvas: the filled area when the colour is white.
  private func area(_ draw: (inout Canvas) -> Void, side: Int = 40) -> Double {
    var canvas = Canvas(width: side, height: side, color: RGB(0, 0, 0))
    draw(&canvas)
    return (0..<(side * side)).reduce(0.0) { $0 + Double(canvas.values[3 * $1]) / 255 }
  }

  private let white = RGB(255, 255, 255)

  @Test func areasAreExact() {
    #expect(
      abs(area { $0.fillRectangle(x: 3.25, y: 4.5, width: 7.5, height: 2.25, white) } - 16.875)
        < 1e-3)
    #expect(
      abs(area { $0.fill([Point(2, 2), Point(31.5, 7.25), Point(11.75, 35)], white) } - 461.15625)
        < 0.01)
    let circle = area { $0.fillCircle(center: Point(20, 20), radius: 10, white) }
    #expect(abs(circle - 314.159) < 6)
    let line = area { $0.strokeLine(from: Point(5, 5), to: Point(25, 20), width: 3, white) }
    #expect(abs(line - (75 + 7.07)) < 0.4)
  }

  @Test func windingDoesNotMatter() {
    let corners = [Point(4, 4), Point(30, 9), Point(17, 33)]
    #expect(
      abs(area { $0.fill(corners, white) } - area { $0.fill(corners.reversed(), white) }) < 1e-3)
  }

  /// A shape cut by the border keeps exactly the part inside.
  @Test func shapesAreCutAtTheBorder() {
    #expect(
      abs(area { $0.fillRectangle(x: -10, y: -10, width: 15, height: 20, white) } - 50) < 1e-3)
    #expect(
      abs(area { $0.fillRectangle(x: 30, y: 35, width: 100, height: 100, white) } - 50) < 1e-3)
    #expect(area { $0.fillRectangle(x: 100, y: 0, width: 9, height: 9, white) } == 0)
    #expect(area { $0.fillRectangle(x: -1e9, y: -1e9, width: 2e9, height: 2e9, white) } == 1600)
  }

  @Test func randomPolygonsNeverLeaveTheRange() {
    let seed = UInt64.random(in: 0...999_999)
    print("canvas seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      var canvas = Canvas(width: 13, height: 9, color: RGB(0, 0, 0))
      let points = (0..<(3 + generator.index(below: 6))).map { _ in
        Point(generator.uniform(-40, 60), generator.uniform(-40, 60))
      }
      canvas.fill(points, white)
      #expect(canvas.values.allSatisfy { $0 >= 0 && $0 <= 255.01 })
    }
  }

  @Test func nonsenseDrawsNothing() {
    #expect(area { $0.fill([], white) } == 0)
    #expect(area { $0.fill([Point(1, 1), Point(5, 5)], white) } == 0)
    #expect(area { $0.fill([Point(.nan, 1), Point(5, 5), Point(1, 9)], white) } == 0)
    #expect(area { $0.fill([Point(1, .infinity), Point(5, 5), Point(1, 9)], white) } == 0)
    #expect(area { $0.fillCircle(center: Point(5, 5), radius: .nan, white) } == 0)
    #expect(area { $0.fillRectangle(x: 1, y: 1, width: 5, height: 5, white, opacity: -1) } == 0)
  }

  @Test func circlesComeFromTheUnitCircle() {
    for (turn, x, y) in [(Float(0), Float(1), Float(0)), (0.25, 0, 1), (0.5, -1, 0), (0.75, 0, -1)]
    {
      let p = Point.onUnitCircle(turn: turn)
      #expect(abs(p.x - x) < 1e-6 && abs(p.y - y) < 1e-6)
    }
    for i in -50...150 {
      let p = Point.onUnitCircle(turn: Float(i) / 100 + 0.003)
      #expect(abs(p.x * p.x + p.y * p.y - 1) < 1e-5)
      let q = Point.onUnitCircle(turn: Float(i) / 100 + 1.003)
      #expect(abs(p.x - q.x) < 1e-5 && abs(p.y - q.y) < 1e-5)
    }
    let eighth = Point.onUnitCircle(turn: 1 / 12)
    #expect(abs(eighth.x - Float(3).squareRoot() / 2) < 1e-6 && abs(eighth.y - 0.5) < 1e-6)
  }

  @Test func gradientRunsFromTopToBottom() {
    var canvas = Canvas(width: 3, height: 10)
    canvas.fillGradient(from: RGB(0, 0, 0), to: RGB(200, 100, 0), top: 2, bottom: 8)
    let picture = canvas.picture
    #expect(picture[0, 1] == white && picture[0, 8] == white)
    #expect(picture[1, 2] == RGB(17, 8, 0) && picture[2, 7] == RGB(183, 92, 0))
  }

  @Test func noiseHasItsSigmaAndItsSeed() {
    func noisy(_ seed: UInt64) -> Canvas {
      var canvas = Canvas(width: 100, height: 100, color: RGB(128, 128, 128))
      var generator = SeededGenerator(seed: seed)
      canvas.addNoise(sigma: 6, using: &generator)
      return canvas
    }
    let values = noisy(1).values.map { Double($0) - 128 }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    #expect(abs(mean) < 0.15)
    #expect(abs(variance.squareRoot() - 6) < 0.1)
    #expect(noisy(1).picture == noisy(1).picture)
    #expect(noisy(1).picture != noisy(2).picture)
  }

  @Test func hueWheelAndMixing() {
    #expect(RGB(hue: 0, saturation: 1, value: 1) == RGB(255, 0, 0))
    #expect(RGB(hue: 1.0 / 3, saturation: 1, value: 1) == RGB(0, 255, 0))
    #expect(RGB(hue: -1.0 / 3, saturation: 1, value: 1) == RGB(0, 0, 255))
    #expect(RGB(hue: 0.7, saturation: 0, value: 0.2) == RGB(51, 51, 51))
    #expect(RGB(0, 100, 200).mixed(with: RGB(100, 0, 200), 0.5) == RGB(50, 50, 200))
  }
}
