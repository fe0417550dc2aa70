import Encoders
import Tensors
import Testing

@testable import Extractors

/// Gradients of a tape against differences of the loss, each parameter as a whole: along a
/// direction that is partly the gradient's own, so that the slope is not lost in rounding, and
/// partly random, so that a part of the gradient that is missing is not overlooked.
enum GradientDirections {
  /// Compares them.
  ///
  /// - Parameters:
  ///   - seed: of the directions; told where they disagree.
  ///   - isChecked: whether a parameter is, by its name.
  /// - Returns: the parameters that have a gradient.
  @discardableResult
  static func check<Model: ParameterContainer>(
    _ model: Model, seed: UInt64, of isChecked: (_ name: String) -> Bool = { _ in true },
    _ loss: (Model, Tape) throws -> Tape.Variable
  ) throws -> Set<String> {
    var (model, trained) = (model, Set<String>())
    model.visitParameters("") { if $1.trainable { trained.insert($0) } }
    model.indexParameters()
    let tape = Tape(recording: true, training: false)
    tape.backward(from: try loss(model, tape))
    let gradients = tape.parameterGradients
    var (generator, moving) = (SeededGenerator(seed: seed, stream: "directions"), Set<String>())
    for (slot, (name, value)) in model.parameters.enumerated()
    where trained.contains(name) && isChecked(name) {
      let gradient = gradients[slot] ?? [Float](repeating: 0, count: value.count)
      let direction = direction(gradient, &generator)
      let analytic = zip(gradient, direction).reduce(0.0) { $0 + Double($1.0) * $1.1 }
      func moved(by step: Double) throws -> Double {
        var other = model
        other.visitParameters("") {
          guard $0 == name else { return }
          for i in direction.indices { $1.value.array[i] += Float(step * direction[i]) }
        }
        let tape = Tape(recording: false, training: false)
        return Double(tape[try loss(other, tape)].item)
      }
      // A step too wide goes round corners, one too narrow drowns in rounding: one is right.
      var (numeric, agrees) = (0.0, false)
      for step in [1e-2, 5e-3, 2e-2, 2e-3, 1e-3] where !agrees {
        numeric = (try moved(by: step) - moved(by: -step)) / (2 * step)
        agrees = abs(numeric - analytic) < 2e-2 * max(0.1, abs(numeric))
      }
      #expect(
        agrees, "\(name): \(numeric) by differences, \(analytic) by the tape; seed \(seed)")
      if abs(analytic) > 1e-5 { moving.insert(name) }
    }
    return moving
  }

  /// Half the gradient's direction and half a random one, of length 1.
  private static func direction(
    _ gradient: [Float], _ generator: inout SeededGenerator
  ) -> [Double] {
    func unit(_ x: [Double]) -> [Double] {
      let length = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return length > 0 ? x.map { $0 / length } : x
    }
    let random = unit(gradient.map { _ in Double(generator.normal()) })
    return unit(zip(unit(gradient.map(Double.init)), random).map { $0 + $1 })
  }
}

@Suite("Gradients of networks of text and picture")
struct NetworkGradientTests {
  private static let network = FineTuneNames.head + "network."
  private static let pieces = "bert.embeddings.word_embeddings.weight"

  /// Checks a network with its text encoder and its head; other weights and pictures every time.
  ///
  /// - Parameter left: in front of the names of parameters that are left out.
  private func check<Network: MultimodalNetwork>(
    _ network: Network.Type, _ task: ExpertTask, _ options: Network.Options, views: [[Int]],
    seed: UInt64 = .random(in: 0...UInt64.max), except left: String? = nil,
    _ change: (inout TinyNetwork<Network>) -> Void = { _ in }
  ) throws -> Set<String> {
    try TinyEncoder.withFolder { folder in
      var tiny = try TinyNetwork<Network>(
        try TextBase(folder: folder), task, options, views: views, seed: seed)
      tiny.items = Array(tiny.items.prefix(5))
      change(&tiny)
      let items = tiny.items
      return try GradientDirections.check(
        tiny.trainee, seed: seed, of: { name in left.map { !name.hasPrefix($0) } ?? true }
      ) { try $0.loss(items, $1) }
    }
  }

  @Test(arguments: ["", "post"], ["separate", "joint"]) func imm(norm: String, isa: String) throws {
    let options = IMMOptions { ["norm": norm, "isa": isa, "gamma": "1"][$0] ?? "" }
    let found = try check(IMM.self, .relations, options, views: TinyNetworks.whole) {
      // Nothing to be alike to: the loss that CLIP guides leaves it out.
      $0.items[1].guide = nil
    }
    #expect(found.contains(Self.pieces))
    #expect(found.contains(Self.network + "isa.0.picture.first.weight"))
  }

  @Test func immOfTags() throws {
    let options = IMMOptions { _ in "" }
    // By other draws, no word may activate any slot.
    let found = try check(IMM.self, .entities, options, views: TinyNetworks.whole, seed: 12)
    #expect(found.contains(Self.pieces) && found.contains("classifier.crf.transitions"))
    for part in ["key", "value"] {
      #expect(found.contains(Self.network + "ia.0.slots.\(part).weight"))
    }
  }

  @Test func mkgformer() throws {
    let found = try check(
      MKGformer.self, .relations, MKGformerOptions { _ in "" }, views: TinyNetworks.crops)
    // The text's keys and values in front of the picture's, and the way back.
    #expect(found.contains(Self.pieces) && found.contains(Self.network + "fusion.0.weight"))
  }

  @Test(arguments: ["", "off"], ["", "off"]) func focalMRE(
    attention: String, gate: String
  ) throws {
    let options = FocalMREOptions {
      ["grounding": "2", "detected": "1", "focal-attention": attention, "gate": gate][$0] ?? ""
    }
    let found = try check(FocalMRE.self, .relations, options, views: TinyNetworks.frames(3))
    // Its weights are the learned ones where a tape records, and given numbers elsewhere.
    #expect(found.contains(Self.network + "fusion") && found.contains(Self.pieces))
    #expect(found.contains(Self.network + "slots.2.value.weight"))
  }

  @Test(arguments: [ExpertTask.entities, .relations], I2SRMOptions.BatchAttention.allCases)
  func i2srm(task: ExpertTask, attention: I2SRMOptions.BatchAttention) throws {
    for rows in I2SRMOptions.Rows.allCases {
      let options = I2SRMOptions {
        ["attention": attention.rawValue, "mixed-rows": rows.rawValue, "divergence": "both"][$0]
          ?? ""
      }
      // Of draws with relu one in twenty lies on a corner: those of one seed do not. The prefix has
      // corners everywhere, and a test of its own.
      let found = try check(
        I2SRM.self, task, options, views: TinyNetworks.prefix,
        seed: attention == .encoder ? 3 : .random(in: 0...UInt64.max),
        except: Self.network + "prefix."
      ) {
        // One has no picture to agree with.
        $0.items[2] = $0.items[2].withoutPicture
      }
      let parts =
        attention == .encoder
        ? ["mixup.layer.attention.self.value.weight", "mixup.layer.output.dense.weight"]
        : ["mixup.additive.output.weight", "mixup.additive.norm.weight"]
      for part in parts + ["semantic.text.weight", "semantic.image.weight"] {
        #expect(found.contains(Self.network + part), "\(part)")
      }
    }
  }

  /// Four posts whose regions differ so much that it counts where a sentence looks.
  private func batch(_ model: RIVAModel, _ generator: inout SeededGenerator) -> TaggerBatch {
    let inputs = Samples.inputs(4, seed: generator.next()).map { input in
      var input = input
      input.regions = .normal(input.regions.shape, &generator)
      for i in 0..<input.regions.count { input.regions.array[i] *= 3 }
      return input
    }
    return TaggerBatch(inputs, words: model.words, characters: model.characters)
  }

  @Test func riva() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let model = Samples.riva()
    var tagger = model.network
    tagger.shake(by: 0.6, &generator)
    let batch = batch(model, &generator)
    // The teacher is done by now, and nobody asks what the next word is.
    let found = try GradientDirections.check(
      tagger, seed: seed,
      of: { !$0.hasPrefix("teacher.") && !$0.hasPrefix("riva.vlcn.output.") }
    ) { $0.loss(batch, $1) }
    for name in [
      "riva.rgn.output.weight", "riva.vcn.query.weight", "riva.vlcn.entry.weight",
      "lstm.weight_ih_l0",
    ] { #expect(found.contains(name), "\(name)") }
  }

  @Test func rivaBeforeTheTags() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let model = Samples.riva()
    var stage = PretrainingStage(riva: try #require(model.network.riva))
    stage.shake(by: 0.6, &generator)
    let batch = batch(model, &generator)
    let found = try GradientDirections.check(stage, seed: seed) { $0.loss(batch, list: 0, $1) }
    for name in ["rgn.hidden.weight", "vcn.value.weight", "vlcn.output.weight"] {
      #expect(found.contains(name), "\(name)")
    }
  }
}

extension MultimodalItem {
  /// The same of a post that has no picture.
  var withoutPicture: MultimodalItem {
    var result = MultimodalItem(
      ids: ids, tagged: tagged, pair: pair, wordPieces: wordPieces, wordCount: wordCount,
      pictures: pictures.map { PictureRegions(Tensor($0.shape), notice: "none") })
    result.guide = guide
    return result
  }
}
