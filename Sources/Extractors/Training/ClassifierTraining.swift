import Encoders
import Tensors

/// Teaches a picture encoder to name things.
public struct ClassifierRun: Sendable {
  public let settings: DualTraining
  public private(set) var classifier: PictureClassifier
  public private(set) var history: [Double] = []
  private var optimizer: Optimizer
  let side: Int

  /// A run of a fresh classifier for pictures of a side.
  public init(_ classifier: PictureClassifier, _ settings: DualTraining, side: Int) {
    var classifier = classifier
    classifier.indexParameters()
    self.classifier = classifier
    self.settings = settings
    self.side = side
    optimizer = Optimizer(.adamW(decay: settings.decay), clipNorm: 5)
  }

  /// Whether all epochs are done.
  public var isFinished: Bool { history.count >= settings.epochs }

  /// One pass over the pictures; returns false when stopped by `progress`.
  public mutating func runEpoch(
    _ pictures: [CaptionedPicture], progress: (TrainingProgress) -> Bool
  ) -> Bool {
    let epoch = history.count
    var generator = SeededGenerator(seed: settings.seed &+ UInt64(epoch) &* 7919, stream: "things")
    let order = generator.permutation(pictures.count)
    let steps = max(1, pictures.count / settings.batch)
    let total = settings.epochs * steps
    let clock = RunClock(first: epoch * steps, total: total)
    var sum = 0.0
    for step in 0..<steps {
      let part = order[(step * settings.batch)..<min(order.count, (step + 1) * settings.batch)]
        .map { pictures[$0] }
      let tape = Tape(recording: true, seed: generator.next())
      let pixels = Tensor([part.count, 3, side, side], part.flatMap(\.pixels))
      let logits = classifier.logits(tape.constant(pixels), tape)
      let loss = tape.crossEntropy(logits, targets: part.map(\.label))
      tape.backward(from: loss)
      sum += Double(tape[loss].item)
      let rate =
        settings.learningRate
        * Schedule.cosine(warmUp: 0.05).factor(step: epoch * steps + step, of: total)
      optimizer.step(&classifier, tape) { _ in rate }
      let (speed, left) = clock.reading(done: epoch * steps + step + 1)
      let report = TrainingProgress(
        epoch: epoch + 1, epochs: settings.epochs, step: step + 1, steps: steps,
        loss: sum / Double(step + 1), best: nil, last: nil, rate: rate,
        speed: speed * Double(settings.batch), secondsLeft: left)
      if !progress(report) { return false }
    }
    history.append(sum / Double(steps))
    return true
  }

  /// Share of pictures whose class is found, percent.
  public func accuracy(_ pictures: [CaptionedPicture]) -> Double {
    var right = 0
    for start in stride(from: 0, to: pictures.count, by: 64) {
      let part = pictures[start..<min(pictures.count, start + 64)]
      let tape = Tape()
      let pixels = Tensor([part.count, 3, side, side], part.flatMap(\.pixels))
      let logits = tape[classifier.logits(tape.constant(pixels), tape)]
      let width = logits.shape[1]
      for (row, picture) in part.enumerated() {
        let scores = logits.array[(row * width)..<((row + 1) * width)]
        let best = scores.indices.max { scores[$0] < scores[$1] }
        if best.map({ $0 - row * width }) == picture.label { right += 1 }
      }
    }
    return pictures.isEmpty ? 0 : 100 * Double(right) / Double(pictures.count)
  }
}
