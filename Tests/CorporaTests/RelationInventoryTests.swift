import Testing

@testable import Corpora

@Suite("Relation labels") struct RelationInventoryTests {
  @Test func idsArePlaces() {
    let inventory = RelationInventory(RelationInventory.mnre)
    #expect(inventory.labels.count == 23)
    #expect(inventory.id(of: "None") == 0)
    #expect(inventory.id(of: "/per/org/member_of") == 9)
    #expect(inventory.id(of: "/misc/loc/held_on") == 22)
    #expect(inventory.id(of: "/a/b/c") == nil)
    #expect(RelationInventory(["b", "a", "b"]).labels == ["b", "a"])
  }

  @Test func labelsOutsideTheInventoryAreNamedWithTheirPlace() throws {
    func dataset(_ labels: [String]) -> Dataset {
      Dataset(
        name: "d",
        posts: labels.enumerated().map { i, label in
          Post(
            id: "p\(i)", tokens: ["a", "b"].map { Token($0) }, imageID: nil, mentions: [],
            relations: [RelationMention(head: 0..<1, tail: 1..<2, label: label)], split: .train,
            source: SourceLocation(file: "train.txt", line: i + 1))
        })
    }
    try dataset(["None", "/per/per/peer"]).checkRelationLabels()
    // A dataset with labels of its own has no other inventory.
    try dataset(["None", "likes", "hates"]).checkRelationLabels()
    do {
      try dataset(["/per/per/peer", "None", "/per/per/pere"]).checkRelationLabels()
      Issue.record("passed")
    } catch {
      #expect("\(error)".contains("train.txt:3") && "\(error)".contains("/per/per/pere"))
      #expect("\(error)".contains("dataset.toml"))
    }
  }

  @Test func everyLabelHasAKeyOfItsOwn() {
    let inventory = RelationInventory(RelationInventory.mnre)
    let keys = inventory.labels.compactMap(inventory.key)
    #expect(Set(keys).count == 23)
    for label in inventory.labels {
      #expect(inventory.key(of: label).flatMap(inventory.label) == label)
    }
    // Fingers learned these.
    #expect(
      String(keys) == "0pscnehalmoftuLirwRgyPd", "the keys must not change from version to version")
    #expect(inventory.key(of: "/a/b/c") == nil && inventory.label(of: "z") == nil)
  }

  @Test func noneHasTheSameKeyEverywhere() {
    for labels in [[], ["0", "00"], ["a", "None"], ["None"]] {
      let inventory = RelationInventory(labels)
      #expect(inventory.label(of: "0") == "None")
      #expect(inventory.key(of: "None") == "0")
      #expect(inventory.hasNone == labels.contains("None"))
    }
  }

  @Test func theKeyboardEnds() {
    let inventory = RelationInventory((0..<100).map { "/x/y/作\($0)" })
    #expect(inventory.labels.compactMap(inventory.key).count == 61)
    #expect(Set(inventory.labels.compactMap(inventory.key)).count == 61)
  }

  @Test func fittingTypesComeFirst() {
    let inventory = RelationInventory(RelationInventory.mnre)
    let both = inventory.ranked(head: .person, tail: .location)
    #expect(both.fitting == ["/per/loc/place_of_residence", "/per/loc/place_of_birth"])
    #expect(both.others.count == 20 && both.others.first == "/per/per/parent")
    #expect(inventory.ranked(head: nil, tail: .organization).fitting.count == 3)
    #expect(inventory.ranked(head: .location, tail: .person).fitting.isEmpty)
    #expect(inventory.ranked(head: nil, tail: nil).fitting.isEmpty)
    #expect(RelationInventory.types(of: "works_for") == nil)
    #expect(RelationInventory.types(of: "//org/x") == nil)
    let other = RelationInventory.types(of: "/per/other/x")
    #expect(other?.tail == .miscellaneous)
  }
}
