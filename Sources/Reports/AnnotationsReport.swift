import Annotations
import Corpora
import Files
import Foundation

/// The annotations of a dataset without the workbench: their history, and the corrected dataset.
package struct AnnotationsReport: Sendable {
  private let dataset: Dataset
  private let location: StoreLocation
  private let history: EditHistory
  private let findings: [StoreFinding]

  /// Opens a dataset and reads its annotations; without a store they are empty.
  /// - Throws: `CorporaError`, `StoreError`.
  package init(dataset path: String, store: String?, encoding: TextEncoding? = nil) throws {
    dataset = try Dataset.open(path, encoding: encoding)
    location = try StoreLocation.resolve(dataset: dataset, explicit: store)
    // A store that was named must be there; that nobody has annotated yet is no error.
    let stored = try StoredAnnotations(at: location, over: dataset)
    history = stored.history
    findings = stored.findings
  }

  private var steps: [Step] { history.steps }

  /// Adds the steps of another store that a dataset's own store lacks; returns what to tell the
  /// person.
  /// - Parameter from: the other store; nil takes the one where edits went while the dataset's own
  ///   could not be written.
  /// - Throws: `CorporaError`, `StoreError`.
  package static func merge(
    dataset path: String, store: String?, from: String?, encoding: TextEncoding? = nil
  ) throws -> String {
    let dataset = try Dataset.open(path, encoding: encoding)
    let location = try StoreLocation.resolve(dataset: dataset, explicit: store)
    if let unwritable = location.unwritable { throw StoreError.unwritable(unwritable) }
    guard let from = from ?? location.elsewhere else { throw StoreError.missing(location.path) }
    guard access(from, F_OK) == 0 else { throw StoreError.noSource(from) }
    let source = try AnnotationStore(path: from, access: .readOnly).steps()
    let target = try AnnotationStore(path: location.path)
    let merged = StepMerge.missing(
      from: source.steps, in: try target.history(over: dataset).history, over: dataset)
    try target.append(contentsOf: merged.steps)
    let count = merged.steps.count
    let first =
      "\(count) \(count == 1 ? "step" : "steps") of \(from) added to \(location.path)"
    return ([first] + (source.findings + merged.findings).map { "note: \($0)" })
      .joined(separator: "\n")
  }

  /// Writes the corrected dataset; returns what to tell the person.
  /// - Throws: `CorporaError`.
  package func export(
    to folder: String, formats: [DataFormat], scheme: TaggingScheme = .iob2
  ) throws -> String {
    let report = try DatasetWriter.export(
      dataset, edited: history.editedPosts(of: dataset), to: folder, formats: formats,
      scheme: scheme)
    var lines = report.files.map { "\(folder)/\($0)" }
    lines.append(
      report.changedPosts == 1 ? "1 post differs" : "\(report.changedPosts) posts differ")
    return (lines + report.notices + findings.map(\.description)).joined(separator: "\n")
  }

  private var place: String {
    switch location.reason {
    case .named: "--store names it"
    case .besideDataset: "in the dataset's folder"
    case .stateFolder where location.unwritable != nil:
      "in the state folder, after the steps of \(location.unwritable ?? ""), which cannot be written"
    case .stateFolder: "in the state folder, as the dataset's folder cannot be written"
    }
  }

  /// Where the annotations are, every step, and what does not fit the dataset any more.
  package func log() -> String {
    var lines = ["store \(location.path) (\(place))"]
    lines += steps.map(\.logLine)
    lines.append(steps.count == 1 ? "1 step" : "\(steps.count) steps")
    lines += findings.map { "note: \($0)" }
    return lines.joined(separator: "\n")
  }

  /// The same as JSON.
  package func logJSON() -> String {
    JSONText.object([
      ("store", .string(location.path)),
      ("reason", .string(place)),
      ("steps", .list(steps.map(Self.json))),
      ("notes", .strings(findings.map(\.description))),
    ]).text()
  }

  private static func json(_ step: Step) -> JSONText {
    let kind: [(String, JSONText)] =
      switch step.kind {
      case .edit: [("kind", .string("edit"))]
      case .undo(let sequence): [("kind", .string("undo")), ("of", .int(Int(sequence)))]
      case .redo(let sequence): [("kind", .string("redo")), ("of", .int(Int(sequence)))]
      }
    return .object(
      [
        ("sequence", .int(Int(step.sequence))),
        ("time", .string(step.date.formatted(.iso8601))),
        ("annotator", .string(step.annotator)), ("file", .string(step.file)),
        ("post", .string(step.post)),
      ] + kind + [("name", .string(step.name))])
  }
}
