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
}

extension PostReport {
  /// Asks every expert again about the changed post.
  ///
  /// - Throws: `InterventionError` when the post cannot take a change, or no expert has a tap.
  static func changed(
    _ seen: SeenPost, _ before: PostAnalysis, _ changes: PostChanges, _ models: Roster,
    _ dataset: Dataset
  ) throws -> WhatIfAnswer? {
    guard !changes.interventions.isEmpty else { return nil }
    return try models.ask(whatIf: changes.interventions, of: seen, before: before) { id in
      dataset.post(id: id).map { models.see($0, of: dataset) }
    }
  }

  // MARK: Text

  /// Before and after for every expert and the router; what differs is marked.
  func changeLines() -> [String] {
    guard let changed else { return [] }
    func mark(_ isSame: Bool) -> String { isSame ? "  " : "≠ " }
    var rows = [["", "before", "after"]]
    for found in changed.differences {
      let after = changed.after.answer(found.expert)
      rows.append([
        mark(found.isSame) + safe(found.expert),
        analysis.answer(found.expert).map { summary($0, post) } ?? "",
        after.map { summary($0, changed.changed) } ?? "not asked: no pair is left",
      ])
      for row in found.rows {
        guard case .signal(let name, let pair) = row.subject else { continue }
        func text(_ value: AnswerDifference.Value?) -> String {
          value?.number.map(number) ?? "not computed"
        }
        rows.append([
          mark(row.isSame) + "  " + safe(name) + (pair.map { " of pair \($0 + 1)" } ?? ""),
          text(row.before), text(row.after),
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
        mark(analysis.decision == changed.after.decision) + safe(analysis.router ?? ""),
        route(analysis.decision), route(changed.after.decision),
      ])
    }
    let what = changed.interventions.map { safe($0.caption(post)) }.joined(separator: ", ")
    let title = whatIf.map { safe($0.name) + ($0.note.isEmpty ? "" : " (\(safe($0.note)))") + ": " }
    let refusals = changed.refusals.map { "note: \(safe($0.sentence))" }
    return [(title ?? "") + what + ":"] + aligned(rows) + refusals + ["", "before the change:"]
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
      ("tokens", .strings(changed.changed.tokens.map(\.text))),
      ("route", changed.after.decision.map(Self.route) ?? .null),
      ("notices", .strings(changed.after.notices)),
      ("experts", .list(changed.after.answers.map(Self.expert))),
      ("whatIf", whatIf.map(WhatIfReport.json) ?? .null),
      (
        "refusals",
        .list(
          changed.refusals.map {
            .object([("expert", .string($0.expert)), ("reason", .string($0.sentence))])
          })
      ),
      ("differences", .list(changed.differences.map(Self.difference))),
    ])
  }

  /// Before and after of one expert, what stays the same left out.
  private static func difference(_ found: AnswerDifference) -> JSONText {
    func value(_ value: AnswerDifference.Value?) -> JSONText {
      value.map { .object([("label", .optional($0.label)), ("number", .optional($0.number))]) }
        ?? .null
    }
    return .object([
      ("expert", .string(found.expert)), ("failure", .optional(found.failure)),
      (
        "rows",
        .list(
          found.rows.filter { !$0.isSame }.map { row in
            let subject: [(String, JSONText)] =
              switch row.subject {
              case .mention(let words): [("mention", .string(words))]
              case .pair(let head, let tail): [("head", .string(head)), ("tail", .string(tail))]
              case .signal(let name, let pair):
                [("signal", .string(name)), ("pair", pair.map(JSONText.int) ?? .null)]
              }
            return .object(
              subject + [("before", value(row.before)), ("after", value(row.after))])
          })
      ),
    ])
  }
}
