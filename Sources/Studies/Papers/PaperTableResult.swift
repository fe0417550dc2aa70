import Corpora
import Extractors
import Files
import Foundation
import Routing
import Tensors

/// What came of a table of a paper.
package struct PaperTableResult: Sendable {
  /// The table.
  package let table: PaperTable
  /// What was answered.
  package let task: ExpertTask
  /// On what.
  package let dataset: String
  /// Its rows, those without a system among them.
  package let rows: [Row]
  /// The split that was scored.
  package var split = Split.test
  /// What was learned from, and how, where it is not as usual; sentences.
  package var conditions: [String] = []
  /// What tells it from the same table of another study on the same posts, in words.
  package var setup: [String] = []
  /// The run that made the table; cells that were kept may be of others.
  package var run: MeasuringRun?

  package init(table: PaperTable, task: ExpertTask, dataset: String, rows: [Row]) {
    (self.table, self.task, self.dataset, self.rows) = (table, task, dataset, rows)
  }

  /// A row with its trainings.
  package struct Row: Sendable {
    /// What was trained.
    package let row: PaperRow
    /// One per seed; none where there is no system.
    package let cells: [PaperCell]

    init(_ row: PaperRow, cells: [PaperCell]) {
      self.row = row
      self.cells = cells
    }

    /// Counts over all posts of each seed.
    var sums: [MatchCounts] { cells.map { $0.byPost.reduce(.zero, +) } }
    /// Counts of each post, over all seeds.
    var pooled: [MatchCounts] {
      guard var result = cells.first?.byPost else { return [] }
      for cell in cells.dropFirst() {
        for (i, count) in cell.byPost.enumerated() where i < result.count { result[i] += count }
      }
      return result
    }
  }

  /// What came of a claim.
  package struct Verdict: Sendable, Hashable {
    /// The claim.
    package let claim: PaperClaim
    /// F1 of the better row minus the other's, points, over all seeds.
    package let difference: Double
    /// The middle 95 % over resamples of posts.
    package let low: Double
    package let high: Double

    /// What can be said.
    package var sentence: String {
      if low > 0 { return "as claimed" }
      return high < 0 ? "the other way round" : "not told apart"
    }
  }

  /// The paper's claims on these rows.
  package var verdicts: [Verdict] {
    table.claims.compactMap { claim in
      func counts(_ label: String) -> [MatchCounts]? {
        rows.first { $0.row.label == label && !$0.cells.isEmpty }?.pooled
      }
      guard let better = counts(claim.better), let worse = counts(claim.worse),
        better.count == worse.count, !better.isEmpty
      else { return nil }
      func difference(_ places: [Int]) -> Double {
        places.reduce(MatchCounts.zero) { $0 + better[$1] }.f1Percent
          - places.reduce(MatchCounts.zero) { $0 + worse[$1] }.f1Percent
      }
      var generator = SeededGenerator(seed: 1, stream: "claims")
      let resampled = (0..<1000).map { _ in
        difference(better.indices.map { _ in generator.index(below: better.count) })
      }.sorted()
      return Verdict(
        claim: claim, difference: difference(Array(better.indices)),
        low: resampled[Int(0.025 * 999)], high: resampled[Int(0.975 * 999)])
    }
  }

  /// The table for people.
  ///
  /// - Parameter published: numbers of the papers, where a file of them was given.
  package func tables(published: [PublishedResult]) -> [PlainTable] {
    guard table.lines != .relations else { return [byRelation(published)] }
    // Datasets that the paper prints nothing of in this table have no column.
    let columns = PublishedResult.datasets(published, task).filter { column in
      rows.contains { row in published.contains { $0.fits(table, row.row, dataset: column) } }
    }
    let seeds = rows.map(\.cells.count).max() ?? 0
    let timedRun = timedRun
    var main = PlainTable(
      "\(table.name), \(table.title), on \(dataset) (\(task.subject))",
      ["", "F1", "95 % over posts", "P", "R", "ms/post"]
        + columns.map { "published \($0)" })
    func text(_ number: Double) -> String { RoutingReport.decimals(number, 2) }
    func share(_ part: Int, of whole: Int) -> Double {
      whole == 0 ? 0 : 100 * Double(part) / Double(whole)
    }
    for row in rows {
      let known = columns.map { column in
        published.first { $0.fits(table, row.row, dataset: column) }.map { text($0.f1) } ?? ""
      }
      if row.cells.isEmpty {
        if known.contains(where: { !$0.isEmpty }) {
          main.add([row.row.label, "", "", "", "", ""] + known)
        }
        continue
      }
      let interval = PostBootstrap.f1(of: row.pooled)
      main.add(
        [
          row.row.label, MeanCell.text(row.sums.map(\.f1Percent)),
          interval.map { "\(text($0.low)) to \(text($0.high))" } ?? "",
          MeanCell.text(row.sums.map { share($0.correct, of: $0.predicted) }),
          MeanCell.text(row.sums.map { share($0.correct, of: $0.gold) }),
          time(of: row, in: timedRun),
        ] + known)
    }
    main.notes =
      [
        (seeds == 1
          ? "F1 in percent, one seed; "
          : "F1 in percent, mean ± standard deviation over \(seeds) seeds; ")
          + "\(Set(rows.flatMap { $0.cells.first?.posts ?? [] }).count.counted("post")) of \(split.rawValue)"
          + (rows.allSatisfy { $0.row.measure != .answers }
            ? "."
            : task == .entities
              ? "; entities are read leniently." : "; None is neither an answer nor asked for.")
      ] + timeNotes(timedRun) + scoredWhere + conditions + table.notes
    guard !verdicts.isEmpty else { return [main] }
    var claims = PlainTable(
      "\(table.name), \(table.title): what the paper claims, on \(dataset) (\(task.subject))",
      ["should be better", "than", "difference", "95 % over posts", ""])
    for verdict in verdicts {
      func signed(_ number: Double) -> String { RoutingReport.signed(number) }
      claims.add([
        verdict.claim.better, verdict.claim.worse, signed(verdict.difference),
        "\(signed(verdict.low)) to \(signed(verdict.high))", verdict.sentence,
      ])
    }
    return [main, claims]
  }
}

extension PaperTableResult {
  /// A warning where the posts that are scored are those that epochs were chosen by.
  private var scoredWhere: [String] {
    split == .test
      ? []
      : [
        "There is no split test: these are the posts of \(split.rawValue), by which epochs were chosen."
      ]
  }

  /// A line for each relation of the dataset, those with most pairs first, and for what is
  /// published of other relations.
  private func byRelation(_ published: [PublishedResult]) -> PlainTable {
    let measured = rows.filter { !$0.cells.isEmpty }
    let told = published.compactMap { number -> (result: PublishedResult, relation: String)? in
      guard table.names.contains(number.table), number.setting.hasPrefix("relation="),
        let name = number.setting.dropFirst("relation=".count).split(separator: ";").first
      else { return nil }
      return (number, String(name))
    }
    var result = PlainTable(
      "\(table.name), \(table.title), on \(dataset) (\(task.subject))",
      ["", "pairs of \(split.rawValue)"] + measured.map(\.row.label)
        + (told.isEmpty ? [] : rows.map { "published \($0.row.name)" }))
    func known(_ relation: String) -> [String] {
      told.isEmpty
        ? []
        : rows.map { row in
          told.first { $0.relation == relation && $0.result.model == row.row.name }.map {
            RoutingReport.decimals($0.result.f1, 2)
          } ?? ""
        }
    }
    for (relation, count) in relations {
      result.add(
        [relation, "\(count)"]
          + measured.map { row in
            let counts = row.of(relation)
            // Neither asked for nor answered: F1 is not defined.
            return counts.allSatisfy { $0.predicted + $0.gold == 0 }
              ? "—" : MeanCell.text(counts.map(\.f1Percent))
          }
          + known(relation))
    }
    let own = Set(relations.map(\.name))
    var seen: Set<String> = []
    for (_, relation) in told where !own.contains(relation) && seen.insert(relation).inserted {
      result.add([relation, ""] + measured.map { _ in "" } + known(relation))
    }
    let seeds = rows.map(\.cells.count).max() ?? 0
    result.notes =
      [
        seeds == 1
          ? "F1 in percent, one seed."
          : "F1 in percent, mean ± standard deviation over \(seeds) seeds."
      ] + scoredWhere + conditions + table.notes
    return result
  }

  /// The relations of the dataset with their pairs, those with most first.
  var relations: [(name: String, count: Int)] {
    let gold = rows.lazy.compactMap { $0.cells.first?.byRelation }.first ?? [:]
    return gold.map { ($0.key, $0.value.count == 3 ? $0.value[2] : 0) }
      .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
  }
}

extension PaperTableResult.Row {
  /// Counts of a relation of each seed.
  func of(_ relation: String) -> [MatchCounts] {
    cells.map { cell in
      guard let counts = cell.byRelation?[relation], counts.count == 3 else { return .zero }
      return MatchCounts(correct: counts[0], predicted: counts[1], gold: counts[2])
    }
  }
}

/// A number that a paper prints.
package struct PublishedResult: Sendable, Hashable {
  let table: String
  let dataset: String
  let setting: String
  let model: String
  let f1: Double

  /// Whether it is a row's number on a dataset.
  func fits(_ table: PaperTable, _ row: PaperRow, dataset: String) -> Bool {
    table.names.contains(self.table) && self.dataset == dataset
      && row.name.replacingOccurrences(of: " after the other task", with: "") == model
      && (setting == row.setting
        || (row.comesFromOtherTask ? isTransfer : row.setting.hasPrefix("in-task") && isReference))
  }

  private var isReference: Bool { setting.hasPrefix("cross-task: in-task") }
  private var isTransfer: Bool { setting.hasPrefix("cross-task: ") && !isReference }

  /// The datasets of a task, as papers call them, that some numbers are of.
  static func datasets(_ published: [PublishedResult], _ task: ExpertTask) -> [String] {
    Set(published.map(\.dataset)).filter { ($0 == "MNRE") == (task == .relations) }.sorted()
  }

  /// The rows of a paper in a file with the columns
  /// seed,table,dataset,setting,model,precision,recall,f1.
  ///
  /// - Throws: `PublishedError` with the line of what does not fit.
  package static func read(_ path: String, _ paper: Paper) throws -> [PublishedResult] {
    try PublishedFile.rows(path).filter { $0.fields[0] == paper.key }.map { line, fields in
      guard let f1 = Double(fields[7].trimmingCharacters(in: .whitespaces)) else {
        throw PublishedError(path: path, line: line, problem: "has no number in its last field")
      }
      return PublishedResult(
        table: fields[1], dataset: fields[2], setting: fields[3], model: fields[4], f1: f1)
    }
  }
}

/// A study's tables for people, pages, spreadsheets and programs.
package struct PaperReport: Sendable {
  let paper: Paper
  let results: [PaperTableResult]
  let published: [PublishedResult]

  /// A report of finished tables.
  package init(_ paper: Paper, _ results: [PaperTableResult], published: [PublishedResult]) {
    self.paper = paper
    self.results = results
    self.published = published
  }

  private var tables: [PlainTable] { results.flatMap { $0.tables(published: published) } }

  /// What is to be known of the published numbers, where they are shown.
  var notes: [String] { published.isEmpty ? [] : paper.caveats }

  /// Aligned columns.
  package var text: String {
    (tables.map(\.text) + (notes.isEmpty ? [] : [notes.map { "* " + $0 }.joined(separator: "\n")]))
      .joined(separator: "\n\n")
  }

  /// Markdown.
  package var markdown: String {
    (tables.map(\.markdown)
      + (notes.isEmpty ? [] : [notes.map { "* " + $0 }.joined(separator: "\n")]))
      .joined(separator: "\n\n")
  }

  /// Comma-separated lines.
  package var csv: String { tables.map(\.csv).joined(separator: "\n") }

  /// Everything as JSON.
  ///
  /// - Throws: what encoding throws.
  package func json() throws -> String {
    let written = results.map { result in
      Written(
        table: result.table.name, title: result.table.title, dataset: result.dataset,
        task: result.task.rawValue,
        rows: result.rows.filter { !$0.cells.isEmpty }.map { row in
          Written.Row(
            name: row.row.label, system: row.row.system ?? "", switches: row.row.switches,
            encoder: row.row.readsEncoder ? true : nil,
            f1: row.sums.map(\.f1Percent),
            precision: row.sums.map { 100 * $0.precision },
            recall: row.sums.map { 100 * $0.recall },
            interval: PostBootstrap.f1(of: row.pooled).map { [$0.low, $0.high] },
            countsAre: ["correct", "predicted", "gold"],
            counts: row.sums.map { [$0.correct, $0.predicted, $0.gold] },
            byRelation: result.table.lines == .relations
              ? Dictionary(
                uniqueKeysWithValues: result.relations.map { relation in
                  (
                    relation.name,
                    row.of(relation.name).map { [$0.correct, $0.predicted, $0.gold] }
                  )
                }) : nil,
            devF1: row.cells.map(\.devF1),
            millisecondsPerPost: row.cells.map(\.millisecondsPerPost),
            timedBy: row.cells.map(\.run),
            published: Dictionary(
              uniqueKeysWithValues: PublishedResult.datasets(published, result.task).compactMap {
                name in
                published.first { $0.fits(result.table, row.row, dataset: name) }.map {
                  (name, $0.f1)
                }
              }))
        },
        claims: result.verdicts.map {
          Written.Claim(
            better: $0.claim.better, worse: $0.claim.worse, difference: $0.difference,
            low: $0.low, high: $0.high, verdict: $0.sentence)
        })
    }
    return String(decoding: try StableJSON.encode(written, pretty: true), as: UTF8.self)
  }

  private struct Written: Encodable {
    let table: String
    let title: String
    let dataset: String
    let task: String
    let rows: [Row]
    let claims: [Claim]

    struct Row: Encodable {
      let name: String
      let system: String
      let switches: [String: String]
      /// Whether a text encoder stands beside the words of a system that needs none.
      let encoder: Bool?
      let f1: [Double]
      let precision: [Double]
      let recall: [Double]
      let interval: [Double]?
      let countsAre: [String]
      let counts: [[Int]]
      let byRelation: [String: [[Int]]]?
      let devF1: [Double]
      let millisecondsPerPost: [Double]
      /// The run that measured each of them; null where it is not known.
      let timedBy: [MeasuringRun?]
      let published: [String: Double]
    }

    struct Claim: Encodable {
      let better: String
      let worse: String
      let difference: Double
      let low: Double
      let high: Double
      let verdict: String
    }
  }
}
