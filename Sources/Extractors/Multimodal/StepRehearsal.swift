import Encoders
import Foundation
import Pictures
import Tensors
import Traces

/// Training steps of a multimodal system at its published size, on random weights and random posts,
/// and steps of the encoders that it stands on, on the same pieces and pixels. For benchmarks.
package struct StepRehearsal {
  /// The system's title.
  package let system: String
  /// What its encoders are.
  package let encoders: String
  /// One step of all of it: forward, backward, AdamW.
  package let whole: () throws -> Void
  /// One step of the encoders alone.
  package let alone: () throws -> Void

  /// How large everything is.
  package struct Sizes: Sendable {
    /// Pairs of a step.
    package var batch = 8
    /// Pieces of a text.
    package var length = 64
    /// Of the text's and the picture's layers.
    package var stack = TransformerConfiguration(
      hiddenSize: 768, layers: 12, heads: 12, intermediateSize: 3072, activation: .gelu,
      norm: .post, epsilon: 1e-12, hiddenDropout: 0.1, attentionDropout: 0.1, names: .bert)
    /// Sides of pictures and patches, in pixels.
    package var (side, patch) = (224, 32)
    /// What the encoders are called.
    package var (textName, pictureName) = ("BERT-base", "CLIP ViT-B/32")
    /// Pieces that there are.
    package var vocabulary = 30522
    /// Channels of a ResNet's stages together, for a visual prefix.
    package var features = 3840

    /// BERT-base, CLIP ViT-B/32 and ResNet-50.
    package init() {}

    /// So small that a step takes milliseconds.
    package static var tiny: Sizes {
      var sizes = Sizes()
      (sizes.textName, sizes.pictureName) = ("4 layers of 16", "as many for pictures")
      (sizes.batch, sizes.length, sizes.side, sizes.patch) = (3, 12, 32, 8)
      (sizes.stack.hiddenSize, sizes.stack.layers, sizes.stack.heads) = (16, 4, 2)
      (sizes.stack.intermediateSize, sizes.vocabulary, sizes.features) = (32, 50, 30)
      return sizes
    }
  }

  /// Every system that is measured, to be made one after the other: each holds gigabytes.
  package static var all: [(name: String, make: @Sendable (Sizes) -> StepRehearsal)] {
    System.all.compactMap { system in system.rehearsal.map { (system.title, $0) } }
  }

  static func make<Network: MultimodalNetwork>(
    _ network: Network.Type, _ title: String, _ sizes: Sizes
  ) -> StepRehearsal {
    let (views, readings) = Network.rehearsedViews
    let use = Network.towerUse
    var source = WeightSource.random(seed: 1)
    let text = BERTModel(
      TextConfiguration(
        stack: sizes.stack, vocabulary: sizes.vocabulary, positions: 512, tokenTypes: 2,
        padding: 0, counting: .fromZero), &source)
    var pictures = sizes.stack
    (pictures.norm, pictures.activation, pictures.names) = (.pre, .quickGELU, .clip)
    (pictures.hiddenDropout, pictures.attentionDropout) = (0, 0)
    let tower =
      use == .none
      ? nil
      : PictureTower(
        CLIPVisionModel(
          VisionConfiguration(stack: pictures, side: sizes.side, patch: sizes.patch), &source))
    let options = Network.Options { _ in "" }
    let scheme = RelationScheme(labels: ["None"] + (1..<23).map { "r\($0)" })
    var generator = SeededGenerator(seed: 2)
    var trainee = MultimodalTrainee<Network>(
      text, prefix: "bert.",
      MultimodalSizes(
        stack: sizes.stack, task: .relations,
        regions: tower?.shape ?? [49, min(2048, sizes.features)],
        features: sizes.features, hasTower: tower != nil),
      .relations(
        PairReading(
          scheme: scheme, markers: RelationMarkers(pieces: [], ids: []), longest: sizes.length)),
      options, tower: tower, &generator)
    let items = (0..<sizes.batch).map { number in
      Self.item(number, sizes, views: views, hasTower: tower != nil, use, &generator)
    }
    trainee.indexParameters()
    var optimizer = Optimizer(.adamW(decay: 0.01))
    // The encoders alone read each text once, and each picture as often as the system does.
    var parts = Encoders(text: text, tower: tower)
    parts.indexParameters()
    var other = Optimizer(.adamW(decay: 0.01))
    let padding = text.configuration.padding
    var seed: UInt64 = 3
    return StepRehearsal(
      system: title,
      encoders: sizes.textName
        + (tower == nil
          ? "" : " and \(sizes.pictureName)" + (readings > 1 ? " × \(readings)" : "")),
      whole: {
        seed += 1
        let tape = Tape(recording: true, seed: seed)
        let loss = try trainee.loss(items, tape)
        tape.backward(from: loss)
        optimizer.step(&trainee, tape) { _ in 1e-5 }
      },
      alone: {
        seed += 1
        let tape = Tape(recording: true, seed: seed)
        var loss = tape.sum(
          try parts.text(TextBatch(items.map(\.ids), padding: padding), tape).last)
        if let tower = parts.tower {
          for k in 0..<readings {
            let pixels = items.map { item in
              item.towerPixels?(use == .places ? item.pictures[k] : .whole) ?? Tensor([0])
            }
            let stacked = Tensor([items.count] + pixels[0].shape, pixels.flatMap(\.array))
            loss = tape.add(loss, tape.sum(try tower(tape.constant(stacked), tape)))
          }
        }
        tape.backward(from: loss)
        other.step(&parts, tape) { _ in 1e-5 }
      })
  }

  private struct Encoders: ParameterContainer {
    var text: BERTModel
    var tower: PictureTower?

    mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
      text.visitParameters(prefix + "text.", visit)
      if var tower {
        tower.visitParameters(prefix + "tower.", visit)
        self.tower = tower
      }
    }
  }

  /// A pair with random pieces and pixels, its mentions at the second and the tenth piece.
  private static func item(
    _ number: Int, _ sizes: Sizes, views: Int, hasTower: Bool, _ use: PictureTower.Use,
    _ generator: inout SeededGenerator
  ) -> MultimodalItem {
    let ids = (0..<sizes.length).map { _ in generator.index(below: sizes.vocabulary - 1) + 1 }
    var pair = MarkedPair(ids: ids, head: 1, tail: 9, label: number % 23, cutOff: [])
    (pair.headSpan, pair.tailSpan) = (2..<3, 10..<11)
    // A lock-step encoder's crops are small; all other views are a tower's whole square.
    func view(_ k: Int) -> PictureView {
      use == .patches && views > 1 ? .crop(.whole, cells: k < views / 2 ? 4 : 2) : .whole
    }
    func random(_ shape: [Int]) -> Tensor {
      Tensor(shape, (0..<shape.reduce(1, *)).map { _ in generator.uniform(-1, 1) })
    }
    let pictures = (0..<views).map { k in
      hasTower
        ? PictureRegions.pending(view(k), notice: nil).framing(.whole)
        : PictureRegions(random([VisualPrefix.rows + 1, sizes.features]))
    }
    var item = MultimodalItem(
      ids: ids, tagged: nil, pair: pair, wordPieces: [], wordCount: 0, pictures: pictures)
    item.guide = TrainingGuide(
      embedding: Embedding(text: random([512]).array, picture: random([512]).array),
      other: hasTower ? .pending(.mirrored, notice: nil) : nil)
    guard hasTower else { return item }
    var pixels: [Int: Tensor] = [:]
    for side in [sizes.side, 4 * sizes.patch, 2 * sizes.patch] where pixels[side] == nil {
      pixels[side] = random([3, side, side])
    }
    let (made, side, patch) = (pixels, sizes.side, sizes.patch)
    item.towerPixels = { seen in
      if case .crop(_, let cells?) = seen.view { return made[cells * patch] ?? Tensor([0]) }
      return made[side] ?? Tensor([0])
    }
    return item
  }
}

extension PictureRegions {
  /// The whole picture, for a tower.
  fileprivate static var whole: PictureRegions { .pending(.whole, notice: nil) }
}
