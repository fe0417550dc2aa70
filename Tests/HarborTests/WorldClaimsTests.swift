import Pictures
import Tensors
import Testing

@testable import Harbor

/// What docs/models.md says of the drawn town, counted over many plans and posts.
@Suite("The town as its page tells it")
struct WorldClaimsTests {
  private static func plans(seed: UInt64) -> [PostPlan] {
    var generator = SeededGenerator(seed: seed)
    return (0..<40_000).map { _ in PostPlan(&generator) }
  }

  private func share<T>(_ items: [T], _ holds: (T) -> Bool) -> Double {
    Double(items.count(where: holds)) / Double(max(1, items.count))
  }

  /// The page's four percentages; among 40,000 plans a share is hardly ever off by more than .01.
  @Test func theFourClassesHaveThePagesShares() {
    let plans = Self.plans(seed: 1)
    let page: [(Relatedness, Double)] = [(.r1, 18.5), (.r2, 25.6), (.r3, 21.9), (.r4, 33.8)]
    let whole = page.reduce(0) { $0 + $1.1 }
    for (relatedness, percent) in page {
      let found = share(plans) { $0.relatedness == relatedness }
      #expect(abs(found - percent / whole) < 0.01, "\(relatedness): \(found)")
    }
  }

  /// Words of R2 tell nothing of what the name stands for, but one in twenty tells another of its
  /// meanings; a light is never named.
  @Test func oneInTwentyPostsWithoutItsTextInThePictureMisleads() {
    let plans = Self.plans(seed: 2).filter { $0.relatedness == .r2 }
    let misleading = share(plans) { $0.cue != nil }
    #expect(abs(misleading - 0.05) < 0.01, "\(misleading)")
    for plan in plans {
      #expect(plan.spokenSetting == nil && plan.thing == plan.kind.thing)
      if let cue = plan.cue { #expect(cue != plan.kind && plan.name.kinds.contains(cue)) }
    }
  }

  /// R3 shows the thing itself, or what the words name as a place.
  @Test func whatIsSaidIsSeenWhereThePictureAddsNothing() {
    let plans = Self.plans(seed: 3).filter { $0.relatedness == .r3 }
    for plan in plans {
      if let place = plan.place {
        #expect(plan.thing == place.thing && place != plan.kind)
      } else {
        #expect(plan.thing == plan.kind.thing)
      }
      #expect(plan.cue == plan.kind && plan.spokenSetting == plan.setting)
    }
    let own = share(plans) { $0.place == nil }
    #expect(abs(own - 0.5) < 0.02, "\(own)")
  }

  /// 27 % of R4 are drawn to mislead. Of the rest three fifths show something of another type,
  /// which now and then is another meaning of the name, too; two fifths show nothing.
  @Test func aQuarterOfUnrelatedPicturesIsMadeToMislead() {
    let plans = Self.plans(seed: 4).filter { $0.relatedness == .r4 }
    func others(_ plan: PostPlan) -> [Kind] { plan.name.kinds.filter { $0 != plan.kind } }
    let expected = plans.reduce(0.0) { sum, plan in
      let unrelated = Kind.allCases.count { $0.type != plan.kind.type }
      return sum + 0.27 + 0.73 * 0.6 * Double(others(plan).count) / Double(unrelated)
    }
    let misleading = share(plans) { plan in others(plan).contains { $0.thing == plan.thing } }
    #expect(abs(misleading - expected / Double(plans.count)) < 0.02, "\(misleading)")
    #expect(misleading > 0.27)
    let nothing = share(plans) { $0.thing == .empty }
    #expect(abs(nothing - 0.73 * 0.4) < 0.02, "\(nothing)")
    // What is named is never what is seen: neither the thing itself nor the light.
    for plan in plans {
      #expect(plan.thing != plan.kind.thing && plan.spokenSetting != plan.setting)
      #expect(plan.spokenSetting != nil)
    }
  }

  /// What a reader of the files is told of each post is its class, and its picture keeps to it.
  @Test func attributesSayTheClass() throws {
    let writer = SampleWriter(SampleRecipe(seed: 5, side: 16))
    var seen: Set<String> = []
    for i in 0..<150 {
      let attributes = try writer.post(.train, i).post.attributes
      let relatedness = try #require(attributes["relatedness"])
      seen.insert(relatedness)
      let adds = ["R1", "R2"].contains(relatedness)
      #expect(attributes["imageAdds"] == (adds ? "yes" : "no"), "\(relatedness)")
      let inImage = ["R1", "R3"].contains(relatedness)
      #expect(attributes["textInImage"] == (inImage ? "yes" : "no"), "\(relatedness)")
      let kind = try #require(Kind(rawValue: attributes["means"] ?? ""))
      let isPictured = attributes["pictured"] == kind.thing.rawValue
      if adds { #expect(isPictured) }
      if relatedness == "R4" { #expect(!isPictured) }
    }
    #expect(seen == ["R1", "R2", "R3", "R4"])
  }

  /// Size, place and colours are drawn before anybody asks what the thing is: one placement and one
  /// set of inks, drawn here without a thing, give the painter's pictures of all things.
  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func sizeAndPlaceDoNotDependOnTheThing(seed: UInt64) {
    let side: Float = 64
    var generator = SeededGenerator(seed: seed)
    let scenery = Scenery(side: side, using: &generator)
    let light = Light(.fog, using: &generator)
    var before = Canvas(width: 64, height: 64)
    scenery.paintBackground(on: &before, using: &generator)
    for _ in 0..<(2 + generator.index(below: 3)) {
      Clutter.paintPiece(on: &before, in: scenery, using: &generator)
    }
    let placement = Placement(side: side, using: &generator)
    let inks = Inks(in: scenery, using: &generator)
    #expect((0.47 * side...0.94 * side).contains(placement.extent))
    for thing in Thing.allCases {
      var brush = Brush(
        canvas: before, placement: placement, inks: inks, generator: generator)
      brush.paint(thing)
      var (canvas, rest) = (brush.canvas, brush.generator)
      if rest.chance(0.35) {
        Clutter.paintOccluder(on: &canvas, at: placement, in: scenery, using: &rest)
      }
      canvas.addNoise(sigma: 6, using: &rest)
      light.fall(on: &canvas)
      var own = SeededGenerator(seed: seed)
      let painted = ScenePainter().paint(thing, in: .fog, using: &own)
      #expect(painted == canvas.picture, "\(thing), seed \(seed)")
    }
  }

  /// Other seeds put things elsewhere and draw them larger or smaller.
  @Test func placesAndSizesVary() {
    let placements = (0..<200 as Range<UInt64>).map { seed in
      var generator = SeededGenerator(seed: seed)
      return Placement(side: 64, using: &generator)
    }
    let sizes = placements.map(\.extent)
    #expect((sizes.min() ?? 64) < 33 && (sizes.max() ?? 0) > 57)
    let across = placements.map(\.center.x)
    #expect((across.max() ?? 0) - (across.min() ?? 0) > 20)
  }
}
