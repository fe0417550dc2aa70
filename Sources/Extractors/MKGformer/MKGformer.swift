import Encoders
import Tensors
import Traces

/// MKGformer (Chen et al. 2022; MODELS §3.7): text layers and picture layers in lock step. In the
/// last third, a picture layer sees the keys and values of the text layer before it, and the text
/// layer's feed-forward part reads an aggregate of the picture's states. The picture comes as crops
/// that the text was grounded to and crops that stand out; the whole picture is not used.
///
/// The picture layers are those of a CLIP or ViT, which read patches of the crops, where their
/// width is the text's; or fresh ones, which read the regions of a frozen network, projected.
package struct MKGformer: MultimodalNetwork {
  /// Of a frozen network's regions; nil for patches.
  var scaling: RegionScaling?
  /// C → D; nil for patches of the text's width.
  var patches: Linear?
  /// CLIP's norm before the first layer; nil where there is none.
  var opening: LayerNorm?
  /// D.
  var classToken: Parameter
  /// D each for grounding's and detection's places.
  var groundingPositions: Parameter
  var detectedPositions: Parameter
  var layers: [TransformerLayer]
  /// D → inner, W₃ of each fused text layer.
  var fusions: [Linear]
  /// Its switches.
  package let options: MKGformerOptions
  /// D.
  package let stateSize: Int
  private let textLayers: Int

  package init(
    _ sizes: MultimodalSizes, _ options: MKGformerOptions, text: BERTModel, tower: PictureTower?,
    _ generator: inout SeededGenerator
  ) {
    let d = sizes.hiddenSize
    (stateSize, textLayers, self.options) = (d, sizes.stack.layers, options)
    scaling = sizes.hasTower ? nil : RegionScaling(sizes.regions[1])
    let tower = tower?.entry(width: d)
    patches = tower == nil ? Linear(sizes.regions[1], d, &generator) : nil
    opening = tower?.opening
    var stack = sizes.stack
    (stack.norm, stack.activation, stack.names) = (.pre, tower?.activation ?? .quickGELU, .clip)
    (stack.epsilon, stack.hiddenDropout, stack.attentionDropout) = (1e-5, 0, 0)
    var source = WeightSource(generator: generator)
    layers = (0..<stack.layers).map { number in
      let fresh = TransformerLayer(stack, &source)
      guard let tower, tower.layers.indices.contains(number) else { return fresh }
      return fresh.taking(over: tower.layers[number]) ?? fresh
    }
    classToken = source.normal([d], deviation: 0.02)
    if let tower { classToken.value = tower.classWithPosition }
    groundingPositions = source.normal(
      [max(1, MKGformerOptions.crops * MKGformerOptions.groundingCells), d], deviation: 0.02)
    detectedPositions = source.normal(
      [max(1, MKGformerOptions.crops * MKGformerOptions.detectedCells), d], deviation: 0.02)
    generator = source.generator ?? generator
    fusions = (0..<Self.fused(of: stack.layers)).map { _ in
      Linear(d, stack.intermediateSize, bias: false, &generator)
    }
  }

  /// How many of the last layers are fused: 4 of 12.
  static func fused(of layers: Int) -> Int { max(1, layers / 3) }

  package static func system(_ task: ExpertTask) -> String {
    task == .relations ? "mkgformer" : "mkgformer-ner"
  }
  package static var readsLayers: Bool { true }
  package static var towerUse: PictureTower.Use { .patches }
  /// Its crops have as many patches as one picture has.
  package static var rehearsedViews: (views: Int, readings: Int) { (6, 1) }

  package static func sights(_ eyes: EyeNames, _ options: MKGformerOptions) -> [Sight] {
    [eyes.hasTower ? .tower : .grid(eyes.pictures)]
      + (options.regions == .grounded ? eyes.dual.map { [.patches($0)] } ?? [] : [])
      + (options.regions == .boxes ? [.boxes] : [])
  }

  package static func takesRegions(_ options: MKGformerOptions) -> Bool { options.usesPicture }

  package static func look(
    _ post: SeenPost, _ pair: TokenPair?, _ eyes: EyeNames, _ options: MKGformerOptions
  ) throws -> [PictureRegions] {
    let crops = MKGformerOptions.crops
    let found =
      takesRegions(options)
      ? try options.regions.find(post, pair, grounding: crops, detected: crops, eyes)
      : .none(grounding: crops, detected: crops)
    func views(_ regions: [ImageRegion?], cells: Int) throws -> [PictureRegions] {
      try regions.map { region in
        let view = PictureView.crop(region ?? .whole, cells: cells)
        guard !eyes.hasTower else {
          let seen = PictureRegions.pending(view, notice: post.notice, isEmpty: region == nil)
          return region.map { seen.framing($0) } ?? seen
        }
        let seen = try post.view(view, by: eyes.pictures)
        guard let region else {
          return PictureRegions(Tensor(seen.shape), seen: .whole, notice: seen.notice)
        }
        return seen.framing(region)
      }
    }
    return try views(found.grounding, cells: 4) + views(found.detected, cells: 2)
  }

  package func states(
    _ batch: MultimodalBatch, _ text: TextReader, _ tape: Tape, _ probe: Probe?
  ) throws(EncoderInputError) -> Tape.Variable {
    let model = text.model
    var words = try model.embed(batch.text, tape)
    var vision = try pictures(batch, tape)
    let mask = AttentionMask(keys: batch.text.mask)
    var previous: AttentionPrefix?
    var maps: [Tensor] = []
    for (number, layer) in model.encoder.layers.enumerated() {
      let fusion = number - (textLayers - fusions.count)
      guard fusion >= 0 else {
        vision = layers[number](vision, mask: AttentionMask(), tape)
        previous = keysAndValues(layer, words, batch, tape)
        words = layer(words, mask: mask, tape)
        continue
      }
      vision = layers[number](vision, mask: AttentionMask(), prefix: previous, tape)
      previous = keysAndValues(layer, words, batch, tape)
      let (next, weights) = Self.fused(
        layer, fusions[fusion], words, vision, mask, tape,
        probe?.substitute("mkgformer/attention"))
      words = next
      maps.append(weights)
    }
    if let probe, let item = batch.items.first { show(maps, item, probe) }
    return words
  }

  package mutating func fit(_ pictures: [PictureRegions]) {
    scaling?.fit(pictures.lazy.filter { !$0.isMissing }.map(\.tensor))
  }

  private func keysAndValues(
    _ layer: TransformerLayer, _ x: Tape.Variable, _ batch: MultimodalBatch, _ tape: Tape
  ) -> AttentionPrefix {
    AttentionPrefix(
      keys: layer.key(x, tape), values: layer.value(x, tape), mask: batch.text.mask)
  }

  /// B×P×D: the class position, then the places of all crops.
  private func pictures(
    _ batch: MultimodalBatch, _ tape: Tape
  ) throws(EncoderInputError) -> Tape.Variable {
    let crops = MKGformerOptions.crops
    func places(
      _ views: Range<Int>, _ positions: Parameter
    ) throws(EncoderInputError) -> Tape.Variable {
      var joined: Tape.Variable?
      for view in views {
        var seen = try batch.patches(view, tape)
        if let scaling {
          seen = tape.reading(.regions(view: view), tape.constant(scaling(tape[seen])))
        }
        let part = patches.map { $0(seen, tape) } ?? seen
        joined = joined.map { tape.joinRows($0, part) } ?? part
      }
      return tape.add(joined ?? tape(positions), tape(positions))
    }
    let all = tape.prepend(
      tape(classToken),
      to: tape.joinRows(
        try places(0..<crops, groundingPositions),
        try places(crops..<(2 * crops), detectedPositions)))
    return opening.map { $0(all, tape) } ?? all
  }

  /// A post-norm text layer whose feed-forward part also reads softmax(ctx Vᵀ) V (unscaled), with
  /// ctx the heads' outputs before their projection.
  ///
  /// - Returns: B×T×D, and the weights B×1×T×P.
  static func fused(
    _ layer: TransformerLayer, _ fusion: Linear, _ x: Tape.Variable, _ vision: Tape.Variable,
    _ mask: AttentionMask, _ tape: Tape, _ substitute: (@Sendable (Tensor) -> Tensor)? = nil
  ) -> (states: Tape.Variable, weights: Tensor) {
    let sizes = layer.configuration
    let context = tape.attention(
      layer.query(x, tape), layer.key(x, tape), layer.value(x, tape), heads: sizes.heads,
      mask: mask, dropout: sizes.attentionDropout
    ).output
    let attended = layer.attentionOutput(context, tape)
    let a = layer.attentionNorm(
      tape.add(x, tape.dropout(attended, sizes.hiddenDropout)), tape)
    let root = Float(sizes.hiddenSize).squareRoot()
    let (aggregate, weights) = tape.attention(
      tape.scale(context, by: root), vision, vision, heads: 1, mask: AttentionMask(), dropout: 0,
      intercept: substitute)
    let inner = tape.add(layer.intermediate(a, tape), fusion(aggregate, tape))
    let forward = layer.output(sizes.activation(inner, tape), tape)
    return (
      layer.outputNorm(tape.add(a, tape.dropout(forward, sizes.hiddenDropout)), tape), weights
    )
  }

  /// Where words and mentions look: the shares of the crops.
  private func show(_ maps: [Tensor], _ item: MultimodalItem, _ probe: Probe) {
    let names =
      (1...MKGformerOptions.crops).map { "grounded \($0)" }
      + (1...MKGformerOptions.crops).map { "object \($0)" }
    let cells = item.pictures.indices.map {
      $0 < MKGformerOptions.crops
        ? MKGformerOptions.groundingCells : MKGformerOptions.detectedCells
    }
    var shares: [Float] = []
    for map in maps {
      let width = map.shape[3]
      for place in [item.pair?.head ?? 0, item.pair?.tail ?? 0] {
        var start = place * width + 1
        shares.append(map.array[start - 1])
        for count in cells {
          shares.append(map.array[start..<(start + count)].reduce(0, +))
          start += count
        }
      }
    }
    probe.show(
      Signal(
        name: "mkgformer/attention", caption: "share of each crop in what a mention takes",
        kind: .matrix(
          rows: ["head", "tail"],
          columns: ["class"]
            + zip(names, item.pictures).map { $1.frame == nil ? "\($0) (none)" : $0 }),
        steps: [.layer(maps.count)], ofPicture: true,
        tensor: Tensor([maps.count, 2, 1 + names.count], shares)))
    let seen = item.pictures.indices.filter { item.pictures[$0].frame != nil }
    let last = shares.suffix(2 * (1 + names.count))
    probe.show(
      Signal(
        name: "mkgformer/regions", caption: "share of each crop in what both mentions take",
        kind: .regions(seen.map { item.pictures[$0].frame ?? .whole }),
        slots: names.enumerated().map { Signal.Slot($1, at: seen.firstIndex(of: $0)) },
        tensor: Tensor(
          [seen.count],
          seen.map { i in
            let row = last.startIndex + 1 + i
            return (last[row] + last[row + 1 + names.count]) / 2
          })))
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    scaling?.visitParameters(prefix + "regions.", visit)
    patches?.visitParameters(prefix + "patches.", visit)
    opening?.visitParameters(prefix + "opening_norm.", visit)
    visit(prefix + "class", &classToken)
    visit(prefix + "grounding_positions", &groundingPositions)
    visit(prefix + "detected_positions", &detectedPositions)
    for i in layers.indices { layers[i].visitParameters(prefix + "vision.layers.\(i).", visit) }
    for i in fusions.indices { fusions[i].visitParameters(prefix + "fusion.\(i).", visit) }
  }
}

/// Switches of MKGformer.
package struct MKGformerOptions: MultimodalOptions {
  /// Where crops come from.
  package var regions = RegionFinding.grounded
  /// False: all pictures are zeros.
  package var usesPicture = true

  /// Crops of each kind, and places of each.
  static let crops = 3
  static let groundingCells = 16
  static let detectedCells = 4

  package init(_ value: (String) -> String) {
    regions = RegionFinding(rawValue: value("rectangles")) ?? .grounded
    usesPicture = value("image") != Switch.off
  }

  /// Nothing can be wrong.
  package var isSound: Bool { true }
}
