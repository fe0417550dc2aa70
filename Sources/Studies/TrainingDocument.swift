import Extractors
import Files
import Foundation
import Tensors

/// One recipe's section of `docs/results.md`. Written by the program, never by hand.
package struct TrainingDocument {
  let results: [TrainingResult]
  let peer: TrainingPeer?

  /// A section of a finished job.
  ///
  /// - Parameter results: at least one, of the same recipe.
  package init(_ results: [TrainingResult], peer: TrainingPeer?) {
    self.results = results
    self.peer = peer
  }

  static let header = """
    # Results of fine-tuning

    Written by `twinlens train SYSTEM` with `--results`; each command replaces its own section. \
    Scores are those of the best epoch on dev, in percent, as mean ± standard deviation over seeds; a seed decides the \
    head's first weights, the order of batches and dropout. Times are those of the machine at the time.
    """

  /// Replaces the section of this recipe in a document, or adds it.
  ///
  /// - Throws: `DurableFileError` when the disk refuses.
  package func write(to path: String) throws {
    let text = FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self)
    }
    try DurableFile.write(Data(document(replacing: text ?? "").utf8), to: path)
  }

  /// The document with this section in its place; sections stand in the order of their titles.
  func document(replacing old: String) -> String {
    var sections = old.components(separatedBy: "\n## ").dropFirst().map {
      "## " + $0.trimmingCharacters(in: .newlines)
    }
    sections.removeAll { $0 == title || $0.hasPrefix(title + "\n") }
    sections.append(section)
    return ([Self.header] + sections.sorted()).joined(separator: "\n\n") + "\n"
  }

  private var title: String {
    guard let origin = results.first?.origin else { return "## Nothing" }
    let name = System.named(origin.system)?.title ?? origin.system
    let head = System.named(origin.system)?.head(origin) ?? ""
    let material =
      origin.encoder.map { " with \($0)" } ?? (head.isEmpty ? "" : " with words and characters")
    let labels = origin.options.map { ", " + $0 } ?? ""
    let mark = origin.mark.map { " (\($0))" } ?? ""
    return
      "## \(name)\(material) on \(origin.dataset)\(labels)\(mark)"
  }

  /// The section with its title, without a line break at the end.
  package var section: String {
    let isScored = results.contains { $0.scores["devF1"] != nil }
    let parts = [
      title, recipe, isScored ? table : "", earlier, isScored ? curves : "", relations,
    ].filter { !$0.isEmpty }
    return parts.joined(separator: "\n\n")
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
        " Batch \($0.batch), AdamW with \(plain(Double($0.learningRate))), halved \($0.halvings) times on a plateau of "
          + "\($0.patience) epochs, at most \($0.epochs) epochs."
      }
      return "Recipe: \(head)\(seen).\(plateau ?? "") Seeds \(seeds)."
    }
    return
      "Recipe: \(head)\(seen). \(s.epochs) epochs, batch \(s.batch), AdamW (decay \(plain(Double(s.decay)))) with "
      + "\(plain(Double(s.encoderRate))) for the encoder and \(plain(Double(s.headRate))) for the head"
      + (s.crfRate.map { " (\(plain(Double($0))) for the CRF and its scores)" } ?? "")
      + ", warm-up "
      + "\(plain(100 * s.warmUp)) %, then linearly to 0; inputs of at most \(s.longest) pieces; batches of similar lengths "
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

  /// What came of stages before the last.
  private var earlier: String {
    let known = [
      ("teacher, accuracy on dev", "teacherAccuracy", 2), ("teacher, weighted F1", "teacherF1", 2),
      ("teacher, macro F1", "teacherMacroF1", 2), ("teacher, F1 of “adds”", "teacherAddsF1", 2),
      ("gate, accuracy on dev", "gateAccuracy", 2), ("gate, weighted F1", "gateF1", 2),
      ("gate, macro F1", "gateMacroF1", 2), ("gate, F1 of “adds”", "gateAddsF1", 2),
      ("posts of which the teacher is sure", "pseudoLabelled", 0),
      ("perplexity of dev", "perplexity", 2),
    ]
    let lines = known.compactMap { name, key, digits -> String? in
      let values = results.compactMap { $0.scores[key] }
      return values.isEmpty ? nil : "| \(name) | \(MeanCell.text(values, digits: digits)) |"
    }
    guard !lines.isEmpty else { return "" }
    return (["Before the tags:", "", "| | |", "|---|---|"] + lines).joined(separator: "\n")
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
