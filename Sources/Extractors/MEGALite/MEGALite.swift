import Encoders
import Tensors
import Traces

/// MEGA's alignments (Zheng et al. 2021; MODELS §3.5) without its scene-graph detector: objects
/// are the means of a 3×3 grid and of the whole picture. Its numbers are never MEGA's.
package struct MEGALite: FineTunable {
  /// The encoder with the markers in its table, without a pooler.
  package var encoder: BERTModel
  var head: MEGALiteHead
  let prefix: String

  /// A fresh head on an encoder that knows the markers.
  ///
  /// - Parameters:
  ///   - prefix: in front of the encoder's parameters in files.
  ///   - regionSize: C of the regions.
  package init(
    _ encoder: BERTModel, prefix: String, regionSize: Int, scheme: RelationScheme,
    options: MEGALiteOptions, _ generator: inout SeededGenerator
  ) {
    self.encoder = encoder
    self.prefix = prefix
    head = MEGALiteHead(
      size: encoder.configuration.stack.hiddenSize, regionSize: regionSize, scheme: scheme,
      options: options, &generator)
  }

  /// Mean cross-entropy of the pairs that have a label, one number.
  package func loss(
    _ items: [PicturedPair], _ tape: Tape
  ) throws(EncoderInputError) -> Tape.Variable {
    let logits = head(try encoder.states(items, tape), items, tape, nil)
    return tape.crossEntropy(logits, targets: items.map(\.label))
  }

  /// Scores over the pairs that have a label, with packed weights.
  package func score(_ items: [PicturedPair]) throws(EncoderInputError) -> RelationScore {
    RelationScore(
      try head.logits(items, BERTEngine(encoder)), gold: items.map(\.label), head.scheme)
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    encoder.visitParameters(prefix + self.prefix, visit)
    head.visitParameters(prefix + FineTuneNames.head, visit)
  }
}

/// What lies on top of mega-lite's encoder; E = 2D throughout.
struct MEGALiteHead: ParameterContainer {
  /// D → E, the text for the alignments.
  var text: Linear
  /// C → E.
  var objects: Linear
  var query: Linear
  var key: Linear
  var value: Linear
  /// [Z; T], 2E → E.
  var fusion: Linear
  /// [x; f], 2E → E.
  var pair: Linear
  /// E → labels.
  var output: Linear
  let scheme: RelationScheme
  let options: MEGALiteOptions
  let regionSize: Int
  static let dropout: Float = 0.5
  static let places = [
    "upper left", "upper middle", "upper right", "left", "middle", "right", "lower left",
    "lower middle", "lower right", "whole picture",
  ]

  init(
    size: Int, regionSize: Int, scheme: RelationScheme, options: MEGALiteOptions,
    _ generator: inout SeededGenerator
  ) {
    let wide = 2 * size
    text = Linear(size, wide, &generator)
    objects = Linear(regionSize, wide, &generator)
    query = Linear(wide, wide, &generator)
    key = Linear(wide, wide, &generator)
    value = Linear(wide, wide, &generator)
    fusion = Linear(2 * wide, wide, &generator)
    pair = Linear(2 * wide, wide, &generator)
    output = Linear(wide, scheme.labels.count, &generator)
    self.scheme = scheme
    self.options = options
    self.regionSize = regionSize
  }

  /// B×T×D states of the encoder → B×labels; the probe hears of the first pair.
  func callAsFunction(
    _ states: Tape.Variable, _ items: [PicturedPair], _ tape: Tape, _ probe: Probe?
  ) -> Tape.Variable {
    let (batch, length) = (items.count, tape.shape(states)[1])
    let wide = 2 * tape.shape(states)[2]
    let x = tape.reshape(
      tape.select(states, items.map { [$0.pair.head, $0.pair.tail] }), [batch, wide])
    let h = text(states, tape)
    let seen =
      options.usesPicture
      ? PictureRegions.stack(items.map(\.objects)) : Tensor([batch, 10, regionSize])
    let o = objects(tape.constant(seen), tape)
    let z = semantic(o, h, items, length, tape, probe)
    let t = structural(h, items, length, tape)
    let fused = fusion(tape.concatenate([z, t]), tape)
    show(fused: tape[fused], items, probe)
    // The reference sums over the objects.
    let f = tape.scale(tape.meanOverMiddle(fused), by: 10)
    return output(
      tape.dropout(pair(tape.concatenate([x, f]), tape), Self.dropout), tape)
  }

  /// Z = σ(softmax((W_q o)(W_k h̃)ᵀ/√E) W_v h̃), B×10×E; padding is not seen.
  private func semantic(
    _ o: Tape.Variable, _ h: Tape.Variable, _ items: [PicturedPair], _ length: Int, _ tape: Tape,
    _ probe: Probe?
  ) -> Tape.Variable {
    guard options.semantic else { return tape.constant(Tensor(tape.shape(o))) }
    let mask = items.flatMap { item in (0..<length).map { $0 < item.ids.count } }
    let (mixed, weights) = tape.attention(
      query(o, tape), key(h, tape), value(h, tape), heads: 1, mask: AttentionMask(keys: mask),
      dropout: 0, intercept: probe?.substitute("mega-lite/alignment"))
    if let probe, let item = items.first {
      let real = item.ids.count
      // Objects that are missing look for nothing.
      let names = item.places.map { $0.indices.map { "object \($0 + 1)" } } ?? Self.places
      let rows = names.indices.flatMap { weights.array[($0 * length)..<($0 * length + real)] }
      probe.show(
        Signal(
          name: "mega-lite/alignment",
          caption: "what each part of the picture looks for in the text",
          kind: .matrix(
            rows: names,
            columns: item.pieces.count == real
              ? item.pieces : (0..<real).map { "piece \($0 + 1)" }), ofPicture: true,
          tensor: Tensor([names.count, real], rows)))
    }
    return tape.sigmoid(mixed)
  }

  /// T = Sᵀ h̃, B×10×E.
  private func structural(
    _ h: Tape.Variable, _ items: [PicturedPair], _ length: Int, _ tape: Tape
  ) -> Tape.Variable {
    let wide = tape.shape(h)[2]
    guard options.structure == .chain else {
      return tape.constant(Tensor([items.count, 10, wide]))
    }
    var weights = Tensor([items.count, 10, length])
    for (i, item) in items.enumerated() {
      let rows = StructuralWeights.chain(pieces: item.ids.count)
      for piece in item.ids.indices {
        for object in 0..<10 {
          weights.array[(i * 10 + object) * length + piece] = rows[piece * 10 + object]
        }
      }
    }
    return tape.weightedRows(weights, of: h)
  }

  /// How much each part of the picture adds to f, by length, of the first pair.
  private func show(fused: Tensor, _ items: [PicturedPair], _ probe: Probe?) {
    guard let probe, let item = items.first else { return }
    let wide = fused.shape[2]
    let lengths = (0..<10).map { object in
      fused.array[(object * wide)..<((object + 1) * wide)].reduce(Float(0)) { $0 + $1 * $1 }
        .squareRoot()
    }
    let places = item.places ?? item.gridPlaces
    probe.show(
      Signal(
        name: "mega-lite/objects", caption: "how much each part of the picture adds",
        kind: .regions(places),
        tensor: Tensor([places.count], Array(lengths.prefix(places.count)))))
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    text.visitParameters(prefix + "text.", visit)
    objects.visitParameters(prefix + "objects.", visit)
    query.visitParameters(prefix + "query.", visit)
    key.visitParameters(prefix + "key.", visit)
    value.visitParameters(prefix + "value.", visit)
    fusion.visitParameters(prefix + "fusion.", visit)
    pair.visitParameters(prefix + "pair.", visit)
    output.visitParameters(prefix + "output.", visit)
  }
}

extension MEGALiteHead {
  /// One score per label for each item, in the order of the items; the probe hears of single pairs
  /// only.
  func logits(
    _ items: [PicturedPair], _ engine: BERTEngine, _ probe: Probe? = nil
  ) throws(EncoderInputError) -> [[Float]] {
    if let odd = items.first(where: { $0.objects.shape != [10, regionSize] }) {
      throw .pictures(shape: odd.objects.shape, expected: "10 objects of \(regionSize) numbers")
    }
    var result = [[Float]](repeating: [], count: items.count)
    let count = scheme.labels.count
    for batch in LengthBatches.sorted(lengths: items.map(\.ids.count), batch: 32) {
      let part = batch.map { items[$0] }
      let tape = Tape()
      let scores = tape[
        self(
          tape.constant(try engine.states(part)), part, tape, items.count == 1 ? probe : nil)
      ].array
      try EncoderInputError.check(scores, "the relation scores of \(MEGALiteModel.system)")
      for (row, i) in batch.enumerated() {
        result[i] = Array(scores[(row * count)..<((row + 1) * count)])
      }
    }
    return result
  }
}
