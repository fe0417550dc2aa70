import Corpora
import Extractors
import Foundation
import Inspection
import Routing
import Screen
import Traces

extension PostReport {
  private var sanitizer: Sanitizer { Sanitizer(emoji: .base) }

  /// Who judged the labels and when, and what people left on the post.
  private func stateLines() -> [String] {
    guard let state else { return [] }
    var lines: [String] = []
    if let annotator = state.annotator, let time = state.time {
      let date = Date(timeIntervalSince1970: Double(time) / 1000)
      lines.append("\(review.word) by \(safe(annotator)), \(date.formatted(.iso8601))")
    }
    if state.isFlagged { lines.append("flagged") }
    if state.isSkipped { lines.append("skipped") }
    if let note = state.note { lines.append("note: \(safe(note))") }
    return lines
  }

  /// The post and its traces as lines of text.
  package func text() -> String {
    var lines = [
      "\(safe(dataset.name))  \(safe(post.id))  \(post.split.rawValue)  \(review.word)",
      "\(safe(post.source.description))  \(post.tokens.count) tokens  "
        + (post.imageID.map { "picture \(safe($0))" } ?? "no picture")
        + (post.imageAdds.map { "  imageAdds \($0 ? "yes" : "no")" } ?? ""),
    ]
    lines += stateLines()
    lines.append("")
    lines += changeLines()
    lines += tokenTable()
    lines += mentionLines()
    lines += routeLines()
    lines += explanationLines()
    lines += unknownWordLines()
    if !times.isEmpty {
      lines.append(
        "time: "
          + times.map { "\(safe($0.expert)) \(String(format: "%.1f", $0.milliseconds)) ms" }
          .joined(separator: ", ")
          + "; the median of \(Self.timings), from the picture's file to the answer with all it shows"
      )
    }
    for notice in notices { lines.append("note: \(safe(notice))") }
    for prediction in predictions where !prediction.trace.signals.isEmpty {
      lines += signalLines("\(safe(prediction.expert)) shows", prediction.trace)
    }
    for answers in relationAnswers {
      for answer in answers.answers where !answer.trace.signals.isEmpty {
        let pair = "\(words(answer.head)) / \(words(answer.tail))"
        lines += signalLines("\(safe(answers.expert)) shows of \(pair)", answer.trace)
      }
    }
    lines += occlusionLines()
    lines += correctionLines()
    return lines.joined(separator: "\n")
  }

  /// What is to be said beside the answers.
  var notices: [String] {
    analysis.notices
      + waiting.map { "\($0) answers for relations, and the post has no pair" }
  }

  /// The experts that answered with mentions, in their order.
  var predictions: [Prediction] { analysis.answers.compactMap(\.mentions) }

  /// The relation experts' answers, in their order.
  var relationAnswers: [RelationAnswers] { analysis.answers.compactMap(\.relations) }

  func safe(_ text: String) -> String { sanitizer.visible(text) }

  private func tokenTable() -> [String] {
    let gold = BIO.tags(of: post.mentions, count: post.tokens.count).map(\.text)
    // Experts that learned no labels have none to show.
    let answering = predictions.filter { !$0.isWithoutLabels }
    var rows = [["#", "token", review.labelsTitle] + answering.map { safe($0.expert) }]
    for (i, token) in post.tokens.enumerated() {
      var row = ["\(i)", safe(token.text), gold[i]]
      for prediction in answering {
        guard let at = prediction.path[safe: i], let label = prediction.labels[safe: at] else {
          row.append("?")
          continue
        }
        guard !prediction.isUnread(i) else {
          row.append("not read")
          continue
        }
        let p = prediction.marginals[safe: i]?[safe: at]
        row.append(safe(label) + (p.map { " " + number($0) } ?? ""))
      }
      rows.append(row)
    }
    return aligned(rows) + [""]
  }

  private func words(_ range: Range<Int>) -> String {
    safe(post.tokens[range.clamped(to: 0..<post.tokens.count)].map(\.text).joined(separator: " "))
  }

  private func mentionLines() -> [String] {
    var rows: [[String]] = []
    for mention in post.mentions {
      rows.append([review.labelsTitle, mention.type.rawValue, "", words(mention.range)])
    }
    for prediction in predictions {
      for scored in prediction.mentions {
        rows.append([
          safe(prediction.expert), safe(scored.mention.type.rawValue),
          scored.confidence.map(number) ?? "—",
          words(scored.mention.range),
        ])
      }
    }
    for relation in post.relations {
      rows.append([
        "relation", safe(relation.label), "",
        "\(words(relation.head)) / \(words(relation.tail))",
      ])
      for answers in relationAnswers {
        let ranked = answers.ranked(head: relation.head, tail: relation.tail)
        guard let best = ranked.first else { continue }
        let next = ranked.dropFirst().prefix(2).map { label, p in
          safe(label) + (p.map { " " + number($0) } ?? "")
        }
        rows.append([
          "  \(safe(answers.expert))", safe(best.0), best.1.map(number) ?? "—",
          next.isEmpty ? "" : "then " + next.joined(separator: ", "),
        ])
      }
    }
    return rows.isEmpty ? [] : aligned(rows) + [""]
  }

  private func unknownWordLines() -> [String] {
    let counts = analysis.unknownWords.filter { $0.unknown > 0 }.map {
      "\(safe($0.model)) \($0.unknown) of \($0.words)"
    }
    return counts.isEmpty ? [] : ["unknown words: " + counts.joined(separator: ", "), ""]
  }

  private func routeLines() -> [String] {
    guard let decision = analysis.decision else { return ["no router", ""] }
    guard let scores = decision.scores else {
      return ["routed text: without a picture the router is not asked", ""]
    }
    if let notice = explanation?.notice {
      return ["routed \(decision.route.rawValue): \(notice)", ""]
    }
    let share = Int((min(1, max(0, scores.percentile)) * 100).rounded())
    return [
      "routed \(decision.route.rawValue): p \(number(scores.probability)) "
        + "(threshold \(number(RouteDecision.threshold))), higher than on \(share)% of the router's "
        + "held-out posts, "
        + "cosine \(number(scores.cosine)), by \(safe(analysis.router ?? ""))",
      "",
    ]
  }

  /// A share of the picture.
  private func place(_ share: Double) -> String { number(Float(share)) }

  func signalLines(_ title: String, _ trace: Trace) -> [String] {
    var lines = [title]
    for signal in trace.signals {
      let steps = signal.sliceCount
      let shape = signal.shape.map(String.init).joined(separator: "x")
      lines.append(
        "  \(safe(signal.name))  \(safe(signal.caption))  \(Self.kindName(signal.kind))"
          + (shape.isEmpty ? "" : ", shape \(shape)"))
      for slice in 0..<steps {
        if steps > 1 { lines.append("    " + safe(signal.title(ofSlice: slice))) }
        lines += values(of: signal, slice: slice).map { "    " + $0 }
      }
    }
    for signal in trace.absent {
      lines.append("  \(safe(signal.name))  \(safe(signal.caption))  \(signal.cause.rawValue)")
    }
    return lines + [""]
  }

  private func values(of signal: Signal, slice: Int) -> [String] {
    let values = signal.slice(slice)
    switch signal.kind {
    case .scalar(let low, let high, let threshold, let percentile):
      guard let value = values.first else { return [] }
      let share = high > low ? Double((value - low) / (high - low)) : 0
      let filled = share.isFinite ? Int((min(1, max(0, share)) * 20).rounded()) : 0
      let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled)
      var line = "\(number(value))  [\(bar)] \(number(low)) to \(number(high))"
      if let threshold { line += ", threshold \(number(threshold))" }
      if let percentile { line += ", percentile \(number(percentile))" }
      return [line]
    case .words:
      return [
        zip(post.tokens, values).map { "\(safe($0.text)) \(number($1))" }.joined(separator: "  ")
      ]
    case .imageMap(_, let columns, _): return grid(values, columns: columns)
    case .wordsByImage(let rows, let columns, _):
      return post.tokens.enumerated().flatMap { i, token in
        let part = Array(values.dropFirst(i * rows * columns).prefix(rows * columns))
        return ["\(i) \(safe(token.text))"] + grid(part, columns: columns).map { "  " + $0 }
      }
    case .matrix(let rows, let columns):
      return named(values, rows: rows, columns: columns)
    case .wordDistributions(let labels):
      return named(values, rows: post.tokens.map(\.text), columns: labels)
    case .distribution(let labels):
      return [zip(labels, values).map { "\(safe($0)) \(number($1))" }.joined(separator: "  ")]
    case .regions(let regions):
      return zip(regions, values).enumerated().map { place, entry in
        let (region, value) = entry
        // A slot without a place of its own has the whole picture.
        let name =
          signal.slots.first { $0.place == place }?.name
          ?? (signal.slots.count == regions.count ? signal.slots[place].name : nil)
          ?? (region == .whole && !signal.slots.isEmpty ? "whole picture" : nil)
        return (name.map { safe($0) + "  " } ?? "")
          + "\(number(value))  at \(self.place(region.left)), \(self.place(region.top)), size "
          + "\(self.place(region.width)) x \(self.place(region.height))"
      }
    case .series: return [values.map(number).joined(separator: " ")]
    }
  }

  func grid(_ values: [Float], columns: Int) -> [String] {
    guard columns > 0 else { return [] }
    return aligned(
      stride(from: 0, to: values.count, by: columns).map { start in
        values[start..<min(values.count, start + columns)].map(number)
      })
  }

  private func named(_ values: [Float], rows: [String], columns: [String]) -> [String] {
    let head = [""] + columns.map(safe)
    let body = rows.enumerated().map { i, name in
      [safe(name)] + values.dropFirst(i * columns.count).prefix(columns.count).map(number)
    }
    return aligned([head] + body)
  }

  func aligned(_ rows: [[String]]) -> [String] { TextTable.aligned(rows, numbersRight: false) }

  /// Four decimals; what is smaller is written with an exponent.
  func number(_ value: Float) -> String {
    guard value.isFinite else { return value.isNaN ? "-" : "\(value)" }
    let isTiny = value != 0 && abs(value) < 0.0005
    return String(format: isTiny ? "%.0e" : "%.4f", value)
  }
}

extension Collection {
  /// The element at an index that may be outside.
  subscript(safe index: Index) -> Element? { indices.contains(index) ? self[index] : nil }
}
