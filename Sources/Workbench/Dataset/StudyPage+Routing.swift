import Figures
import Inspection
import Routing

extension StudyPage {
  static func cells(_ study: DatasetStudy) -> StudyPage? {
    guard let cells = study.cells else { return nil }
    var page = StudyPage(.cells, "who is right, by route")
    let text = study.routed.text ?? "the text expert"
    let multimodal = study.routed.multimodal ?? "the multimodal expert"
    page.sentences = [
      "posts of which \(text) (text) and \(multimodal) (multimodal) find exactly the labels",
      "\(study.counted.count) of \(study.posts) posts counted",
    ]
    let names = ["both", "only text", "only multimodal", "neither"]
    page.headings = ["sent to"] + names + ["all"]
    for route in [Route.text, .multimodal] {
      let row = cells[route]
      let counts = AgreementCell.allCases.map { cell in
        Cell(
          row[cell],
          row[cell] == 0
            ? nil : .query("cell:\(cell.rawValue) route:\(route.rawValue)" + inside(study)))
      }
      let sum = AgreementCell.allCases.reduce(0) { $0 + row[$1] }
      page.rows.append(
        Row(cells: [Cell(route.rawValue)] + counts + [Cell(sum)], bar: nil))
    }
    let bars = AgreementCell.allCases.enumerated().flatMap { i, cell in
      [Route.text, .multimodal].enumerated().map { j, route in
        Bar(
          from: Double(i) + 0.1 + 0.4 * Double(j), to: Double(i) + 0.5 + 0.4 * Double(j),
          Value(cells[route][cell]), name: "\(names[i]), sent to \(route.rawValue)",
          ink: .series(j), words: "\(cells[route][cell])")
      }
    }
    let most = bars.map(\.value.number).max() ?? 1
    page.figure = Figure(
      title: page.title,
      panels: [
        Panel(
          x: .names("who finds exactly the labels", names),
          y: .linear("posts", 0...max(1, most * 1.1)), marks: [.bars(bars)])
      ],
      legend: [
        LegendEntry("sent to the text expert", .area, .series(0)),
        LegendEntry("sent to the multimodal expert", .area, .series(1)),
      ], caption: caption(study))
    return page
  }

  static func threshold(_ study: DatasetStudy) -> StudyPage? {
    guard let sweep = study.threshold else { return nil }
    var page = StudyPage(.threshold, "the threshold of p")
    func words(_ point: ThresholdSweep.Point) -> String {
      "\(Digits.fine(point.threshold)) the union's F1 is \(Digits.score(Float(point.unionF1))), and "
        + "\(Digits.percent(Float(point.multimodalShare))) go to the multimodal expert"
    }
    page.sentences = [
      "at " + words(sweep.now),
      "best at " + words(sweep.best)
        + "; it was chosen on these very posts, and promises nothing for others",
    ]
    page.headings = ["threshold", "union F1, %", "to multimodal", ""]
    let half = sweep.now.threshold
    let points = (sweep.points + [sweep.now, sweep.best]).sorted { $0.threshold < $1.threshold }
    for (i, point) in points.enumerated()
    where i == 0 || points[i - 1].threshold != point.threshold {
      let isUp = point.threshold > half
      let query =
        isUp ? "p:>\(half) p:<=\(point.threshold)" : "p:>\(point.threshold) p:<=\(half)"
      // Below 0 and above 1 a query names no p.
      let target: Target? =
        point.threshold == half || !(0..<1).contains(point.threshold)
        ? nil : .query(query + inside(study))
      let name = [
        point.threshold == half ? "now" : nil,
        point.threshold == sweep.best.threshold ? "best" : nil,
      ].compactMap(\.self).joined(separator: ", ")
      page.rows.append(
        Row(
          cells: [
            Cell(Digits.fine(point.threshold), Value(point.threshold), target),
            Cell(Digits.score(Float(point.unionF1)), Value(point.unionF1), target),
            Cell(
              Digits.percent(Float(point.multimodalShare)), Value(point.multimodalShare), target),
            Cell(name),
          ], bar: point.unionF1 / 100))
      page.marks.append(Double(point.threshold))
    }
    func panel(_ title: String, _ y: (ThresholdSweep.Point) -> Double) -> Panel {
      let spots = sweep.points.map { Spot(x: Value($0.threshold), y: Value(y($0))) }
      let numbers = spots.map(\.y.number)
      let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 1)
      let room = max(0.02 * max(1, abs(high)), 0.1 * (high - low))
      return Panel(
        x: .linear(
          "threshold",
          (spots.first?.x.number ?? 0)...max(
            spots.last?.x.number ?? 1, (spots.first?.x.number ?? 0) + 1e-6)),
        y: .linear(title, (low - room)...(high + room)),
        marks: [
          .steps(spots), .rule(.x, at: Value(sweep.now.threshold), "now"),
          .rule(.x, at: Value(sweep.best.threshold), "best", .muted),
        ])
    }
    page.figure = Figure(
      title: page.title,
      panels: [
        panel("union F1, %") { $0.unionF1 }, panel("share to multimodal") { $0.multimodalShare },
      ], columns: 2, caption: caption(study))
    return page
  }

  // MARK: The plane

  /// What points are coloured by: a few kinds, or a number in fifths of its range.
  private struct Coloring {
    let name: String
    let kinds: [String]
    let kind: (Projection.Point) -> Int?
  }

  static func projections(_ study: DatasetStudy) -> [StudyPage] {
    guard let plane = study.projection else { return [] }
    func among(
      _ name: String, _ kinds: [String], _ value: @escaping (Projection.Point) -> String?
    ) -> Coloring {
      Coloring(name: name, kinds: kinds) { value($0).flatMap(kinds.firstIndex) }
    }
    let splits = Set(plane.points.map(\.split)).sorted()
    var colorings = [
      among("route", [Route.text, .multimodal].map(\.rawValue)) { $0.route },
      among("who is right", AgreementCell.allCases.map(\.rawValue)) { $0.cell },
      among("imageAdds", ["yes", "no"]) { $0.imageAdds.map { $0 ? "yes" : "no" } },
    ]
    if splits.count > 1 { colorings.append(among("split", splits) { $0.split }) }
    colorings += study.distributions.map { found in
      let scale = RoundScale(found.least, found.greatest, parts: 5)
      let kinds = (0..<scale.count).map { "\(scale.text($0)) to \(scale.text($0 + 1))" }
      return Coloring(
        name: found.expert.map { "\($0) \(found.name)" } ?? found.name, kinds: kinds
      ) { found.values[$0.place].map(scale.part) }
    }
    let rows = plane.points.map { point in
      Row(
        cells: [
          Cell(point.id, nil, .post(point.place)),
          Cell(Digits.fine(Float(point.x)), Value(point.x)),
          Cell(Digits.fine(Float(point.y)), Value(point.y)),
          point.p.map { Cell(Digits.fine($0), Value($0)) } ?? Cell("-"), Cell(point.route ?? "-"),
          Cell(point.cell ?? "-"), Cell(point.imageAdds.map { $0 ? "yes" : "no" } ?? "-"),
          Cell(point.split),
        ], bar: nil)
    }
    return colorings.compactMap { coloring in
      let kinds = plane.points.map(coloring.kind)
      guard kinds.contains(where: { $0 != nil }) else { return nil }
      return projection(plane, coloring, kinds, rows, study)
    }
  }

  private static func projection(
    _ plane: Projection, _ coloring: Coloring, _ kinds: [Int?], _ rows: [Row],
    _ study: DatasetStudy
  ) -> StudyPage {
    var page = StudyPage(.projection, "posts as the router sees them, by \(coloring.name)")
    let explained = plane.explained.map { Digits.percent(Float($0)) }
    page.sentences = [
      "x = t ⊙ v along the two directions in which it differs most (PCA); they hold "
        + "\(explained.joined(separator: " and ")) of all variance, so posts that lie together here "
        + "need not be alike",
      plane.points.count < plane.posts
        ? "\(plane.points.count) of \(plane.posts) posts with a picture, evenly spread"
        : "\(plane.posts) posts with a picture",
    ]
    page.sentences.append(
      zip(coloring.kinds, 0...).map { "\(signs[min($1, signs.count - 1)]) \($0)" }
        .joined(separator: "  ") + (kinds.contains(nil) ? "  \(unknownSign) not known" : ""))
    page.headings = ["post", "x", "y", "p", "route", "right", "adds", "split"]
    page.rows = rows
    page.points = zip(plane.points, kinds).map {
      PlanePoint(place: $0.place, x: $0.x, y: $0.y, kind: $1)
    }
    page.figure = figure(plane, coloring, kinds, page.title, study)
    return page
  }

  /// What stands for the kinds where there are no colours.
  static let signs = ["t", "M", "+", "o", "x", "#"].map(Character.init)
  static let unknownSign: Character = "·"

  /// Most points of a plot: more lie on each other.
  private static let mostPoints = 4000

  private static func figure(
    _ plane: Projection, _ coloring: Coloring, _ kinds: [Int?], _ title: String,
    _ study: DatasetStudy
  ) -> Figure {
    let step = max(1, (plane.points.count + mostPoints - 1) / mostPoints)
    let shown = stride(from: 0, to: plane.points.count, by: step)
    func spots(_ kind: Int?) -> [Spot] {
      shown.filter { kinds[$0] == kind }.map {
        let point = plane.points[$0]
        return Spot(x: Value(point.x), y: Value(point.y), name: point.id)
      }
    }
    let shapes = PointShape.allCases
    let groups = coloring.kinds.indices.map { i in
      (coloring.kinds[i], spots(i), shapes[i % shapes.count], FigureInk.series(i))
    }
    let unknown = spots(nil)
    let marks =
      (unknown.isEmpty ? [] : [Mark.points(unknown, .cross, .muted)])
      + groups.filter { !$0.1.isEmpty }.map { Mark.points($0.1, $0.2, $0.3) }
    let legend =
      groups.map { LegendEntry($0.0, .point($0.2), $0.3) }
      + (unknown.isEmpty ? [] : [LegendEntry("not known", .point(.cross), .muted)])
    func axis(_ title: String, _ values: [Double]) -> Axis {
      let (low, high) = (values.min() ?? 0, values.max() ?? 1)
      let room = max(1e-9, 0.04 * (high - low))
      return .linear(title, (low - room)...(high + room))
    }
    return Figure(
      title: title,
      panels: [
        Panel(
          x: axis("first direction", plane.points.map(\.x)),
          y: axis("second direction", plane.points.map(\.y)), marks: marks)
      ], legend: legend,
      caption: caption(study) + (step > 1 ? ["every \(step)th point is drawn"] : []))
  }
}
