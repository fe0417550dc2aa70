import Foundation
import Routing

extension RDSReport {
  /// The tables, with published numbers beside them where there are any.
  package func tables(published: [PublishedRouting] = []) -> [PlainTable] {
    var result = [experts, comparison]
    result += routings.filter { $0.points > 0 }.map(sets)
    result.append(searched)
    result += controlTables
    let rows = PublishedRouting.rows(published, multimodal: settings.multimodal)
    // Each table may be cut out and stand alone.
    if let mark {
      for i in result.indices { result[i].title += " (\(mark))" }
    }
    if !rows.isEmpty { result.append(Self.table(rows)) }
    return result
  }

  /// Everything for a terminal.
  package func text(published: [PublishedRouting] = []) -> String {
    ([title, Self.wrapped(heading, at: 100)] + tables(published: published).map(\.text))
      .joined(separator: "\n\n") + "\n"
  }

  /// Lines of at most so many characters, broken between words.
  private static func wrapped(_ text: String, at width: Int) -> String {
    var lines = [""]
    for word in text.split(separator: " ") {
      let line = lines[lines.count - 1]
      if line.isEmpty {
        lines[lines.count - 1] = String(word)
      } else if line.count + 1 + word.count <= width {
        lines[lines.count - 1] = line + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\n")
  }

  /// Everything as a Markdown section.
  package func markdown(published: [PublishedRouting] = []) -> String {
    (["## \(title)", heading] + tables(published: published).map(\.markdown))
      .joined(separator: "\n\n") + "\n"
  }

  /// Everything for a spreadsheet: one block of lines per table.
  package func csv(published: [PublishedRouting] = []) -> String {
    tables(published: published).map(\.csv).joined(separator: "\n\n") + "\n"
  }

  /// Everything for a program.
  ///
  /// - Throws: what encoding throws; numbers are finite, so nothing.
  package func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// The pair of experts and the dataset.
  package var title: String {
    "\(settings.text) and \(settings.multimodal) on \(dataset)" + (mark.map { " (\($0))" } ?? "")
  }

  private var heading: String {
    let unit = settings.task == .relations ? "pairs" : "posts"
    let metric =
      settings.task == .relations ? "micro F1 without None" : "entity F1, lenient reading"
    return "Test: \(units) \(unit), \(metric), percent; seeds "
      + seeds.map(String.init).joined(separator: ", ")
      + ". Experts of the router's training learned from \(Int((settings.modelShare * 100).rounded())) % of train, "
      + "the router from the other \(splitUnits) \(unit)"
      + (settings.retrains ? "; experts then learned from all of train. " : ". ")
      + "Means over seeds; intervals are 95 % over resampled posts"
      + (settings.task == .relations ? " with their pairs" : "")
      + " (\(settings.resamples) resamples)."
      + (setup.isEmpty ? "" : " This run: \(setup.joined(separator: ", ")).")
      + " " + verdict
  }

  /// One line of the overview of several runs: what its columns say, and its cells.
  var overviewRow: [String] {
    guard let main = routings.first else { return [] }
    return [
      settings.text, settings.multimodal + (mark.map { " (\($0))" } ?? ""),
      ([dataset] + setup).joined(separator: ", ").replacing("|", with: "/"), "\(seeds.count)",
      cell(text), cell(multimodal),
      cell(main.union), cell(main.gain, signed: true), cell(main.unimodalLead, signed: true),
      cell(main.multimodalLead, signed: true), holds(main) ? "holds" : "does not hold",
    ]
  }

  static let overviewColumns = [
    "text expert", "multimodal expert", "dataset", "seeds", "text F1", "multimodal F1",
    "union F1 (exact)", "above the better expert", "text expert's lead on Unimodal",
    "multimodal expert's lead on Multimodal", "RDS's pattern",
  ]

  /// Says plainly whether RDS's pattern holds.
  var verdict: String {
    guard let main = routings.first else { return "" }
    let parts = [
      ("the text expert on the Unimodal set", main.unimodalLead),
      ("the multimodal expert on the Multimodal set", main.multimodalLead),
    ]
    if holds(main) {
      let leads = parts.map { "\($0.0) by \(cell($0.1))" }.joined(separator: ", ")
      return
        "RDS's pattern holds for \(main.name): each expert is better on its own set (\(leads)), and the union "
        + "gains \(cell(main.gain))."
    }
    var reasons: [String] = []
    func verdict(_ interval: UnionBootstrap.Interval) -> String {
      interval.high < 0 ? "surely below 0" : "not surely above 0"
    }
    if main.gain.low <= 0 {
      reasons.append(
        "the gain of the union is \(cell(main.gain, signed: true)), \(verdict(main.gain))")
    }
    for (name, lead) in parts where lead.low <= 0 {
      reasons.append("\(name) leads by \(cell(lead, signed: true)), \(verdict(lead))")
    }
    return "RDS's pattern does not hold for \(main.name): " + reasons.joined(separator: "; ") + "."
  }

  private var experts: PlainTable {
    var table = PlainTable(
      "Experts", ["expert", "test F1", "dev F1 (80 % of train)", "dev F1 (all of train)"])
    table.add([
      settings.text, cell(text), number(devF1["text"]),
      settings.retrains ? number(devF1["finalText"]) : "—",
    ])
    table.add([
      settings.multimodal, cell(multimodal), number(devF1["multimodal"]),
      settings.retrains ? number(devF1["finalMultimodal"]) : "—",
    ])
    return table
  }

  private var comparison: PlainTable {
    var table = PlainTable(
      "Routers",
      [
        "router", "union F1", "above the better expert", "to the multimodal expert", "AUC",
        "per seed",
      ])
    for routing in routings {
      table.add([
        routing.name, cell(routing.union), cell(routing.gain, signed: true),
        RoutingReport.decimals(routing.multimodalShare, 1) + " %",
        routing.auc.map { RoutingReport.decimals($0, 3) } ?? "—",
        routing.seeds.map { RoutingReport.decimals($0, 2) }.joined(separator: " "),
      ])
    }
    table.notes = [
      "random: as many as the first router sends, chosen at random. cosine: the multimodal expert answers from that "
        + "cosine of text and picture upwards which is best on dev.",
      "oracle and gold imageAdds use the gold labels and cannot be had in practice; oracle is the best union of any "
        + "routing.",
      "AUC: of p (or the cosine) against the dataset's imageAdds.",
    ]
    return table
  }

  private func sets(_ routing: Routing) -> PlainTable {
    var table = PlainTable(
      "Sets of the router \(routing.name)",
      ["answered by"]
        + ["Unimodal", "Multimodal", "Full"].flatMap { ["\($0) P", "R", "F1"] })
    for (name, unimodal, multimodal, full) in [
      (settings.text, routing.unimodalSet.text, routing.multimodalSet.text, routing.fullText),
      (
        settings.multimodal, routing.unimodalSet.multimodal, routing.multimodalSet.multimodal,
        routing.fullMultimodal
      ),
    ] {
      table.add([name] + Self.cells(unimodal) + Self.cells(multimodal) + Self.cells(full))
    }
    table.add(["union"] + [String](repeating: "", count: 6) + Self.cells(routing.unionScore))
    table.notes = [
      "Unimodal holds \(RoutingReport.decimals(routing.unimodalSet.share, 1)) % of the "
        + (settings.task == .relations ? "pairs" : "posts") + "."
    ]
    if table.rows.contains(where: { $0.contains("—") }) {
      table.notes.append(
        "—: not defined: P where nothing is predicted, R where nothing is labelled, F1 where neither is."
      )
    }
    return table
  }

  private static func cells(_ score: Score) -> [String] {
    [score.precision, score.recall, score.f1].map {
      $0.map { RoutingReport.decimals($0, 2) } ?? "—"
    }
  }

  private var searched: PlainTable {
    var table = PlainTable(
      "Best point of each grid, chosen on dev",
      ["router", "seed", "points", "learning rate", "batch", "α", "decay", "step", "dev union F1"])
    for routing in routings where routing.points > 0 {
      for (seed, point) in zip(seeds, routing.best) {
        let c = point.configuration
        let reinforce = c.objective == .reinforce
        table.add([
          routing.name, "\(seed)", "\(routing.points)", "\(c.learningRate)",
          reinforce ? "\(c.batchSize)" : "all",
          reinforce ? RoutingReport.decimals(c.alpha, 1) : "—",
          RoutingReport.decimals(Double(c.weightDecay), 1), "\(point.bestStep)",
          RoutingReport.decimals(Double(point.devUnion), 2),
        ])
      }
    }
    return table
  }

  private static func table(_ rows: [PublishedRouting]) -> PlainTable {
    var table = PlainTable(
      "Published, RDS", ["table", "dataset", "set", "system", "P", "R", "F1"])
    for row in rows {
      table.add(
        [row.table, row.dataset, row.set, row.model]
          + row.scores.map { RoutingReport.decimals($0, 2) })
    }
    table.notes = PublishedRouting.caveats
    return table
  }

  private func number(_ value: Double?) -> String {
    value.map { RoutingReport.decimals($0, 2) } ?? "—"
  }

  /// `87.07 [86.1, 88.0]`.
  private func cell(_ interval: UnionBootstrap.Interval, signed: Bool = false) -> String {
    func text(_ value: Double) -> String {
      signed ? RoutingReport.signed(value) : RoutingReport.decimals(value, 2)
    }
    return "\(text(interval.value)) [\(text(interval.low)), \(text(interval.high))]"
  }
}
