import Foundation
import Testing

@testable import Annotations
@testable import Corpora

/// What each annotator says by his or her own steps, and where several disagree.
@Suite("Readings") struct ReadingsTests {
  private let dataset = Dataset(
    name: "small",
    posts: [
      Post(
        id: "1",
        tokens: "Anna Berg takes St Mary out past the pier".split(separator: " ")
          .map { Token(String($0)) }, imageID: nil, mentions: [EntityMention(0..<2, .person)],
        relations: [RelationMention(head: 0..<2, tail: 3..<5, label: "None")], split: .train,
        source: SourceLocation(file: "train.txt", line: 1)),
      Post(
        id: "2", tokens: [Token("rain"), Token("again")], imageID: nil, mentions: [], split: .train,
        source: SourceLocation(file: "train.txt", line: 9)),
    ])

  private var post: Post { dataset.posts[0] }

  private func labels(
    _ mentions: [(Range<Int>, EntityType)], _ relations: [RelationMention] = []
  ) -> LabelTable.Labels {
    LabelTable.Labels(
      mentions: mentions.map { EntityMention($0, $1) }, relations: relations)
  }

  private func accept(_ history: inout EditHistory, _ post: Post, by name: String) throws {
    let edit = try #require(Edit.reviewing(post, from: history.labels(of: post).review))
    try history.apply(edit, to: post, by: name)
  }

  /// The labels of somebody in a store that others use too are those of the own steps alone.
  @Test func ownStepsAlone() throws {
    var history = EditHistory()
    let first = try #require(Edit.setting(.location, over: 3..<5, in: post))
    try history.apply(first, to: post, by: "ann")
    try accept(&history, post, by: "ann")
    let second = try #require(
      Edit.setting(.organization, over: 0..<2, in: history.annotated(post)))
    try history.apply(second, to: post, by: "bo")
    let third = try #require(
      Edit.setting(.miscellaneous, over: 7..<9, in: history.annotated(post)))
    try history.apply(third, to: post, by: "bo")
    history.undo(by: "bo", of: "bo")
    let found = AnnotatorLabels(history.steps) { dataset.post(id: $0) }
    #expect(found.annotators == ["ann", "bo"])
    #expect(
      found.labels(of: "1", by: 0)?.mentions
        == [EntityMention(0..<2, .person), EntityMention(3..<5, .location)])
    // bo has not accepted it.
    #expect(found.labels(of: "1", by: 1) == nil)
    #expect(
      found.labels(of: "1", by: 1, .edited)?.mentions == [EntityMention(0..<2, .organization)])
    #expect(found.labels(of: "2", by: 0, .edited) == nil)
    // Who takes back another's edit changes nothing of what that one says.
    history.undo(by: "ann", of: nil)
    let again = AnnotatorLabels(history.steps) { dataset.post(id: $0) }
    #expect(again.labels(of: "1", by: 1, .edited) == found.labels(of: "1", by: 1, .edited))
    // A post with other words counts for nobody.
    #expect(AnnotatorLabels(history.steps) { _ in dataset.posts[1] }.posts.isEmpty)
  }

  @Test func adjudicationIsNoLabelOfOnesOwn() throws {
    var history = EditHistory()
    let own = try #require(Edit.setting(.location, over: 3..<5, in: post))
    try history.apply(own, to: post, by: "ann")
    try accept(&history, post, by: "ann")
    let group = history.nextSequence
    let right = try #require(
      Edit.setting(.miscellaneous, over: 3..<5, in: history.annotated(post)))
    try history.apply(right, to: post, by: "ann", group: group)
    let edit = try #require(Edit.reviewing(post, from: .edited, to: .adjudicated))
    try history.apply(edit, to: post, by: "ann", group: group)
    let found = AnnotatorLabels(history.steps) { dataset.post(id: $0) }
    #expect(
      found.labels(of: "1", by: 0)?.mentions
        == [EntityMention(0..<2, .person), EntityMention(3..<5, .location)])
  }

  @Test func tablesListWhoWasAskedFor() throws {
    var history = EditHistory()
    for name in ["ann", "bo"] {
      var own = EditHistory()
      try accept(&own, dataset.posts[1], by: name)
      let merged = StepMerge.missing(from: own.steps, in: history, over: dataset)
      history = EditHistory.replaying(history.steps + merged.steps, over: dataset).history
    }
    let found = AnnotatorLabels(history.steps) { dataset.post(id: $0) }
    let table = LabelTable(found, of: ["bo", "cy", "ann"], over: dataset.posts)
    #expect(table.annotators == ["bo", "cy", "ann"])
    #expect(table.posts.map { $0.labels.map(\.annotator) } == [[0, 2]])
  }

  // MARK: Disagreements

  @Test func overlappingMentionsAreOnePlace() {
    let readings = PostReadings(
      listed: [],
      [
        ("ann", labels([(0..<2, .person), (3..<5, .miscellaneous)])),
        ("bo", labels([(0..<2, .person), (4..<6, .location)])),
        ("cy", labels([(0..<2, .person), (3..<5, .miscellaneous), (8..<9, .location)])),
      ])
    #expect(readings.agreed.mentions == [EntityMention(0..<2, .person)])
    #expect(readings.disagreements.map(\.place) == [.words(3..<6), .words(8..<9)])
    let first = readings.disagreements[0].readings
    #expect(first.map(\.annotators) == [["ann", "cy"], ["bo"]])
    #expect(first[1].said == .mentions([EntityMention(4..<6, .location)]))
    let second = readings.disagreements[1].readings
    #expect(second.map(\.annotators) == [["ann", "bo"], ["cy"]])
    #expect(second[0].said == .mentions([]))
  }

  @Test func pairsAreComparedWithNoRelation() {
    let pair = RelationMention(head: 0..<2, tail: 3..<5, label: "/per/misc/present_in")
    let none = RelationMention(head: 0..<2, tail: 3..<5, label: "None")
    let back = RelationMention(head: 3..<5, tail: 0..<2, label: "x")
    let readings = PostReadings(
      listed: [none], [("ann", labels([], [pair, back])), ("bo", labels([], [none, back]))])
    #expect(readings.agreed.relations == [back])
    #expect(readings.disagreements.map(\.place) == [.pair(head: 0..<2, tail: 3..<5)])
    #expect(
      readings.disagreements[0].readings.map(\.said)
        == [.relation("/per/misc/present_in"), .relation(nil)])
    let same = PostReadings(
      listed: [none], [("ann", labels([], [])), ("bo", labels([], [none]))])
    #expect(same.disagreements.isEmpty, "None and no relation are the same")
  }

  @Test func aRejectionIsAPlaceOfItsOwn() {
    let own = ("ann", labels([(0..<2, .person)]))
    let readings = PostReadings(listed: [], [own], rejecting: ["bo", "cy"])
    #expect(readings.disagreements.map(\.place) == [.post])
    #expect(readings.disagreements[0].readings.map(\.said) == [.accepted, .rejected])
    #expect(readings.disagreements[0].readings.map(\.annotators) == [["ann"], ["bo", "cy"]])
    #expect(readings.rejects(taking: [1]) && !readings.rejects(taking: [0]))
    #expect(PostReadings(listed: [], [], rejecting: ["bo"]).disagreements.isEmpty)
  }

  /// Whatever the post is like, its labels are those that were decided on.
  @Test(arguments: [UInt64.random(in: 0..<UInt64.max), 1, 2, 3, 4])
  func editsGiveWhatWasDecided(seed: UInt64) throws {
    print("readings: seed \(seed)")
    var random = Random(seed: seed)
    for _ in 0..<200 {
      let own = (0..<(2 + random.next(3))).map { number in
        (annotator: "a\(number)", labels: randomLabels(&random))
      }
      let listed = random.next(2) == 0 ? post.relations : []
      let readings = PostReadings(listed: listed, own)
      let choices = readings.disagreements.map { disagreement -> Int? in
        let choice = random.next(disagreement.readings.count + 1)
        return choice == disagreement.readings.count ? nil : choice
      }
      // Any annotator's reading everywhere is that annotator's labels.
      let who = random.next(own.count)
      let whose = readings.disagreements.map { disagreement in
        disagreement.readings.firstIndex { $0.annotators.contains("a\(who)") }
      }
      for (choices, expected) in [(choices, nil), (whose, own[who].labels)] {
        var state = LabelState(post)
        let before = randomLabels(&random)
        (state.mentions, state.relations) = (before.mentions, before.relations)
        let current = state.applied(to: post)
        for edit in readings.edits(taking: choices, none: "None", in: current) {
          try state.apply(edit.action, tokenCount: post.tokens.count, rebase: false)
        }
        let labelled = Set(state.relations.filter { $0.label != "None" })
        if let expected {
          #expect(state.mentions == expected.mentions, "seed \(seed)")
          let right = Set(expected.relations.filter { $0.label != "None" })
          #expect(labelled == right, "seed \(seed)")
        }
        for (disagreement, choice) in zip(readings.disagreements, choices) {
          switch disagreement.place {
          case .words(let range):
            let there = state.mentions.filter { $0.range.overlaps(range) }
            let right = choice.map { disagreement.readings[$0].said } ?? .mentions([])
            #expect(.mentions(there) == right, "seed \(seed)")
          case .pair(let head, let tail):
            let there = labelled.first { $0.head == head && $0.tail == tail }?.label
            let right = choice.map { disagreement.readings[$0].said } ?? .relation(nil)
            #expect(.relation(there) == right, "seed \(seed)")
          case .post: Issue.record("nobody rejected it, seed \(seed)")
          }
        }
        #expect(
          readings.edits(taking: choices, none: "None", in: state.applied(to: post)).isEmpty,
          "seed \(seed)")
      }
    }
  }

  private func randomLabels(_ random: inout Random) -> LabelTable.Labels {
    var mentions: [EntityMention] = []
    var token = 0
    while token < post.tokens.count {
      let end = min(post.tokens.count, token + 1 + random.next(3))
      if random.next(3) == 0 {
        mentions.append(
          EntityMention(token..<end, [EntityType.person, .location][random.next(2)]))
      }
      token = end
    }
    var relations: [RelationMention] = []
    for (head, tail) in [(0..<2, 3..<5), (3..<5, 0..<2), (7..<9, 0..<1)] where random.next(2) == 0 {
      relations.append(
        RelationMention(head: head, tail: tail, label: ["None", "x", "y"][random.next(3)]))
    }
    return LabelTable.Labels(mentions: mentions, relations: relations)
  }
}
