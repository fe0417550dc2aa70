import Encoders
import Foundation
import Tensors

/// A network that is trained before the tags: batches of several lists, one list after the other in
/// every epoch.
protocol RIVAStage: ParameterContainer {
  /// The loss of a batch of the list of a number.
  func loss(_ batch: TaggerBatch, list: Int, _ tape: Tape) -> Tape.Variable
  /// How good it is, more is better, 0 … 100.
  func score(_ batches: [TaggerBatch]) -> Double
  /// A parameter's share of the learning rate.
  var rateShare: (String) -> Float { get }
}

extension RIVAStage {
  fileprivate static func slowPictures(_ share: Float) -> (String) -> Float {
    { $0.hasPrefix(TrainedPictures.prefix) ? share : 1 }
  }
}

/// What a stage learns from, and what its best epoch is chosen by.
struct StageItems {
  var lists: [[TaggerInput]]
  var dev: [TaggerInput]
}

/// The teacher: told from the labels alone whether pictures add.
struct TeacherStage: RIVAStage {
  var classifier: RelationClassifier
  var scaling: RegionScaling
  /// The picture network's share of the learning rate.
  let pictureShare: Float

  var rateShare: (String) -> Float { Self.slowPictures(pictureShare) }

  func loss(_ batch: TaggerBatch, list: Int, _ tape: Tape) -> Tape.Variable {
    tape.crossEntropy(logits(batch, tape), targets: batch.imageAdds)
  }

  private func logits(_ batch: TaggerBatch, _ tape: Tape) -> Tape.Variable {
    classifier.logits(batch, scaling, tape)
  }

  /// s^G of each post.
  func gates(_ batches: [TaggerBatch]) -> [Float] {
    batches.flatMap { batch -> [Float] in
      let tape = Tape()
      return tape[tape.column(1, of: tape.softmax(logits(batch, tape)))].array
    }
  }

  func score(_ batches: [TaggerBatch]) -> Double {
    GateScore(gates(batches), adds: batches.flatMap { $0.imageAdds }).weightedF1
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    classifier.visitParameters(prefix, visit)
  }
}

/// RIVA's own training (Sun et al. 2020, Algorithm 1): of pseudo-labelled posts both tasks, then of
/// labelled ones the relation alone.
struct PretrainingStage: RIVAStage {
  var riva: RIVANetwork

  var rateShare: (String) -> Float { Self.slowPictures(riva.options.pretrainedShare) }

  func loss(_ batch: TaggerBatch, list: Int, _ tape: Tape) -> Tape.Variable {
    let pass = riva(batch, tape, nil)
    var parts: [Tape.Variable] = []
    if riva.options.hasGate, let relation = pass.relation,
      batch.imageAdds.contains(where: { $0 >= 0 })
    {
      parts.append(tape.crossEntropy(relation, targets: batch.imageAdds))
    }
    if list == 0 {
      let words = riva.languageModels.losses(pass.states, batch.words, tape)
      parts += [words.forward, words.backward]
    }
    let zero = tape.constant(Tensor(scalar: 0))
    return parts.dropFirst().reduce(parts.first ?? zero) { tape.add($0, $1) }
  }

  /// The geometric mean of the right words' probabilities, percent: 100 / perplexity.
  func score(_ batches: [TaggerBatch]) -> Double {
    var (sum, words) = (0.0, 0)
    for batch in batches {
      let tape = Tape()
      let losses = riva.languageModels.losses(riva(batch, tape, nil).states, batch.words, tape)
      let count = batch.words.lengths.reduce(0, +)
      sum += Double(tape[losses.forward].item + tape[losses.backward].item) / 2 * Double(count)
      words += count
    }
    return 100 * exp(-sum / Double(max(1, words)))
  }

  /// s^G of each post.
  func gates(_ batches: [TaggerBatch]) -> [Float] {
    batches.flatMap { batch -> [Float] in
      let tape = Tape()
      guard let relation = riva(batch, tape, nil).relation else { return [] }
      return tape[tape.column(1, of: tape.softmax(relation))].array
    }
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    riva.visitParameters(prefix, visit)
  }
}

/// A stage as a value that can be taken up after an interrupt.
struct StageRun<Stage: RIVAStage>: ResumableRun {
  private(set) var model: Stage
  private(set) var best: Stage
  private(set) var epochs: [TrainingEpoch] = []
  let mostEpochs: Int
  private let settings: TaggerTraining
  private let words: Vocabulary
  private let characters: Vocabulary
  private var optimizer: Optimizer

  init(
    _ model: Stage, _ settings: TaggerTraining, epochs: Int, words: Vocabulary,
    characters: Vocabulary
  ) {
    var model = model
    model.indexParameters()
    self.model = model
    best = model
    self.settings = settings
    mostEpochs = epochs
    self.words = words
    self.characters = characters
    optimizer = Optimizer(settings.rule, clipNorm: settings.clip)
  }

  mutating func runEpoch(
    _ items: StageItems, progress: (TrainingProgress) -> Bool
  ) throws -> Bool {
    let start = Date()
    let epoch = epochs.count
    var generator = SeededGenerator(seed: settings.seed &+ UInt64(epoch) &* 7919, stream: "stage")
    let orders = items.lists.map { generator.permutation($0.count) }
    let size = settings.batch
    let steps = orders.reduce(0) { $0 + ($1.count + size - 1) / size }
    let clock = RunClock(first: epoch * steps, total: mostEpochs * steps)
    var (total, step) = (0.0, 0)
    for (list, order) in orders.enumerated() {
      for start in stride(from: 0, to: order.count, by: size) {
        let part = order[start..<min(order.count, start + size)].map { items.lists[list][$0] }
        let tape = Tape(recording: true, seed: generator.next())
        let loss = model.loss(
          TaggerBatch(part, words: words, characters: characters), list: list, tape)
        tape.backward(from: loss)
        total += Double(tape[loss].item)
        let (rate, share) = (settings.learningRate, model.rateShare)
        optimizer.step(&model, tape) { rate * share($0) }
        step += 1
        let (speed, left) = clock.reading(done: epoch * steps + step)
        let went = progress(
          TrainingProgress(
            epoch: epoch + 1, epochs: mostEpochs, step: step, steps: steps,
            loss: total / Double(step), best: epochs.map(\.dev).max(), last: epochs.last?.dev,
            rate: rate, speed: speed * Double(size), secondsLeft: left))
        if !went { return false }
      }
    }
    let trained = Date()
    let score = model.score(
      TaggerBatch.batches(items.dev, words: words, characters: characters))
    if score > epochs.map(\.dev).max() ?? -1 { best = model }
    epochs.append(
      TrainingEpoch(
        epoch: epoch + 1, loss: total / Double(max(1, steps)), dev: score,
        seconds: trained.timeIntervalSince(start), scoring: Date().timeIntervalSince(trained),
        steps: steps))
    return true
  }

  /// The part of a checkpoint that is not tensors.
  struct State: Codable, Sendable {
    let settings: TaggerTraining
    let history: [TrainingEpoch]
  }

  var checkpoint: (tensors: [String: Tensor], state: State) {
    var tensors = optimizer.checkpoint
    for (name, value) in model.parameters { tensors["model." + name] = value }
    for (name, value) in best.parameters { tensors["best." + name] = value }
    return (tensors, State(settings: settings, history: epochs))
  }

  mutating func restore(_ tensors: [String: Tensor], _ state: State) throws {
    try model.load(tensors.named("model."))
    try best.load(tensors.named("best."))
    optimizer.restore(tensors)
    epochs = state.history
  }
}

/// How well a gate tells which pictures add (MODELS §2.8.4): the paper prints one F1 and does not
/// say which.
struct GateScore {
  /// Percent.
  let accuracy: Double
  /// F1 of “adds”, percent.
  let positiveF1: Double
  /// Mean of both classes' F1, percent.
  let macroF1: Double
  /// Both classes' F1 by their posts, percent.
  let weightedF1: Double
  /// Posts that were judged.
  let posts: Int

  /// All by names that begin with a word.
  func told(_ name: String) -> [String: Double] {
    [
      name + "Accuracy": accuracy, name + "F1": weightedF1, name + "AddsF1": positiveF1,
      name + "MacroF1": macroF1, name + "Posts": Double(posts),
    ]
  }

  /// - Parameter adds: 1, 0, or −1 for posts that nobody judged, which do not count.
  init(_ gates: [Float], adds: [Int]) {
    var counts = [[Int]](repeating: [0, 0], count: 2)
    for (gate, truth) in zip(gates, adds) where truth >= 0 {
      counts[truth][gate > 0.5 ? 1 : 0] += 1
    }
    func f1(_ k: Int) -> Double {
      let (hit, told, gold) = (
        counts[k][k], counts[0][k] + counts[1][k], counts[k].reduce(0, +)
      )
      return told + gold == 0 ? 0 : 200 * Double(hit) / Double(told + gold)
    }
    let gold = counts.map { Double($0.reduce(0, +)) }
    let all = max(1, gold[0] + gold[1])
    posts = Int(gold[0] + gold[1])
    accuracy = 100 * Double(counts[0][0] + counts[1][1]) / all
    positiveF1 = f1(1)
    macroF1 = (f1(0) + f1(1)) / 2
    weightedF1 = (f1(0) * gold[0] + f1(1) * gold[1]) / all
  }
}
