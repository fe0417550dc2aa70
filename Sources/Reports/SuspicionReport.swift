import Corpora
import Foundation
import Inspection
import Records
import Screen

/// What `twinlens suspect` prints for a person.
package struct SuspicionReport: Sendable {
  private let ranking: SuspicionRanking
  private let safe = Sanitizer(emoji: .base)

  /// A report of a ranking.
  package init(_ ranking: SuspicionRanking) { self.ranking = ranking }

  /// The first posts with their reasons, a block each, and what the scores say.
  ///
  /// - Parameter most: posts that are listed; nil for all.
  package func text(most: Int?) -> String {
    let origin = ranking.origin
    let count = ranking.posts.count
    let subject = "\(grouped(count, "post")) judged by their \(origin.subject)"
    let name = safe.visible(origin.dataset)
    var lines = ["\(name): \(safe.visible(subject)), \(safe.visible(origin.learning))", ""]
    let shown = ranking.posts.prefix(most ?? count)
    let ids = shown.map { safe.visible($0.id) }
    let wide = ids.map { TextWidth.columns(of: $0) }.max() ?? 0
    for (id, post) in zip(ids, shown) {
      let blank = String(repeating: " ", count: wide - TextWidth.columns(of: id))
      lines.append("\(Self.number(post.score))  \(id)\(blank)  \(safe.visible(post.why))")
      for more in (post.mentions + post.pairs).dropFirst().prefix(3) where more.score >= 0.1 {
        lines.append(
          String(repeating: " ", count: wide + 8)
            + "\(Self.number(more.score))  \(safe.visible(more.why))")
      }
    }
    if count > shown.count {
      lines += [
        "", "and \(RegionVerdict.grouped(count - shown.count)) more (--top \(count) lists all)",
      ]
    }
    return lines.joined(separator: "\n")
  }

  /// The ranking as its file has it, every post.
  package func json() -> String { JSONString.printableDocument(String(ranking.json.dropLast())) }

  private static func number(_ score: Double) -> String { String(format: "%.2f", score) }
}

extension SuspicionRanking.Origin {
  /// `NAME in 5 parts, seed 1`
  fileprivate var learning: String { "\(system) in \(folds) parts, seed \(seed)" }
}

private func grouped(_ count: Int, _ noun: String) -> String {
  "\(RegionVerdict.grouped(count)) \(noun)\(count == 1 ? "" : "s")"
}

/// What `twinlens suspect measure` prints.
package struct SuspicionMeasureReport: Sendable {
  /// What was measured, and how.
  package struct Setting: Sendable {
    let origin: SuspicionRanking.Origin
    let rate: Double

    package init(_ origin: SuspicionRanking.Origin, rate: Double) {
      self.origin = origin
      self.rate = rate
    }
  }

  private let measure: SuspicionMeasure
  private let setting: Setting
  private let safe = Sanitizer(emoji: .base)

  /// A report of a measurement.
  package init(_ measure: SuspicionMeasure, _ setting: Setting) {
    self.measure = measure
    self.setting = setting
  }

  private var kinds: [LabelNoise.Kind] {
    LabelNoise.Kind.allCases.filter { measure.byKind[$0, default: 0] > 0 }
  }

  /// A table with a row for each queue.
  package func text() -> String {
    let what = kinds.map { "\(measure.byKind[$0, default: 0]) \(Self.name($0))" }
    let parts = SuspicionMeasure.parts.map { "first \(Self.percent($0))" }
    var rows = [["spoiled labels found in the"] + parts + kinds.map(Self.name)]
    for queue in measure.queues {
      rows.append(
        [Self.title(queue.name)] + queue.found.map { share($0, of: measure.spoiled) }
          + kinds.map { share(queue.byKind[$0, default: 0], of: measure.byKind[$0, default: 0]) })
    }
    rows.append(
      ["any order, in the mean"] + SuspicionMeasure.parts.map(Self.percent)
        + kinds.map { _ in Self.percent(SuspicionMeasure.parts.last ?? 0) })
    let name = safe.visible(setting.origin.dataset)
    let amount =
      "\(grouped(measure.posts, "post")), \(grouped(measure.spoiled, "label")) spoiled "
      + "(\(Self.percent(setting.rate)): \(what.joined(separator: ", ")))"
    let last = Self.percent(SuspicionMeasure.parts.last ?? 0)
    return "\(name): \(amount); \(safe.visible(setting.origin.learning))\n\n"
      + TextTable.aligned(rows).joined(separator: "\n")
      + "\n\nThe kinds are counted in the first \(last) of the posts."
  }

  /// The same for programs.
  package func json() -> String {
    func counts(_ found: [LabelNoise.Kind: Int]) -> JSONText {
      .object(kinds.map { ($0.rawValue, .int(found[$0, default: 0])) })
    }
    return JSONText.object([
      ("dataset", .string(setting.origin.dataset)), ("system", .string(setting.origin.system)),
      ("subject", .string(setting.origin.subject)), ("folds", .int(setting.origin.folds)),
      ("seed", .int(Int(clamping: setting.origin.seed))), ("noise", .double(setting.rate)),
      ("posts", .int(measure.posts)), ("spoiled", .int(measure.spoiled)),
      ("kinds", counts(measure.byKind)),
      (
        "queues",
        .list(
          measure.queues.map { queue in
            .object([
              ("name", .string(queue.name)),
              (
                "found",
                .list(
                  zip(SuspicionMeasure.parts, queue.found).map { part, found in
                    .object([
                      ("first", .double(part)), ("count", .int(found)),
                      (
                        "share",
                        measure.spoiled > 0
                          ? .double(Double(found) / Double(measure.spoiled)) : .null
                      ),
                    ])
                  })
              ),
              ("kinds", counts(queue.byKind)),
            ])
          })
      ),
    ]).text()
  }

  private func share(_ found: Int, of all: Int) -> String {
    all > 0 ? Self.percent(Double(found) / Double(all)) : "–"
  }

  private static func title(_ name: String) -> String {
    switch PlainQueue(rawValue: name) {
    case .leastConfidence: "least confidence"
    case .selfConfidence: "least self-confidence (cleanlab)"
    case nil: name
    }
  }

  private static func percent(_ share: Double) -> String {
    let text = String(format: "%.1f", 100 * share)
    return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + " %"
  }

  private static func name(_ kind: LabelNoise.Kind) -> String {
    switch kind {
    case .type: "types"
    case .boundary: "edges"
    case .dropped: "dropped"
    case .invented: "invented"
    case .relation: "relations"
    }
  }
}

/// The probabilities behind a measurement, for other programs: `Scripts/compare-cleanlab` reads
/// them.
package struct SuspicionDump: Sendable {
  private let table: SuspicionTable
  private let noise: LabelNoise
  private let scores: [Double]
  private let subject: String

  /// A dump of what was said of spoiled posts, and of the score of each post.
  package init(
    _ noise: LabelNoise, _ answers: [HeldOutAnswer?], scores: [Double], subject: String
  ) {
    table = SuspicionTable(noise.posts, answers)
    self.noise = noise
    self.scores = scores
    self.subject = subject
  }

  /// One JSON object; rows are tokens, or pairs.
  package func json() -> String {
    let places = Dictionary(
      noise.posts.enumerated().map { ($1.id, $0) }
    ) { first, _ in first }
    return JSONText.object([
      ("subject", .string(subject)), ("labels", .strings(table.labels)),
      (
        "posts",
        .list(
          table.rows.map { row in
            .object([
              ("id", .string(row.id)), ("place", .int(places[row.id] ?? -1)),
              ("score", .double(places[row.id].map { scores[$0] } ?? 0)),
              ("given", .list(row.given.map(JSONText.int))),
              ("probabilities", .list(row.probabilities.map { JSONText.floats($0) })),
            ])
          })
      ),
      (
        "spoiled",
        .list(
          noise.places.map {
            .object([("place", .int($0.post)), ("kind", .string($0.kind.rawValue))])
          })
      ),
    ]).text()
  }
}
