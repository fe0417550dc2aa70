import Encoders
import Extractors
import Routing
import Tensors
import Testing

@testable import Inspection

/// Gradient × input of the router, against differences of p itself.
@Suite("Gradients of the router") struct RouteGradientsTests {
  private func p(_ occlusion: RouteOcclusion, _ dual: DualEncoderModel, _ picture: PreparedPicture)
    throws -> Double
  {
    let text = dual.encode(texts: [occlusion.tokens])[0]
    let vector = try dual.encode(prepared: [picture])[0]
    let z = occlusion.router.logits(zip(text, vector).map { $0 * $1 })[0]
    return Double(RouteOcclusion.sigmoid(z))
  }

  /// Each region a little nearer to the picture's mean colour, and a little farther from it.
  @Test(arguments: [Discriminator.Head.linear, .mlp(hidden: 6)])
  func regionsAreTangents(_ head: Discriminator.Head) throws {
    let usual = try RouteExplanationTests.occlusion(head: head, seed: 4)
    let dual = try #require(usual.dual as? DualEncoderModel)
    // Noise: in even areas pools have ties, where p has no slope.
    var generator = SeededGenerator(seed: 9, stream: "noise")
    let noise = (0..<(3 * dual.side * dual.side)).map { _ in generator.normal() }
    let occlusion = try RouteOcclusion(
      dual: dual, router: usual.router, tokens: usual.tokens, picture: (noise, .whole))
    let gradients = try #require(try occlusion.gradients())
    let size = gradients.regions.map(abs).max() ?? 0
    #expect(size > 1e-5)
    let (pixels, side) = (occlusion.picture.pixels, dual.side)
    let plane = side * side
    let means = (0..<3).map {
      pixels[($0 * plane)..<(($0 + 1) * plane)].reduce(0, +) / Float(plane)
    }
    for cell in [0, 3, 10, 24, 40, 48] {
      func moved(_ share: Float) -> PreparedPicture {
        var changed = pixels
        for i in changed.indices {
          let (y, x) = (i % plane / side, i % side)
          if y * 7 / side * 7 + x * 7 / side == cell {
            changed[i] += share * (changed[i] - means[i / plane])
          }
        }
        return (changed, occlusion.picture.seen)
      }
      let step: Float = 0.003
      let difference =
        (try p(occlusion, dual, moved(step)) - p(occlusion, dual, moved(-step)))
        / Double(2 * step)
      #expect(
        abs(difference - Double(gradients.regions[cell])) < 0.05 * Double(size),
        "region \(cell): \(difference) by differences, \(gradients.regions[cell]) by the gradient")
    }
  }

  /// Each word's vector a little longer, and a little shorter.
  @Test func wordsAreTangents() throws {
    let occlusion = try RouteExplanationTests.occlusion(head: .mlp(hidden: 6), seed: 5)
    let dual = try #require(occlusion.dual as? DualEncoderModel)
    let tokens = try #require(occlusion.gradients()?.tokens)
    #expect(tokens.count == 5 && tokens.contains { abs($0) > 1e-5 })
    let size = tokens.map(abs).max() ?? 0
    for (place, word) in occlusion.tokens.enumerated() {
      let step: Float = 0.01
      let row = dual.words[word]
      func longer(_ share: Float) -> DualEncoderModel {
        var copy = dual
        copy.encoder.visitParameters("") { name, parameter in
          guard name.hasPrefix("text.words.") else { return }
          let width = parameter.value.shape[1]
          for i in (row * width)..<((row + 1) * width) { parameter.value.array[i] *= 1 + share }
        }
        return copy
      }
      let difference =
        (try p(occlusion, longer(step), occlusion.picture)
          - p(occlusion, longer(-step), occlusion.picture)) / Double(2 * step)
      #expect(
        abs(difference - Double(tokens[place])) < 0.05 * Double(size),
        "\(word): \(difference) by differences, \(tokens[place]) by the gradient")
    }
  }

  @Test func agreementIsARankCorrelation() {
    func effects(_ values: [Float]) -> [RouteExplanation.Effect] {
      values.map { RouteExplanation.Effect(probability: 0.5, contribution: $0, logit: $0) }
    }
    let same = RouteGradients(
      tokens: [1, 2, 30], regions: [3, 1, 2, 0], besides: effects([0.1, 0.2, 0.3]),
      effects([0, 2, 1, 3]))
    #expect(same.tokenAgreement == 1 && same.regionAgreement == -1)
    let flat = RouteGradients(
      tokens: [1, 1, 1], regions: [1, 2], besides: effects([1, 2, 3]), effects([1, 2]))
    #expect(flat.tokenAgreement == nil && flat.regionAgreement == nil)
  }

  /// A cell holds the pixels that occlusion masks.
  @Test func cellsAreThoseOfOcclusion() {
    let side = 56
    let picture: PreparedPicture = (
      (0..<(3 * side * side)).map { Float($0 % 97) }, .init(left: 0, top: 0, width: 1, height: 1)
    )
    for cell in [0, 6, 17, 48] {
      let masked = RouteOcclusion.masking(picture, side, [[cell]])[0].pixels
      let touched = (0..<(side * side)).map { masked[$0] != picture.pixels[$0] ? Float(1) : 0 }
      let sums = RouteOcclusion.cells(touched, side: side)
      #expect(sums[cell] > 0 && sums.reduce(0, +) == sums[cell])
    }
  }

  /// Words and regions of one explanation are shown on one scale, so that they can be compared.
  @Test func oneScale() throws {
    let occlusion = try RouteExplanationTests.occlusion(head: .linear)
    var explanation = RouteExplanation(
      post: "p", router: "rds",
      decision: RouteDecision(probability: 0.6, percentile: 0.5, cosine: 0), logit: 0, parts: nil,
      tokens: occlusion.tokenEffects, regions: occlusion.regions, flips: [], answers: [],
      notice: nil)
    explanation.gradients = try occlusion.gradients()
    let most = (occlusion.tokenEffects + occlusion.regionEffects).map { abs($0.contribution) }.max()
    let shown = explanation.trace.signals.filter { $0.unit == .points }
    #expect(
      shown.map(\.name) == [
        "router/tokens", "router/regions", "router/gradient-tokens", "router/gradient-regions",
      ])
    #expect(shown.allSatisfy { $0.scale == most })
  }
}
