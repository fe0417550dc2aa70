import Corpora
import Extractors
import Inspection
import Tensors
import Traces

@testable import Workbench

extension Samples {
  /// What the two experts and the router say of a sample post with something changed: without its
  /// first mention where words are left out, else with another answer of the expert that sees the
  /// picture.
  static func answer(_ whatIf: WhatIf) -> Message {
    guard let index = posts.firstIndex(where: { $0.id == whatIf.post }) else {
      return .whatIfRefused(whatIf, reason: "no such post")
    }
    let (post, before) = (posts[index], analysis(index))
    let interventions = whatIf.changes.interventions
    let check = ChangeCheck(post, before, lackOfPicture: nil) { _ in nil }
    var changed = post
    do {
      try check.check(interventions)
      for case .dropWords(let places) in interventions { changed = try changed.dropping(places) }
    } catch { return .whatIfRefused(whatIf, reason: "\(error)") }
    var set: Float?
    for case .set("rgn/gate", .constant(let value)) in interventions { set = value }
    let ofText = interventions.contains { if case .dropWords = $0 { true } else { false } }
    let found = before.answers.compactMap(\.mentions)
    func answer(_ old: Prediction, differs: Bool) -> Prediction {
      guard differs else { return old }
      let mentions = ofText ? changed.mentions.dropFirst() : changed.mentions.dropLast()
      let trace = old.trace.map { signal in
        guard case .scalar(let low, let high, let threshold, let percentile) = signal.kind else {
          return signal
        }
        return Signal(
          name: signal.name, caption: signal.caption,
          kind: .scalar(low: low, high: high, threshold: threshold, percentile: percentile),
          tensor: Tensor(scalar: set ?? 0.25))
      }
      return prediction(
        old.expert, changed, mentions.map { ($0.range, $0.type, 0.5) }, trace: trace)
    }
    var after = PostAnalysis(
      post: post.id, text: answer(found[0], differs: ofText),
      multimodal: answer(found[1], differs: true),
      decision: set == nil ? decision(index + 2) : before.decision, notices: before.notices)
    after.members = before.members
    after.router = before.router
    return .answeredWhatIf(
      whatIf,
      WhatIfAnswer(
        interventions: interventions, post: post, changed: changed, before: before, after: after,
        refusals: check.refusals(interventions)))
  }
}
