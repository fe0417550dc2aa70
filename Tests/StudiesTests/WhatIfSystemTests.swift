import Corpora
import Extractors
import Inspection
import Tensors
import Testing

extension SystemTests {
  /// Every system bears what a person can write, and what it cannot take is said of it by name.
  func whatIfsAreAnswered(_ expert: any Expert, _ eyes: Eyes, _ posts: [SeenPost]) throws {
    let roster = Roster(folder: "", experts: [expert], eyes: eyes, router: nil)
    let (post, other) = (posts[0], posts[1])
    let before = roster.analyse(post)
    try #require(before.answers.count == 1)
    func ask(_ line: String) throws -> WhatIfAnswer? {
      try roster.ask(
        whatIf: try [PostChange(line)].interventions, of: post, before: before
      ) { id in posts.first { $0.post.id == id } }
    }
    let ofPicture = ["blank", "colours", "mask 1,1", "swap \(other.post.id)", "without"]
    for line in ofPicture + ["drop 2", "edit 2 unheard"] {
      let found = try #require(try ask(line), "\(line)")
      let difference = try #require(found.differences.first, "\(line)")
      #expect(difference.failure == nil, "\(line)")
      let isBlind = !expert.seesPicture && ofPicture.contains(line)
      #expect(found.refusals.contains { $0.sentence.hasPrefix(expert.name) } == isBlind, "\(line)")
      if isBlind { #expect(difference.isSame, "\(line) changed what the text alone says") }
      // The numbers are those that the expert itself gives under the same changes.
      let direct = expert.ask(post, under: found.interventions) { id in
        posts.first { $0.post.id == id }
      }
      #expect(found.after.answers.first?.trace() == direct.trace(), "\(line)")
    }
    for gate in before.answers[0].trace().signals where gate.isTap {
      guard case .scalar = gate.kind else { continue }
      let found = try #require(try ask("set \(gate.name) = 0.25"))
      let row = found.differences.first?.rows.first { $0.subject == .signal(gate.name, pair: nil) }
      #expect(row?.after?.number == 0.25, "\(gate.name)")
    }
    do {
      _ = try ask("set no/such/tap = 1")
      Issue.record("a signal that is not there was set")
    } catch let error as InterventionError {
      #expect(error.description.contains("no expert shows"))
    }
  }
}
