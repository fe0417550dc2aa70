import Corpora
import Encoders
import Tensors
import Traces

/// What a system puts between a pretrained text encoder and the head of a task: how words and
/// pictures meet. HVPNeT, I2SRM, IMM, MKGformer and FocalMRE differ in this only; reading posts,
/// heads, training, folders and answers are the same for all of them and for both tasks.
package protocol MultimodalNetwork: ParameterContainer, Sendable {
  /// Its ablation switches and the like.
  associatedtype Options: MultimodalOptions
  /// The `system` of its model folders for a task.
  static func system(_ task: ExpertTask) -> String
  /// A network with random weights.
  ///
  /// - Parameters:
  ///   - text: the encoder that it works on, for networks that take weights over.
  ///   - tower: what sees the picture; nil where a frozen network does. Of a folder that was saved
  ///     it has the layers that the network left it.
  init(
    _ sizes: MultimodalSizes, _ options: Options, text: BERTModel, tower: PictureTower?,
    _ generator: inout SeededGenerator)
  /// Its switches.
  var options: Options { get }
  /// Numbers of each state that the head reads.
  var stateSize: Int { get }
  /// What of the states stands for a pair.
  static var pairPooling: PairPooling { get }
  /// Dropout in front of a pair's classifier.
  static var pairDropout: Float { get }
  /// Whether it works inside the text encoder's layers, which packed weights do not show.
  static var readsLayers: Bool { get }
  /// What it looks at beside its views.
  static func sights(_ eyes: EyeNames, _ options: Options) -> [Sight]
  /// What it does with a picture tower that is trained along.
  static var towerUse: PictureTower.Use { get }
  /// Views of a picture, and how many whole pictures a tower would have to read for as much work,
  /// for benchmarks.
  static var rehearsedViews: (views: Int, readings: Int) { get }
  /// Whether it looks at rectangles, so that others can be put in their place.
  static func takesRegions(_ options: Options) -> Bool
  /// The picture of a post in the views that the network reads, for a pair or, of entities, for all
  /// of it.
  ///
  /// - Throws: `ExpertError`, `EncoderInputError`.
  static func look(
    _ post: SeenPost, _ pair: TokenPair?, _ eyes: EyeNames, _ options: Options
  ) throws -> [PictureRegions]
  /// What else a training reads of a post; nil: nothing.
  static func guide(
    _ post: SeenPost, _ eyes: EyeNames, _ options: Options
  ) throws -> TrainingGuide?
  /// Takes what it needs to know of all pictures from those it is to learn of, in its first view.
  mutating func fit(_ pictures: [PictureRegions])
  /// Why it cannot be trained so; nil when it can.
  static func conflict(_ options: Options, _ settings: FineTuning) -> String?

  /// B×T×`stateSize` states of the text's pieces, showing what it does on the probe (of the first
  /// item).
  func states(
    _ batch: MultimodalBatch, _ text: TextReader, _ tape: Tape, _ probe: Probe?
  ) throws(EncoderInputError) -> Tape.Variable
  /// The training loss, a scalar.
  func loss(
    _ batch: MultimodalBatch, _ head: TaskHead, _ text: TextReader, _ tape: Tape
  ) throws(EncoderInputError) -> Tape.Variable
  /// Whether an item belongs among those of which `matrices` shows what only a batch has.
  static func showsInBatch(_ item: MultimodalItem, _ options: Options) -> Bool
  /// What only a batch has, of posts with their guides.
  ///
  /// - Throws: `EncoderInputError`.
  func matrices(
    _ batch: MultimodalBatch, _ head: TaskHead, _ text: TextReader, posts: [String]
  ) throws(EncoderInputError) -> [BatchMatrix]
  /// Shows what is computed of the head's input, of the first item.
  ///
  /// - Throws: `EncoderInputError`.
  func show(
    _ states: Tensor, _ batch: MultimodalBatch, _ head: TaskHead, text: TextReader, _ probe: Probe
  ) throws(EncoderInputError)
}

extension MultimodalNetwork {
  package static var pairPooling: PairPooling { .startMarkers }
  package static var pairDropout: Float { 0 }
  package mutating func fit(_ pictures: [PictureRegions]) {}
  package static var readsLayers: Bool { false }
  package static var towerUse: PictureTower.Use { .none }
  package static var rehearsedViews: (views: Int, readings: Int) { (1, 1) }
  package static func takesRegions(_ options: Options) -> Bool { false }
  package static func guide(
    _ post: SeenPost, _ eyes: EyeNames, _ options: Options
  ) throws -> TrainingGuide? { nil }
  package static func conflict(_ options: Options, _ settings: FineTuning) -> String? { nil }

  /// The head's own loss.
  package func loss(
    _ batch: MultimodalBatch, _ head: TaskHead, _ text: TextReader, _ tape: Tape
  ) throws(EncoderInputError) -> Tape.Variable {
    head.loss(try states(batch, text, tape, nil), batch, tape)
  }

  package static func showsInBatch(_ item: MultimodalItem, _ options: Options) -> Bool { false }

  package func matrices(
    _ batch: MultimodalBatch, _ head: TaskHead, _ text: TextReader, posts: [String]
  ) throws(EncoderInputError) -> [BatchMatrix] { [] }

  package func show(
    _ states: Tensor, _ batch: MultimodalBatch, _ head: TaskHead, text: TextReader, _ probe: Probe
  ) throws(EncoderInputError) {}
}

/// Switches of a network, as `config.json` keeps them.
package protocol MultimodalOptions: Sendable, Hashable, Codable {
  /// The switches of a job.
  init(_ values: (String) -> String)
  /// Whether the picture is seen at all.
  var usesPicture: Bool { get }
  /// Whether numbers from a file can be worked with; they come from strangers.
  var isSound: Bool { get }
  /// Whether the head's own layers stay as they were drawn.
  var freezesHead: Bool { get }
}

extension MultimodalOptions {
  package var freezesHead: Bool { false }
}

/// The folders beside an expert's that it sees with.
package struct EyeNames: Sendable, Hashable, Codable {
  /// A frozen network of pictures; empty for experts with a tower of their own.
  package var pictures: String
  /// An encoder of text and picture in one space; nil for experts that need none.
  package var dual: String?

  /// Whether the expert sees pictures by a tower of its own.
  var hasTower: Bool { pictures.isEmpty }
}

/// What a network must fit.
package struct MultimodalSizes: Sendable, Hashable {
  /// Sizes of the text encoder's layers.
  package var stack: TransformerConfiguration
  /// What is answered.
  package var task: ExpertTask
  /// N and C of the regions of a whole picture.
  package var regions: [Int]
  /// Channels of all stages of the picture's network together.
  package var features: Int
  /// Whether pictures are seen by a tower that is trained along; `regions` are then its places, the
  /// class among them.
  package var hasTower: Bool

  /// D of the text encoder.
  package var hiddenSize: Int { stack.hiddenSize }
}

/// What of a text's states stands for a pair of mentions.
package enum PairPooling: Sendable {
  /// The states at the two start markers, side by side.
  case startMarkers
  /// The means of the states between each pair of markers, side by side.
  case spanMeans
  /// The state at `[CLS]`.
  case first
}

/// What computes the text encoder's states.
package enum TextReader: Sendable {
  /// On the tape, so that it learns or shows its layers.
  case plain(BERTModel)
  /// With packed weights: forward passes only.
  case packed(BERTEngine)

  /// The model; networks that read layers have it.
  var model: BERTModel {
    guard case .plain(let model) = self else {
      preconditionFailure("packed weights have no layers")
    }
    return model
  }

  /// Last states B×T×D; those of padding are undefined.
  ///
  /// - Parameter prefixes: more keys and values, one set per layer; empty: none.
  /// - Throws: `EncoderInputError` when the batch does not fit the model's tables.
  func states(
    _ batch: TextBatch, prefixes: [AttentionPrefix] = [], _ tape: Tape,
    _ watch: AttentionWatch? = nil
  ) throws(EncoderInputError) -> Tape.Variable {
    switch self {
    case .plain(let model): return try model(batch, prefixes: prefixes, tape, watch).last
    case .packed(let engine):
      let numbers = prefixes.map { PrefixValues($0, tape) }
      return tape.reading(
        .states, tape.constant(try engine(batch, prefixes: numbers, watch).last))
    }
  }
}

/// A post, or one of its pairs, as these networks read it.
package struct MultimodalItem: PieceSequence {
  /// T piece ids with special tokens and markers.
  package let ids: [Int]
  /// The CRF's steps and their states; nil for relations.
  let tagged: TaggedPieces?
  /// Where head and tail stand; nil for entities.
  let pair: MarkedPair?
  /// The piece at which each word that was read begins.
  let wordPieces: [Int]
  /// All words, those that were cut off included.
  let wordCount: Int
  /// The picture in the network's views.
  package let pictures: [PictureRegions]
  /// The words as they were written, for what is shown; empty where nobody looks.
  var words: [String] = []
  /// What training alone reads.
  var guide: TrainingGuide?
  /// A view as a picture tower takes it, prepared when it is asked for: pixels of all posts would
  /// not fit into memory. Nil without a tower.
  var towerPixels: (@Sendable (PictureRegions) -> Tensor)?

  /// What a tower sees of the picture in a view; for what is shown.
  var towerSeen: (@Sendable (PictureRegions) -> ImageRegion)?

  /// What was seen of the picture in the view at a place.
  func seen(_ place: Int) -> ImageRegion {
    guard pictures.indices.contains(place) else { return .whole }
    return towerSeen?(pictures[place]) ?? pictures[place].seen
  }

  /// Why there is no picture; nil when there is one.
  var notice: String? { pictures.first?.notice }
}

/// What a training reads of a post beside what the network sees.
package struct TrainingGuide: Sendable {
  /// Text and picture in one space.
  let embedding: Embedding
  /// Another view of the picture, N×C; nil: the same as the network's.
  let other: PictureRegions?
}

/// Items side by side.
package struct MultimodalBatch {
  /// The items.
  package let items: [MultimodalItem]
  /// Their pieces.
  package let text: TextBatch
  /// False: all pictures are zeros.
  let showsPictures: Bool
  /// What sees pixels; nil where views come as regions.
  let tower: TowerReader?

  init(
    _ items: [MultimodalItem], padding: Int, showsPictures: Bool, tower: TowerReader? = nil
  ) {
    self.items = items
    self.showsPictures = showsPictures
    self.tower = tower
    text = TextBatch(items.map(\.ids), padding: padding)
  }

  /// B.
  var count: Int { items.count }
  /// T.
  var length: Int { text.length }
  /// B×T, true for real pieces.
  var mask: [Bool] { text.mask ?? [Bool](repeating: true, count: count * length) }

  /// View `k` of every item, B×N×C.
  func view(_ k: Int) -> Tensor {
    let views = items.map { $0.pictures[k] }
    let shape = views.first?.shape ?? [1, 1]
    guard showsPictures else { return Tensor([count] + shape) }
    return Tensor([count] + shape, views.flatMap { $0.array })
  }

  /// View `k` of every item as places B×P×C: a frozen network's regions, or what a tower that
  /// learns makes of the pixels.
  ///
  /// - Throws: `EncoderInputError`.
  func places(_ k: Int, _ tape: Tape) throws(EncoderInputError) -> Tape.Variable {
    guard let tower else { return tape.reading(.regions(view: k), tape.constant(view(k))) }
    let pixels = pixels(items.map { ($0, $0.pictures[k]) })
    guard showsPictures else {
      let aside = Tape()
      return tape.constant(Tensor(aside.shape(try tower.places(pixels, aside))))
    }
    return try tower.places(pixels, tape)
  }

  /// View `k` of every item as a frozen network's regions, or as patches of a tower, whose layers
  /// the network has taken over: B×N×C.
  ///
  /// - Throws: `EncoderInputError`.
  func patches(_ k: Int, _ tape: Tape) throws(EncoderInputError) -> Tape.Variable {
    guard tower != nil else { return tape.reading(.regions(view: k), tape.constant(view(k))) }
    return try patches(of: items.map { ($0, $0.pictures[k]) }, tape)
  }

  /// The same of any views, one of an item each.
  ///
  /// - Throws: `EncoderInputError`.
  func patches(
    of views: [(item: MultimodalItem, view: PictureRegions)], _ tape: Tape
  ) throws(EncoderInputError) -> Tape.Variable {
    guard let tower else {
      let shape = views.first?.view.shape ?? [0, 0]
      return tape.constant(Tensor([views.count] + shape, views.flatMap(\.view.array)))
    }
    guard showsPictures else {
      let aside = Tape()
      let shape = aside.shape(try tower.patches(pixels(views), aside))
      return tape.constant(Tensor(shape))
    }
    return try tower.patches(pixels(views), tape)
  }

  /// B×3×S×S.
  private func pixels(_ views: [(item: MultimodalItem, view: PictureRegions)]) -> Tensor {
    let all = views.compactMap { item, view in item.towerPixels?(view) }
    return Tensor([all.count] + (all.first?.shape ?? []), all.flatMap(\.array))
  }

  /// Whether an item has a picture.
  func hasPicture(_ item: Int) -> Bool { showsPictures && items[item].notice == nil }
}
