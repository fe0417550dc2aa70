import Corpora
import Encoders
import Foundation
import Tensors
import Testing

@testable import Extractors

@Suite("Fine-tuning")
struct FineTuneRunTests {
  func settings(epochs: Int) -> FineTuning {
    var result = FineTuning(epochs: epochs, batch: 4, encoderRate: 3e-3, headRate: 1e-2)
    result.bucket = 2
    return result
  }

  func weights(_ container: some ParameterContainer) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (name, value) in container.parameters { result[name] = value }
    return result
  }

  @Test(arguments: LabelScheme.allCases) func learnsEightPostsByHeart(labels: LabelScheme) throws {
    try TinyEncoder.withFolder { folder in
      let (network, items) = TinyEncoder.entities(try TextBase(folder: folder), labels)
      var run = FineTuneRun(network, settings(epochs: 60))
      while !run.isFinished {
        #expect(try run.runEpoch(TrainingItems(train: items, dev: items)) { _ in true })
      }
      #expect(run.bestScore == 100)
      #expect(try run.best.score(items).f1 == 100)
      #expect(run.epochs.map(\.epoch) == Array(1...60))
    }
  }

  @Test func learnsPairsByHeart() throws {
    try TinyEncoder.withFolder { folder in
      var base = try TextBase(folder: folder)
      let (network, _, items) = try TinyEncoder.pairs(&base)
      var run = FineTuneRun(network, settings(epochs: 60))
      while !run.isFinished {
        _ = try run.runEpoch(TrainingItems(train: items, dev: items)) { _ in true }
      }
      let score = try run.best.score(items)
      #expect(score.f1 == 100 && score.accuracy == 100)
      #expect(score.pairs == items.count)
    }
  }

  /// The rate of the first step is 0, but not of the only one.
  @Test func aSingleStepLearns() throws {
    try TinyEncoder.withFolder { folder in
      let (network, items) = TinyEncoder.entities(try TextBase(folder: folder), .firstPieceOnly)
      var run = FineTuneRun(network, settings(epochs: 1))
      let few = Array(items.prefix(4))
      #expect(try run.runEpoch(TrainingItems(train: few, dev: few)) { _ in true })
      #expect(run.isFinished && run.epochs.first?.steps == 1)
      #expect(weights(run.best) != weights(network))
    }
  }

  @Test func anInterruptedRunGoesOnToTheSameBits() throws {
    try TinyEncoder.withFolder { folder in
      let (network, items) = TinyEncoder.entities(try TextBase(folder: folder), .firstPieceOnly)
      var whole = FineTuneRun(network, settings(epochs: 5))
      while !whole.isFinished {
        _ = try whole.runEpoch(TrainingItems(train: items, dev: items)) { _ in true }
      }
      var broken = FineTuneRun(network, settings(epochs: 5))
      for _ in 0..<2 {
        _ = try broken.runEpoch(TrainingItems(train: items, dev: items)) { _ in true }
      }
      let (tensors, state) = broken.checkpoint
      // Stopped inside the third epoch: nothing of it may be left.
      #expect(try broken.runEpoch(TrainingItems(train: items, dev: items)) { $0.step < 2 } == false)
      let file = try Safetensors(data: Safetensors.encode(tensors), path: "checkpoint")
      let json = try JSONEncoder().encode(state)
      var resumed = FineTuneRun(network, settings(epochs: 5))
      try resumed.restore(
        file.allTensors(), JSONDecoder().decode(FineTuneState.self, from: json))
      while !resumed.isFinished {
        _ = try resumed.runEpoch(TrainingItems(train: items, dev: items)) { _ in true }
      }
      #expect(weights(resumed.model) == weights(whole.model))
      #expect(weights(resumed.best) == weights(whole.best))
      #expect(resumed.epochs.map(\.dev) == whole.epochs.map(\.dev))
      #expect(resumed.epochs.map(\.loss) == whole.epochs.map(\.loss))
    }
  }

  @Test func otherTensorsAreRefused() throws {
    try TinyEncoder.withFolder { folder in
      let (network, items) = TinyEncoder.entities(try TextBase(folder: folder), .firstPieceOnly)
      var run = FineTuneRun(network, settings(epochs: 3))
      _ = try run.runEpoch(TrainingItems(train: items, dev: items)) { _ in true }
      let (tensors, state) = run.checkpoint
      for (name, tensor) in [
        ("optimizer.first.0", Tensor([1])), ("optimizer.first.9999", Tensor([1])),
        ("model.classifier.bias", Tensor([2])), ("model.extra", Tensor([1])),
      ] {
        var wrong = tensors
        wrong[name] = tensor
        #expect(throws: (any Error).self) {
          var fresh = FineTuneRun(network, settings(epochs: 3))
          try fresh.restore(wrong, state)
        }
      }
    }
  }

  @Test func gradientsAgreeWithDifferences() throws {
    try TinyEncoder.withFolder { folder in
      var base = try TextBase(folder: folder)
      let (tagger, posts) = TinyEncoder.entities(base, .withX)
      try check(
        tagger, posts, [("classifier.weight", 3), ("bert.embeddings.word_embeddings.weight", 90)])
      let (network, _, pairs) = try TinyEncoder.pairs(&base)
      try check(
        network, pairs,
        [("classifier.pair.weight", 7), ("bert.embeddings.word_embeddings.weight", 17 * 16 + 2)])
    }
  }

  /// Some numbers of parameters, moved by ±h, move the loss as the tape says.
  private func check<Model: FineTunable>(
    _ model: Model, _ items: [Model.Item], _ places: [(name: String, index: Int)]
  ) throws {
    var model = model
    model.indexParameters()
    func loss(_ model: Model) throws -> Double {
      let tape = Tape()
      return Double(tape[try model.loss(items, tape)].item)
    }
    let tape = Tape(recording: true, training: false)
    let value = try model.loss(items, tape)
    tape.backward(from: value)
    let gradients = tape.parameterGradients
    for (name, index) in places {
      let slot = try #require(model.parameters.firstIndex { $0.name == name })
      let gradient = Double(try #require(gradients[slot])[index])
      func moved(_ by: Float) -> Model {
        var copy = model
        copy.visitParameters("") { own, parameter in
          if own == name { parameter.value.array[index] += by }
        }
        return copy
      }
      let h: Float = 1e-2
      let difference = try (loss(moved(h)) - loss(moved(-h))) / Double(2 * h)
      #expect(
        abs(gradient - difference) < 2e-3 * max(1, abs(difference)),
        "\(name)[\(index)]: \(gradient), differences say \(difference)")
    }
  }

  @Test func batchesHoldEveryItemOnceAndLittlePadding() {
    var random = SeededGenerator(seed: 41)
    for (count, batch, bucket) in [(0, 4, 4), (1, 4, 4), (333, 16, 8), (40, 8, 1), (64, 16, 100)] {
      let lengths = (0..<count).map { _ in 3 + random.index(below: 60) }
      var (a, b) = (SeededGenerator(seed: 9), SeededGenerator(seed: 9))
      let batches = LengthBatches.make(lengths: lengths, batch: batch, bucket: bucket, &a)
      #expect(batches == LengthBatches.make(lengths: lengths, batch: batch, bucket: bucket, &b))
      #expect(batches.flatMap { $0 }.sorted() == Array(0..<count), "seed 41")
      #expect(batches.count == (count + batch - 1) / batch)
      #expect(batches.allSatisfy { $0.count <= batch })
      let used = batches.reduce(0) { sum, part in
        sum + part.count * (part.map { lengths[$0] }.max() ?? 0)
      }
      if count == 333 { #expect(Double(used) < 1.15 * Double(lengths.reduce(0, +))) }
    }
  }
}
