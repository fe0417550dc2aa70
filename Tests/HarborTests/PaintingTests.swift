import Pictures
import Tensors
import Testing

@testable import Harbor

@Suite struct PaintingTests {
  private let painter = ScenePainter()

  @Test func sameSeedGivesSameBytes() throws {
    for thing in Thing.allCases {
      var first = SeededGenerator(seed: 11)
      var second = SeededGenerator(seed: 11)
      let a = painter.paint(thing, in: .sunset, using: &first)
      #expect(try a.png() == painter.paint(thing, in: .sunset, using: &second).png())
      #expect(first == second)
      #expect(a != painter.paint(thing, in: .sunset, using: &first))
    }
  }

  /// Guards the committed sample: whoever changes a painter must see that its pictures change.
  @Test func bytesAreTheOnesTheSampleWasMadeWith() {
    var generator = SeededGenerator(seed: 1)
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for thing in Thing.allCases {
      for setting in Setting.allCases {
        for byte in painter.paint(thing, in: setting, using: &generator).pixels {
          hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
      }
    }
    #expect(hash == 4_187_980_478_232_024_587)
  }

  @Test(arguments: Setting.allCases) func everyThingPaintsInEverySetting(setting: Setting) {
    var generator = SeededGenerator(seed: 5)
    for thing in Thing.allCases {
      let picture = painter.paint(thing, in: setting, using: &generator)
      #expect(picture.width == 64 && picture.height == 64)
      // Not one colour: the brightest pixel is well above the darkest.
      let lumas = (0..<4096).map { picture[$0 % 64, $0 / 64].luma }
      #expect((lumas.max() ?? 0) - (lumas.min() ?? 0) > 40, "\(thing) in \(setting)")
    }
  }

  /// The thing itself must be in the picture: without its outline the same draws give other pixels.
  @Test(arguments: Thing.allCases.filter { $0 != .empty }) func thingCoversPixels(thing: Thing) {
    for seed in 0..<10 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let scenery = Scenery(side: 64, using: &generator)
      var canvas = Canvas(width: 64, height: 64)
      scenery.paintBackground(on: &canvas, using: &generator)
      let before = canvas.picture
      var brush = Brush(
        canvas: canvas, placement: Placement(side: 64, using: &generator),
        inks: Inks(in: scenery, using: &generator), generator: generator)
      brush.paint(thing)
      let after = brush.canvas.picture
      let changed = (0..<4096).filter { after[$0 % 64, $0 / 64] != before[$0 % 64, $0 / 64] }.count
      #expect(changed > 60, "\(thing), seed \(seed): \(changed) pixels")
    }
  }

  @Test func otherSidesPaintToo() {
    for side in [8, 33, 224] {
      var generator = SeededGenerator(seed: 3)
      let picture = ScenePainter(side: side).paint(.ship, in: .rain, using: &generator)
      #expect(picture.width == side && picture.height == side)
    }
  }
}
