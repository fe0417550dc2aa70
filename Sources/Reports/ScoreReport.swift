import Corpora
import Extractors
import Files
import Foundation
import Screen

/// What `twinlens score` prints: the metrics of a file of answers of any system (MODELS §2.8).
package struct ScoreReport: Sendable {
  private let task: ScoredTask
  private let reading: BIO.Reading
  private let sheet: ScoreSheet
  private let notices: [String]
  /// What says that a pair has no relation; nil for entities.
  private let nulls: NullRelations?
  private let safe = Sanitizer(emoji: .base)

  /// Reads both files and scores one by the other.
  /// - Parameters:
  ///   - nulls: labels that say that a pair has no relation; empty for those that datasets use.
  ///   - encoding: what files are in that are neither UTF-8 nor UTF-16.
  ///   - progress: told how much of the resampling is done, 0 … 1.
  /// - Throws: `CorporaError`, `AnswerError` with file and line.
  package init(
    task: ScoredTask, gold: String, predicted: String, reading: BIO.Reading = .lenient,
    nulls named: [String] = [], encoding: TextEncoding? = nil, progress: (Double) -> Void = { _ in }
  ) throws {
    let right = try AnswerFile(path: gold, task: task, reading: reading, encoding: encoding)
    let answers = try AnswerFile(path: predicted, task: task, reading: reading, encoding: encoding)
    let matched = try right.matched(with: answers, task: task)
    var notices: [String] = [right, answers].compactMap { file in
      file.unreadable.map {
        "\(file.path):\($0.firstLine): not a tag; \($0.count) of the kind are read as O"
      }
    }
    if task == .ner {
      notices += [right, answers].filter { $0.scheme != .iob2 }.map {
        "\($0.path): tags are read as \($0.scheme.rawValue.uppercased())"
      }
    }
    notices += AnswerOrigin.beside(predicted).notices(of: predicted)
    var posts = matched.posts.makeIterator()
    self.init(task, reading, Counted(task, nulls: named) { posts.next() }, notices, progress)
  }

  /// Scores two streams by reading them side by side; of each post four bytes are held.
  /// - Parameters:
  ///   - nulls: labels that say that a pair has no relation; empty for those that datasets use.
  ///   - progress: told how much of the resampling is done, 0 … 1.
  /// - Throws: what reading throws; `AnswerError` where the two differ.
  package init(
    task: ScoredTask, gold: AnswerStream.Side, predicted: AnswerStream.Side,
    reading: BIO.Reading = .lenient, nulls named: [String] = [],
    progress: (Double) -> Void = { _ in }
  ) throws {
    var answers = AnswerStream(gold: gold, predicted: predicted, task: task, reading: reading)
    let counted = try Counted(task, nulls: named) { try answers.next() }
    var notices: [String] = []
    if let (count, line) = answers.failures {
      notices.append(
        "\(count.counted("record")) (the first is line \(line)) "
          + "\(count == 1 ? "has an error" : "have errors") in place of an answer, and "
          + "\(count == 1 ? "counts" : "count") as answered with nothing")
    }
    for origin in answers.origins { notices += origin.notices(of: predicted.name) }
    self.init(task, reading, counted, notices, progress)
  }

  /// Posts as far as scores need them: those that are alike are held once.
  private struct Counted {
    var mentions = ScoreSheet.MentionCounting()
    /// The different posts by their pairs, and which of them each post is.
    var kinds: [[(gold: String, predicted: String)]] = []
    var kindOfPost: [Int32] = []
    var used: Set<String> = []
    let named: [String]

    init(
      _ task: ScoredTask, nulls named: [String], _ next: () throws -> MatchedAnswers.Post?
    ) rethrows {
      self.named = named
      var places: [[String]: Int32] = [:]
      while let post = try next() {
        guard task == .re else {
          mentions.add(gold: post.gold, predicted: post.predicted)
          continue
        }
        guard !post.relations.isEmpty else { continue }
        let pairs = post.relations.sorted { ($0.gold, $0.predicted) < ($1.gold, $1.predicted) }
        let key = pairs.flatMap { [$0.gold, $0.predicted] }
        if places[key] == nil {
          places[key] = Int32(kinds.count)
          kinds.append(pairs)
          used.formUnion(key)
        }
        kindOfPost.append(places[key] ?? 0)
      }
    }
  }

  private init(
    _ task: ScoredTask, _ reading: BIO.Reading, _ counted: Counted, _ found: [String],
    _ progress: (Double) -> Void
  ) {
    (self.task, self.reading) = (task, reading)
    var notices = found
    switch task {
    case .ner:
      nulls = nil
      sheet = ScoreSheet(counted.mentions, progress: progress)
    case .re:
      let null = NullRelations(among: counted.used, named: counted.named)
      nulls = null
      if null.isEmpty {
        notices.append(
          "no label says that there is no relation, so every one counts; name such labels with "
            + "--null")
      }
      for label in counted.named where !counted.used.contains(label) {
        notices.append("neither file has the label \(label) of --null")
      }
      let kinds = counted.kinds.map { post in
        post.map { (gold: null.unified($0.gold), predicted: null.unified($0.predicted)) }
      }
      sheet = ScoreSheet(
        relations: counted.kindOfPost.lazy.map { kinds[Int($0)] }, progress: progress)
    }
    self.notices = notices
  }

  /// `None`, or what the files call it.
  private var nullName: String { nulls?.labels.joined(separator: ", ") ?? "" }

  /// Percent with two decimals, as published tables have it.
  static func rounded(_ percent: Double) -> Double { (percent * 100).rounded() / 100 }

  /// The scores for a person.
  package func text() -> String {
    var rows = [["", "P", "R", "F1", "95 %", "correct", "predicted", "gold"]]
    let headline = nulls?.isEmpty == false ? "without \(nullName)" : "all"
    rows.append(row(headline, sheet.headline, sheet.intervals))
    if let all = sheet.withNone, nulls?.isEmpty == false {
      rows.append(row("with \(nullName)", all, nil))
    }
    rows.append([])
    for type in sheet.rows { rows.append(row(type.name, type.counts, type.intervals)) }
    if let none = sheet.none { rows.append(row("(\(nullName))", none.counts, none.intervals)) }
    let isDashed = rows.contains { $0.contains("—") }
    let dashes =
      isDashed
      ? [
        "—: not defined: precision where nothing is predicted, recall where nothing is labelled, F1 "
          + "where neither is."
      ] : []
    let kind =
      task == .ner
      ? "entity mentions, tags read \(reading == .strict ? "strictly" : "leniently")" : "relations"
    return
      ([kind] + TextTable.aligned(rows) + [""] + notices.map { "note: \(safe.visible($0))" } + [
        "95 %: F1 of \(ScoreSheet.resamples) samples of the \(RegionVerdict.grouped(sheet.posts)) "
          + "post\(sheet.posts == 1 ? "" : "s"), "
          + "drawn with replacement."
      ] + dashes).joined(separator: "\n")
  }

  private func row(
    _ name: String, _ counts: ScoreSheet.Counts, _ intervals: ScoreSheet.Intervals?
  ) -> [String] {
    func percent(_ value: Double) -> String { String(format: "%.2f", value) }
    let hasF1 = counts.predicted + counts.gold > 0
    let range =
      hasF1 ? intervals.map { "\(percent($0.f1.low)) – \(percent($0.f1.high))" } ?? "" : ""
    return [
      safe.visible(name), counts.predicted > 0 ? percent(counts.precision) : "—",
      counts.gold > 0 ? percent(counts.recall) : "—", hasF1 ? percent(counts.f1) : "—",
      range, "\(counts.correct)", "\(counts.predicted)", "\(counts.gold)",
    ]
  }

  /// The scores for programs: percent rounded to two decimals.
  package func json() -> String {
    var fields: [(String, JSONText)] = [("task", .string(task.rawValue))]
    if task == .ner { fields.append(("reading", .string(reading.rawValue))) }
    fields += Self.scores(sheet.headline)
    fields.append(("intervals", Self.json(sheet.intervals)))
    if let all = sheet.withNone {
      let none = sheet.none.map { [("None", Self.json($0))] } ?? []
      fields.append(("withNone", .object(Self.scores(all) + [("types", .object(none))])))
    }
    if let nulls { fields.append(("null", .strings(nulls.labels))) }
    fields += [
      ("types", .object(sheet.rows.map { ($0.name, Self.json($0)) })),
      ("posts", .int(sheet.posts)), ("resamples", .int(ScoreSheet.resamples)),
      ("seed", .int(Int(ScoreSheet.seed))), ("notices", .strings(notices)),
    ]
    return JSONText.object(fields).text()
  }

  /// What is not defined is left out.
  private static func scores(_ counts: ScoreSheet.Counts) -> [(String, JSONText)] {
    var fields: [(String, JSONText)] = []
    if counts.predicted > 0 { fields.append(("precision", .double(rounded(counts.precision)))) }
    if counts.gold > 0 { fields.append(("recall", .double(rounded(counts.recall)))) }
    if counts.predicted + counts.gold > 0 { fields.append(("f1", .double(rounded(counts.f1)))) }
    fields.append(
      (
        "counts",
        .object([
          ("correct", .int(counts.correct)), ("predicted", .int(counts.predicted)),
          ("gold", .int(counts.gold)),
        ])
      ))
    return fields
  }

  private static func json(_ row: ScoreSheet.Row) -> JSONText {
    .object(
      scores(row.counts) + [("support", .int(row.counts.gold))]
        + (row.intervals.map { [("intervals", json($0))] } ?? []))
  }

  private static func json(_ intervals: ScoreSheet.Intervals) -> JSONText {
    func pair(_ interval: ScoreSheet.Interval) -> JSONText {
      .list([.double(rounded(interval.low)), .double(rounded(interval.high))])
    }
    return .object([
      ("precision", pair(intervals.precision)), ("recall", pair(intervals.recall)),
      ("f1", pair(intervals.f1)),
    ])
  }
}
