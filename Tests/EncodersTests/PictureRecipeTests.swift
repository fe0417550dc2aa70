import Pictures
import Tensors
import Testing
import Traces

@testable import Encoders

/// How harbor's encoders see a picture, and where the dual encoder's picture side starts.
@Suite("The recipe of small pictures")
struct PictureRecipeTests {
  /// Colours at random whose bytes are even, so that halving loses nothing. Its short side needs no
  /// resizing, and the middle begins at pixel 4, 4.
  private func picture(seed: UInt64) -> Picture {
    var generator = SeededGenerator(seed: seed)
    return Picture(
      width: 64, height: 64,
      pixels: (0..<(3 * 64 * 64)).map { _ in UInt8(2 * generator.index(below: 128)) })
  }

  private func dimmed(_ picture: Picture) -> Picture {
    Picture(width: picture.width, height: picture.height, pixels: picture.pixels.map { $0 / 2 })
  }

  private func planes(_ numbers: [Float]) -> [[Float]] {
    let count = numbers.count / 3
    return (0..<3).map { Array(numbers[($0 * count)..<(($0 + 1) * count)]) }
  }

  private var shapes: PictureRecipe {
    var result = PictureRecipe.harbor
    result.evensLight = true
    return result
  }

  /// The short side becomes 64, and the middle 56×56 is read.
  @Test func theMiddleOfAWidePictureIsRead() {
    // Red and green tell the column and the row.
    var wide = Picture(width: 128, height: 64, color: RGB(0, 0, 0))
    for y in 0..<64 { for x in 0..<128 { wide[x, y] = RGB(UInt8(x), UInt8(y), 0) } }
    let (pixels, seen) = PictureRecipe.harbor.prepare(wide)
    #expect(pixels.count == 3 * 56 * 56)
    #expect(seen == ImageRegion(left: 0.28125, top: 0.0625, width: 0.4375, height: 0.875))
    let channels = planes(pixels)
    for y in 0..<56 {
      for x in 0..<56 {
        #expect(abs(channels[0][56 * y + x] - (Float(36 + x) / 255 - 0.5) / 0.25) < 1e-5)
        #expect(abs(channels[1][56 * y + x] - (Float(4 + y) / 255 - 0.5) / 0.25) < 1e-5)
      }
    }
    // The same part is seen of a picture twice as large.
    let large = wide.resized(to: PixelSize(width: 256, height: 128), filter: .bilinear)
    let again = PictureRecipe.harbor.prepare(large)
    #expect(again.seen == seen && again.pixels.count == pixels.count)
  }

  /// In even light every picture is grey, with mean 0 and deviation 1.
  @Test func evenLightIsGreyWithMean0AndDeviation1() {
    for seed in 1...4 as ClosedRange<UInt64> {
      let channels = planes(shapes.prepare(picture(seed: seed)).pixels)
      #expect(channels[0] == channels[1] && channels[1] == channels[2])
      let count = Double(channels[0].count)
      let mean = channels[0].reduce(0.0) { $0 + Double($1) } / count
      let variance = channels[0].reduce(0.0) { $0 + Double($1) * Double($1) } / count
      #expect(count == 56 * 56 && abs(mean) < 1e-3 && abs(variance - 1) < 1e-3, "seed \(seed)")
    }
  }

  /// Half the light changes nothing for whoever sees shapes, and much for whoever sees colours.
  @Test func onlyEvenLightForgetsHowBrightItWas() {
    let bright = picture(seed: 5)
    let dark = dimmed(bright)
    let (a, b) = (shapes.prepare(bright).pixels, shapes.prepare(dark).pixels)
    #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-3 })
    let seen = zip(
      PictureRecipe.harbor.prepare(bright).pixels, PictureRecipe.harbor.prepare(dark).pixels)
    #expect(seen.contains { abs($0 - $1) > 0.5 })
  }

  /// The dual encoder's recipe gives each channel as it is, (v / 255 − ½) / ¼.
  @Test func theDualEncodersRecipeKeepsColours() {
    let colours = picture(seed: 6)
    #expect(!PictureRecipe.harbor.evensLight)
    let channels = planes(PictureRecipe.harbor.prepare(colours).pixels)
    for y in 0..<56 {
      for x in 0..<56 {
        let color = colours[x + 4, y + 4]
        for (k, byte) in [color.red, color.green, color.blue].enumerated() {
          #expect(abs(channels[k][56 * y + x] - (Float(byte) / 255 - 0.5) / 0.25) < 1e-5)
        }
      }
    }
    // Where nothing but the colour tells, shapes see nothing at all.
    let red = Picture(width: 64, height: 64, color: RGB(200, 40, 10))
    let blue = Picture(width: 64, height: 64, color: RGB(10, 40, 200))
    #expect(
      PictureRecipe.harbor.prepare(red).pixels != PictureRecipe.harbor.prepare(blue).pixels)
    #expect(shapes.prepare(red).pixels.allSatisfy { $0 == 0 })
    #expect(shapes.prepare(blue).pixels.allSatisfy { $0 == 0 })
  }

  private func weights(_ model: some ParameterContainer) -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.value) })
  }

  /// The picture side takes over every weight of the residual network, and nothing else changes;
  /// a network of other sizes is left alone.
  @Test func thePictureSideStartsFromTheResidualNetwork() {
    let sizes = ResNet.Configuration(
      embeddingSize: 4, hiddenSizes: [4, 6], depths: [1, 1], layerType: .basic)
    var generator = SeededGenerator(seed: 71)
    let network = ResNet(sizes, &generator)
    let fresh = DualEncoder(
      DualEncoder.Configuration(words: 9, wordSize: 4, dimensions: 3, pictures: sizes), &generator)
    var started = fresh
    started.startPictures(from: network)
    let (before, after) = (weights(fresh), weights(started))
    let taught = weights(network)
    #expect(taught.count > 10)
    for (name, value) in taught { #expect(after["vision." + name] == value, "\(name)") }
    #expect(taught.contains { before["vision." + $0.key] != $0.value })
    let others = before.filter { !$0.key.hasPrefix("vision.") || $0.key.contains("projection") }
    #expect(others.count + taught.count == after.count)
    for (name, value) in others { #expect(after[name] == value, "\(name)") }

    var wider = sizes
    wider.hiddenSizes = [4, 8]
    var untouched = fresh
    untouched.startPictures(from: ResNet(wider, &generator))
    #expect(weights(untouched) == before)
  }

  /// Texts and pictures become unit vectors, whatever they hold.
  @Test func bothSidesGiveUnitVectors() throws {
    var generator = SeededGenerator(seed: 72)
    let sizes = ResNet.Configuration(
      embeddingSize: 4, hiddenSizes: [4, 6], depths: [1, 1], layerType: .basic)
    let words = Vocabulary(["a", "b", "c"])
    var recipe = PictureRecipe.harbor
    (recipe.shortSide, recipe.side) = (28, 24)
    let model = DualEncoderModel(
      name: "dual",
      encoder: DualEncoder(
        DualEncoder.Configuration(
          words: words.size, wordSize: 4, dimensions: 3, pictures: sizes), &generator),
      words: words, recipe: recipe)
    let vectors =
      model.encode(texts: [["a"], ["b", "c", "b"], ["unseen"]])
      + (try model.encode(prepared: [7, 8].map { recipe.prepare(picture(seed: $0)) }))
    #expect(vectors.count == 5)
    for vector in vectors {
      #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
    }
  }
}
