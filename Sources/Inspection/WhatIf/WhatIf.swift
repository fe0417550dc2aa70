import Corpora
import Extractors

/// A post with something changed, of which all models are asked.
package struct WhatIf: Sendable, Hashable {
  /// The post's id.
  package let post: Post.ID
  /// In the order in which a person made them.
  package let changes: [PostChange]

  /// A what-if by its parts.
  package init(post: Post.ID, _ changes: [PostChange]) {
    self.post = post
    self.changes = changes
  }
}

/// What all models say of a post before and after a change.
package struct WhatIfAnswer: Sendable {
  /// What is changed, in the order in which it was carried out.
  package let interventions: [Intervention]
  /// The post before and after.
  package let (post, changed): (Post, Post)
  package let (before, after): (PostAnalysis, PostAnalysis)
  /// What single experts could not take.
  package let refusals: [ChangeCheck.Refusal]

  /// An answer by its parts.
  package init(
    interventions: [Intervention], post: Post, changed: Post, before: PostAnalysis,
    after: PostAnalysis, refusals: [ChangeCheck.Refusal] = []
  ) {
    self.interventions = interventions
    (self.post, self.changed) = (post, changed)
    (self.before, self.after) = (before, after)
    self.refusals = refusals
  }
}

extension Roster {
  /// Asks every expert and the router again about a post with something changed.
  ///
  /// - Parameters:
  ///   - before: what they say of it as it stands.
  ///   - other: finds the posts whose pictures are swapped in.
  ///   - goesOn: asked between experts; false leaves the rest, and the answer is nil.
  /// - Throws: `InterventionError` when the post cannot take a change, or no expert could.
  package func ask(
    whatIf interventions: [Intervention], of seen: SeenPost, before: PostAnalysis,
    other: (Post.ID) -> SeenPost?, goesOn: () -> Bool = { true }
  ) throws -> WhatIfAnswer? {
    let others: [Post.ID: SeenPost] = interventions.reduce(into: [:]) { found, change in
      if case .swapPicture(let id) = change { found[id] = other(id) }
    }
    let check = ChangeCheck(seen.post, before, lackOfPicture: seen.notice) { id in
      others[id]?.notice.map { "the post \(id) has no picture that could be shown: \($0)" }
    }
    try check.check(interventions)
    let changed = try seen.changed(interventions) { others[$0] }
    let refusals = check.refusals(interventions)
    let after = analyse(
      seen, under: interventions, other: { others[$0] },
      leavingOut: { expert, tap in refusals.contains { $0.expert == expert && $0.tap == tap } },
      goesOn: goesOn)
    guard goesOn() else { return nil }
    return WhatIfAnswer(
      interventions: interventions, post: seen.post, changed: changed.post, before: before,
      after: after, refusals: refusals)
  }
}
