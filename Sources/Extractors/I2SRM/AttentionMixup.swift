import Encoders
import Tensors

/// I2SRM's inter-sample relation, AttnMixup (MODELS §5.4–5.7): the items of a batch attend to each
/// other, and pairs of them are mixed; the head learns from originals, attended and mixed ones. Of
/// tagged texts whole sequences are mixed, and attention runs over the batch at each step.
struct AttentionMixup: ParameterContainer {
  /// A post-norm layer over the batch.
  var layer: TransformerLayer
  var additive: AdditiveBatchAttention
  let options: I2SRMOptions
  /// Fewer items leave nothing to mix.
  static let leastBatch = 4

  init(_ width: Int, _ options: I2SRMOptions, _ generator: inout SeededGenerator) {
    let heads = [4, 2].first { width % $0 == 0 } ?? 1
    let configuration = TransformerConfiguration(
      hiddenSize: width, layers: 1, heads: heads, intermediateSize: width, activation: .relu,
      norm: .post, epsilon: 1e-5, hiddenDropout: 0.2, attentionDropout: 0.2, names: .bert)
    var source = WeightSource(generator: generator)
    layer = TransformerLayer(configuration, &source)
    generator = source.generator ?? generator
    additive = AdditiveBatchAttention(width, heads: heads, &generator)
    self.options = options
  }

  /// H*: what each item is after a look at the others. S×B×W → S×B×W, S steps of their own; steps
  /// that an item does not have come out as something, and are the caller's to leave out.
  ///
  /// - Parameter real: S×B, false where an item has no step.
  func attended(_ x: Tape.Variable, real: [Bool]?, _ tape: Tape) -> Tape.Variable {
    switch options.attention {
    case .encoder: layer(x, mask: AttentionMask(keys: real), tape)
    case .additive: additive(x, real: real, tape)
    }
  }

  /// The head's loss over originals, attended and mixed items (MODELS §5.5–5.6).
  ///
  /// - Parameter h: what the head reads, B×W or B×S×W.
  func loss(
    _ h: Tape.Variable, _ batch: MultimodalBatch, _ head: TaskHead, _ tape: Tape
  ) -> Tape.Variable {
    let shape = tape.shape(h)
    let (count, steps, width) = (shape[0], shape.count == 3 ? shape[1] : 1, shape.last ?? 1)
    let star: Tape.Variable
    if options.attends {
      // Steps outside, items inside, and back.
      let (turned, real) = turned(h, batch, tape)
      var seen = tape.reshape(attended(turned, real: real, tape), [steps * count, width])
      // The layer answers where there is no word too; mixed into a longer text that were noise.
      if let real {
        seen = tape.scaleRows(
          seen, by: tape.constant(Tensor([steps * count], real.map { $0 ? 1 : 0 })))
      }
      star = tape.reshape(
        tape.gather(
          seen, (0..<count).flatMap { i in (0..<steps).map { $0 * count + i } },
          shape: [count, steps]), [count, steps * width])
    } else {
      star = tape.reshape(h, [count, steps * width])
    }
    let own = tape.reshape(h, [1, count, steps * width])
    let both = tape.reshape(
      tape.joinRows(own, tape.reshape(star, [1, count, steps * width])),
      [2 * count, steps * width])
    let plan = MixupPlan(count, options, &tape.generator)
    func item(_ row: Int) -> MultimodalItem { batch.items[row % count] }
    func rows(_ places: [Int]) -> Tape.Variable {
      tape.reshape(
        tape.gather(both, places, shape: [places.count]), [places.count] + shape.dropFirst())
    }
    let plain = head.loss(
      scores: head.scores(rows(plan.plain), tape), of: plan.plain.map(item), tape)
    guard !plan.mixed.isEmpty else { return plain }
    let (first, second) = (plan.mixed.map(\.first), plan.mixed.map(\.second))
    let mixture = tape.add(
      tape.scale(rows(first), by: plan.share), tape.scale(rows(second), by: 1 - plan.share))
    let scores = head.scores(mixture, tape)
    let mixed = tape.add(
      tape.scale(head.loss(scores: scores, of: first.map(item), tape), by: plan.share),
      tape.scale(head.loss(scores: scores, of: second.map(item), tape), by: 1 - plan.share))
    return tape.add(plain, mixed)
  }

  /// What the head reads, step by step: S×B×W, and which items have which step, S×B; nil for pairs,
  /// which have one.
  private func turned(
    _ h: Tape.Variable, _ batch: MultimodalBatch, _ tape: Tape
  ) -> (states: Tape.Variable, real: [Bool]?) {
    let shape = tape.shape(h)
    let (count, steps, width) = (shape[0], shape.count == 3 ? shape[1] : 1, shape.last ?? 1)
    let states = tape.gather(
      tape.reshape(h, [count * steps, width]),
      (0..<steps).flatMap { s in (0..<count).map { $0 * steps + s } }, shape: [steps, count])
    guard shape.count == 3 else { return (states, nil) }
    return (
      states,
      (0..<steps).flatMap { s in batch.items.map { s < $0.tagged?.places.count ?? 0 } }
    )
  }

  /// How much each item of a batch attends to each, B×B with rows of sum 1: the mean over heads and
  /// over the item's own steps; nil for the additive form, whose weights are the same for all.
  func weights(_ h: Tape.Variable, _ batch: MultimodalBatch, _ tape: Tape) -> Tensor? {
    guard options.attention == .encoder else { return nil }
    let (states, real) = turned(h, batch, tape)
    let watch = AttentionWatch()
    _ = layer(states, mask: AttentionMask(keys: real), tape, watch)
    guard let all = watch.weights.first else { return nil }
    let (steps, heads, count) = (all.shape[0], all.shape[1], all.shape[2])
    var result = Tensor([count, count])
    for row in 0..<count {
      let own = (0..<steps).filter { real?[$0 * count + row] ?? true }
      for step in own {
        for head in 0..<heads {
          let from = ((step * heads + head) * count + row) * count
          for column in 0..<count {
            result.array[row * count + column] +=
              all.array[from + column] / Float(own.count * heads)
          }
        }
      }
    }
    return result
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    if options.attention == .encoder {
      layer.visitParameters(prefix + "layer.", visit)
    } else {
      additive.visitParameters(prefix + "additive.", visit)
    }
  }
}

/// Which items a step of AttnMixup learns from. Rows 0 ..< B are the originals, B ..< 2B the
/// attended ones.
struct MixupPlan: Sendable {
  /// Rows learned as they are: all originals, then Δ of the attended.
  let plain: [Int]
  /// Pairs of rows that are mixed, 1 − Δ of those that could be.
  let mixed: [(first: Int, second: Int)]
  /// λ, the share of the first of each pair.
  let share: Float
  /// Rows from which pairs are made, H̃.
  let pool: [Int]

  init(_ count: Int, _ options: I2SRMOptions, _ generator: inout SeededGenerator) {
    func floor(_ share: Float, of whole: Int) -> Int {
      // A ten-thousandth more, so that 0.7 of 10 are 7.
      min(whole, Int(share * Float(whole) + 1e-4))
    }
    switch options.rows {
    case .paper:
      let kept = floor(options.originals, of: count)
      pool =
        generator.permutation(count).prefix(kept)
        + generator.permutation(count).prefix(count - kept).map { count + $0 }
    case .code:
      let half = options.originals / 2
      pool =
        Array(0..<floor(half, of: 2 * count))
        + Array(floor(1 - half, of: 2 * count)..<(2 * count))
    }
    plain =
      Array(0..<count)
      + generator.permutation(count).prefix(
        options.attends ? floor(options.attended, of: count) : 0
      ).map { count + $0 }
    share = generator.uniform()
    let partners = generator.permutation(pool.count)
    let kept = options.interpolates ? floor(1 - options.attended, of: pool.count) : 0
    let rows = pool
    mixed = generator.permutation(pool.count).prefix(kept).map {
      (first: rows[$0], second: rows[partners[$0]])
    }
  }
}

/// The attention across a batch that the paper prints (MODELS §5.4): additive scores per head, a
/// softmax over the batch, each item weighted by its own share; then a projection, the residual sum
/// and a norm.
struct AdditiveBatchAttention: ParameterContainer {
  var hidden: [Linear]
  var score: [Linear]
  var output: Linear
  var norm: LayerNorm

  init(_ width: Int, heads: Int, _ generator: inout SeededGenerator) {
    let size = width / heads
    hidden = (0..<heads).map { _ in Linear(size, size, &generator) }
    score = (0..<heads).map { _ in Linear(size, 1, bias: false, &generator) }
    output = Linear(width, width, &generator)
    var source = WeightSource(generator: generator)
    norm = LayerNorm(width, epsilon: 1e-5, &source)
  }

  /// S×B×W → S×B×W.
  func callAsFunction(_ x: Tape.Variable, real: [Bool]?, _ tape: Tape) -> Tape.Variable {
    let shape = tape.shape(x)
    let (steps, count, width) = (shape[0], shape[1], shape[2])
    let heads = hidden.count
    let parts = tape.reshape(x, [steps * count * heads, width / heads])
    let hiding = real.map { Tensor([steps, count], $0.map { $0 ? 0 : -1e4 }) }
    let mixed = (0..<heads).map { head in
      let part = tape.gather(
        parts, (0..<(steps * count)).map { $0 * heads + head }, shape: [steps * count])
      var scores = tape.reshape(
        score[head](tape.tanh(hidden[head](part, tape)), tape), [steps, count])
      if let hiding { scores = tape.add(scores, tape.constant(hiding)) }
      return tape.scaleRows(part, by: tape.reshape(tape.softmax(scores), [steps * count]))
    }
    let all = tape.reshape(output(tape.concatenate(mixed), tape), shape)
    return norm(tape.add(x, all), tape)
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    for i in hidden.indices {
      hidden[i].visitParameters(prefix + "heads.\(i).hidden.", visit)
      score[i].visitParameters(prefix + "heads.\(i).score.", visit)
    }
    output.visitParameters(prefix + "output.", visit)
    norm.visitParameters(prefix + "norm.", visit)
  }
}
