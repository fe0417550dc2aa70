import Encoders
import Tensors
import Traces

/// FocalMRE (MODELS §7): the picture comes once for each of several rectangles, which is framed on
/// it. Each token attends to each framed picture and a gate decides, number by number, how much it
/// takes; the slots are summed by learned weights, those of grounding and those of detection apart.
package struct FocalMRE: MultimodalNetwork {
  var slots: [FocalSlot]
  /// w, one number per slot, 1 at first.
  var fusion: Parameter
  /// Its switches.
  package let options: FocalMREOptions
  /// 2D: grounding beside detection.
  package let stateSize: Int

  package init(
    _ sizes: MultimodalSizes, _ options: FocalMREOptions, text: BERTModel, tower: PictureTower?,
    _ generator: inout SeededGenerator
  ) {
    slots = (0..<options.slotCount).map { _ in
      FocalSlot(text: sizes.hiddenSize, pictures: sizes.regions[1], &generator)
    }
    fusion = WeightSource(generator: generator).constant([options.slotCount], 1)
    self.options = options
    stateSize = 2 * sizes.hiddenSize
  }

  package static func system(_ task: ExpertTask) -> String { "focalmre" }

  package static var towerUse: PictureTower.Use { .places }
  package static var rehearsedViews: (views: Int, readings: Int) { (7, 7) }

  package static func sights(_ eyes: EyeNames, _ options: FocalMREOptions) -> [Sight] {
    [eyes.hasTower ? .tower : .grid(eyes.pictures)]
      + (options.regions == .grounded ? eyes.dual.map { [.patches($0)] } ?? [] : [])
      + (options.regions == .boxes ? [.boxes] : [])
  }

  package static func takesRegions(_ options: FocalMREOptions) -> Bool {
    options.input != .original
  }

  package static func look(
    _ post: SeenPost, _ pair: TokenPair?, _ eyes: EyeNames, _ options: FocalMREOptions
  ) throws -> [PictureRegions] {
    let found = try options.regions.find(
      post, pair, grounding: options.grounding, detected: options.detected, eyes)
    func views(
      _ regions: [ImageRegion?], _ color: PictureView.FrameColor
    ) throws -> [PictureRegions] {
      try regions.map { region in
        // A slot without a rectangle of its own sees the whole.
        let region = region ?? .whole
        let view: PictureView =
          switch options.input {
          case .framed: .frame(region, color, options.drawing ?? .stretched)
          case .cropped: .crop(region, cells: nil)
          case .original: .whole
          }
        let seen =
          eyes.hasTower
          ? PictureRegions.pending(view, notice: post.notice)
          : try post.view(view, by: eyes.pictures)
        return options.input == .original ? seen : seen.framing(region)
      }
    }
    return try views(found.grounding, .red) + views(found.detected, .blue)
  }

  package func states(
    _ batch: MultimodalBatch, _ text: TextReader, _ tape: Tape, _ probe: Probe?
  ) throws(EncoderInputError) -> Tape.Variable {
    fused(
      try text.states(batch.text, tape), try places(batch, tape), batch, fusion.value, tape, probe)
  }

  /// The places of every slot's picture, B×P×C each.
  private func places(
    _ batch: MultimodalBatch, _ tape: Tape
  ) throws(EncoderInputError) -> [Tape.Variable] {
    var result: [Tape.Variable] = []
    for k in slots.indices { result.append(try batch.places(k, tape)) }
    return result
  }

  /// Focal fusion of B×T×D text states: B×T×2D.
  ///
  /// - Parameter weights: in place of the learned ones where nothing is recorded.
  func fused(
    _ h: Tape.Variable, _ pictures: [Tape.Variable], _ batch: MultimodalBatch, _ weights: Tensor,
    _ tape: Tape, _ probe: Probe?, gate: (@Sendable (Tensor) -> Tensor)? = nil
  ) -> Tape.Variable {
    let gate = gate ?? probe?.substitute("focal/gate")
    let attention = probe?.substitute("focal/attention")
    let h = tape.dropout(h, FocalSlot.dropout)
    let w = tape.recording ? tape(fusion) : tape.constant(weights)
    let table = tape.reshape(w, [slots.count, 1])
    var shown: [FocalSlot.Shown] = []
    let outputs = slots.enumerated().map { k, slot in
      let (o, seen) = slot(
        h, pictures[k], options, tape, gate,
        probe?.substitute("focal/attention/\(k)") ?? attention)
      if probe != nil { shown.append(seen) }
      let factor = tape.gather(
        table, [Int](repeating: k, count: batch.count * batch.length),
        shape: [batch.count * batch.length])
      return tape.scaleRows(
        o, by: tape.reshape(factor, [batch.count * batch.length]))
    }
    if let probe, let item = batch.items.first {
      show(shown, item, weights, length: batch.length, probe)
    }
    func sum(_ part: ArraySlice<Tape.Variable>) -> Tape.Variable {
      guard let first = part.first else { return tape.scale(h, by: 0) }
      return part.dropFirst().reduce(first) { tape.add($0, $1) }
    }
    return tape.concatenate([
      sum(outputs.prefix(options.grounding)), sum(outputs.dropFirst(options.grounding)),
    ])
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    for i in slots.indices { slots[i].visitParameters(prefix + "slots.\(i).", visit) }
    visit(prefix + "fusion", &fusion)
  }

  // MARK: What it shows

  /// Names of the slots, by the rule that finds their rectangles.
  var names: [String] {
    func numbered(_ name: String, from first: Int = 1) -> [String] {
      (first..<(first + 8)).map { "\(name) \($0)" }
    }
    let (asked, found): ([String], [String])
    switch options.regions {
    case .grounded: (asked, found) = (["head", "tail"] + numbered("chunk"), numbered("object"))
    case .salient:
      (asked, found) = (numbered("object"), numbered("object", from: options.grounding + 1))
    case .fixed:
      let places = ["middle", "left", "right"]
      asked = places.map { $0 + ", red" } + numbered("whole, red")
      found = places.map { $0 + ", blue" } + numbered("whole, blue")
    case .boxes: (asked, found) = (numbered("pair's region"), numbered("picture's region"))
    }
    return Array(asked.prefix(options.grounding) + found.prefix(options.detected))
  }

  /// The slots with the places of their rectangles; one that sees the whole has none.
  private func slotNames(_ item: MultimodalItem) -> [Signal.Slot] {
    guard options.input != .original else { return [] }
    return zip(names, item.pictures).enumerated().map { k, slot in
      let frame = slot.1.frame ?? .whole
      return Signal.Slot(slot.0, at: frame == .whole ? nil : k)
    }
  }

  private func show(
    _ shown: [FocalSlot.Shown], _ item: MultimodalItem, _ weights: Tensor, length: Int,
    _ probe: Probe
  ) {
    guard let sizes: [Int] = shown.first?.attention.shape else { return }
    let places: Int = sizes[2]
    let grid = Int(Float(places).squareRoot())
    let named = zip(names, item.pictures).map { name, picture in
      picture.frame == .whole ? "\(name) (whole picture)" : name
    }
    let frames = item.pictures.map { $0.frame ?? .whole }
    probe.show(
      Signal(
        name: "focal/weights",
        caption: "the frames, and what each slot weighs: learned, the same for all posts",
        kind: .regions(frames),
        slots: slotNames(item), tensor: weights))
    var maps: [Float] = []
    let cells = grid * grid
    for slot in shown {
      for place in [item.pair?.head ?? 0, item.pair?.tail ?? 0] {
        // A tower's class position stands in front.
        let row = place * places + places - cells
        maps += slot.attention.array[row..<(row + cells)]
      }
    }
    if options.attends, options.input == .cropped {
      // Each crop is another part of the picture, so that each slot has a map of its own.
      for (k, name) in named.enumerated() {
        probe.show(
          Signal(
            name: "focal/attention/\(k)", caption: "where each mention looks in \(name)",
            kind: .imageMap(rows: grid, columns: grid, region: item.seen(k)),
            steps: [.slot(["head", "tail"])],
            tensor: Tensor(
              [2, grid, grid], Array(maps[(2 * k * cells)..<(2 * (k + 1) * cells)]))))
      }
    } else if options.attends {
      probe.show(
        Signal(
          name: "focal/attention", caption: "where each mention looks in each framed picture",
          kind: .imageMap(rows: grid, columns: grid, region: item.seen(0)),
          steps: [.slot(named), .slot(["head", "tail"])],
          tensor: Tensor([slots.count, 2, grid, grid], maps)))
    }
    if options.attends, places > cells {
      probe.show(
        Signal(
          name: "focal/class",
          caption:
            "what each mention takes of each picture's class position, which has no place on the map",
          kind: .matrix(rows: named, columns: ["head", "tail"]),
          tensor: Tensor(
            [slots.count, 2],
            shown.flatMap { slot in
              [item.pair?.head ?? 0, item.pair?.tail ?? 0].map {
                slot.attention.array[$0 * places]
              }
            })))
    }
    func words(_ value: (FocalSlot.Shown) -> Tensor) -> Tensor {
      var rows = [Float](repeating: .nan, count: slots.count * item.wordCount)
      for (k, slot) in shown.enumerated() {
        let numbers = value(slot).array
        for (word, piece) in item.wordPieces.enumerated() {
          rows[k * item.wordCount + word] = numbers[piece]
        }
      }
      return Tensor([slots.count, item.wordCount], rows)
    }
    if options.gated {
      probe.show(
        Signal(
          name: "focal/gate", caption: "gate λ: how much each word takes of each framed picture",
          kind: .words, steps: [.slot(named)], ofPicture: true, tensor: words(\.gate)))
      probe.show(
        Signal(
          name: "focal/share", caption: "share of what is taken in each word's state",
          kind: .words, steps: [.slot(named)], ofPicture: true, tensor: words(\.share)))
    }
  }

  /// What the likeliest relation would lose without each slot.
  package func show(
    _ states: Tensor, _ batch: MultimodalBatch, _ head: TaskHead, text: TextReader, _ probe: Probe
  ) throws(EncoderInputError) {
    guard let item = batch.items.first, !slots.isEmpty else { return }
    let tape = Tape()
    let h = try text.states(batch.text, tape)
    let pictures = try places(batch, tape)
    func probabilities(_ weights: Tensor) -> [Float] {
      let z = head.representation(
        fused(
          h, pictures, batch, weights, tape, nil, gate: probe.substitute("focal/gate")), batch,
        tape)
      return tape[tape.softmax(head.scores(z, tape))].array
    }
    let whole = probabilities(fusion.value)
    let best = RelationScheme.best(whole)
    let changes = slots.indices.map { k in
      var weights = fusion.value
      weights.array[k] = 0
      return whole[best] - probabilities(weights)[best]
    }
    probe.show(
      Signal(
        name: "focal/without",
        caption: "what the answer's probability would lose without each slot",
        kind: .regions(item.pictures.map { $0.frame ?? .whole }), unit: .points,
        slots: slotNames(item), tensor: Tensor([slots.count], changes)))
  }
}

/// One slot of FocalMRE: focal attention of every token over a framed picture, and the gate.
struct FocalSlot: ParameterContainer {
  var query: Linear
  var key: Linear
  var value: Linear
  var output: Linear
  /// [x̂; h] → λ.
  var gate: Linear
  static let dropout: Float = 0.1

  /// What a slot did to the first item.
  struct Shown {
    /// T×N.
    let attention: Tensor
    /// Mean of λ over its numbers at each piece.
    let gate: Tensor
    /// ‖λx̂‖ / (‖λx̂‖ + ‖(1 − λ)h‖) at each piece.
    let share: Tensor
  }

  init(text: Int, pictures: Int, _ generator: inout SeededGenerator) {
    func xavier(_ inputs: Int, _ outputs: Int) -> Linear {
      let bound = (6 / Float(inputs + outputs)).squareRoot()
      return Linear(
        weight: .uniform([outputs, inputs], bound: bound, &generator),
        bias: WeightSource(generator: generator).constant([outputs], 0))
    }
    query = xavier(text, text)
    key = xavier(pictures, text)
    value = xavier(pictures, text)
    output = xavier(text, text)
    gate = Linear(2 * text, text, &generator)
  }

  /// o = (1 − λ) ⊙ h + λ ⊙ x̂ of B×T×D states and B×N×C places of a picture.
  func callAsFunction(
    _ h: Tape.Variable, _ picture: Tape.Variable, _ options: FocalMREOptions, _ tape: Tape,
    _ substitute: (@Sendable (Tensor) -> Tensor)?, _ attention: (@Sendable (Tensor) -> Tensor)?
  ) -> (output: Tape.Variable, shown: Shown) {
    let u = tape.dropout(picture, Self.dropout)
    let values = value(u, tape)
    let (mixed, weights): (Tape.Variable, Tensor)
    if options.attends {
      (mixed, weights) = tape.attention(
        query(h, tape), key(u, tape), values, heads: 1, mask: AttentionMask(),
        dropout: Self.dropout, intercept: attention)
    } else {
      // Every token takes the mean over the picture.
      mixed = tape.reshape(
        tape.repeatRows(tape.meanOverMiddle(values), times: tape.shape(h)[1]), tape.shape(h))
      weights = Tensor([1, 1, tape.shape(h)[1], tape.shape(u)[1]])
    }
    let x = output(mixed, tape)
    guard options.gated else {
      return (tape.add(h, x), shown(weights, nil, tape[h], tape[x]))
    }
    var g = tape.sigmoid(gate(tape.concatenate([x, h]), tape))
    if let substitute { g = tape.constant(substitute(tape[g])) }
    let rest = tape.add(h, tape.scale(tape.multiply(g, h), by: -1))
    return (
      tape.add(rest, tape.multiply(g, x)), shown(weights, tape[g], tape[h], tape[x])
    )
  }

  private func shown(_ weights: Tensor, _ gate: Tensor?, _ h: Tensor, _ x: Tensor) -> Shown {
    let (length, width) = (h.shape[1], h.shape[2])
    var (means, shares) = (
      [Float](repeating: 1, count: length), [Float](repeating: 0.5, count: length)
    )
    for t in 0..<length {
      var (sum, taken, kept): (Float, Float, Float) = (0, 0, 0)
      for i in (t * width)..<((t + 1) * width) {
        let g = gate?.array[i] ?? 1
        sum += g
        taken += (g * x.array[i]) * (g * x.array[i])
        kept += ((1 - g) * h.array[i]) * ((1 - g) * h.array[i])
      }
      means[t] = sum / Float(width)
      let total = taken.squareRoot() + kept.squareRoot()
      shares[t] = total > 0 ? taken.squareRoot() / total : 0
    }
    let cells = weights.shape[3]
    return Shown(
      attention: Tensor([1, length, cells], Array(weights.array.prefix(length * cells))),
      gate: Tensor([length], means), share: Tensor([length], shares))
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    query.visitParameters(prefix + "query.", visit)
    key.visitParameters(prefix + "key.", visit)
    value.visitParameters(prefix + "value.", visit)
    output.visitParameters(prefix + "output.", visit)
    gate.visitParameters(prefix + "gate.", visit)
  }
}

/// Switches of FocalMRE; the parts are the paper's ablations.
package struct FocalMREOptions: MultimodalOptions {
  /// Slots for what the text was grounded to.
  package var grounding = 4
  /// Slots for what was detected.
  package var detected = 3
  /// Where rectangles come from.
  package var regions = RegionFinding.grounded
  /// How a rectangle is shown.
  package var input = Input.framed
  /// When its outline is drawn; nil as stretched, in folders of older versions.
  package var drawing: PictureView.FrameDrawing?
  /// Whether the classifier stays as it was drawn; nil as false.
  package var hasFrozenHead: Bool?
  /// False: all pictures are zeros.
  package var usesPicture = true
  /// False: every token takes the mean over the picture.
  package var attends = true
  /// False: o = h + x̂.
  package var gated = true

  /// How a rectangle is shown.
  package enum Input: String, Sendable, Hashable, Codable, CaseIterable {
    /// The whole picture with an outline.
    case framed
    /// What is inside, cut out.
    case cropped
    /// The picture as it is, in every slot.
    case original
  }

  package init(_ value: (String) -> String) {
    grounding = Int(value("grounding")) ?? 4
    detected = Int(value("detected")) ?? 3
    regions = RegionFinding(rawValue: value("rectangles")) ?? .grounded
    input = Input(rawValue: value("input")) ?? .framed
    drawing = PictureView.FrameDrawing(rawValue: value("frames")).flatMap {
      $0 == .stretched ? nil : $0
    }
    hasFrozenHead = value("classifier") == "frozen" ? true : nil
    usesPicture = value("image") != Switch.off
    attends = value("focal-attention") != Switch.off
    gated = value("gate") != Switch.off
  }

  package var freezesHead: Bool { hasFrozenHead == true }

  /// All slots.
  var slotCount: Int { grounding + detected }

  /// Whether numbers from a file can be worked with.
  package var isSound: Bool {
    (0...8).contains(grounding) && (0...8).contains(detected) && slotCount > 0
  }
}
