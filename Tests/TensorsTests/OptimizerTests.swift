import Testing

@testable import Tensors

@Suite("Optimisers and schedules")
struct OptimizerTests {
  struct Single: ParameterContainer {
    var w: Parameter
    mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
      visit(prefix + "w", &w)
    }
  }

  /// Values of w after steps on the loss Σ w·g.
  func run(_ rule: Optimizer.Rule, clip: Float? = nil, steps: Int = 2) -> [Float] {
    var model = Single(w: Parameter(Tensor([1, 2], [1, -2])))
    model.indexParameters()
    var optimizer = Optimizer(rule, clipNorm: clip)
    for _ in 0..<steps {
      let tape = Tape(recording: true)
      tape.backward(
        from: tape.sum(tape.multiply(tape(model.w), tape.constant(Tensor([1, 2], [3, 4])))))
      optimizer.step(&model, tape) { _ in 0.1 }
    }
    return model.w.value.array
  }

  func close(_ a: [Float], _ b: [Float]) -> Bool { zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 } }

  @Test func rulesByHand() {
    #expect(close(run(.sgd), [1 - 0.6, -2 - 0.8]))
    #expect(close(run(.sgd, clip: 5), [1 - 0.6, -2 - 0.8]))
    #expect(close(run(.sgd, clip: 2.5), [1 - 0.3, -2 - 0.4]))
    // Adam's bias-corrected step on a constant gradient is the rate itself.
    #expect(close(run(.adam), [0.8, -2.2]))
    // Decoupled decay: w ← w − 0.1 (1 + 0.5 w), twice.
    let first: (Float, Float) = (1 - 0.1 * 1.5, -2 - 0.1 * (1 - 1))
    #expect(close(run(.adamW(decay: 0.5), steps: 1), [first.0, first.1]))
    // Without correction the first step is (1−β1) / √(1−β2) times the rate.
    let ratio: Float = 0.1 / Float(0.001).squareRoot()
    #expect(close(run(.adamWNoBias(decay: 0), steps: 1), [1 - 0.1 * ratio, -2 - 0.1 * ratio]))
  }

  @Test func checkpointsGoOnExactly() {
    var model = Single(w: Parameter(Tensor([1, 2], [1, -2])))
    model.indexParameters()
    var optimizer = Optimizer(.adamW(decay: 0.01))
    func step(_ model: inout Single, _ optimizer: inout Optimizer) {
      let tape = Tape(recording: true)
      let w = tape(model.w)
      tape.backward(from: tape.sum(tape.multiply(w, w)))
      optimizer.step(&model, tape) { _ in 0.05 }
    }
    for _ in 0..<3 { step(&model, &optimizer) }
    var other = Optimizer(.adamW(decay: 0.01))
    other.restore(optimizer.checkpoint)
    var copy = model
    for _ in 0..<3 {
      step(&model, &optimizer)
      step(&copy, &other)
    }
    #expect(model.w.value == copy.w.value)
  }

  @Test func schedules() {
    #expect(Schedule.linear(warmUp: 0.1).factor(step: 5, of: 100) == 0.5)
    #expect(Schedule.linear(warmUp: 0.1).factor(step: 100, of: 100) == 0)
    #expect(abs(Schedule.bertAdam(warmUp: 0.1).factor(step: 10, of: 100) - 0.9) < 1e-6)
    #expect(Schedule.cosine(warmUp: 0).factor(step: 0, of: 10) == 1)
    #expect(Schedule.cosine(warmUp: 0).factor(step: 10, of: 10) < 1e-6)
  }
}

@Suite("Seeded randomness")
struct SeededGeneratorTests {
  @Test func sameSeedSameSequence() {
    var (a, b) = (SeededGenerator(seed: 7), SeededGenerator(seed: 7))
    #expect((0..<100).allSatisfy { _ in a.next() == b.next() })
    var c = SeededGenerator(seed: 7, stream: "x")
    #expect(a.next() != c.next())
  }

  @Test func momentsAndRanges() {
    var generator = SeededGenerator(seed: 1)
    let sample = (0..<20_000).map { _ in generator.normal() }
    let mean = sample.reduce(0, +) / 20_000
    let variance = sample.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    #expect(abs(mean) < 0.03 && abs(variance - 1) < 0.05)
    #expect((0..<1000).allSatisfy { _ in (0..<7).contains(generator.index(below: 7)) })
    #expect(generator.permutation(50).sorted() == Array(0..<50))
  }
}

@Suite("Vector functions")
struct VectorMathTests {
  @Test func closeToTheLibrary() {
    let x = stride(from: Float(-30), through: 30, by: 0.01).map { $0 }
    var y = x
    VectorMath.exp(x, into: &y, x.count)
    for (a, b) in zip(x, y) { #expect(abs(b - _expf(a)) <= 4e-7 * _expf(a)) }
    VectorMath.sigmoid(x, into: &y, x.count)
    for (a, b) in zip(x, y) { #expect(abs(b - 1 / (1 + _expf(-a))) < 3e-7) }
  }
}
