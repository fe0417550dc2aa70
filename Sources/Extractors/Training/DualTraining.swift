import Encoders
import Foundation
import Tensors
import Traces

/// How the dual encoder is trained on captions.
public struct DualTraining: Sendable, Hashable, Codable {
  public var seed: UInt64 = 1
  public var epochs = 16
  public var batch = 128
  public var learningRate: Float = 2e-3
  public var decay: Float = 1e-3

  /// The defaults above.
  public init() {}
}

/// A caption with its prepared picture.
public struct CaptionedPicture: Sendable {
  /// Word numbers of the caption.
  public let words: [Int]
  /// 3×side×side normalised pixels.
  public let pixels: [Float]
  /// Class of what it shows, for the classifier; −1 unknown.
  public let label: Int

  /// A pair.
  public init(words: [Int], pixels: [Float], label: Int = -1) {
    self.words = words
    self.pixels = pixels
    self.label = label
  }
}

/// A contrastive training run.
public struct DualRun: Sendable {
  public let settings: DualTraining
  public private(set) var encoder: DualEncoder
  public private(set) var history: [Double] = []
  private var optimizer: Optimizer
  let side: Int

  /// A run of a fresh encoder for pictures of a side.
  public init(_ encoder: DualEncoder, _ settings: DualTraining, side: Int) {
    var encoder = encoder
    encoder.indexParameters()
    self.encoder = encoder
    self.settings = settings
    self.side = side
    optimizer = Optimizer(.adamW(decay: settings.decay), clipNorm: 5)
  }

  /// Whether all epochs are done.
  public var isFinished: Bool { history.count >= settings.epochs }

  /// One pass over the pairs; returns false when stopped by `progress`.
  public mutating func runEpoch(
    _ pairs: [CaptionedPicture], progress: (TrainingProgress) -> Bool
  ) -> Bool {
    let epoch = history.count
    var generator = SeededGenerator(seed: settings.seed &+ UInt64(epoch) &* 7919, stream: "dual")
    let order = generator.permutation(pairs.count)
    let steps = max(1, pairs.count / settings.batch)
    let total = settings.epochs * steps
    let clock = RunClock(first: epoch * steps, total: total)
    var sum = 0.0
    for step in 0..<steps {
      let part = order[(step * settings.batch)..<min(order.count, (step + 1) * settings.batch)]
        .map { pairs[$0] }
      let tape = Tape(recording: true, seed: generator.next())
      let loss = self.loss(part, tape)
      tape.backward(from: loss)
      sum += Double(tape[loss].item)
      let rate =
        settings.learningRate
        * Schedule.cosine(warmUp: 0.05).factor(step: epoch * steps + step, of: total)
      optimizer.step(&encoder, tape) { _ in rate }
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

  private func loss(_ part: [CaptionedPicture], _ tape: Tape) -> Tape.Variable {
    let longest = part.map(\.words.count).max() ?? 1
    var numbers = [Int](repeating: 0, count: part.count * longest)
    for (i, pair) in part.enumerated() {
      for (t, word) in pair.words.enumerated() { numbers[i * longest + t] = word }
    }
    let pixels = Tensor([part.count, 3, side, side], part.flatMap(\.pixels))
    let text = encoder.text(numbers, shape: [part.count, longest], tape)
    let picture = encoder.picture(tape.constant(pixels), tape)
    return encoder.loss(text: text, pictures: picture, tape)
  }
}
