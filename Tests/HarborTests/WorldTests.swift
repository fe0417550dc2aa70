import Corpora
import Foundation
import Tensors
import Testing

@testable import Harbor

@Suite("The harbour world")
struct WorldTests {
  let writer = SampleWriter(SampleRecipe(seed: 5, side: 32))

  @Test func relatednessHasThePublishedShares() {
    var counts: [Relatedness: Int] = [:]
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<20_000 { counts[PostPlan(&generator).relatedness, default: 0] += 1 }
    for (class_, share) in zip(Relatedness.allCases, Relatedness.shares) {
      let found = 100 * Float(counts[class_] ?? 0) / 20_000
      #expect(abs(found - share) < 1.2, "\(class_)")
    }
  }

  @Test func namesAreAmbiguousBetweenTypes() {
    #expect(Inventory.town.ambiguous.count >= 48)
    for name in Inventory.town.ambiguous {
      #expect(Set(name.kinds.map(\.type)).count == name.kinds.count && name.kinds.count >= 2)
    }
    #expect(Set(Kind.allCases.map(\.thing)).count == Kind.allCases.count)
    #expect(Set(Kind.allCases.map(\.type)).count == 4)
  }

  @Test func everyPlanKeepsItsPromise() {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<5_000 {
      let plan = PostPlan(&generator)
      #expect(plan.name.kinds.contains(plan.kind))
      if plan.relatedness.imageAdds {
        #expect(plan.thing == plan.kind.thing && plan.cue != plan.kind)
      } else {
        #expect(plan.cue == plan.kind)
      }
      if let spoken = plan.spokenSetting {
        #expect((spoken == plan.setting) == plan.relatedness.textInImage)
      }
    }
  }

  @Test func postsAreWellFormedAndLabelledFromTheInventory() throws {
    let labels: Set = [
      "None", "/per/per/peer", "/per/org/member_of", "/per/loc/place_of_residence",
      "/per/misc/awarded", "/per/misc/present_in", "/org/org/subsidiary", "/org/loc/locate_at",
      "/loc/loc/contain", "/misc/misc/part_of", "/misc/loc/held_on",
    ]
    var seen: Set<String> = []
    for i in 0..<400 {
      let post = try writer.post(.train, i).post
      #expect(!post.mentions.isEmpty)
      for mention in post.mentions { #expect(mention.range.upperBound <= post.tokens.count) }
      for relation in post.relations {
        #expect(labels.contains(relation.label))
        seen.insert(relation.label)
      }
    }
    #expect(seen.count > 5)
  }

  @Test func theSeedDecidesPostsButNotTheTown() throws {
    let again = try SampleWriter(SampleRecipe(seed: 5, side: 32)).post(.test, 7)
    let first = try writer.post(.test, 7)
    #expect(again.post == first.post && again.jpeg == first.jpeg)
    let other = try SampleWriter(SampleRecipe(seed: 6, side: 32)).post(.test, 7)
    #expect(other.jpeg != first.jpeg)
  }

  @Test func smallerSamplesAreBeginningsOfLargerOnes() throws {
    let folder = NSTemporaryDirectory() + "twinlens-sample-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for count in [3, 5] {
      try SampleWriter(
        SampleRecipe(seed: 9, train: count, dev: 1, test: 2, captions: 2, side: 32)
      ).write(to: folder + "/\(count)") { _ in }
    }
    let small = try String(contentsOfFile: folder + "/3/train.jsonl", encoding: .utf8)
    let large = try String(contentsOfFile: folder + "/5/train.jsonl", encoding: .utf8)
    #expect(large.hasPrefix(small) && large != small)
    let dataset = try Dataset.open(folder + "/5")
    #expect(dataset.posts.count == 8 && dataset.name == "harbor")
    #expect(dataset.findings.isEmpty)
    for post in dataset.posts {
      guard case .file = dataset.image(for: post) else {
        Issue.record("no picture for \(post.id)")
        continue
      }
    }
    #expect(try Dataset.open(folder + "/5/captions").posts.count == 2)
  }

  /// A crowded picture shows its thing where it says, among others that the name cannot stand for.
  @Test func crowdedPicturesShowOneMeaningAtMost() throws {
    var recipe = SampleRecipe(seed: 5, side: 32)
    (recipe.isCrowded, recipe.pairs) = (true, .everyPost)
    #expect(recipe.name == "harbor-crowded-pairs")
    let crowded = SampleWriter(recipe)
    var generator = SeededGenerator(seed: 8)
    for _ in 0..<500 {
      let plan = PostPlan(&generator)
      let shown = plan.crowd(&generator)
      #expect((2...4).contains(shown.count) && Set(shown).count == shown.count)
      #expect(shown.contains(plan.thing) == (plan.thing != .empty))
      for other in shown where other != plan.thing {
        #expect(!plan.name.kinds.map(\.thing).contains(other))
      }
    }
    recipe.isCrowded = false
    let plain = SampleWriter(recipe)
    for i in 0..<60 {
      let post = try crowded.post(.test, i).post
      // The same posts as with one thing: only their pictures are others.
      let single = try plain.post(.test, i)
      #expect(post.tokens == single.post.tokens && post.relations == single.post.relations)
      #expect(post.attributes["beside"]?.isEmpty == false)
      let place = post.attributes["where"]?.split(separator: " ").compactMap { Int($0) }
      #expect((place == nil) == (post.attributes["pictured"] == "empty"))
      #expect(place?.count ?? 3 == 3 && place?.allSatisfy { (0...100).contains($0) } ?? true)
    }
  }

  /// Things of a crowd hardly cover each other: each has a quarter of its own.
  @Test func thingsOfACrowdStandApart() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<200 {
      let places = ScenePainter(side: 32).paint(
        crowd: [.dog, .house, .book, .flag], in: .sunny, using: &generator
      ).places
      #expect(Set(places.map { [$0.centerX > 0.5, $0.centerY > 0.5] }).count == 4)
      #expect(places.allSatisfy { (0.32...0.48).contains($0.size) })
    }
  }

  /// No single word may tell whether the picture adds: the most telling words of the middle band
  /// stay weak alone.
  @Test func textAloneDoesNotSettleWhetherThePictureAdds() throws {
    var counts: [String: (adds: Int, not: Int)] = [:]
    var (adds, not) = (0, 0)
    for i in 0..<3000 {
      let post = try plan(i)
      if post.adds { adds += 1 } else { not += 1 }
      for word in Set(post.tokens) {
        if post.adds {
          counts[word, default: (0, 0)].adds += 1
        } else {
          counts[word, default: (0, 0)].not += 1
        }
      }
    }
    // A word that occurs in at least 5 % of the posts must occur in both kinds.
    for (word, n) in counts where n.adds + n.not > 150 {
      let share = Double(n.adds) / Double(n.adds + n.not)
      #expect((0.1...0.9).contains(share), "\(word) \(share)")
    }
  }

  private func plan(_ i: Int) throws -> (tokens: [String], adds: Bool) {
    var generator = SeededGenerator(seed: UInt64(i), stream: "words")
    let plan = PostPlan(&generator)
    return (Sentence(plan, &generator).tokens, plan.relatedness.imageAdds)
  }
}
