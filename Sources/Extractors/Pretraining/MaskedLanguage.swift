import Encoders
import Tensors

/// BERT's first training: pieces are hidden and found again from what stands around them (Devlin
/// et al. 2019). For small encoders from scratch; the scores of a piece use its own vector.
package struct MaskedLanguage: FineTunable {
  /// The encoder that is trained, without a pooler.
  package var encoder: BERTModel
  var head: Head
  /// Which pieces may be hidden, and by what.
  package let rule: MaskingRule

  struct Head: ParameterContainer {
    var dense: Linear
    var norm: LayerNorm
    var bias: Parameter

    mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
      dense.visitParameters(prefix + "transform.dense.", visit)
      norm.visitParameters(prefix + "transform.LayerNorm.", visit)
      visit(prefix + "bias", &bias)
    }
  }

  /// A fresh head on an encoder.
  package init(_ encoder: BERTModel, _ rule: MaskingRule, _ source: inout WeightSource) {
    let stack = encoder.configuration.stack
    self.encoder = encoder
    self.rule = rule
    head = Head(
      dense: Linear(stack.hiddenSize, stack.hiddenSize, deviation: 0.02, &source),
      norm: LayerNorm(stack.hiddenSize, epsilon: stack.epsilon, &source),
      bias: source.constant([encoder.configuration.vocabulary], 0))
  }

  /// Mean cross-entropy of the hidden pieces, one number; what is hidden changes with every step.
  package func loss(_ items: [PieceList], _ tape: Tape) throws(EncoderInputError) -> Tape.Variable {
    let hidden = items.map { rule.hide($0.ids, &tape.generator) }
    let (logits, targets) = try scores(hidden, tape)
    return tape.crossEntropy(logits, targets: targets)
  }

  /// Share of hidden pieces that are found, the same pieces being hidden every time.
  package func score(_ items: [PieceList]) throws(EncoderInputError) -> MaskedScore {
    var generator = SeededGenerator(seed: 1, stream: "masked score")
    let hidden = items.map { rule.hide($0.ids, &generator) }
    var result = MaskedScore()
    for batch in LengthBatches.sorted(lengths: items.map(\.ids.count), batch: 64) {
      let tape = Tape()
      let (logits, targets) = try scores(batch.map { hidden[$0] }, tape)
      let (values, width) = (tape[logits].array, encoder.configuration.vocabulary)
      for (row, target) in targets.enumerated() where target >= 0 {
        let own = values[(row * width)..<((row + 1) * width)]
        var best = own.startIndex
        for i in own.indices where own[i] > own[best] { best = i }
        result.total += 1
        if best - own.startIndex == target { result.right += 1 }
      }
    }
    return result
  }

  /// Scores of all pieces at the hidden places, and what stood there; −1 fills up.
  private func scores(
    _ items: [MaskingRule.Hidden], _ tape: Tape
  ) throws(EncoderInputError) -> (logits: Tape.Variable, targets: [Int]) {
    let states = try encoder.states(items, tape)
    let places = items.map(\.places)
    let x = tape.gelu(head.dense(tape.select(states, places), tape))
    let logits = tape.add(
      tape.multiplyTransposed(head.norm(x, tape), tape(encoder.embeddings.words.weight)),
      tape(head.bias))
    let width = places.map(\.count).max() ?? 0
    let targets = items.flatMap { item in
      item.targets + [Int](repeating: -1, count: width - item.targets.count)
    }
    return (logits, targets)
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    encoder.visitParameters(prefix, visit)
    head.visitParameters(prefix + "cls.predictions.", visit)
  }
}

/// Pieces of one text.
package struct PieceList: PieceSequence, Hashable {
  /// T piece ids with the special tokens.
  package let ids: [Int]

  /// A text by its pieces.
  package init(_ ids: [Int]) { self.ids = ids }
}

/// How many hidden pieces were found.
package struct MaskedScore: FineTuneScore, Hashable {
  /// Pieces that were found.
  package var right = 0
  /// Pieces that were hidden.
  package var total = 0

  /// Share of found pieces, percent.
  package var f1: Double { total == 0 ? 0 : 100 * Double(right) / Double(total) }
}

/// Which pieces are hidden: 15 % of a text, at least one; of these 8 in 10 become the mask, 1 any
/// piece, 1 stays.
package struct MaskingRule: Sendable, Hashable {
  /// The id of `[MASK]`.
  package let mask: Int
  /// Ids of the ordinary pieces.
  package let ordinary: Range<Int>

  /// A rule for a vocabulary whose ordinary pieces stand together.
  package init(mask: Int, ordinary: Range<Int>) {
    self.mask = mask
    self.ordinary = ordinary
  }

  struct Hidden: PieceSequence {
    var ids: [Int]
    var places: [Int] = []
    var targets: [Int] = []
  }

  func hide(_ ids: [Int], _ generator: inout SeededGenerator) -> Hidden {
    var result = Hidden(ids: ids)
    let free = ids.indices.filter { ordinary.contains(ids[$0]) }
    let wanted = min(free.count, max(1, (free.count * 15 + 50) / 100))
    let order = generator.permutation(free.count)
    for place in order.prefix(wanted).map({ free[$0] }).sorted() {
      result.places.append(place)
      result.targets.append(ids[place])
      let chance = generator.uniform(0, 1)
      if chance < 0.8 {
        result.ids[place] = mask
      } else if chance < 0.9 {
        result.ids[place] =
          ordinary.lowerBound + Int(generator.next() % UInt64(max(1, ordinary.count)))
      }
    }
    return result
  }
}
