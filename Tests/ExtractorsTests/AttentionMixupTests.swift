import Encoders
import Tensors
import Testing

@testable import Extractors

/// The loss of I2SRM's AttnMixup (MODELS §5.4–5.7) against PyTorch, by
/// `Tests/Fixtures/paper-layers.py`.
@Suite("AttnMixup's loss")
struct AttentionMixupTests {
  /// A step whose draws the fixture knows.
  struct Step: Sendable, CustomTestStringConvertible {
    /// What the fixture calls it.
    let name: String
    let seed: UInt64
    let switches: [String: String]

    var testDescription: String { name }

    func options(_ more: [String: String] = [:]) -> I2SRMOptions {
      I2SRMOptions { more[$0] ?? switches[$0] ?? "" }
    }
  }

  static let pairSteps: [Step] = [
    Step(name: "usual", seed: 4, switches: [:]),
    Step(name: "other", seed: 10, switches: ["small-delta": "0.9", "big-delta": "0.2"]),
  ]
  static let tagSteps: [Step] = [
    Step(name: "usual", seed: 4, switches: ["big-delta": "0.4"]),
    Step(name: "code", seed: 10, switches: ["big-delta": "0.4", "mixed-rows": "code"]),
  ]

  /// Both in one, so that a tape tells their parameters apart.
  private struct Parts: ParameterContainer {
    var mixup: AttentionMixup
    var head: TaskHead

    init(_ options: I2SRMOptions, _ reading: TaskReading, _ fixture: PaperLayer) throws {
      var generator = SeededGenerator(seed: 1)
      mixup = AttentionMixup(8, options, &generator)
      head = TaskHead(
        reading, size: reading.task == .relations ? 4 : 8, pooling: .spanMeans, pairDropout: 0,
        &generator)
      try fixture.fill(&self)
      indexParameters()
    }

    mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
      mixup.visitParameters(prefix, visit)
      head.visitParameters(prefix + "head.", visit)
    }
  }

  private static let threeRelations = TaskReading.relations(
    PairReading(
      scheme: RelationScheme(labels: ["None", "a", "b"]),
      markers: RelationMarkers(pieces: [], ids: []), longest: 8))
  private static let oneType = TaskReading.entities(
    scheme: TagScheme(types: ["T"]), labels: .firstPieceOnly, longest: 8)

  private func pairs(_ fixture: PaperLayer) -> MultimodalBatch {
    let items = fixture.places("in.labels").map { label in
      MultimodalItem(
        ids: [0], tagged: nil,
        pair: MarkedPair(ids: [0], head: 0, tail: 0, label: label, cutOff: []),
        wordPieces: [], wordCount: 0, pictures: [])
    }
    return MultimodalBatch(items, padding: 0, showsPictures: true)
  }

  private func texts(_ fixture: PaperLayer) -> MultimodalBatch {
    let tags = fixture.places("in.tags")
    let items = fixture.places("in.lengths").enumerated().map { i, length in
      let (steps, own) = (Array(0..<length), Array(tags[(4 * i)..<(4 * i + length)]))
      return MultimodalItem(
        ids: [Int](repeating: 0, count: length),
        tagged: TaggedPieces(
          ids: steps.map { _ in 0 }, places: steps, words: steps, states: own, tags: own),
        pair: nil, wordPieces: steps, wordCount: length, pictures: [])
    }
    return MultimodalBatch(items, padding: 0, showsPictures: true)
  }

  /// The fixture was made for what a seed draws; were it something else now, no number would fit.
  private func expectDraws(_ step: Step, _ fixture: PaperLayer, count: Int) {
    let tape = Tape(recording: true, training: false, seed: step.seed)
    let plan = MixupPlan(count, step.options(), &tape.generator)
    let wanted = ["plain", "first", "second"].map { fixture.places("in.\(step.name).\($0)") }
    #expect(
      [plan.plain, plan.mixed.map(\.first), plan.mixed.map(\.second)] == wanted
        && [plan.share] == fixture["in.\(step.name).share"].array,
      "a seed draws other rows than it did: write them into paper-layers.py, and run it again")
  }

  /// A loss, and the gradients that flow from it.
  private func run(
    _ step: Step, _ parts: Parts, _ batch: MultimodalBatch, _ fixture: PaperLayer
  ) -> (loss: Tensor, states: Tensor, parameters: [String: Tensor]) {
    let tape = Tape(recording: true, training: false, seed: step.seed)
    let h = tape.input(fixture["in.h"])
    let loss = parts.mixup.loss(h, batch, parts.head, tape)
    tape.backward(from: loss)
    var gradients: [String: Tensor] = [:]
    for (slot, (name, value)) in parts.parameters.enumerated() {
      gradients[name] = tape.parameterGradients[slot].map { Tensor(value.shape, $0) }
    }
    return (tape[loss], tape.gradient(of: h), gradients)
  }

  private static let checked = [
    "head.weight", "head.bias", "layer.attention.self.query.weight",
    "layer.attention.output.dense.weight", "layer.intermediate.dense.bias",
    "layer.output.LayerNorm.weight",
  ]

  @Test(arguments: pairSteps) func pairsAreMixed(_ step: Step) throws {
    let fixture = try PaperLayer("attention-mixup")
    let batch = pairs(fixture)
    expectDraws(step, fixture, count: batch.count)
    let parts = try Parts(step.options(), Self.threeRelations, fixture)
    let (loss, states, parameters) = run(step, parts, batch, fixture)
    fixture.expect(loss, "out.\(step.name).loss")
    fixture.expect(states, "grad.\(step.name).h")
    for name in Self.checked {
      fixture.expect(try #require(parameters[name]), "grad.\(step.name).\(name)")
    }
    // What is left of the two means without the mixing, and without the attention.
    for (off, output) in [("mixup", "plain"), ("batch-attention", "alone")] {
      let less = try Parts(step.options([off: "off"]), Self.threeRelations, fixture)
      fixture.expect(run(step, less, batch, fixture).loss, "out.\(step.name).\(output)")
    }
  }

  @Test(arguments: tagSteps) func wholeTextsAreMixed(_ step: Step) throws {
    let fixture = try PaperLayer("attention-mixup-tags")
    let batch = texts(fixture)
    expectDraws(step, fixture, count: batch.count)
    let parts = try Parts(step.options(), Self.oneType, fixture)
    let (loss, states, parameters) = run(step, parts, batch, fixture)
    fixture.expect(loss, "out.\(step.name).loss")
    fixture.expect(withoutPadding(states, batch), "grad.\(step.name).h")
    for name in Self.checked {
      fixture.expect(try #require(parameters[name]), "grad.\(step.name).\(name)")
    }
    fixture.expect(
      try #require(parameters["head.crf.transitions"]), "grad.\(step.name).field")
    let less = try Parts(step.options(["mixup": "off"]), Self.oneType, fixture)
    fixture.expect(run(step, less, batch, fixture).loss, "out.\(step.name).plain")
  }

  @Test func textsAreMixedWithPrintedAttention() throws {
    let (fixture, step) = (try PaperLayer("attention-mixup-tags"), Self.tagSteps[0])
    let batch = texts(fixture)
    let parts = try Parts(step.options(["attention": "additive"]), Self.oneType, fixture)
    let (loss, states, _) = run(step, parts, batch, fixture)
    fixture.expect(loss, "out.additive")
    fixture.expect(withoutPadding(states, batch), "grad.additive.h")
  }

  /// Steps of their own: what stands at one step of a text reaches no other step of any.
  @Test func stepsAreApart() throws {
    let fixture = try PaperLayer("attention-mixup-tags")
    let parts = try Parts(Self.tagSteps[0].options(), Self.oneType, fixture)
    let lengths = fixture.places("in.lengths")
    // Steps outside, texts inside.
    func turned(_ x: Tensor) -> Tensor {
      var result = x
      for i in 0..<4 {
        for s in 0..<4 {
          for k in 0..<8 { result.array[(s * 4 + i) * 8 + k] = x.array[(i * 4 + s) * 8 + k] }
        }
      }
      return result
    }
    let real = (0..<4).flatMap { s in lengths.map { s < $0 } }
    let tape = Tape()
    let star = tape[
      parts.mixup.attended(tape.constant(turned(fixture["in.h"])), real: real, tape)]
    let wanted = turned(fixture["out.star"])
    for (place, isReal) in real.enumerated() where isReal {
      for k in (place * 8)..<(place * 8 + 8) {
        #expect(abs(star.array[k] - wanted.array[k]) < 1e-5)
      }
    }
  }

  /// Gradients behind a text's end, where nothing of it stands, are nobody's.
  private func withoutPadding(_ x: Tensor, _ batch: MultimodalBatch) -> Tensor {
    var result = x
    for (place, isReal) in batch.mask.enumerated() where !isReal {
      for k in (place * 8)..<(place * 8 + 8) { result.array[k] = 0 }
    }
    return result
  }
}
