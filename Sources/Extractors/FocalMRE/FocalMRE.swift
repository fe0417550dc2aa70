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
    options.usesPicture && options.input != .original
  }

  package static func look(
    _ post: SeenPost, _ pair: TokenPair?, _ eyes: EyeNames, _ options: FocalMREOptions
  ) throws -> [PictureRegions] {
    let found =
      takesRegions(options)
      ? try options.regions.find(
        post, pair, grounding: options.grounding, detected: options.detected, eyes)
      : .none(grounding: options.grounding, detected: options.detected)
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

  /// Names of the slots, by the rule that finds their rectangles, where any are looked for.
  var names: [String] {
    func numbered(_ name: String, from first: Int = 1) -> [String] {
      (first..<(first + 8)).map { "\(name) \($0)" }
    }
    guard Self.takesRegions(options) else { return Array(numbered("slot").prefix(slots.count)) }
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
    zip(names, item.pictures).enumerated().map { k, slot in
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
