import Annotations
import Corpora
import Files
import Foundation
import Inspection
import Screen

/// What `twinlens annotations agreement` prints.
package struct AgreementReport: Sendable {
  private let dataset: String
  private let counting: AnnotatorLabels.Counting
  private let agreement: Agreement
  private let notices: [String]
  private let safe = Sanitizer(emoji: .base)
  /// More pairs of annotators nobody reads; with 32 there are 496.
  private static let mostAnnotators = 32

  /// Reads stores and measures how far their annotators agree.
  /// - Parameters:
  ///   - store: nil for the dataset's own.
  ///   - others: further stores.
  ///   - names: the annotators to compare; nil for everybody.
  ///   - counting: which posts count.
  ///   - seed: decides the resamples behind the intervals.
  ///   - progress: told how much of the resampling is done, 0 … 1.
  /// - Throws: `CorporaError`, `StoreError`, `AgreementError`.
  package init(
    dataset path: String, store: String?, from others: [String] = [], of names: [String]? = nil,
    counting: AnnotatorLabels.Counting = .accepted, seed: UInt64 = 1,
    encoding: TextEncoding? = nil, progress: (Double) -> Void = { _ in }
  ) throws {
    let dataset = try Dataset.open(path, encoding: encoding)
    let location = try StoreLocation.resolve(dataset: dataset, explicit: store)
    let own = try StoredAnnotations(at: location, over: dataset)
    var stores = [(path: location.name, steps: own.history.steps)]
    var findings = own.findings
    for other in others {
      guard StoreAddress.isThere(other) else { throw StoreError.noSource(other) }
      let store = try StoreAddress.open(other, access: .readOnly)
      let source = try store.steps()
      stores.append((store.path, source.steps))
      findings += source.findings
    }
    let union = StepMerge.union(stores.map(\.steps), over: dataset)
    findings += union.findings
    let labels = AnnotatorLabels(union.steps) { dataset.post(id: $0) }
    let everybody = labels.annotators
    if let unknown = names?.first(where: { !everybody.contains($0) }) {
      throw AgreementError.unknown(unknown, known: everybody)
    }
    let shown = names ?? everybody
    guard shown.count <= Self.mostAnnotators else {
      throw AgreementError.tooMany(shown.count, most: Self.mostAnnotators)
    }
    agreement = Agreement(
      LabelTable(labels, of: shown, over: dataset.posts, counting), seed: seed,
      progress: progress)
    self.dataset = dataset.name
    self.counting = counting
    notices = findings.map(\.description) + Self.namesakes(stores, shown)
  }

  /// Names that stand for steps of several stores that are no copies of each other.
  private static func namesakes(
    _ stores: [(path: String, steps: [Step])], _ names: [String]
  ) -> [String] {
    names.compactMap { name in
      // A copy begins as what it was made of does.
      var first: Set<String> = []
      let places = stores.filter { store in
        guard let step = store.steps.first(where: { $0.annotator == name }) else { return false }
        return first.insert("\(step.time) \(step.post) \(step.name)").inserted
      }
      guard places.count > 1 else { return nil }
      return
        "\(name) made steps in \(places.map(\.path).joined(separator: " and in ")); they count "
        + "as one person's"
    }
  }

  // MARK: Text

  /// The measures for a person.
  package func text() -> String {
    let posts = counted(agreement.posts, "post")
    var lines = [
      "\(safe.visible(dataset)): \(posts) with labels of at least two annotators", "",
    ]
    lines += TextTable.aligned(
      [["annotator", "posts", "tokens", "mentions", "relations"]]
        + agreement.annotators.map { annotator in
          [safe.visible(annotator.name)]
            + [annotator.posts, annotator.tokens, annotator.mentions, annotator.relations]
            .map(RegionVerdict.grouped)
        })
    lines += facet(agreement.mentions, "mentions", unit: "tokens", labelled: "labelled tokens")
    if !agreement.relations.labels.isEmpty {
      lines += facet(agreement.relations, "relations", unit: "pairs", labelled: "related pairs")
    }
    return (lines + [""] + legend(hasDashes: lines.contains { $0.contains("—") }))
      .joined(separator: "\n")
  }

  private func facet(
    _ facet: Agreement.Facet, _ title: String, unit: String, labelled: String
  ) -> [String] {
    var rows = [[title, "value", "95 %", "posts", unit]]
    rows.append(row("Krippendorff's alpha", facet.all.alpha))
    rows.append(row("  \(labelled)", facet.labelled.alpha))
    rows.append(row("Fleiss' kappa" + people(facet.all), facet.all.fleiss))
    rows.append(row("  \(labelled)" + people(facet.labelled), facet.labelled.fleiss))
    rows.append(row("F1", facet.f1))
    for pair in facet.pairs {
      let names = safe.visible("\(pair.first), \(pair.second)")
      rows.append(row("\(names): Cohen's kappa", pair.kappa))
      rows.append(row("  \(labelled)", pair.labelledKappa))
      rows.append(row("  F1", pair.f1))
      for (label, f1) in pair.labels { rows.append(row("  F1 of \(safe.visible(label))", f1)) }
    }
    var labels = [["label", "alpha", "95 %", "F1", "95 %", title]]
    for label in facet.labels {
      labels.append(
        [safe.visible(label.name)] + cells(label.alpha) + cells(label.f1)
          + [RegionVerdict.grouped(label.count)])
    }
    return [""] + TextTable.aligned(rows)
      + (labels.count > 1 ? [""] + TextTable.aligned(labels) : [])
  }

  private func people(_ nominal: Agreement.Nominal) -> String {
    nominal.annotators.map { ", \($0) annotators" } ?? ""
  }

  private func row(_ name: String, _ figure: Agreement.Figure?) -> [String] {
    [name] + cells(figure)
      + [figure?.posts ?? 0, figure?.units ?? 0].map {
        figure == nil ? "" : RegionVerdict.grouped($0)
      }
  }

  private func cells(_ figure: Agreement.Figure?) -> [String] {
    guard let figure else { return ["—", ""] }
    func number(_ value: Double) -> String { String(format: "%.3f", value) }
    return [
      number(figure.value),
      figure.interval.map { "\(number($0.low)) – \(number($0.high))" } ?? "",
    ]
  }

  private func legend(hasDashes: Bool) -> [String] {
    var lines = notices.map { "note: \(safe.visible($0))" }
    if agreement.posts == 0 {
      lines.append(
        "note: agreement needs a post that two annotators "
          + (counting == .accepted ? "accepted; --unfinished takes edited ones too" : "labelled"))
    }
    lines += [
      "A post counts for each annotator who accepted it"
        + (counting == .edited ? " or changed its labels." : "."),
      "Tokens are compared by what their BIO tag says; outside is a category too. Labelled tokens "
        + "are those",
      "that one of the annotators put into a mention. F1 is of whole spans with their labels.",
      "95 %: \(RegionVerdict.grouped(agreement.resamples)) samples of the posts, drawn with "
        + "replacement (seed \(agreement.seed)).",
    ]
    if hasDashes {
      lines.append("—: not defined: nothing to compare, or everything has the same label.")
    }
    return lines
  }

  private func counted(_ count: Int, _ noun: String) -> String {
    "\(RegionVerdict.grouped(count)) \(noun)\(count == 1 ? "" : "s")"
  }

  // MARK: JSON

  /// The measures for programs; what is not defined is left out.
  package func json() -> String {
    JSONText.object([
      ("dataset", .string(dataset)),
      ("counting", .string(counting == .accepted ? "accepted" : "edited")),
      ("posts", .int(agreement.posts)),
      (
        "annotators",
        .list(
          agreement.annotators.map {
            .object([
              ("name", .string($0.name)), ("posts", .int($0.posts)), ("tokens", .int($0.tokens)),
              ("mentions", .int($0.mentions)), ("relations", .int($0.relations)),
            ])
          })
      ),
      ("mentions", Self.json(agreement.mentions)),
      ("relations", Self.json(agreement.relations)),
      ("resamples", .int(agreement.resamples)), ("seed", .string("\(agreement.seed)")),
      ("notices", .strings(notices)),
    ]).text()
  }

  private static func json(_ facet: Agreement.Facet) -> JSONText {
    .object(
      [("all", json(facet.all)), ("labelled", json(facet.labelled))] + field("f1", facet.f1) + [
        (
          "pairs",
          .list(
            facet.pairs.map { pair in
              .object(
                [("first", .string(pair.first)), ("second", .string(pair.second))]
                  + field("kappa", pair.kappa) + field("labelledKappa", pair.labelledKappa)
                  + field("f1", pair.f1) + [
                    ("labels", .object(pair.labels.map { ($0.label, json($0.f1)) }))
                  ])
            })
        ),
        (
          "labels",
          .list(
            facet.labels.map { label in
              .object(
                [("label", .string(label.name)), ("count", .int(label.count))]
                  + field("alpha", label.alpha) + field("f1", label.f1))
            })
        ),
      ])
  }

  private static func json(_ nominal: Agreement.Nominal) -> JSONText {
    .object(
      field("alpha", nominal.alpha) + field("fleiss", nominal.fleiss)
        + (nominal.annotators.map { [("annotators", .int($0))] } ?? []))
  }

  private static func field(
    _ name: String, _ figure: Agreement.Figure?
  ) -> [(String, JSONText)] {
    figure.map { [(name, json($0))] } ?? []
  }

  private static func json(_ figure: Agreement.Figure) -> JSONText {
    .object(
      [("value", .double(figure.value))]
        + (figure.interval.map { [("interval", .list([.double($0.low), .double($0.high)]))] }
          ?? []) + [("posts", .int(figure.posts)), ("units", .int(figure.units))])
  }
}

/// Why agreement cannot be measured.
package enum AgreementError: Error, Sendable, Equatable, CustomStringConvertible {
  case unknown(String, known: [String])
  case tooMany(Int, most: Int)

  package var description: String {
    switch self {
    case .unknown(let name, let known):
      "no step is \(name)'s; "
        + (known.isEmpty
          ? "nobody made one, check --store and --from"
          : "annotators are \(known.prefix(20).joined(separator: ", "))")
    case .tooMany(let count, let most):
      "\(count) annotators are too many to compare with each other; name up to \(most) with "
        + "--annotators ada,bo"
    }
  }
}
