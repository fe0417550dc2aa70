import Annotations
import Corpora
import Foundation

/// The annotations of a dataset without the workbench: their history, and the corrected dataset.
public struct AnnotationsReport: Sendable {
  private let dataset: Dataset
  private let location: StoreLocation
  private let history: EditHistory
  private let steps: [Step]
  private let findings: [StoreFinding]

  /// Opens a dataset and reads its annotations; without a store they are empty.
  /// - Throws: `CorporaError`, `StoreError`.
  public init(dataset path: String, store: String?) throws {
    dataset = try Dataset.open(path)
    location = StoreLocation.resolve(dataset: dataset, explicit: store)
    // A store that was named must be there; that nobody has annotated yet is no error.
    guard store != nil || FileManager.default.fileExists(atPath: location.path) else {
      history = EditHistory()
      steps = []
      findings = []
      return
    }
    let reader = try AnnotationStore(path: location.path, access: .readOnly)
    let stored = try reader.history(over: dataset)
    history = stored.history
    findings = stored.findings
    steps = try reader.steps().steps
  }

  /// Writes the corrected dataset; returns what to tell the person.
  /// - Throws: `CorporaError`.
  public func export(to folder: String, jsonl: Bool) throws -> String {
    let report = try DatasetWriter.export(
      dataset, edited: history.editedPosts(of: dataset), to: folder, jsonl: jsonl)
    var lines = report.files.map { "\(folder)/\($0)" }
    lines.append(
      report.changedPosts == 1 ? "1 post differs" : "\(report.changedPosts) posts differ")
    return (lines + report.notices + findings.map(\.description)).joined(separator: "\n")
  }

  private var place: String {
    switch location.reason {
    case .named: "--store names it"
    case .besideDataset: "in the dataset's folder"
    case .stateFolder: "in the state folder, as the dataset's folder cannot be written"
    }
  }

  /// Where the annotations are, every step, and what does not fit the dataset any more.
  public func log() -> String {
    var lines = ["store \(location.path) (\(place))"]
    lines += steps.map(\.logLine)
    lines.append(steps.count == 1 ? "1 step" : "\(steps.count) steps")
    lines += findings.map { "note: \($0)" }
    return lines.joined(separator: "\n")
  }

  /// The same as JSON.
  public func logJSON() -> String {
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
