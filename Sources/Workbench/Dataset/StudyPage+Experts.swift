import Extractors
import Figures
import Inspection
import Pictures
import Routing

extension StudyPage {
  static func reliability(_ found: Reliability, _ study: DatasetStudy) -> StudyPage {
    let isRouter = found.of == "p"
    var page = StudyPage(
      .reliability,
      isRouter ? "p, and who makes fewer mistakes" : "\(found.of): how sure, and how often right")
    let left =
      found.leftOut == 0
      ? ""
      : isRouter
        ? "; \(found.leftOut) posts on which both make equally many are left out"
        : "; \(found.leftOut) without a confidence are left out"
    page.sentences = [
      "right: \(found.right); \(found.count) \(isRouter ? "posts" : "answers") judged" + left,
      "expected calibration error \(fine(found.expectedError)), largest of a tenth "
        + "\(fine(found.greatestError)), Brier score \(fine(found.brier)): 0 is best",
    ]
    if isRouter {
      page.sentences.append(
        "the router is trained for the union's F1 and not for this: p need not be a share")
    }
    page.headings = ["from", "to", isRouter ? "posts" : "answers", "mean", "right"]
    for part in found.parts {
      let target: Target? =
        part.posts.isEmpty
        ? nil
        : .posts(
          part.posts,
          "\(isRouter ? "p" : "\(found.of) is sure") from \(Digits.short(part.low)) to "
            + Digits.short(part.high))
      page.rows.append(
        Row(
          cells: [
            Cell(Digits.short(part.low), Value(part.low), target),
            Cell(Digits.short(part.high), Value(part.high), target), Cell(part.count, target),
            share(part.confidence, target), share(part.share, target),
          ], bar: part.share))
    }
    page.marks = found.parts.map { Double($0.low + $0.high) / 2 }
    let filled = found.parts.filter { $0.share != nil }
    let bars = filled.map {
      Bar(
        from: Double($0.low), to: Double($0.high), Value($0.share ?? 0),
        name: "right of \($0.count)", words: "\($0.count)")
    }
    let means = filled.map { Spot(x: Value($0.confidence ?? 0), y: Value($0.share ?? 0)) }
    page.figure = Figure(
      title: page.title,
      panels: [
        Panel(
          x: .linear(isRouter ? "p" : "confidence", 0...1), y: .linear("share right", 0...1),
          marks: [
            .bars(bars),
            .line(
              [Spot(x: Value(0), y: Value(0)), Spot(x: Value(1), y: Value(1))], .text,
              dashed: true), .points(means, .diamond, .series(1)),
          ])
      ],
      legend: [
        LegendEntry("share right, with their number", .area, .series(0)),
        LegendEntry("at the mean confidence", .point(.diamond), .series(1)),
        LegendEntry("as sure as right", .line(dashed: true), .text),
      ], caption: caption(study))
    return page
  }

  private static func share(_ value: Double?, _ target: Target?) -> Cell {
    value.map { Cell(fine($0), Value($0), target) } ?? Cell("-")
  }

  static func confusion(_ found: Confusion, _ study: DatasetStudy) -> StudyPage {
    let things = found.task == .entities ? "mentions" : "pairs"
    var page = StudyPage(.confusion, "\(found.expert): labels and answers")
    page.sentences = [
      "a row for each label, a column for each answer of \(found.expert); counts are \(things), and "
        + "on the diagonal is what is right"
    ]
    if found.task == .entities {
      page.sentences.append(
        "\(Confusion.otherWords): some of the words and not all; \(Confusion.nothing): not found, or "
          + "not labelled")
    }
    if found.leftOut > 0 {
      page.sentences.append(
        "\(found.leftOut) \(things) of rarer labels are left out: \(found.names.count) fit here")
    }
    page.headings = ["label"] + found.names + ["all", "found"]
    for (row, name) in found.names.enumerated() {
      let counts = found.counts[row]
      let sum = counts.reduce(0, +)
      let isLabel = name != Confusion.nothing && name != Confusion.otherWords
      let cells = counts.enumerated().map { column, count in
        let answer = found.names[column]
        // What is neither labelled nor answered cannot be counted.
        return count == 0 && !isLabel
          && !(answer != Confusion.nothing && answer != Confusion.otherWords)
          ? Cell("")
          : Cell(
            count,
            count == 0
              ? nil
              : .posts(found.posts[row][column], "\(found.expert): \(name) answered as \(answer)"))
      }
      let recall = sum > 0 && isLabel ? Double(counts[row]) / Double(sum) : nil
      page.rows.append(
        Row(
          cells: [Cell(name)] + cells + [
            Cell(sum), recall.map { Cell(fine($0), Value($0)) } ?? Cell(""),
          ], bar: nil))
    }
    page.figure = figure(found, page.title, study)
    return page
  }

  /// Each row in shares of its sum, so that rare labels are seen too.
  private static func figure(
    _ found: Confusion, _ title: String, _ study: DatasetStudy
  ) -> Figure? {
    let size = found.names.count
    var values: [Float] = []
    for row in found.counts {
      let sum = max(1, row.reduce(0, +))
      values += row.map { Float($0) / Float(sum) }
    }
    guard size > 0 else { return nil }
    let grid = HeatGrid(values, rows: size, columns: size, range: 0...1)
    let style = HeatStyle()
    return Figure(
      size: PixelSize(width: max(480, 220 + 40 * size), height: max(420, 200 + 34 * size)),
      title: title,
      panels: [
        Panel(
          x: .names("answer", found.names), y: Axis.names("label", found.names).turned,
          marks: [
            .cells(grid, style, words: found.counts.joined().map { $0 == 0 ? "" : "\($0)" })
          ])
      ],
      colorBar: ColorBar(
        "share of the label's row", low: 0, high: 1, style: style,
        ticks: [Tick(0, "0"), Tick(0.5, ".5"), Tick(1, "1")]), caption: caption(study))
  }

  static func words(_ study: DatasetStudy) -> StudyPage? {
    guard !study.words.isEmpty else { return nil }
    var page = StudyPage(.words, "words that the models know")
    page.sentences = [
      "of what is unknown a model sees the letters, or nothing; links and names of users are no words"
    ]
    page.headings = ["model", "split", "words", "unknown", "share"]
    for found in study.words {
      page.rows.append(
        Row(
          cells: [
            Cell(found.model), Cell(found.split), Cell(found.words), Cell(found.unknown),
            found.share.map { Cell(fine($0), Value($0)) } ?? Cell("-"),
          ], bar: found.share))
    }
    let bars = study.words.enumerated().map { i, found in
      Bar(
        from: Double(i) + 0.1, to: Double(i) + 0.9, Value(found.share ?? 0),
        name: "\(found.model), \(found.split)", words: found.share.map(fine) ?? "-")
    }
    let names = study.words.map { "\($0.model), \($0.split)" }
    page.figure = Figure(
      title: page.title,
      panels: [
        Panel(
          x: .linear("share of words that is unknown", 0...1), y: Axis.names("", names).turned,
          marks: [.bars(bars, lying: true)])
      ], caption: caption(study))
    return page
  }

  static func training(_ study: DatasetStudy) -> [StudyPage] {
    var pages: [StudyPage] = []
    for curve in study.training where !curve.epochs.isEmpty {
      var page = StudyPage(.training, "\(curve.expert): how it learned")
      let best = curve.epochs.max { ($0.dev, -$0.epoch) < ($1.dev, -$1.epoch) }
      if let best {
        page.sentences = [
          "best on dev after epoch \(best.epoch): \(Digits.score(Float(best.dev)))"
        ]
      }
      page.headings = ["epoch", "loss", "dev, %"]
      page.rows = curve.epochs.map {
        Row(
          cells: [
            Cell($0.epoch), Cell(Digits.short(Float($0.loss)), Value($0.loss)),
            Cell(Digits.score(Float($0.dev)), Value($0.dev)),
          ], bar: max(0, min(1, $0.dev / 100)))
      }
      func panel(_ title: String, _ value: KeyPath<ModelCard.Epoch, Double>) -> Panel {
        let spots = curve.epochs.map { Spot(x: Value($0.epoch), y: Value($0[keyPath: value])) }
        let (low, high) = (spots.map(\.y.number).min() ?? 0, spots.map(\.y.number).max() ?? 1)
        return Panel(
          x: .linear("epoch", 1...Double(max(2, curve.epochs.count))),
          y: .linear(title, min(0, low)...max(high, low + 1e-6)),
          marks: [.line(spots), .points(spots)])
      }
      page.marks = curve.epochs.map { Double($0.epoch) }
      page.figure = Figure(
        title: page.title, panels: [panel("loss", \.loss), panel("dev, %", \.dev)], columns: 2,
        caption: caption(study))
      pages.append(page)
    }
    let without = study.training.filter(\.epochs.isEmpty).map(\.expert)
    if !without.isEmpty {
      var page = StudyPage(.training, "experts that do not say how they learned")
      page.sentences = [
        "\(without.joined(separator: ", ")): the folder keeps no epochs; those that this version "
          + "trains keep them in card.json"
      ]
      pages.append(page)
    }
    return pages
  }
}
