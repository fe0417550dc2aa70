import Corpora
import Extractors
import Figures
import Foundation
import Inspection
import Routing

/// One page of what a study found: sentences, a plot and the numbers behind it. Screen and report
/// show the same pages, so that they say the same.
package struct StudyPage: Sendable {
  package let kind: Kind
  package let title: String
  /// What it says, and what one must know to read it; without full stops.
  package var sentences: [String] = []
  /// Of the columns.
  package var headings: [String] = []
  package var rows: [Row] = []
  /// nil where there is nothing to draw. Title and caption are for a page of its own.
  package var figure: Figure?
  /// Where the lines of the table stand along the figure's x axis; empty where they stand on none.
  var marks: [Double] = []
  /// The points of a plane of posts, one for each row; empty elsewhere.
  var points: [PlanePoint] = []

  /// What pages are about, in their order; the names are those of the command line.
  package enum Kind: String, Sendable, CaseIterable {
    case p, gates, reliability, confusion, cells, threshold, words, projection, training
  }

  /// A line of the table.
  package struct Row: Sendable {
    package let cells: [Cell]
    /// Its length as a bar, 0 … 1; nil where there is none.
    var bar: Double?
  }

  /// A number of the table, or words.
  package struct Cell: Sendable {
    /// As the screen writes it.
    package let text: String
    /// The number itself.
    package var value: Value?
    /// The posts behind it; nil where there are none to go to.
    var target: Target?

    init(_ text: String, _ value: Value? = nil, _ target: Target? = nil) {
      (self.text, self.value, self.target) = (text, value, target)
    }

    init(_ count: Int, _ target: Target? = nil) {
      self.init("\(count)", Value(count), target)
    }
  }

  /// Where Enter leads to.
  enum Target: Sendable, Equatable {
    /// A query that finds the posts.
    case query(String)
    /// Posts by their places, and what they are.
    case posts([Int], String)
    /// One post.
    case post(Int)
  }

  /// A post in a plane, with the sign that stands for its kind.
  struct PlanePoint: Sendable {
    let place: Int
    let x: Double
    let y: Double
    /// Which of the kinds, or tenths of the range; nil where it is not known.
    let kind: Int?
  }

  init(_ kind: Kind, _ title: String) { (self.kind, self.title) = (kind, title) }
}

extension StudyPage {
  /// All pages of a study, in the order of their kinds.
  package static func all(_ study: DatasetStudy) -> [StudyPage] {
    let p = study.distributions.filter { $0.expert == nil }
    let gates = study.distributions.filter { $0.expert != nil }
    return p.map { distribution($0, study, .p) } + gates.map { distribution($0, study, .gates) }
      + study.reliability.map { reliability($0, study) }
      + study.confusion.map { confusion($0, study) }
      + [cells(study), threshold(study), words(study)].compactMap(\.self)
      + projections(study) + training(study)
  }

  /// What a query must have beside the posts that it names.
  static func inside(_ study: DatasetStudy) -> String {
    study.split == Split.all.rawValue ? "" : " split:\(study.split)"
  }

  /// Under each plot.
  static func caption(_ study: DatasetStudy) -> [String] {
    let part = study.split == Split.all.rawValue ? "all splits" : "split \(study.split)"
    let edited =
      study.edited == 0
      ? "" : "; \(study.edited) with edited labels, counted as they are now"
    return [
      "\(study.dataset), \(part), \(study.posts) posts"
        + (study.router.map { ", router \($0)" } ?? "") + edited
    ]
  }

  static func fine(_ value: Double) -> String { Digits.fine(Float(value)) }

  // MARK: Distributions

  private static func distribution(
    _ found: ScalarDistribution, _ study: DatasetStudy, _ kind: Kind
  ) -> StudyPage {
    let name = found.expert.map { "\($0) \(found.name)" } ?? found.name
    var page = StudyPage(kind, "\(name): \(found.caption)")
    let scale = found.scale
    page.sentences = [
      "\(found.posts) of \(study.posts) posts have it: from \(Digits.fine(found.least)) to "
        + "\(Digits.fine(found.greatest)), mean \(fine(found.mean)); eight tenths of them lie "
        + "between \(Digits.fine(found.deciles[1])) and \(Digits.fine(found.deciles[9]))"
    ]
    let knows = found.bars.contains { $0.adds + $0.addsNot > 0 }
    if let auc = found.aucImageAdds {
      page.sentences.append(
        "AUC against imageAdds \(fine(auc)): the chance that a post whose picture adds has the "
          + "larger one; .5 tells nothing")
    }
    let knowsAll = !found.bars.contains { $0.unknown > 0 }
    page.headings =
      ["from", "to", "posts"] + (knows ? ["picture adds", "does not add"] : [])
      + (knows && !knowsAll ? ["not known"] : [])
    let most = Double(found.bars.map(\.count).max() ?? 1)
    for (i, bar) in found.bars.enumerated() {
      let (low, high) = (scale.text(i), scale.text(i + 1))
      let target: Target? =
        bar.count == 0
        ? nil
        : found.name == "p" && found.expert == nil
          ? .query(
            "p:>=\(low) p:\(i + 1 == found.bars.count ? "<=" : "<")\(high)" + inside(study))
          : .posts(found.posts(inBar: i), "\(name) from \(low) to \(high)")
      let counts =
        [bar.count] + (knows ? [bar.adds, bar.addsNot] : [])
        + (knows && !knowsAll ? [bar.unknown] : [])
      page.rows.append(
        Row(
          cells: [
            Cell(low, Value(scale.edges[i]), target), Cell(high, Value(scale.edges[i + 1]), target),
          ] + counts.map { Cell($0, target) }, bar: Double(bar.count) / most))
    }
    page.figure = figure(found, name, knows, study)
    page.marks = zip(found.edges, found.edges.dropFirst()).map { Double($0 + $1) / 2 }
    return page
  }

  private static func figure(
    _ found: ScalarDistribution, _ name: String, _ knows: Bool, _ study: DatasetStudy
  ) -> Figure {
    let groups: [(String, KeyPath<ScalarDistribution.Bar, Int>, FigureInk)] =
      knows
      ? [
        ("picture adds", \.adds, .series(1)), ("does not add", \.addsNot, .series(0)),
        ("not known", \.unknown, .muted),
      ].filter { group in found.bars.contains { $0[keyPath: group.1] > 0 } }
      : [("posts", \.unknown, .series(0))]
    var bars: [Bar] = []
    for (i, bar) in found.bars.enumerated() {
      var base = 0
      for (words, count, ink) in groups where bar[keyPath: count] > 0 {
        let top = base + bar[keyPath: count]
        bars.append(
          Bar(
            from: Double(found.edges[i]), to: Double(found.edges[i + 1]), Value(top),
            base: Double(base), name: "\(words), up to", ink: ink))
        base = top
      }
    }
    var marks: [Mark] = [.bars(bars)]
    if let threshold = found.threshold, let low = found.edges.first, let high = found.edges.last,
      (low...high).contains(threshold)
    {
      marks.append(.rule(.x, at: Value(threshold), "threshold"))
    }
    let most = found.bars.map(\.count).max() ?? 1
    return Figure(
      title: "\(name): \(found.caption)",
      panels: [
        Panel(
          x: .linear(
            name, Double(found.edges.first ?? 0)...Double(found.edges.last ?? 1)),
          y: .linear("posts", 0...Double(max(1, most))), marks: marks)
      ], legend: knows ? groups.map { LegendEntry($0.0, .area, $0.2) } : [],
      caption: caption(study))
  }
}
