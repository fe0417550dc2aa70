import Foundation
import Tensors
import Testing

@testable import Routing

struct BundleTests {
  static func make(
    dimensions: Int = 8, iterations: Int = 60, seed: UInt64 = 1
  ) throws -> RouterBundle {
    var training = RouterConfiguration.exact
    training.hidden = 12
    training.iterations = iterations
    let rehearsal = try World.separable(120, dimensions: dimensions, seed: seed, prefix: "r")
    let heldOut = try World.separable(100, dimensions: dimensions, seed: seed + 1, prefix: "d")
    let base = try RouterTrainer(configuration: training, seed: seed).train(
      from: training.makeDiscriminator(for: rehearsal, seed: seed), on: rehearsal, dev: heldOut
    ).discriminator
    return try RouterBundle(
      name: "rds-test", textExpert: "bilstm-crf", multimodalExpert: "riva", encoder: "clip-test",
      labels: ["PER", "LOC", "ORG", "MISC"], base: base, training: training, seed: seed,
      rehearsal: rehearsal, heldOut: heldOut)
  }

  private func read(
    _ bundle: RouterBundle, json change: (inout [String: Any]) -> Void = { _ in },
    tensors changeTensors: (inout [String: Tensor]) -> Void = { _ in }
  ) throws -> RouterBundle {
    var object = try #require(
      try JSONSerialization.jsonObject(with: bundle.encodedConfiguration()) as? [String: Any])
    change(&object)
    var tensors = bundle.tensors
    changeTensors(&tensors)
    return try RouterBundle(
      configuration: JSONSerialization.data(withJSONObject: object), tensors: tensors)
  }

  @Test func aFolderComesBackBitForBit() throws {
    let bundle = try Self.make()
    #expect(try read(bundle) == bundle)
    let other = try Discriminator(
      dimensions: 8, head: .mlp(hidden: 12), leak: bundle.base.leak, seed: 77)
    let changed = bundle.installing(other, version: 2, stamp: nil)
    #expect(try read(changed) == changed)
    #expect(changed != bundle)
    #expect(try bundle.encodedConfiguration() == bundle.encodedConfiguration())
  }

  @Test func decisionsCarryTheRank() throws {
    let bundle = try Self.make()
    let dev = try #require(bundle.heldOut)
    let all = bundle.installed.probabilities(dev.x)
    for post in 0..<20 {
      let x = Array(dev.row(post))
      let decision = try bundle.decide(.product(x))
      let scores = try #require(decision.scores)
      #expect(scores.probability == all[post])
      #expect(scores.percentile == Float(all.count { $0 < all[post] }) / 100)
      #expect(abs(scores.cosine - x.reduce(0, +)) < 1e-5)
    }
    let unasked = try bundle.decide(.withoutPicture)
    #expect(unasked.scores == nil)
    #expect(unasked.route == .text)
    #expect(throws: RoutingError.wrongDimensions(have: 3, need: 8)) {
      _ = try bundle.decide(.product([1, 2, 3]))
    }
  }

  @Test func damageIsNamedWithARemedy() throws {
    let bundle = try Self.make()
    func check(
      _ expected: RoutingError, _ words: String,
      json: (inout [String: Any]) -> Void = { _ in },
      tensors: (inout [String: Tensor]) -> Void = { _ in }
    ) {
      #expect(throws: expected) { _ = try read(bundle, json: json, tensors: tensors) }
      #expect("\(expected)".contains(words), "\(expected)")
    }
    check(.noCachedCounts(router: "rds-test"), "no cached counts") {
      _ in
    } tensors: {
      $0["rehearsal.counts.text"] = nil
    }
    check(
      .wrongDimensions(have: 32, need: 8), "embeddings have 32 dimensions, the router expects 8"
    ) { _ in
    } tensors: {
      $0["rehearsal.x"] = Tensor([120, 32])
    }
    check(.unknownFormat(9), "use a later version") { $0["format"] = 9 }
    check(.missingTensor(name: "base.w1"), "train the router again") { _ in
    } tensors: {
      $0["base.w1"] = nil
    }
    check(.missingTensor(name: "heldOut.x"), "heldOut.x") { _ in
    } tensors: {
      $0["heldOut.x"] = nil
    }
    check(.badValues(name: "heldOut.p", why: "is not ascending within 0 to 1"), "heldOut.p") {
      _ in
    } tensors: {
      $0["heldOut.p"]?.array.reverse()
    }
    check(
      .badValues(name: "heldOut.counts.text", why: "holds numbers that are no counts"), "counts"
    ) { _ in
    } tensors: {
      $0["heldOut.counts.text"]?.array[5] = 0.5
    }
    check(.impossibleCounts(post: "d0"), "count again") { _ in
    } tensors: {
      $0["heldOut.counts.text"]?.array.replaceSubrange(0..<3, with: [5, 2, 2])
    }
    check(.unequalCounts(what: "rehearsal.x rows", have: 120, posts: 119), "one per post") {
      $0["rehearsalIDs"] = ($0["rehearsalIDs"] as? [String])?.dropLast().map { $0 }
    }
    check(.badSetting(name: "dimensions", value: "0", allowed: "1 to 16384"), "config.json") {
      $0["dimensions"] = 0
    }
  }

  @Test func brokenJSONIsAnErrorNotACrash() throws {
    let bundle = try Self.make()
    #expect(throws: DecodingError.self) { try read(bundle, json: { $0["training"] = nil }) }
    #expect(throws: DecodingError.self) {
      _ = try RouterBundle(configuration: Data("{".utf8), tensors: bundle.tensors)
    }
  }

  @Test func aFolderWithoutSamplesStillRoutes() throws {
    let bundle = try Self.make()
    let bare = try read(bundle) {
      $0["rehearsalIDs"] = [String]()
      $0["heldOutIDs"] = [String]()
    } tensors: {
      for name in $0.keys where name.hasPrefix("rehearsal") || name.hasPrefix("heldOut") {
        $0[name] = nil
      }
    }
    #expect(bare.rehearsal == nil)
    let x = Array(try #require(bundle.heldOut).row(0))
    #expect(
      try bare.decide(.product(x)).scores?.probability
        == bundle.decide(.product(x)).scores?.probability)
  }
}
