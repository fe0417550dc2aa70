import Encoders
import Foundation
import Tensors
import Testing
import Traces

@testable import Extractors

/// What a network makes of an item must not depend on the items beside it (MODELS §12): answers are
/// computed one by one, but training and its scores are not.
@Suite("Batches of networks of text and picture")
struct NetworkBatchTests {
  private func expectSinglesAgree<Network: MultimodalNetwork>(
    _ network: Network.Type, _ task: ExpertTask, _ options: Network.Options, views: [[Int]]
  ) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    try TinyEncoder.withFolder { folder in
      let tiny = try TinyNetwork<Network>(
        try TextBase(folder: folder), task, options, views: views, seed: seed)
      #expect(Set(tiny.items.map(\.ids.count)).count > 2)
      let together = try tiny.scores(tiny.items)
      let size = together.count / tiny.items.count
      var seen: Set<[Float]> = []
      for (i, item) in tiny.items.enumerated() {
        let alone = try tiny.scores([item]).array
        let steps = item.tagged?.places.count ?? 1
        #expect(alone.count == steps * (together.shape.last ?? 0))
        let worst = zip(alone, together.array[(i * size)...]).map { abs($0 - $1) }.max() ?? 9
        #expect(worst < 1e-4, "item \(i) is \(worst) away; seed \(seed)")
        seen.insert(alone)
      }
      #expect(seen.count == tiny.items.count, "all are the same; seed \(seed)")
    }
  }

  @Test(arguments: [ExpertTask.entities, .relations]) func i2srm(task: ExpertTask) throws {
    try expectSinglesAgree(
      I2SRM.self, task, I2SRMOptions { _ in "" }, views: TinyNetworks.prefix)
  }

  @Test(arguments: [ExpertTask.entities, .relations]) func hvpnet(task: ExpertTask) throws {
    try expectSinglesAgree(
      HVPNeT.self, task, HVPNeTOptions { _ in "" }, views: TinyNetworks.prefix)
  }

  @Test(arguments: ["separate", "joint"], ["all", "own"]) func imm(
    isa: String, slots: String
  ) throws {
    for task in ExpertTask.allCases {
      let options = IMMOptions { ["isa": isa, "slots": slots][$0] ?? "" }
      try expectSinglesAgree(IMM.self, task, options, views: TinyNetworks.whole)
    }
  }

  @Test func mkgformer() throws {
    try expectSinglesAgree(
      MKGformer.self, .relations, MKGformerOptions { _ in "" }, views: TinyNetworks.crops)
  }

  @Test func focalMRE() throws {
    try expectSinglesAgree(
      FocalMRE.self, .relations, FocalMREOptions { _ in "" }, views: TinyNetworks.frames(7))
  }

  /// AttnMixup and the semantic loss are of the training: they may hold anything.
  @Test(arguments: [ExpertTask.entities, .relations])
  func whatOnlyTrainingKnowsHasNoAnswer(task: ExpertTask) throws {
    try TinyEncoder.withFolder { folder in
      let tiny = try TinyNetwork<I2SRM>(
        try TextBase(folder: folder), task, I2SRMOptions { _ in "" }, views: TinyNetworks.prefix,
        seed: 5)
      var other = tiny.trainee
      var generator = SeededGenerator(seed: 6)
      other.network.mixup.shake(&generator)
      other.network.semantic.shake(&generator)
      let (before, after) = (
        try MultimodalAnswering(tiny.trainee).scores(tiny.items),
        try MultimodalAnswering(other).scores(tiny.items)
      )
      #expect(before == after)
      // The loss knows them.
      func loss(_ trainee: MultimodalTrainee<I2SRM>) throws -> Float {
        let tape = Tape(recording: false, training: false)
        return tape[try trainee.loss(tiny.items, tape)].item
      }
      #expect(try loss(tiny.trainee) != loss(other))
    }
  }

  /// The semantic loss stands beside the task's with its weight, as a mean over the posts that have
  /// a picture (MODELS §5.3, §5.6).
  @Test(arguments: [ExpertTask.entities, .relations])
  func halfOfTheSemanticLossIsAdded(task: ExpertTask) throws {
    try TinyEncoder.withFolder { folder in
      let base = try TextBase(folder: folder)
      func tiny(_ switches: [String: String]) throws -> TinyNetwork<I2SRM> {
        var result = try TinyNetwork<I2SRM>(
          base, task, I2SRMOptions { switches[$0] ?? "" }, views: TinyNetworks.prefix, seed: 7)
        result.items[3] = result.items[3].withoutPicture
        return result
      }
      func loss(_ tiny: TinyNetwork<I2SRM>) throws -> Float {
        let tape = Tape(recording: false, training: false)
        return tape[try tiny.trainee.loss(tiny.items, tape)].item
      }
      let whole = try tiny([:])
      var divergences: [Double] = []
      for item in whole.items where item.notice == nil {
        // Of each post for itself: KL(text ‖ picture) of what its own states and picture mean.
        let (tape, batch) = (Tape(), whole.trainee.batch([item]))
        let (network, head) = (whole.trainee.network, whole.trainee.head)
        let h = head.representation(
          try network.states(batch, .plain(whole.trainee.encoder), tape, nil), batch, tape)
        let width = tape.shape(h).last ?? 1
        let steps = tape[h].count / width
        let mean = Tensor(
          [1, width],
          (0..<width).map { k in
            (0..<steps).reduce(Float(0)) { $0 + tape[h].array[$1 * width + k] } / Float(steps)
          })
        let features = item.pictures[0].array.suffix(TinyPictures.width)
        let text = softmax(tape[network.semantic.textProjection(tape.constant(mean), tape)].array)
        let picture = softmax(
          tape[
            network.semantic.pictureProjection(
              tape.constant(Tensor([1, features.count], Array(features))), tape)
          ].array)
        divergences.append(zip(text, picture).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) })
      }
      let mean = divergences.reduce(0, +) / Double(divergences.count)
      #expect(divergences.count == whole.items.count - 1 && mean > 0.1)
      let less = Double(try loss(whole) - loss(tiny(["semantic": "off"])))
      #expect(abs(less - 0.5 * mean) < 1e-4 * max(1, mean))
      let quarter = Double(try loss(tiny(["semantic-weight": "0.25"])) - loss(whole))
      #expect(abs(quarter + 0.25 * mean) < 1e-4 * max(1, mean))
    }
  }

  private func softmax(_ scores: [Float]) -> [Double] {
    let powers = scores.map { exp(Double($0)) }
    return powers.map { $0 / powers.reduce(0, +) }
  }

  // MARK: FocalMRE's slots (MODELS §12, item 8)

  private func focal(
    _ folder: String, grounding: String = "2", detected: String = "1"
  ) throws -> TinyNetwork<FocalMRE> {
    let options = FocalMREOptions { ["grounding": grounding, "detected": detected][$0] ?? "" }
    return try TinyNetwork<FocalMRE>(
      try TextBase(folder: folder), .relations, options,
      views: TinyNetworks.frames(options.slotCount), seed: 8)
  }

  /// The network as if it had never had a slot, and items without its picture.
  private func removing(_ k: Int, of tiny: TinyNetwork<FocalMRE>) -> TinyNetwork<FocalMRE> {
    let network = tiny.trainee.network
    var (result, options) = (tiny, network.options)
    if k < options.grounding { options.grounding -= 1 } else { options.detected -= 1 }
    var generator = SeededGenerator(seed: 1)
    var other = FocalMRE(
      tiny.sizes, options, text: tiny.trainee.encoder, tower: nil, &generator)
    other.slots = network.slots
    other.slots.remove(at: k)
    var weights = network.fusion.value.array
    weights.remove(at: k)
    other.fusion.value = Tensor([weights.count], weights)
    result.trainee.network = other
    result.items = tiny.items.map { item in
      var pictures = item.pictures
      pictures.remove(at: k)
      return MultimodalItem(
        ids: item.ids, tagged: nil, pair: item.pair, wordPieces: [], wordCount: 0,
        pictures: pictures)
    }
    return result
  }

  /// What the classifier reads.
  private func z(_ tiny: TinyNetwork<FocalMRE>, recording: Bool) throws -> [Float] {
    let (tape, batch) = (
      Tape(recording: recording, training: false), tiny.trainee.batch(tiny.items)
    )
    let states = try tiny.trainee.network.states(batch, .plain(tiny.trainee.encoder), tape, nil)
    return tape[tiny.trainee.head.representation(states, batch, tape)].array
  }

  @Test(arguments: [("2", "1"), ("4", "3"), ("1", "1")])
  func aSlotWithoutWeightIsNoSlot(grounding: String, detected: String) throws {
    try TinyEncoder.withFolder { folder in
      let tiny = try focal(folder, grounding: grounding, detected: detected)
      let whole = try z(tiny, recording: false)
      for k in tiny.trainee.network.slots.indices {
        var shut = tiny
        shut.trainee.network.fusion.value.array[k] = 0
        let without = try z(removing(k, of: tiny), recording: false)
        for recording in [false, true] {
          let found = try z(shut, recording: recording)
          #expect(found.count == without.count)
          #expect(zip(found, without).allSatisfy { abs($0 - $1) < 1e-6 }, "slot \(k)")
        }
        #expect(zip(whole, without).contains { abs($0 - $1) > 0.1 }, "slot \(k) says nothing")
      }
    }
  }

  @Test func whatASlotIsWorthIsWhatTheNetworkWithoutItLoses() throws {
    try TinyEncoder.withFolder { folder in
      let tiny = try focal(folder)
      func probabilities(_ tiny: TinyNetwork<FocalMRE>, _ i: Int, _ probe: Probe? = nil) throws
        -> [Double]
      {
        let answering = MultimodalAnswering(tiny.trainee)
        return softmax(try answering.scores([tiny.items[i]], probe)[0])
      }
      var largest = 0.0
      for i in 0..<4 {
        let probe = Probe()
        let whole = try probabilities(tiny, i, probe)
        let best = try #require(whole.indices.max { whole[$0] < whole[$1] })
        let shown = try #require(probe.trace["focal/without"]).values
        #expect(shown.count == 3)
        for (k, value) in shown.enumerated() {
          let lost = whole[best] - (try probabilities(removing(k, of: tiny), i)[best])
          #expect(abs(Double(value) - lost) < 1e-5, "slot \(k) of item \(i)")
          largest = max(largest, abs(lost))
        }
      }
      #expect(largest > 1e-2)
    }
  }
}
