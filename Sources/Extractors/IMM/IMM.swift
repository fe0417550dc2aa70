import Corpora
import Encoders
import Tensors
import Traces

/// IMM (Lu and Guo 2024; MODELS §6): text and picture run through the same attention with
/// feed-forward parts of their own (ISA), are brought together by a loss that CLIP guides (SW), and
/// meet in the last text layers, whose feed-forward part takes what each word finds in the picture
/// as more memory slots (IA). No detector is needed.
///
/// The text's layers are the encoder's: the first are ISA's, the last IA's. The picture comes as
/// the patches of a CLIP or ViT, whose class, positions and layers are taken over where their width
/// is the text's (the feed-forward parts in ISA, whose attention is the text's; whole layers in
/// IA), or as the regions of a frozen network, projected to the text's width.
package struct IMM: MultimodalNetwork {
  /// Of a frozen network's regions; nil for patches.
  var scaling: RegionScaling?
  /// C → D; nil for patches of the text's width.
  var patches: Linear?
  /// CLIP's norm before the first layer; nil where there is none.
  var opening: LayerNorm?
  /// D.
  var classToken: Parameter
  /// (N+1)×D.
  var positions: Parameter
  /// D, which tells a picture's vectors from a text's.
  var kind: Parameter
  /// The picture's feed-forward part of each ISA block.
  var pictureParts: [FeedForward]
  /// Shared norms of each ISA block where they stand before the sublayers.
  var norms: [BlockNorms]
  /// IA's stream of pictures.
  var stream: [TransformerLayer]
  /// IA's slots.
  var insertions: [InsertActivation]
  /// Norms before the sublayers of IA's text layers.
  var textNorms: [BlockNorms]
  /// Its switches.
  package let options: IMMOptions
  /// D.
  package let stateSize: Int
  private let task: ExpertTask

  package init(
    _ sizes: MultimodalSizes, _ options: IMMOptions, text: BERTModel, tower: PictureTower?,
    _ generator: inout SeededGenerator
  ) {
    let d = sizes.hiddenSize
    (stateSize, task, self.options) = (d, sizes.task, options)
    scaling = sizes.hasTower ? nil : RegionScaling(sizes.regions[1])
    let tower = tower?.entry(width: d)
    patches = tower == nil ? Linear(sizes.regions[1], d, &generator) : nil
    opening = tower?.opening
    var source = WeightSource(generator: generator)
    classToken = source.normal([d], deviation: 0.02)
    // A tower's places have the class among them.
    let places = sizes.regions[0] + (sizes.hasTower ? 0 : 1)
    positions = source.normal([places, d], deviation: 0.02)
    if let tower {
      (classToken.value, positions.value) = (tower.classToken, tower.positions)
    }
    kind = source.normal([d], deviation: 0.02)
    let activation = Self.activating(of: sizes.stack.layers)
    let interacting = sizes.stack.layers - activation
    let seeing = tower?.layers ?? text.encoder.layers
    var stack = sizes.stack
    if let tower { stack.activation = tower.activation }
    pictureParts = (0..<interacting).map { number in
      FeedForward(
        stack, from: seeing.indices.contains(number) ? seeing[number] : nil, &source)
    }
    norms = (0..<interacting).map { _ in BlockNorms(sizes.stack, &source) }
    textNorms = (0..<activation).map { _ in BlockNorms(sizes.stack, &source) }
    (stack.norm, stack.names, stack.layers) = (.pre, .bert, activation)
    stream = (0..<activation).map { number in
      let fresh = TransformerLayer(stack, &source)
      guard let tower, tower.layers.indices.contains(interacting + number) else { return fresh }
      return fresh.taking(over: tower.layers[interacting + number]) ?? fresh
    }
    insertions = (0..<activation).map { _ in InsertActivation(d, &source) }
    generator = source.generator ?? generator
  }

  /// How many of the last text layers are IA's: 3 of 12.
  static func activating(of layers: Int) -> Int { max(1, layers / 4) }

  package static func system(_ task: ExpertTask) -> String { task == .entities ? "imm" : "imm-re" }
  package static var pairPooling: PairPooling { .first }
  package static var readsLayers: Bool { true }
  package static var towerUse: PictureTower.Use { .patches }
  /// SW sees the mirror image, too.
  package static var rehearsedViews: (views: Int, readings: Int) { (1, 2) }

  package static func sights(_ eyes: EyeNames, _ options: IMMOptions) -> [Sight] {
    [eyes.hasTower ? .tower : .grid(eyes.pictures)]
  }

  package static func look(
    _ post: SeenPost, _ pair: TokenPair?, _ eyes: EyeNames, _ options: IMMOptions
  ) throws -> [PictureRegions] {
    [
      eyes.hasTower
        ? .pending(.whole, notice: post.notice) : try post.grid(eyes.pictures)
    ]
  }

  package static func guide(
    _ post: SeenPost, _ eyes: EyeNames, _ options: IMMOptions
  ) throws -> TrainingGuide? {
    guard options.aligns, options.usesPicture, let dual = eyes.dual else { return nil }
    func mirrored() throws -> PictureRegions {
      eyes.hasTower
        ? .pending(.mirrored, notice: post.notice)
        : try post.view(.mirrored, by: eyes.pictures)
    }
    return TrainingGuide(
      embedding: try post.embedding(dual), other: options.mirrors ? try mirrored() : nil)
  }

  package static func conflict(_ options: IMMOptions, _ settings: FineTuning) -> String? {
    guard options.aligns, settings.batch < 2 else { return nil }
    return
      "the SW loss compares the posts of a batch, and --batch \(settings.batch) leaves none to "
      + "compare; give --batch 2 or more (`train` can leave it out with --without sw)"
  }

  package mutating func fit(_ pictures: [PictureRegions]) {
    // One after the other: those of a published network, all at once, would be gigabytes.
    scaling?.fit(pictures.lazy.filter { !$0.isMissing }.map(\.tensor))
  }

  // MARK: Forward

  /// Both modalities after ISA.
  struct Interacted {
    /// B×T×D.
    let text: Tape.Variable
    /// B×(N+1)×D.
    let picture: Tape.Variable
  }

  func interact(
    _ batch: MultimodalBatch, _ model: BERTModel, _ tape: Tape
  ) throws(EncoderInputError) -> Interacted {
    var text = try model.embed(batch.text, tape)
    var picture = embedded(try batch.patches(0, tape), tape)
    let mask = AttentionMask(keys: batch.text.mask)
    for (number, part) in pictureParts.enumerated() {
      let block = InteractionBlock(
        layer: model.encoder.layers[number], feedForward: part, norms: norms[number],
        norm: options.norm)
      if options.joins == true {
        (text, picture) = block.joint(text, picture, real: batch.text.mask, tape)
      } else {
        text = block.text(text, mask, tape)
        picture = block.picture(picture, tape)
      }
    }
    return Interacted(text: text, picture: picture)
  }

  /// B×N×C regions or patches as vectors behind the class vector: B×(N+1)×D.
  private func embedded(_ regions: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    let scaled =
      scaling.map { tape.reading(.regions(view: 0), tape.constant($0(tape[regions]))) } ?? regions
    let all = tape.prepend(tape(classToken), to: patches.map { $0(scaled, tape) } ?? scaled)
    let placed = tape.add(all, tape(positions))
    return tape.add(opening.map { $0(placed, tape) } ?? placed, tape(kind))
  }

  /// Another view of some items' pictures after ISA; nil where there is none, and where pictures
  /// are not seen without their texts.
  private func otherView(
    _ batch: MultimodalBatch, _ items: [Int], _ model: BERTModel, _ tape: Tape
  ) throws(EncoderInputError) -> Tape.Variable? {
    let views = items.compactMap { i in
      batch.items[i].guide?.other.map { (item: batch.items[i], view: $0) }
    }
    guard options.joins != true, views.count == items.count, !views.isEmpty else { return nil }
    var picture = embedded(try batch.patches(of: views, tape), tape)
    for (number, part) in pictureParts.enumerated() {
      picture = InteractionBlock(
        layer: model.encoder.layers[number], feedForward: part, norms: norms[number],
        norm: options.norm
      ).picture(picture, tape)
    }
    return picture
  }

  /// IA's layers.
  func activate(
    _ both: Interacted, _ batch: MultimodalBatch, _ model: BERTModel, _ tape: Tape,
    _ probe: Probe?
  ) -> Tape.Variable {
    var (text, picture) = (both.text, both.picture)
    let mask = AttentionMask(keys: batch.text.mask)
    var selections: [Tensor] = []
    var activations: [Tensor] = []
    for (number, insertion) in insertions.enumerated() {
      let layer = model.encoder.layers[pictureParts.count + number]
      let (seen, next) = stream[number].halves(picture, tape)
      picture = next
      let norms = textNorms[number]
      let hidden = layer.configuration.hiddenDropout
      let entered = options.norm == .pre ? norms.attention(text, tape) : text
      let summed = tape.add(
        text, tape.dropout(layer.attended(entered, mask: mask, tape), hidden))
      let a =
        options.norm == .pre ? norms.output(summed, tape) : layer.attentionNorm(summed, tape)
      var forward = layer.output(
        layer.configuration.activation(layer.intermediate(a, tape), tape), tape)
      if options.inserts, batch.showsPictures {
        let found = insertion(
          a, seen, mask: batch.mask, options, tape, probe?.substitute("imm/selection"))
        forward = tape.add(forward, found.output)
        selections.append(found.selection)
        activations.append(found.activation)
      }
      let sum = tape.add(
        options.norm == .pre ? summed : a, tape.dropout(forward, hidden))
      text = options.norm == .pre ? sum : layer.outputNorm(sum, tape)
    }
    if let probe, let item = batch.items.first { show(selections, activations, item, probe) }
    return text
  }

  package func states(
    _ batch: MultimodalBatch, _ text: TextReader, _ tape: Tape, _ probe: Probe?
  ) throws(EncoderInputError) -> Tape.Variable {
    let both = try interact(batch, text.model, tape)
    return activate(both, batch, text.model, tape, probe)
  }

  /// δ times the task's loss and γ times SW's.
  package func loss(
    _ batch: MultimodalBatch, _ head: TaskHead, _ text: TextReader, _ tape: Tape
  ) throws(EncoderInputError) -> Tape.Variable {
    let both = try interact(batch, text.model, tape)
    let states = activate(both, batch, text.model, tape, nil)
    let task = head.loss(states, batch, tape)
    let guided = batch.items.indices.filter { batch.items[$0].guide?.embedding.picture != nil }
    guard options.aligns, batch.showsPictures, guided.count > 1 else { return task }
    let similarity = SwitchedAlignment.similarity(
      guided.compactMap { batch.items[$0].guide?.embedding })
    func rows(_ x: Tape.Variable) -> Tape.Variable {
      tape.gather(x, guided, shape: [guided.count])
    }
    // Sentence level: the class positions. Word level: the means over words and places.
    func classes(_ x: Tape.Variable) -> Tape.Variable { self.classes(x, tape) }
    let other = try otherView(batch, guided, text.model, tape).map(classes)
    let isWord = batch.items.flatMap { item in
      (0..<batch.length).map { $0 > 0 && $0 < item.ids.count - 1 }
    }
    let places = tape.shape(both.picture)[1]
    let isPlace = (0..<batch.count).flatMap { _ in (0..<places).map { $0 > 0 } }
    let sentence = SwitchedAlignment.loss(
      rows(classes(both.text)), other ?? rows(classes(both.picture)), similarity, options, tape)
    let word = SwitchedAlignment.loss(
      rows(tape.meanOverRows(both.text, real: isWord)),
      rows(tape.meanOverRows(both.picture, real: isPlace)), similarity, options, tape)
    let aligned = tape.add(
      tape.scale(sentence, by: options.sentenceWeight), tape.scale(word, by: options.wordWeight))
    return tape.add(
      tape.scale(task, by: options.taskWeight), tape.scale(aligned, by: options.alignmentWeight))
  }

  /// The class positions of sequences, B×D.
  private func classes(_ x: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    let count = tape.shape(x)[0]
    return tape.reshape(
      tape.select(x, [[Int]](repeating: [0], count: count)), [count, stateSize])
  }

  package static func showsInBatch(_ item: MultimodalItem, _ options: IMMOptions) -> Bool {
    item.guide != nil
  }

  /// P and q as CLIP has them, and the network's own p at the sentence level (MODELS §6.3).
  package func matrices(
    _ batch: MultimodalBatch, _ head: TaskHead, _ text: TextReader, posts: [String]
  ) throws(EncoderInputError) -> [BatchMatrix] {
    let guides = batch.items.compactMap { $0.guide?.embedding }.filter { $0.picture != nil }
    guard options.aligns, batch.showsPictures, guides.count == batch.count, batch.count > 1 else {
      return []
    }
    let tape = Tape()
    let both = try interact(batch, text.model, tape)
    let similarity = SwitchedAlignment.similarity(guides)
    let scores = SwitchedAlignment.scores(
      classes(both.text, tape), classes(both.picture, tape), options, tape)
    return [
      BatchMatrix(
        "imm/P",
        "CLIP's cosines of a batch of dev posts, negative ones 0: texts down, pictures across",
        posts: posts, similarity),
      BatchMatrix(
        "imm/q", "the same with rows of sum 1", posts: posts,
        SwitchedAlignment.target(similarity)),
      BatchMatrix(
        "imm/p", "what the network makes of the same posts", posts: posts,
        tape[tape.softmax(scores)]),
    ]
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    scaling?.visitParameters(prefix + "regions.", visit)
    patches?.visitParameters(prefix + "patches.", visit)
    opening?.visitParameters(prefix + "opening_norm.", visit)
    visit(prefix + "class", &classToken)
    visit(prefix + "positions", &positions)
    visit(prefix + "kind", &kind)
    for i in pictureParts.indices {
      pictureParts[i].visitParameters(prefix + "isa.\(i).picture.", visit)
      if options.norm == .pre { norms[i].visitParameters(prefix + "isa.\(i).", visit) }
    }
    for i in stream.indices {
      stream[i].visitParameters(prefix + "ia.\(i).picture.", visit)
      insertions[i].visitParameters(prefix + "ia.\(i).slots.", visit)
      if options.norm == .pre { textNorms[i].visitParameters(prefix + "ia.\(i).text.", visit) }
    }
  }

  // MARK: What it shows

  private func show(
    _ selections: [Tensor], _ activations: [Tensor], _ item: MultimodalItem, _ probe: Probe
  ) {
    guard !item.pictures.isEmpty, let last = selections.last else { return }
    let width = last.shape[2]
    let grid = Int(Float(width - 1).squareRoot())
    var maps: [Float] = []
    for selection in selections {
      var rows = [Float](repeating: .nan, count: item.wordCount * grid * grid)
      for (word, piece) in item.wordPieces.enumerated() {
        for cell in 0..<(grid * grid) {
          // The class position stands in front.
          rows[word * grid * grid + cell] = selection.array[piece * width + 1 + cell]
        }
      }
      maps += rows
    }
    probe.show(
      Signal(
        name: "imm/selection", caption: "what each word selects of the picture",
        kind: .wordsByImage(rows: grid, columns: grid, region: item.seen(0)),
        steps: [.layer(selections.count)],
        tensor: Tensor([selections.count, item.wordCount, grid, grid], maps)))
    probe.show(
      Signal(
        name: "imm/class",
        caption: "what each word selects of the class position, which has no place on the map",
        kind: .words, steps: [.layer(selections.count)], ofPicture: true,
        tensor: Tensor(
          [selections.count, item.wordCount],
          selections.flatMap { selection in
            item.wordPieces.map { selection.array[$0 * width] }
              + [Float](repeating: .nan, count: item.wordCount - item.wordPieces.count)
          })))
    guard let activation = activations.last else { return }
    let length = activation.shape[2]
    var strongest = [Float](repeating: .nan, count: item.wordCount)
    for (word, piece) in item.wordPieces.enumerated() {
      let row = activation.array[(piece * length)..<((piece + 1) * length)]
      strongest[word] = row.reduce(0) { $0 + abs($1) }
    }
    // A cut-off word has neither a row nor a slot.
    let count = item.wordPieces.count
    let slots = item.wordPieces.flatMap { row in
      item.wordPieces.map { abs(activation.array[row * length + $0]) }
    }
    let names = (0..<max(1, count)).map { place in
      item.words.indices.contains(place) ? "\(place) \(item.words[place])" : "\(place)"
    }
    if count > 0 {
      probe.show(
        Signal(
          name: "imm/top-slots",
          caption: "how strongly each word (down) activates what each word (across) selected",
          kind: .matrix(rows: names, columns: names), ofPicture: true,
          tensor: Tensor([count, count], slots)))
    }
    probe.show(
      Signal(
        name: "imm/slots", caption: "how strongly each word activates visual slots",
        kind: .words, ofPicture: true, tensor: Tensor([item.wordCount], strongest)))
  }
}
