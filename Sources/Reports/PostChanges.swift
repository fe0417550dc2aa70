import Corpora
import Extractors
import Foundation
import Inspection
import Pictures
import Routing
import Traces

/// What is to be changed of a post before the models are asked again, as a person writes it.
package struct PostChanges: Sendable, Hashable {
  /// In the order in which they are carried out.
  package var interventions: [Intervention] = []
  /// Whether every word and region is left out once, to see what each is worth to every expert.
  package var occludes = false

  /// Nothing is changed.
  package init() {}

  /// A rectangle in hundredths of the picture: `LEFT,TOP,WIDTH,HEIGHT`.
  ///
  /// - Throws: `InterventionError` when it is none.
  package static func region(_ text: String) throws(InterventionError) -> ImageRegion {
    let numbers = text.split(separator: ",").compactMap {
      Double($0.trimmingCharacters(in: .whitespaces))
    }
    let problem: String? =
      if numbers.count != 4 || numbers.count != text.split(separator: ",").count {
        "is not four numbers"
      } else if !numbers.allSatisfy({ (0...100).contains($0) })
        || numbers[0] + numbers[2] > 100 || numbers[1] + numbers[3] > 100
      {
        "reaches beyond the picture, which goes from 0 to 100 both ways"
      } else if numbers[2] <= 0 || numbers[3] <= 0 {
        "has no area"
      } else {
        nil
      }
    if let problem {
      throw InterventionError(
        "the rectangle \(text.debugDescription) \(problem); give LEFT,TOP,WIDTH,HEIGHT in "
          + "hundredths of the picture, e.g. 0,0,50,100 for its left half")
    }
    return ImageRegion(
      left: numbers[0] / 100, top: numbers[1] / 100, width: numbers[2] / 100,
      height: numbers[3] / 100)
  }

  /// Places of words, counted from 0: `3,5`.
  ///
  /// - Throws: `InterventionError` when one is no number.
  package static func words(_ text: String) throws(InterventionError) -> Set<Int> {
    var result: Set<Int> = []
    for part in text.split(separator: ",") {
      guard let place = Int(part.trimmingCharacters(in: .whitespaces)), place >= 0 else {
        throw InterventionError(
          "\(part.debugDescription) is not the number of a word; words are numbered from 0")
      }
      result.insert(place)
    }
    guard !result.isEmpty else {
      throw InterventionError("no word is named; give the numbers of words, e.g. 3,5")
    }
    return result
  }

  /// Another word: `PLACE=WORD`.
  ///
  /// - Throws: `InterventionError` when it cannot be read.
  package static func edit(_ text: String) throws(InterventionError) -> Intervention {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let place = Int(parts[0]), place >= 0 else {
      throw InterventionError(
        "\(text.debugDescription) does not say which word becomes what; write PLACE=WORD, e.g. 3=Paris"
      )
    }
    guard !parts[1].contains(where: \.isWhitespace) else {
      throw InterventionError("\(parts[1].debugDescription) is several words; a word has no blanks")
    }
    return .editWord(place, String(parts[1]))
  }

  /// A value at a tap: `TAP=NUMBER` or `TAP=uniform`.
  ///
  /// - Throws: `InterventionError` when it cannot be read.
  package static func tap(_ text: String) throws(InterventionError) -> Intervention {
    let parts = text.split(separator: "=", maxSplits: 1)
    if parts.count == 2, parts[1] == "uniform" { return .set(tap: String(parts[0]), .uniform) }
    guard parts.count == 2, let number = Float(parts[1]), !number.isNaN else {
      throw InterventionError(
        "\(text.debugDescription) does not say which signal gets what value; write SIGNAL=NUMBER or "
          + "SIGNAL=uniform, e.g. rgn/gate=0")
    }
    guard number.isFinite else {
      throw InterventionError("\(parts[1]) is too large for a value of \(parts[0])")
    }
    return .set(tap: String(parts[0]), .constant(number))
  }
}

extension PostReport {
  /// What the models say of a post before and after a change, and what each part of it is worth.
  struct Changed: Sendable {
    let interventions: [Intervention]
    let post: Post
    let analysis: PostAnalysis
  }

  /// Asks every expert again about the changed post.
  ///
  /// - Throws: `InterventionError` when the post cannot take a change, or no expert has a tap.
  static func changed(
    _ seen: SeenPost, _ before: PostAnalysis, _ changes: PostChanges, _ models: Roster,
    _ dataset: Dataset
  ) throws -> Changed? {
    guard !changes.interventions.isEmpty else { return nil }
    func other(_ id: Post.ID) -> SeenPost? {
      dataset.post(id: id).map { models.see($0, of: dataset) }
    }
    try check(changes.interventions, seen, before, models, other)
    let changed = try seen.changed(changes.interventions, other: other)
    return Changed(
      interventions: changes.interventions, post: changed.post,
      analysis: models.analyse(seen, under: changes.interventions, other: other))
  }

  /// Refuses what would change nothing, so that no number says that it makes no difference.
  private static func check(
    _ interventions: [Intervention], _ seen: SeenPost, _ before: PostAnalysis, _ models: Roster,
    _ other: (Post.ID) -> SeenPost?
  ) throws {
    func refuse(_ sentence: String) -> InterventionError { InterventionError(sentence) }
    let ofPicture = interventions.filter { $0.isOfPicture }
    if ofPicture.count > 1, ofPicture.contains(.withoutPicture) {
      throw refuse(
        "the picture is left out, so nothing else can be done with it; leave out one of both")
    }
    for case .swapPicture(let id) in interventions {
      guard id != seen.post.id else {
        throw refuse("\(id) is the post itself, so its picture would change nothing")
      }
      if let there = other(id), let notice = there.notice {
        throw refuse("the post \(id) has no picture that could be shown: \(notice)")
      }
    }
    let swaps = interventions.contains { if case .swapPicture = $0 { true } else { false } }
    if !ofPicture.isEmpty, !swaps, let notice = seen.notice {
      throw refuse("the post has no picture that could be changed: \(notice)")
    }
    let needsRegions = interventions.contains { if case .regions = $0 { true } else { false } }
    if needsRegions, !models.experts.contains(where: \.takesRegions) {
      let names = models.experts.map(\.name).joined(separator: ", ")
      throw refuse("none of \(names) looks at regions, so others would change nothing")
    }
    var places: Set<Int> = []
    for case .editWord(let place, _) in interventions where !places.insert(place).inserted {
      throw refuse("the word \(place) is edited twice; give it once")
    }
    let signals = before.answers.flatMap { answer in
      (0..<max(1, answer.relations?.answers.count ?? 1)).flatMap { answer.trace(pair: $0).signals }
    }
    for case .regions(let regions) in interventions {
      let most = signals.map(\.slots.count).max() ?? 0
      if most > 0, regions.count > most {
        throw refuse("at most \(most.counted("region")) are looked at; leave out the others")
      }
    }
    var taps: Set<String> = []
    for case .set(let name, let value) in interventions {
      guard taps.insert(name).inserted else {
        throw refuse("\(name) gets two values; give it once")
      }
      guard let tap = signals.first(where: { $0.name == name && $0.isTap }) else {
        let all = Set(signals.filter(\.isTap).map(\.name)).sorted()
        let end = signals.contains { $0.name == name }
        throw refuse(
          (end
            ? "\(name) is only shown, and cannot be set"
            : "no expert shows \(name.prefix(60).debugDescription) for this post")
            + (all.isEmpty
              ? "; none has a signal that can be set"
              : "; \(all.joined(separator: ", ")) can be set"))
      }
      guard !tap.needsPicture || !interventions.contains(.withoutPicture) else {
        throw refuse("\(name) is a signal of the picture, which is left out; leave out one of both")
      }
      guard case .scalar(let low, let high, _, _) = tap.kind else {
        // Gates and weights are shares.
        let areShares = tap.values.allSatisfy { !$0.isFinite || (0...1).contains($0) }
        if case .constant(let number) = value, areShares, !(0...1).contains(number) {
          throw refuse("\(name) goes from 0 to 1; \(number) is outside")
        }
        continue
      }
      switch value {
      case .uniform: throw refuse("\(name) is a single number; give one from \(low) to \(high)")
      case .constant(let number) where !(low...max(low, high)).contains(number):
        throw refuse("\(name) goes from \(low) to \(high); \(number) is outside")
      case .constant: break
      }
    }
  }

  // MARK: Text

  /// Before and after for every expert and the router.
  func changeLines() -> [String] {
    guard let changed else { return [] }
    var rows = [["", "before", "after"]]
    for before in analysis.answers {
      let after = changed.analysis.answer(before.expert)
      rows.append([
        safe(before.expert), summary(before, post),
        after.map { summary($0, changed.post) } ?? "not asked: no pair is left",
      ])
      let there = after?.trace().signals ?? []
      for signal in before.trace().signals {
        guard case .scalar = signal.kind, let value = signal.values.first else { continue }
        let now = there.last { $0.name == signal.name }?.values.first
        rows.append([
          "  " + safe(signal.name), number(value), now.map { number($0) } ?? "not computed",
        ])
      }
    }
    func route(_ decision: RouteDecision?) -> String {
      guard let decision else { return "not asked" }
      return decision.route.rawValue
        + (decision.scores.map { ", p \(number($0.probability))" } ?? ", without a picture")
    }
    if analysis.router != nil {
      rows.append([
        safe(analysis.router ?? ""), route(analysis.decision), route(changed.analysis.decision),
      ])
    }
    let what = changed.interventions.map { safe($0.caption(post)) }.joined(separator: ", ")
    return [what + ":"] + aligned(rows) + ["", "before the change:"]
  }

  /// An answer in one line.
  private func summary(_ answer: Answer, _ post: Post) -> String {
    func words(_ range: Range<Int>) -> String {
      safe(
        post.tokens[range.clamped(to: 0..<post.tokens.count)].map(\.text).joined(separator: " "))
    }
    switch answer.content {
    case .mentions(let found):
      return found.mentions.isEmpty
        ? "no mention"
        : found.mentions.map {
          "\(words($0.mention.range)) \(safe($0.mention.type.rawValue))"
            + ($0.confidence.map { " " + number($0) } ?? "")
        }.joined(separator: "; ")
    case .relations(let found):
      return found.answers.map {
        "\(words($0.head)) / \(words($0.tail)) \(safe($0.label))"
          + ($0.confidence.map { " " + number($0) } ?? "")
      }.joined(separator: "; ")
    case .failed(let reason): return safe(reason)
    }
  }

  // MARK: JSON

  /// The same for programs; null where nothing was changed.
  var changedJSON: JSONText {
    guard let changed else { return .null }
    return .object([
      ("interventions", .strings(changed.interventions.map { $0.caption(post) })),
      ("tokens", .strings(changed.post.tokens.map(\.text))),
      ("route", changed.analysis.decision.map(Self.route) ?? .null),
      ("notices", .strings(changed.analysis.notices)),
      ("experts", .list(changed.analysis.answers.map(Self.expert))),
    ])
  }
}
