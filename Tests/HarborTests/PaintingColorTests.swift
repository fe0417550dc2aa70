import Pictures
import Tensors
import Testing

@testable import Harbor

/// Colour must not tell the thing: a nearest-centroid reader of colour histograms stays near
/// chance.
@Suite struct PaintingColorTests {
  private func histogram(_ picture: Picture) -> [Float] {
    var counts = [Float](repeating: 0, count: 64)
    for i in 0..<(picture.width * picture.height) {
      let p = picture.pixels[(3 * i)..<(3 * i + 3)].map { Int($0) / 64 }
      counts[p[0] * 16 + p[1] * 4 + p[2]] += 1
    }
    return counts.map { ($0 / Float(picture.width * picture.height)).squareRoot() }
  }

  private func samples(
    of things: [Thing], each count: Int, seed: UInt64
  ) -> [(label: Int, values: [Float])] {
    var generator = SeededGenerator(seed: seed)
    let painter = ScenePainter()
    return things.indices.flatMap { label in
      (0..<count).map { i in
        let setting = Setting.allCases[i % Setting.allCases.count]
        return (label, histogram(painter.paint(things[label], in: setting, using: &generator)))
      }
    }
  }

  /// Share of test samples whose nearest class mean is their own.
  private func accuracy(
    train: [(label: Int, values: [Float])], test: [(label: Int, values: [Float])], classes: Int
  ) -> Float {
    var means = [[Float]](repeating: train[0].values.map { _ in 0 }, count: classes)
    for (label, values) in train {
      for i in values.indices { means[label][i] += values[i] / Float(train.count / classes) }
    }
    let right = test.count { sample in
      let distances = means.map { mean in
        zip(mean, sample.values).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
      return distances.indices.min { distances[$0] < distances[$1] } == sample.label
    }
    return Float(right) / Float(test.count)
  }

  @Test func histogramsDoNotTellThings() {
    let things = Thing.allCases.filter { $0 != .empty }
    let score = accuracy(
      train: samples(of: things, each: 42, seed: 1), test: samples(of: things, each: 18, seed: 2),
      classes: things.count)
    print(
      "nearest-centroid accuracy on colour histograms: \(score), chance \(1 / Float(things.count))")
    #expect(score < 0.25)
  }

  /// The light falls on all alike: the mean colour tells the setting, and evened out, nothing does.
  @Test func onlyTheLightTellsTheSetting() {
    let settings = Setting.allCases
    func samples(
      seed: UInt64, _ values: (Picture) -> [Float]
    ) -> [(label: Int, values: [Float])] {
      var generator = SeededGenerator(seed: seed)
      let painter = ScenePainter()
      return settings.indices.flatMap { label in
        (0..<108).map { i in
          let thing = Thing.allCases[i % Thing.allCases.count]
          return (label, values(painter.paint(thing, in: settings[label], using: &generator)))
        }
      }
    }
    func score(_ values: (Picture) -> [Float]) -> Float {
      accuracy(
        train: samples(seed: 1, values), test: samples(seed: 2, values), classes: settings.count)
    }
    let colour = score { picture in
      picture.resized(to: PixelSize(width: 1, height: 1), filter: .box).pixels.map { Float($0) }
    }
    // Lightness with mean 0 and deviation 1, coarse: sky, ground, things.
    let evened = score { picture in
      let grey = picture.resized(to: PixelSize(width: 8, height: 8), filter: .box).planarFloats()
      let light = (0..<64).map { i -> Float in
        let (red, green, blue) = (grey[i], grey[64 + i], grey[128 + i])
        return 0.299 * red + 0.587 * green + 0.114 * blue
      }
      let mean = light.reduce(0, +) / 64
      let variance = light.reduce(Float(0)) { sum, value in sum + (value - mean) * (value - mean) }
      let scale = 1 / max((variance / 64).squareRoot(), 1e-6)
      return light.map { ($0 - mean) * scale }
    }
    print("nearest-centroid accuracy for settings: mean colour \(colour), evened \(evened)")
    #expect(colour > 0.6)
    #expect(evened < 0.25)
  }
}
