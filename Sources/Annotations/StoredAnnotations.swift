import Corpora
import Foundation

/// The annotations of a dataset as they are on the disk, wherever their stores are: what every
/// command reads.
package struct StoredAnnotations: Sendable {
  /// The edits over the dataset.
  package let history: EditHistory
  /// What does not fit, is damaged, or lies elsewhere.
  package let findings: [StoreFinding]

  /// Reads the store that is there, writable or not; without one there are no edits. While the
  /// store beside the dataset cannot be written, the edits made since in the state folder follow
  /// its own.
  /// - Throws: `StoreError`; `missing` when a store was named that is not there.
  package init(
    at location: StoreLocation, over dataset: Dataset, folds: FoldFolder? = .ofUser
  ) throws {
    let main = location.unwritable ?? location.path
    let isThere = StoreAddress.isThere(main)
    guard isThere || location.reason == .named else {
      history = EditHistory()
      // Edits of a time when the dataset could not be written are nobody's to lose.
      findings =
        try location.aside(of: main).map { aside in
          let own = try AnnotationStore(path: aside, access: .readOnly).steps().steps
          return own.isEmpty ? [] : [location.elsewhere(aside, own.count, dataset)]
        } ?? []
      return
    }
    let store = try StoreAddress.open(main, access: .readOnly)
    var (history, findings) = try store.history(over: dataset, folds: folds)
    if let aside = location.aside(of: main) {
      let own = try AnnotationStore(path: aside, access: .readOnly).steps()
      let merged = StepMerge.missing(from: own.steps, in: history, over: dataset)
      if location.unwritable != nil {
        let both = EditHistory.replaying(history.steps + merged.steps, over: dataset)
        history = both.history
        findings += own.findings + merged.findings
      } else if !merged.steps.isEmpty {
        findings.append(location.elsewhere(aside, merged.steps.count, dataset))
      }
    }
    self.history = history
    self.findings = findings
  }
}

extension AnnotationStore {
  /// Opens the store that edits of a dataset go to, with what it holds. Where the store beside the
  /// dataset cannot be written, its steps are first taken over into the one in the state folder.
  /// - Throws: `StoreError`.
  package static func open(
    _ location: StoreLocation, over dataset: Dataset, folds: FoldFolder? = .ofUser
  ) throws -> (store: any StepStore, history: EditHistory, findings: [StoreFinding]) {
    let store = try StoreAddress.open(location.path)
    // What belongs to a file lies beside it; a server's needs a place.
    if location.reason == .server { _ = try? StoreFile.makeFolder(of: location.workPath) }
    let fold = try store.fold(over: dataset, folds)
    if let folds { fold.keep(in: folds, of: store.path, over: dataset) }
    var (history, findings) = (fold.history, fold.findings)
    if let unwritable = location.unwritable {
      let others = try AnnotationStore(path: unwritable, access: .readOnly).steps()
      let merged = StepMerge.missing(from: others.steps, in: history, over: dataset)
      try store.append(contentsOf: merged.steps)
      (history, findings) = try store.history(over: dataset)
      findings += others.findings + merged.findings
    } else if let aside = location.aside(of: location.path) {
      let own = try AnnotationStore(path: aside, access: .readOnly).steps()
      let missing = StepMerge.missing(from: own.steps, in: history, over: dataset).steps
      if !missing.isEmpty {
        findings.append(location.elsewhere(aside, missing.count, dataset))
      }
    }
    return (store, history, findings)
  }
}

extension StoreLocation {
  /// The store in the state folder, where it is another than `main` and there.
  fileprivate func aside(of main: String) -> String? {
    guard let other = unwritable == nil ? elsewhere : path, other != main,
      access(other, F_OK) == 0
    else { return nil }
    return other
  }

  fileprivate func elsewhere(_ path: String, _ steps: Int, _ dataset: Dataset) -> StoreFinding {
    let quoted = "'" + dataset.path.replacingOccurrences(of: "'", with: "'\\''") + "'"
    return .elsewhere(
      path, steps: steps, command: "twinlens annotations merge \(quoted)")
  }
}
