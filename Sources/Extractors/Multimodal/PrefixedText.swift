import Encoders
import Tensors
import Traces

/// A text encoder with a visual prefix: what HVPNeT is, and what I2SRM stands on. The whole picture
/// and what stands out of it become keys and values in front of those of every layer.
struct PrefixedText: ParameterContainer {
  var prefix: VisualPrefix
  /// Rectangles of the picture beside the whole.
  let crops: Int

  init(_ sizes: MultimodalSizes, crops: Int, _ generator: inout SeededGenerator) {
    self.crops = crops
    // HVPNeT's 800 are for 3840 channels; a small network's features need no wider middle.
    prefix = VisualPrefix(
      VisualPrefix.Configuration(
        features: sizes.features, middle: min(800, max(32, sizes.features)),
        hiddenSize: sizes.hiddenSize, layers: sizes.stack.layers), &generator)
  }

  /// The whole picture and its crops, each 5×F; crops that are missing are zeros.
  static func look(
    _ post: SeenPost, crops: Int, by network: String
  ) throws -> [PictureRegions] {
    let whole = try post.view(.quadrants(nil), by: network)
    let places = try RegionFinding.salient.find(
      post, nil, grounding: 0, detected: crops, EyeNames(pictures: network)
    ).detected.compactMap(\.self)
    let found = try places.map { try post.view(.quadrants($0), by: network) }
    let missing = PictureRegions(Tensor(whole.shape), seen: .whole, notice: whole.notice)
    return [whole] + found + [PictureRegions](repeating: missing, count: crops - found.count)
  }

  /// How many crops there are.
  static let choice = Switch.choice(
    "crops", ["3", "0", "1", "2"], "how many parts that stand out of the picture are seen beside it"
  )

  static func sights(by network: String) -> [Sight] {
    [.grid(network), .view(.quadrants(nil), by: network)]
  }

  /// Last states B×T×D; shows gates and how much attention the prefix gets.
  func states(
    _ batch: MultimodalBatch, _ text: TextReader, _ tape: Tape, _ probe: Probe?
  ) throws(EncoderInputError) -> Tape.Variable {
    let names = batch.items.first.map(names) ?? []
    let prefixes = prefix(tape.constant(quadrants(batch)), tape, probe, names: names)
    let watch = probe.map { AttentionWatch($0, "text/attention") }
    let states = try text.states(batch.text, prefixes: prefixes, tape, watch)
    if let probe, let watch, let item = batch.items.first {
      show(watch, item, length: batch.length, probe)
    }
    return states
  }

  /// What the pictures of an item are called: crops that are missing are zeros.
  private func names(_ item: MultimodalItem) -> [String] {
    (0...crops).map { k in
      let name = k == 0 ? "picture" : "crop \(k)"
      return isThere(k, in: item) ? name : "\(name) (none)"
    }
  }

  private func isThere(_ picture: Int, in item: MultimodalItem) -> Bool {
    item.pictures.indices.contains(picture)
      && item.pictures[picture].array.contains { $0 != 0 }
  }

  /// B×I×4×F.
  private func quadrants(_ batch: MultimodalBatch) -> Tensor {
    let (rows, width) = (VisualPrefix.rows, prefix.configuration.features)
    var result = Tensor([batch.count, 1 + crops, rows, width])
    guard batch.showsPictures else { return result }
    for (i, item) in batch.items.enumerated() {
      for (k, picture) in item.pictures.enumerated() {
        let numbers = picture.array
        let start = (i * (1 + crops) + k) * rows * width
        for n in 0..<(rows * width) { result.array[start + n] = numbers[n] }
      }
    }
    return result
  }

  /// How much of each layer's and head's attention the words give to each picture of the prefix.
  private func show(
    _ watch: AttentionWatch, _ item: MultimodalItem, length: Int, _ probe: Probe
  ) {
    let (pictures, rows) = (1 + crops, VisualPrefix.rows)
    let layers: Int = watch.weights.count
    guard let sizes: [Int] = watch.weights.first?.shape, !item.ids.isEmpty else { return }
    let heads: Int = sizes[1]
    var shares = [Float](repeating: 0, count: heads * layers * pictures)
    for (layer, weights) in watch.weights.enumerated() {
      let keys = weights.shape[3]
      for head in 0..<heads {
        for t in item.ids.indices {
          let row = (head * weights.shape[2] + t) * keys
          for p in 0..<(pictures * rows) {
            let share = weights.array[row + p] / Float(item.ids.count)
            shares[(head * layers + layer) * pictures + p / rows] += share
          }
        }
      }
    }
    probe.show(
      Signal(
        name: "prefix/attention", caption: "share of the words' attention on the prefix",
        kind: .matrix(rows: (1...layers).map { "layer \($0)" }, columns: names(item)),
        steps: [.head(heads)], ofPicture: true,
        tensor: Tensor([heads, layers, pictures], shares)))
    let cropped = item.pictures.indices.filter { isThere($0, in: item) }
    var means = [Float](repeating: 0, count: pictures)
    for (i, share) in shares.enumerated() { means[i % pictures] += share / Float(heads * layers) }
    probe.show(
      Signal(
        name: "prefix/regions", caption: "mean share of attention on each part of the picture",
        kind: .regions(cropped.map { item.pictures[$0].seen }),
        // The whole picture stands first and stays.
        slots: (1..<pictures).map { Signal.Slot("crop \($0)", at: cropped.firstIndex(of: $0)) },
        tensor: Tensor([cropped.count], cropped.map { means[$0] })))
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    self.prefix.visitParameters(prefix + "prefix.", visit)
  }
}
