import Encoders
import Foundation
import Tensors
import Testing

@testable import Extractors

@Suite("Layers of the papers")
struct PaperLayerTests {
  /// A tape that keeps gradients and drops nothing.
  private func tape() -> Tape { Tape(recording: true, training: false) }

  /// Lets gradients flow from Σ out ⊙ weighting.
  private func backward(_ out: Tape.Variable, _ weighting: Tensor, _ tape: Tape) {
    tape.backward(from: tape.sum(tape.multiply(out, tape.constant(weighting))))
  }

  private var generator = SeededGenerator(seed: 1)

  @Test mutating func batchAttention() throws {
    let fixture = try PaperLayer("batch-attention")
    func options(_ attention: String) -> I2SRMOptions {
      I2SRMOptions { $0 == "attention" ? attention : "" }
    }
    var mixup = AttentionMixup(8, options("encoder"), &generator)
    try fixture.fill(&mixup.layer)
    let tape = tape()
    let x = tape.input(fixture["in.x"].reshaped([1, 5, 8]))
    let out = mixup.attended(x, real: nil, tape)
    fixture.expect(tape[out], "out.x")
    backward(out, fixture["in.weighting"].reshaped([1, 5, 8]), tape)
    fixture.expect(tape.gradient(of: x), "grad.x")

    var additive = AdditiveBatchAttention(8, heads: 2, &generator)
    try fixture.fill(&additive, "additive.")
    let again = self.tape()
    let y = again.input(fixture["in.x"].reshaped([1, 5, 8]))
    let other = additive(y, real: nil, again)
    fixture.expect(again[other], "out.additive")
    backward(other, fixture["in.weighting"].reshaped([1, 5, 8]), again)
    fixture.expect(again.gradient(of: y), "grad.additive")
  }

  @Test mutating func semanticLoss() throws {
    let fixture = try PaperLayer("semantic-loss")
    var semantic = SemanticAgreement(6, pictures: 5, &generator)
    try fixture.fill(&semantic)
    let tape = tape()
    let (text, picture) = (tape.input(fixture["in.text"]), tape.input(fixture["in.image"]))
    let options = I2SRMOptions { _ in "" }
    let loss = semantic.loss(text, pictures: picture, options, tape)
    fixture.expect(tape[loss], "out.loss")
    let scores = semantic.scores(text, pictures: picture, tape)
    let each = Tape.divergences(tape[scores.text], from: tape[scores.picture]).map { Float($0) }
    fixture.expect(Tensor([4], each), "out.each")
    tape.backward(from: loss)
    fixture.expect(tape.gradient(of: text), "grad.text")
    fixture.expect(tape.gradient(of: picture), "grad.image")
    // A distribution does not diverge from itself, and always does from another.
    #expect(
      Tape.divergences(tape[scores.text], from: tape[scores.text]).allSatisfy { abs($0) < 1e-6 })
    #expect(each.allSatisfy { $0 > 0 })
  }

  @Test mutating func focalAttention() throws {
    let fixture = try PaperLayer("focal")
    func run(_ change: (inout FocalMREOptions) -> Void, _ tape: Tape) throws -> (
      z: Tape.Variable, logits: Tape.Variable, text: Tape.Variable, slots: [Tape.Variable]
    ) {
      var options = FocalMREOptions { _ in "" }
      (options.grounding, options.detected) = (2, 1)
      change(&options)
      var generator = SeededGenerator(seed: 1)
      let sizes = MultimodalSizes(
        stack: TransformerConfiguration(
          hiddenSize: 6, layers: 1, heads: 1, intermediateSize: 6, activation: .gelu, norm: .post,
          epsilon: 1e-12, names: .bert), task: .relations, regions: [5, 7],
        features: 7, hasTower: false)
      var hollow = WeightSource.hollow
      var network = FocalMRE(
        sizes, options,
        text: BERTModel(
          TextConfiguration(
            stack: sizes.stack, vocabulary: 2, positions: 4, tokenTypes: 1, padding: 0,
            counting: .fromZero), &hollow), tower: nil, &generator)
      for i in network.slots.indices { try fixture.fill(&network.slots[i], "slots.\(i).") }
      network.fusion.value = fixture["w.fusion"]
      let pictures = fixture["in.pictures"]
      let items = (0..<2).map { item in
        MultimodalItem(
          ids: [0, 0, 0, 0], tagged: nil,
          pair: MarkedPair(
            ids: [0, 0, 0, 0], head: fixture.places("in.head")[item],
            tail: fixture.places("in.tail")[item], label: 0, cutOff: []), wordPieces: [0, 1, 2, 3],
          wordCount: 4,
          pictures: (0..<3).map { slot in
            let start = (item * 3 + slot) * 35
            return PictureRegions(Tensor([5, 7], Array(pictures.array[start..<(start + 35)])))
          })
      }
      let batch = MultimodalBatch(items, padding: 0, showsPictures: true)
      let text = tape.input(fixture["in.text"])
      let slots = (0..<3).map { tape.input(batch.view($0)) }
      let states = network.fused(text, slots, batch, network.fusion.value, tape, nil)
      // The head reads both sums at both markers: grounding's and detection's of each.
      let rows = tape.select(states, items.map { [$0.pair?.head ?? 0, $0.pair?.tail ?? 0] })
      let quarters = tape.reshape(rows, [8, 6])
      let z = tape.reshape(
        tape.gather(quarters, [0, 2, 1, 3, 4, 6, 5, 7], shape: [8]), [2, 24])
      var classifier = Linear(24, 4, &generator)
      try fixture.fill(&classifier, "classifier.")
      return (z, classifier(z, tape), text, slots)
    }
    let tape = tape()
    let (z, logits, text, slots) = try run({ _ in }, tape)
    fixture.expect(tape[z], "out.z")
    fixture.expect(tape[logits], "out.logits")
    backward(logits, fixture["in.weighting"], tape)
    fixture.expect(tape.gradient(of: text), "grad.text")
    // A tower that learns along gets its gradients from here: each post's slots one after another.
    let pictures = slots.map { tape.gradient(of: $0).array }
    fixture.expect(
      Tensor(
        [2, 3, 5, 7],
        (0..<2).flatMap { i in pictures.flatMap { Array($0[(i * 35)..<(i * 35 + 35)]) } }),
      "grad.pictures")
    var plain = self.tape()
    fixture.expect(plain[try run({ $0.attends = false }, plain).logits], "out.logits.noattention")
    plain = self.tape()
    fixture.expect(plain[try run({ $0.gated = false }, plain).logits], "out.logits.nogate")
  }

  @Test mutating func oneFocalSlot() throws {
    let fixture = try PaperLayer("focal")
    var slot = FocalSlot(text: 6, pictures: 7, &generator)
    try fixture.fill(&slot, "slots.0.")
    var options = FocalMREOptions { _ in "" }
    options.grounding = 1
    let tape = tape()
    let text = tape.constant(fixture["in.text"])
    let first = Tensor(
      [2, 5, 7],
      (0..<2).flatMap { Array(fixture["in.pictures"].array[($0 * 105)..<($0 * 105 + 35)]) })
    let (output, shown) = slot(text, tape.constant(first), options, tape, nil, nil)
    for row in 0..<4 {
      let weights = shown.attention.array[(row * 5)..<((row + 1) * 5)]
      #expect(abs(weights.reduce(0, +) - 1) < 1e-5)
      for (i, weight) in weights.enumerated() {
        #expect(abs(weight - fixture["out.attention"].array[row * 5 + i]) < 1e-5)
      }
      let gate = fixture["out.gate"].array[(row * 6)..<((row + 1) * 6)].reduce(0, +) / 6
      #expect(abs(shown.gate.array[row] - gate) < 1e-5)
    }
    // A gate that is shut leaves the text alone.
    let (shut, _) = slot(text, tape.constant(first), options, tape, { Tensor($0.shape) }, nil)
    #expect(tape[shut].array == fixture["in.text"].array)
    #expect(tape[output].array != fixture["in.text"].array)
  }

  @Test mutating func sharedAttention() throws {
    let fixture = try PaperLayer("isa")
    var source = WeightSource.random(seed: 1)
    let sizes = TransformerConfiguration(
      hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 16, activation: .gelu, norm: .post,
      epsilon: 1e-12, names: .bert)
    var layer = TransformerLayer(sizes, &source)
    for (part, path) in [
      ("query", \TransformerLayer.query), ("key", \.key), ("value", \.value),
      ("output", \.attentionOutput), ("text.first", \.intermediate), ("text.second", \.output),
    ] { try fixture.fill(&layer[keyPath: path], part + ".") }
    var picture = FeedForward(sizes, from: nil, &source)
    try fixture.fill(&picture, "vision.")
    var norms = BlockNorms(sizes, &source)
    try fixture.fill(&norms.attention, "attentionNorm.")
    try fixture.fill(&norms.output, "ffnNorm.")
    let block = InteractionBlock(layer: layer, feedForward: picture, norms: norms, norm: .pre)
    let tape = tape()
    let (text, vision) = (tape.input(fixture["in.text"]), tape.input(fixture["in.vision"]))
    let words = block.text(text, AttentionMask(keys: fixture.mask("in.mask")), tape)
    let places = block.picture(vision, tape)
    fixture.expect(tape[words], "out.text")
    fixture.expect(tape[places], "out.vision")
    let both = tape.add(
      tape.sum(tape.multiply(words, tape.constant(fixture["in.weighting.text"]))),
      tape.sum(tape.multiply(places, tape.constant(fixture["in.weighting.vision"]))))
    tape.backward(from: both)
    fixture.expect(tape.gradient(of: text), "grad.text")
    fixture.expect(tape.gradient(of: vision), "grad.vision")
  }

  @Test func switchedLoss() throws {
    let fixture = try PaperLayer("switched-loss")
    let options = IMMOptions { _ in "" }
    let tape = tape()
    let (text, vision) = (tape.input(fixture["in.text"]), tape.input(fixture["in.vision"]))
    let loss = SwitchedAlignment.loss(text, vision, fixture["in.similarity"], options, tape)
    fixture.expect(tape[loss], "out.loss")
    fixture.expect(
      tape[tape.softmax(SwitchedAlignment.scores(text, vision, options, tape))], "out.p")
    fixture.expect(SwitchedAlignment.target(fixture["in.similarity"]), "out.q")
    tape.backward(from: loss)
    fixture.expect(tape.gradient(of: text), "grad.text")
    fixture.expect(tape.gradient(of: vision), "grad.vision")
    var raw = options
    raw.comparesRaw = true
    let again = self.tape()
    fixture.expect(
      again[
        SwitchedAlignment.loss(
          again.constant(fixture["in.text"]), again.constant(fixture["in.vision"]),
          fixture["in.similarity"], raw, again)], "out.raw")
    // Another order of the batch is the same loss; where p is q there is none.
    let order = [2, 0, 3, 1]
    func rows(_ x: Tensor) -> Tensor {
      let width = x.shape[1]
      return Tensor(x.shape, order.flatMap { Array(x.array[($0 * width)..<(($0 + 1) * width)]) })
    }
    var turned = rows(fixture["in.similarity"])
    let swapped = turned
    for i in 0..<4 {
      for j in 0..<4 { turned.array[i * 4 + j] = swapped.array[i * 4 + order[j]] }
    }
    fixture.expect(
      again[
        SwitchedAlignment.loss(
          again.constant(rows(fixture["in.text"])), again.constant(rows(fixture["in.vision"])),
          turned, options, again)], "out.loss")
    let none = again.divergence(
      SwitchedAlignment.scores(
        again.constant(fixture["in.text"]), again.constant(fixture["in.vision"]), options, again),
      from: tape[tape.softmax(SwitchedAlignment.scores(text, vision, options, tape))],
      epsilon: 0)
    #expect(abs(again[none].item) < 1e-6)
  }

  @Test mutating func insertActivation() throws {
    let fixture = try PaperLayer("insert-activation")
    var hollow = WeightSource.hollow
    var slots = InsertActivation(6, &hollow)
    try fixture.fill(&slots)
    var (first, second) = (Linear(6, 12, &generator), Linear(12, 6, &generator))
    try fixture.fill(&first, "first.")
    try fixture.fill(&second, "second.")
    func forward(
      _ options: IMMOptions, _ tape: Tape
    ) -> (
      y: Tape.Variable, found: InsertActivation.Found, text: Tape.Variable, vision: Tape.Variable
    ) {
      let (text, vision) = (tape.input(fixture["in.text"]), tape.input(fixture["in.vision"]))
      let found = slots(text, vision, mask: fixture.mask("in.mask"), options, tape)
      let plain = second(tape.gelu(first(text, tape)), tape)
      return (tape.add(plain, found.output), found, text, vision)
    }
    let tape = tape()
    let (y, found, text, vision) = forward(IMMOptions { _ in "" }, tape)
    fixture.expect(tape[y], "out.y")
    fixture.expect(found.selection, "out.selection")
    fixture.expect(found.activation, "out.activation")
    backward(y, fixture["in.weighting"], tape)
    fixture.expect(tape.gradient(of: text), "grad.text")
    fixture.expect(tape.gradient(of: vision), "grad.vision")
    let own = self.tape()
    fixture.expect(own[forward(IMMOptions { $0 == "slots" ? "own" : "" }, own).y], "out.tokenwise")
  }

  @Test mutating func correlatedLayer() throws {
    let fixture = try PaperLayer("correlated-layer")
    var source = WeightSource.random(seed: 1)
    func sizes(_ norm: TransformerConfiguration.NormPlace, _ names: LayerNames)
      -> TransformerConfiguration
    {
      TransformerConfiguration(
        hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 16,
        activation: norm == .pre ? .quickGELU : .gelu, norm: norm,
        epsilon: norm == .pre ? 1e-5 : 1e-12, names: names)
    }
    var picture = TransformerLayer(sizes(.pre, .clip), &source)
    try fixture.fill(&picture, "vision.")
    var layer = TransformerLayer(sizes(.post, .bert), &source)
    try fixture.fill(&layer, "text.")
    var fusion = Linear(8, 16, bias: false, &generator)
    try fixture.fill(&fusion, "text.fusion.")
    let tape = tape()
    let (text, vision) = (tape.input(fixture["in.text"]), tape.input(fixture["in.vision"]))
    let (keys, values) = (
      tape.input(fixture["in.prefix.keys"]), tape.input(fixture["in.prefix.values"])
    )
    let mask = fixture.mask("in.mask")
    let places = picture(
      vision, mask: AttentionMask(),
      prefix: AttentionPrefix(keys: keys, values: values, mask: mask), tape)
    fixture.expect(tape[places], "out.vision")
    let (words, weights) = MKGformer.fused(
      layer, fusion, text, places, AttentionMask(keys: mask), tape)
    fixture.expect(tape[words], "out.text")
    fixture.expect(weights, "out.weights")
    backward(words, fixture["in.weighting"], tape)
    fixture.expect(tape.gradient(of: text), "grad.text")
    fixture.expect(tape.gradient(of: vision), "grad.vision")
    // What the picture sees of the text before teaches that layer, too.
    fixture.expect(tape.gradient(of: keys), "grad.prefix.keys")
    fixture.expect(tape.gradient(of: values), "grad.prefix.values")
  }

  // MARK: MODELS §12, item 5

  @Test func mixupCounts() {
    var generator = SeededGenerator(seed: 3)
    let code = MixupPlan(16, I2SRMOptions { $0 == "mixed-rows" ? "code" : "" }, &generator)
    #expect(code.pool.count == 23 && code.mixed.count == 9 && code.plain.count == 25)
    #expect(code.pool == Array(0..<11) + Array(20..<32))
    let paper = MixupPlan(16, I2SRMOptions { _ in "" }, &generator)
    #expect(paper.pool.count == 16 && paper.pool.count { $0 < 16 } == 11)
    #expect(Array(paper.plain.prefix(16)) == Array(0..<16) && paper.plain.count == 25)
    #expect(paper.mixed.count == 6)
    let mixless = MixupPlan(16, I2SRMOptions { $0 == "mixup" ? "off" : "" }, &generator)
    #expect(mixless.mixed.isEmpty && mixless.plain.count == 25)
    let blind = MixupPlan(16, I2SRMOptions { $0 == "batch-attention" ? "off" : "" }, &generator)
    #expect(blind.plain.count == 16)
  }

  @Test mutating func riva() throws {
    let fixture = try PaperLayer("riva")
    var sight = RIVANetwork.Sighted(
      scaling: RegionScaling(8),
      gate: RelationGate(words: 6, size: 8, fusion: .product, dropout: 0, &generator),
      context: VisualContext(sentence: 8, regions: 8, heads: 2, &generator),
      entry: Linear(8, 6, &generator))
    var models = LanguageModels(words: 6, hidden: 5, vocabulary: 7, dropout: 0, &generator)
    try fixture.fill(&sight.gate, "rgn.")
    try fixture.fill(&sight.context, "vcn.")
    try fixture.fill(&sight.entry, "vlcn.entry.")
    try fixture.fill(&models, "vlcn.")
    let lengths = fixture.places("in.lengths")
    let tape = tape()
    let words = tape.input(fixture["in.words"])
    let regions = tape.input(fixture["in.regions"])
    let seen = sight.see(
      words, regions: regions, lengths: lengths, seen: .whole, tape, nil)
    let s = tape.column(1, of: tape.softmax(seen.relation))
    fixture.expect(tape[s], "out.s")
    fixture.expect(tape[seen.context], "out.context")
    let first = sight.entered(tape.scaleRows(seen.context, by: s), tape)
    let states = models.read(words, first: (first, first), lengths: lengths, tape)
    let scores = models.logits(states, tape)
    let ids = fixture.places("in.ids")
    let targets = lengths.enumerated().flatMap { i, n in Array(ids[(4 * i)..<(4 * i + n)]) }
    let losses = [scores.forward, scores.backward].map {
      tape.crossEntropy($0, targets: targets)
    }
    fixture.expect(tape[losses[0]], "out.forwardLoss")
    fixture.expect(tape[losses[1]], "out.backwardLoss")
    fixture.expect(tape[models.embeddings(states, tape)], "out.riva")
    tape.backward(from: tape.add(losses[0], losses[1]))
    fixture.expect(tape.gradient(of: words), "grad.words")
    fixture.expect(tape.gradient(of: regions), "grad.regions")
  }
}
