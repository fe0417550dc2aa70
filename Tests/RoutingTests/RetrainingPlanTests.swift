import Tensors
import Testing

@testable import Routing

/// Corrections of a world that the base router does not know.
enum Corrections {
  static func make(
    _ count: Int, dimensions: Int = 8, seed: UInt64 = 9, own: Float = 0.9, foreign: Float = 0.4,
    prefix: String = "c"
  ) throws -> [Correction] {
    let data = try World.separable(
      count, dimensions: dimensions, seed: seed, own: own, foreign: foreign, prefix: prefix)
    return data.ids.indices.map {
      Correction(
        id: data.ids[$0], input: .product(Array(data.row($0))), counts: data.counts[$0],
        labels: ["PER"])
    }
  }
}

struct RetrainingPlanTests {
  private func plan(
    _ corrections: [Correction], _ router: RouterBundle?,
    options: RetrainingOptions = RetrainingOptions()
  ) throws -> RetrainingPlan {
    let outcome = RetrainingPlan.make(
      TrainingRequest(corrections: corrections), router: router, options: options)
    guard case .ready(let plan) = outcome else {
      throw Unexpected(what: "\(outcome)")
    }
    return plan
  }

  private struct Unexpected: Error { let what: String }

  private func refusal(
    _ corrections: [Correction], _ router: RouterBundle?, postIDs: [String] = [],
    postInputs: [Float] = []
  ) -> TrainingReport.Refusal? {
    let request = TrainingRequest(
      corrections: corrections, postIDs: postIDs, postInputs: postInputs)
    let outcome = RetrainingPlan.make(request, router: router, options: RetrainingOptions())
    guard case .refused(let refusal) = outcome else { return nil }
    return refusal
  }

  @Test func aFifthIsHeldOutAndNeverTrainedOn() throws {
    let corrections = try Corrections.make(100)
    let plan = try plan(corrections, BundleTests.make())
    let heldOut = Set(corrections.filter(\.isHeldOut).map(\.id))
    #expect((10...30).contains(heldOut.count))
    #expect(plan.heldOut == heldOut.count)
    #expect(plan.trainedOn == 100 - heldOut.count)
    #expect(heldOut.isDisjoint(with: plan.training.ids))
    #expect(heldOut.isSubset(of: plan.judging.ids))
    #expect(heldOut.isDisjoint(with: plan.selection.ids))
    #expect(plan.training.count == 120 + plan.trainedOn)
    #expect(Array(plan.training.weights.prefix(120)) == [Float](repeating: 1, count: 120))
    #expect(plan.training.weights[120...].allSatisfy { $0 == 120 / Float(plan.trainedOn) })
  }

  /// FNV-1a's published test vector, and a share near one in five over many ids.
  @Test func theHashIsStable() {
    var hash = StableHash()
    for byte in "foobar".utf8 { hash.add(byte) }
    #expect(hash.value == 0x8594_4171_F739_67E8)
    let share = (0..<10_000).count {
      Correction(id: "\($0)", input: .withoutPicture, counts: .zero).isHeldOut
    }
    #expect((1850...2150).contains(share))
  }

  @Test func orderDoesNotMatter() throws {
    let router = try BundleTests.make()
    let corrections = try Corrections.make(40)
    let forward = try plan(corrections, router)
    let backward = try plan(corrections.reversed(), router)
    #expect(forward.training == backward.training)
    #expect(forward.judging == backward.judging)
    #expect(forward.hash == backward.hash)
    #expect(try plan(Array(corrections.dropLast()), router).hash != forward.hash)
  }

  /// A corrected post of the rehearsal sample must not be trained on with its old labels as well;
  /// one of the held-out part stays there, with its new counts.
  @Test func correctionsReplaceTheRoutersOwnPosts() throws {
    let router = try BundleTests.make()
    let rehearsal = try #require(router.rehearsal)
    let heldOut = try #require(router.heldOut)
    let counts = ExpertCounts(
      text: .init(correct: 1, predicted: 1, gold: 1),
      multimodal: .init(correct: 0, predicted: 1, gold: 1))
    let inRehearsal = (0..<20).map {
      Correction(id: rehearsal.ids[$0], input: .product(Array(rehearsal.row($0))), counts: counts)
    }
    // Of the router's own held-out posts, one that judges and one that teaches.
    func place(isHeldOut: Bool) throws -> Int {
      try #require(
        heldOut.ids.indices.first {
          Correction(id: heldOut.ids[$0], input: .withoutPicture, counts: .zero).isHeldOut
            == isHeldOut
        })
    }
    let (judging, teaching) = (try place(isHeldOut: true), try place(isHeldOut: false))
    let inHeldOut = [judging, teaching].map {
      Correction(id: heldOut.ids[$0], input: .product(Array(heldOut.row($0))), counts: counts)
    }
    // Another dataset's post of the same name.
    let other = try #require(heldOut.ids.indices.first { ![judging, teaching].contains($0) })
    let sameName = Correction(
      id: heldOut.ids[other], input: .product([Float](repeating: 0.9, count: 8)), counts: counts)
    let plan = try plan(inRehearsal + inHeldOut + [sameName], router)
    #expect(Set(plan.training.ids).count == plan.training.count)
    for (id, post) in zip(plan.training.ids, plan.training.counts)
    where inRehearsal.contains(where: { $0.id == id }) {
      #expect(post == counts)
    }
    for correction in inRehearsal where correction.isHeldOut {
      #expect(!plan.training.ids.contains(correction.id))
    }
    let kept = Dictionary(zip(plan.selection.ids, plan.selection.counts)) { $1 }
    #expect(kept[heldOut.ids[judging]] == counts)
    #expect(!plan.training.ids.contains(heldOut.ids[judging]))
    #expect(kept[heldOut.ids[teaching]] == nil)
    #expect(plan.training.ids.contains(heldOut.ids[teaching]))
    #expect(kept[heldOut.ids[other]] == heldOut.counts[other])
  }

  @Test func everyRefusalIsNamed() throws {
    let router = try BundleTests.make()
    let corrections = try Corrections.make(40)
    let few = corrections.filter { !$0.isHeldOut }.prefix(4)
    #expect(refusal(corrections, router) == nil)
    #expect(refusal(corrections, nil) == .noRouter)
    #expect(refusal(Array(few), router) == .tooFewCorrections(teaching: 4, accepted: 4, need: 5))
    #expect(
      refusal(corrections.filter(\.isHeldOut), router)
        == .tooFewCorrections(
          teaching: 0, accepted: corrections.count(where: \.isHeldOut), need: 5))
    let foreign = Correction(
      id: "z", input: corrections[0].input, counts: .zero, labels: ["VEHICLE", "PER", "BOAT"])
    #expect(refusal(corrections + [foreign], router) == .foreignLabels(["BOAT", "VEHICLE"]))
    let bare = RouterBundle(
      configuration: router.configuration, base: router.base, installed: router.installed,
      rehearsal: nil, heldOut: nil, heldOutProbabilities: [])
    #expect(refusal(corrections, bare) == .noCachedCounts("rds-test"))
  }

  @Test func unusableRequestsFailWithASentence() throws {
    let router = try BundleTests.make()
    let corrections = try Corrections.make(40)
    func failure(_ refusal: TrainingReport.Refusal?) -> String {
      guard case .failed(let sentence) = refusal else { return "" }
      return sentence
    }
    #expect(failure(refusal(corrections + [corrections[0]], router)).contains("c0 is given twice"))
    let wide = Correction(
      id: "w", input: .product([Float](repeating: 1, count: 512)), counts: .zero)
    #expect(
      failure(refusal(corrections + [wide], router))
        .contains("embeddings have 512 dimensions, the router expects 8"))
    let broken = Correction(
      id: "w", input: .product([Float](repeating: .nan, count: 8)), counts: .zero)
    #expect(failure(refusal(corrections + [broken], router)).contains("post w"))
    let short = refusal(corrections, router, postIDs: ["a"], postInputs: [1, 2])
    #expect(failure(short).contains("2 dimensions"))
  }

  /// Posts without a picture count like others, are answered by the text expert, and move nothing.
  @Test func postsWithoutAPictureCountAsTheTextExperts() throws {
    let corrections = try Corrections.make(40)
    let some = corrections.map { c in
      Correction(id: c.id, input: .withoutPicture, counts: c.counts)
    }
    let plan = try plan(corrections.dropLast(20) + some.suffix(20), BundleTests.make())
    #expect(plan.trainedOn + plan.heldOut + plan.withoutPicture == 40)
    #expect(plan.trainedOn == corrections.dropLast(20).count { !$0.isHeldOut })
    #expect(plan.withoutPicture == some.suffix(20).count { !$0.isHeldOut })
    #expect(plan.training.isAsked.count { !$0 } == plan.withoutPicture)
    let none = plan.judging.routes(
      [Float](repeating: 1, count: plan.judging.asked.count))
    #expect(zip(none, plan.judging.isAsked).allSatisfy { ($0 == .multimodal) == $1 })
  }

  /// They cannot make up the number of posts that teach: the router would learn nothing.
  @Test func postsWithoutAPictureTeachNothing() throws {
    let some = try Corrections.make(40).map {
      Correction(id: $0.id, input: .withoutPicture, counts: $0.counts)
    }
    #expect(
      refusal(some, try BundleTests.make())
        == .tooFewCorrections(teaching: 0, accepted: 40, need: 5))
  }

  /// Posts that failed are accepted all the same, and a refusal counts them.
  @Test func refusalsCountPostsThatFailed() throws {
    let request = TrainingRequest(
      corrections: try Corrections.make(2), failures: ["a": "riva: no", "b": "riva: no"])
    let outcome = RetrainingPlan.make(
      request, router: try BundleTests.make(), options: RetrainingOptions())
    guard case .refused(.tooFewCorrections(let teaching, let accepted, _)) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(teaching <= 2 && accepted == 4)
  }

  /// The case of a dataset that is the router's own dev part: every accepted post is one of those
  /// that it was judged on.
  @Test func postsOfTheRoutersHeldOutPartTeachToo() throws {
    let router = try BundleTests.make()
    let heldOut = try #require(router.heldOut)
    let corrections = (0..<min(40, heldOut.count - 5)).map {
      Correction(
        id: heldOut.ids[$0], input: .product(Array(heldOut.row($0))), counts: heldOut.counts[$0])
    }
    let plan = try plan(corrections, router)
    let teaching = corrections.filter { !$0.isHeldOut }
    #expect(plan.trainedOn == teaching.count)
    #expect(plan.trainedOn + plan.heldOut == corrections.count)
    #expect(Set(teaching.map(\.id)).isDisjoint(with: plan.selection.ids))
    #expect(Set(teaching.map(\.id)).isDisjoint(with: plan.judging.ids))
    #expect(plan.judging.count == heldOut.count - teaching.count)
  }

  @Test func weightsNeverOutweighTheRehearsal() {
    let options = RetrainingOptions()
    #expect(options.weight(corrections: 5, rehearsal: 800) == 4)
    #expect(options.weight(corrections: 400, rehearsal: 800) == 2)
    #expect(options.weight(corrections: 4000, rehearsal: 800) == 1)
    #expect(options.weight(corrections: 5, rehearsal: 0) == 1)
  }
}
