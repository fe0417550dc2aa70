import Extractors
import Files
import Foundation
import Tensors

/// One training's section of `docs/results.md` or any other Markdown file. Written by the program,
/// never by hand.
///
/// A section is known by its title, which tells all that distinguishes the training from the
/// system's usual one: only the same training again takes its place.
package struct TrainingDocument {
  let results: [TrainingResult]
  let peer: TrainingPeer?
  private let pictureFolders: [String]
  private let differences: [String]
  private let posts: (train: Int, dev: Int)?
  /// Labelled pairs of these posts; nil for trainings on mentions.
  package var pairs: (train: Int, dev: Int)?

  /// A section of a finished job.
  ///
  /// - Parameters:
  ///   - results: at least one, of the same recipe.
  ///   - pictureFolders: names of what pictures are seen with.
  ///   - differences: what is otherwise than in the system's usual training, in words.
  ///   - posts: how many were learned from, and how many the scores are of.
  package init(
    _ results: [TrainingResult], peer: TrainingPeer?, pictureFolders: [String] = [],
    differences: [String] = [], posts: (train: Int, dev: Int)? = nil
  ) {
    self.results = results
    self.peer = peer
    self.pictureFolders = pictureFolders
    self.differences = differences
    self.posts = posts
  }

  private static let heading = "# Results of fine-tuning"
  static let header = """
    \(heading)

    Written by `twinlens train SYSTEM` with `--results`; a training replaces its own section. \
    Scores are those of the best epoch on dev, in percent, as mean ± standard deviation over seeds; a seed decides the \
    head's first weights, the order of batches and dropout. Times are those of the machine at the time.
    """

  /// Replaces the section of this training in a document, or adds it.
  ///
  /// - Throws: `DurableFileError` when the disk refuses.
  package func write(to path: String) throws {
    let text = FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self)
    }
    try DurableFile.write(Data(document(replacing: text ?? "").utf8), to: path)
  }

  /// The document with this section in its place. In a document of sections like this one they
  /// stand in the order of their titles; in any other a new section comes last, and everything
  /// else stays as it is.
  func document(replacing old: String) -> String {
    var lines = old.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    while lines.last?.isEmpty == true { lines.removeLast() }
    guard !lines.isEmpty else { return Self.header + "\n\n" + section + "\n" }
    var start = lines.count
    var end = lines.count
    if let own = lines.firstIndex(of: title) {
      start = own
      end = lines[(own + 1)...].firstIndex(where: Self.endsSection) ?? lines.count
    } else if lines[0] == Self.heading,
      let next = lines.firstIndex(where: { $0.hasPrefix("## ") && $0 > title })
    {
      (start, end) = (next, next)
    }
    let before = lines[..<start].joined(separator: "\n")
    let after = lines[end...].joined(separator: "\n")
    return [before, section, after].map { $0.trimmingCharacters(in: .newlines) }
      .filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  /// Whether a line begins what no longer belongs to a section: the next heading, or a mark of
  /// `MarkedSection`.
  private static func endsSection(_ line: String) -> Bool {
    line.hasPrefix("# ") || line.hasPrefix("## ") || line.hasPrefix("<!-- ")
  }

  private var title: String {
    guard let origin = results.first?.origin else { return "## Nothing" }
    let name = System.named(origin.system)?.title ?? origin.system
    let head = System.named(origin.system)?.head(origin) ?? ""
    let words = origin.encoder ?? (head.isEmpty ? nil : "words and characters")
    let material = ([words].compactMap(\.self) + pictureFolders).joined(separator: ", ")
    let details = [origin.options].compactMap(\.self) + differences
    let mark = origin.mark.map { " (\($0))" } ?? ""
    return "## " + name + (material.isEmpty ? "" : " with \(material)") + " on \(origin.dataset)"
      + details.map { ", " + $0 }.joined() + mark
  }

  /// The section with its title, without a line break at the end.
  package var section: String {
    let isScored = results.contains { $0.scores["devF1"] != nil }
    let parts = [
      title, recipe + counts, isScored ? table : "", earlier, isScored ? curves : "", relations,
    ].filter { !$0.isEmpty }
    return parts.joined(separator: "\n\n")
  }

  private var counts: String {
    func pairs(_ count: Int?) -> String { count.map { " with \($0.counted("pair"))" } ?? "" }
    return posts.map {
      " Learned from \($0.train.counted("post"))\(pairs(self.pairs?.train)), chosen by and scored on "
        + "\($0.dev.counted("post"))\(pairs(self.pairs?.dev)) of dev."
    } ?? ""
  }

  private var recipe: String {
    guard let origin = results.first?.origin else { return "" }
    let head = System.named(origin.system)?.head(origin) ?? ""
    // A system that trains in a way of its own has none of these numbers.
    if origin.settings == nil, head.isEmpty {
      return "Seeds \(results.map { "\($0.origin.seed)" }.joined(separator: ", "))."
    }
    let seen = [
      origin.pictures.map {
        let name = $0.split(separator: " ").first ?? ""
        return origin.tower == true ? "pictures by \(name), trained along" : "regions of \(name)"
      },
      origin.options.map { "switches \($0)" },
    ].compactMap(\.self).map { "; " + $0 }.joined()
    let seeds = results.map { "\($0.origin.seed)" }.joined(separator: ", ")
    guard let s = origin.settings else {
      let plateau = origin.tagger.map {
        " Batch \($0.batch), \($0.usesDescent == true ? "plain descent" : "AdamW") with \(plain(Double($0.learningRate))), halved \($0.halvings.counted("time")) on a "
          + "plateau of \($0.patience.counted("epoch")), at most \($0.epochs.counted("epoch"))."
      }
      return "Recipe: \(head)\(seen).\(plateau ?? "") Seeds \(seeds)."
    }
    return
      "Recipe: \(head)\(seen). \(s.epochs.counted("epoch")), batch \(s.batch), AdamW (decay \(plain(Double(s.decay)))) with "
      + "\(plain(Double(s.encoderRate))) for the encoder and \(plain(Double(s.headRate))) for the head"
      + (s.crfRate.map { " (\(plain(Double($0))) for the CRF and its scores)" } ?? "")
      + ", warm-up "
      + "\(plain(100 * s.warmUp)) %, then linearly to 0; inputs of at most \(s.longest.counted("piece")); batches of similar lengths "
      + "out of \(s.bucket * s.batch) shuffled inputs. Seeds \(seeds)."
  }

  private var table: String {
    let isRelations =
      results.first.flatMap { System.named($0.origin.system) }?.task == .relations
    var columns = [("dev F1", "devF1"), ("P", "devPrecision"), ("R", "devRecall")]
    if isRelations {
      columns[0].0 = "dev F1 without None"
      columns += [("F1 with None", "devF1WithNone"), ("accuracy", "devAccuracy")]
    }
    var lines = [
      "| | \(columns.map(\.0).joined(separator: " | ")) | time | per step |",
      "|---|\(columns.map { _ in "---|" }.joined())---|---|",
    ]
    let scores = columns.map { column in
      MeanCell.text(results.map { $0.scores[column.1] ?? 0 }, digits: 2)
    }
    lines.append(
      "| Twinlens | \(scores.joined(separator: " | ")) | \(MeanCell.text(results.map(\.seconds), digits: 0)) s "
        + "| \(MeanCell.text(results.map(\.stepTime), digits: 0)) ms |")
    if let peer {
      let blank = columns.dropFirst().map { _ in "–" }.joined(separator: " | ")
      lines.append(
        "| \(peer.name), seed \(peer.origin.seed) | \(RoutingReport.decimals(peer.bestDev, 2)) | \(blank) "
          + "| \(RoutingReport.decimals(peer.seconds, 0)) s | \(RoutingReport.decimals(peer.stepTime, 0)) ms |"
      )
    }
    return lines.joined(separator: "\n")
  }

  /// What came of stages before the last. How many answers were judged stands beside every score
  /// of them.
  private var earlier: String {
    let known = [
      ("teacher, accuracy on dev", "teacherAccuracy", 2), ("teacher, weighted F1", "teacherF1", 2),
      ("teacher, macro F1", "teacherMacroF1", 2), ("teacher, F1 of “adds”", "teacherAddsF1", 2),
      ("gate, accuracy on dev", "gateAccuracy", 2), ("gate, weighted F1", "gateF1", 2),
      ("gate, macro F1", "gateMacroF1", 2), ("gate, F1 of “adds”", "gateAddsF1", 2),
      ("posts of which the teacher is sure", "pseudoLabelled", 0),
      ("perplexity of dev", "perplexity", 2),
    ]
    func judged(_ key: String) -> String {
      let stage = ["teacher", "gate"].first(where: key.hasPrefix)
      let counts = stage.map { stage in results.compactMap { $0.scores[stage + "Posts"] } } ?? []
      return counts.isEmpty
        ? "" : MeanCell.text(Set(counts).count == 1 ? [counts[0]] : counts, digits: 0)
    }
    let lines = known.compactMap { name, key, digits -> String? in
      let values = results.compactMap { $0.scores[key] }
      guard !values.isEmpty else { return nil }
      return "| \(name) | \(MeanCell.text(values, digits: digits)) | \(judged(key)) |"
    }
    guard !lines.isEmpty else { return "" }
    return (["Before the tags:", "", "| | | answers judged |", "|---|---|---|"] + lines)
      .joined(separator: "\n")
  }

  private var curves: String {
    let epochs = results.map(\.epochs.count).max() ?? 0
    let numbers = (1...max(1, epochs)).map { "\($0)" }.joined(separator: " | ")
    func row(_ name: String, _ epochs: [TrainingEpoch]) -> String {
      let scores = epochs.map { RoutingReport.decimals($0.dev, 2) }.joined(separator: " | ")
      return "| \(name) | \(scores) |"
    }
    var lines = [
      "Dev F1 after each epoch:", "", "| epoch | \(numbers) |",
      "|---|\(String(repeating: "---|", count: max(1, epochs)))",
    ]
    lines += results.map { row("seed \($0.origin.seed)", $0.epochs) }
    if let peer {
      lines.append(row("\(peer.name), seed \(peer.origin.seed)", peer.epochs))
    }
    return lines.joined(separator: "\n")
  }

  private var relations: String {
    let names = Set(results.flatMap(\.relations.keys)).subtracting([RelationScore.none])
    guard !names.isEmpty else { return "" }
    var lines = [
      "One relation against all others on dev:", "", "| relation | P | R | F1 | pairs |",
      "|---|---|---|---|---|",
    ]
    for name in names.sorted() {
      func mean(_ i: Int, _ digits: Int) -> String {
        MeanCell.text(
          results.map { result in
            result.relations[name].flatMap { $0.indices.contains(i) ? $0[i] : nil } ?? 0
          }, digits: digits)
      }
      let pairs = results.compactMap { $0.relations[name]?.last }.max() ?? 0
      lines.append(
        "| \(name) | \(mean(0, 1)) | \(mean(1, 1)) | \(mean(2, 1)) | \(RoutingReport.decimals(pairs, 0)) |"
      )
    }
    return lines.joined(separator: "\n")
  }

  private func plain(_ value: Double) -> String {
    // The settings are floats: their doubles have digits that nobody wrote.
    String(format: "%.4g", value)
  }
}
