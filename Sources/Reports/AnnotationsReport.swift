import Annotations
import Corpora
import Files
import Foundation
import Services

/// The annotations of a dataset without the workbench: their history, and the corrected dataset.
package struct AnnotationsReport: Sendable {
  let dataset: Dataset
  let location: StoreLocation
  let history: EditHistory
  let findings: [StoreFinding]

  /// Opens a dataset and reads its annotations; without a store they are empty.
  /// - Throws: `CorporaError`, `StoreError`.
  package init(
    dataset path: String, store: String?, images: String? = nil, encoding: TextEncoding? = nil
  ) throws {
    dataset = try Dataset.open(path, images: images, encoding: encoding)
    location = try StoreLocation.resolve(dataset: dataset, explicit: store)
    // A store that was named must be there; that nobody has annotated yet is no error.
    let stored = try StoredAnnotations(at: location, over: dataset)
    history = stored.history
    findings = stored.findings
  }

  var steps: [Step] { history.steps }

  /// Adds the steps of other stores that a dataset's own store lacks; returns what to tell the
  /// person. All of them are read before anything is added.
  /// - Parameter from: the other stores; none takes the one where edits went while the dataset's
  ///   own could not be written.
  /// - Throws: `CorporaError`, `StoreError`.
  package static func merge(
    dataset path: String, store: String?, from: [String], encoding: TextEncoding? = nil
  ) throws -> String {
    let dataset = try Dataset.open(path, encoding: encoding)
    let location = try StoreLocation.resolve(dataset: dataset, explicit: store)
    if let unwritable = location.unwritable { throw StoreError.unwritable(unwritable) }
    let paths = from.isEmpty ? [location.elsewhere].compactMap(\.self) : from
    guard !paths.isEmpty else { throw StoreError.missing(location.name) }
    let sources = try paths.map { try Source($0, dataset) }
    let target = try StoreAddress.open(location.path)
    let lines = try sources.flatMap { try $0.add(to: target, location.name, dataset) }
    let history = try target.history(over: dataset).history
    return (lines + disputes(history, over: dataset)).joined(separator: "\n")
  }

  /// That annotators disagree on posts on which nobody has decided; nothing where they do not.
  /// - Parameter kept: the only posts that matter; nil: all.
  static func disputes(
    _ history: EditHistory, over dataset: Dataset, kept: Set<Post.ID>? = nil
  ) -> [String] {
    let open = Disputes(history, over: dataset.posts, position: dataset.position(of:)).open
      .filter { kept?.contains(dataset.posts[$0.post].id) ?? true }
    guard !open.isEmpty else { return [] }
    let again = open.count { $0.verdict != nil }
    return [
      "annotators disagree on \(open.count.counted("post"))"
        + (again == 0 ? "" : ", \(again) of them decided on before and labelled since")
        + "; J in the workbench decides"
    ]
  }

  /// A store that steps are taken from.
  private struct Source {
    let name: String
    let steps: [Step]
    let findings: [StoreFinding]
    let notes: [String]

    init(_ path: String, _ dataset: Dataset) throws {
      guard StoreAddress.isThere(path) else { throw StoreError.noSource(path) }
      let store = try StoreAddress.open(path, access: .readOnly)
      let stored = try store.steps()
      let posts = Set(stored.steps.map(\.post))
      let foreign = posts.count { dataset.position(of: $0) == nil }
      // Steps can never be taken out again.
      guard posts.isEmpty || foreign < posts.count else {
        throw MergeError(from: store.path, dataset: dataset.name, posts: posts.count)
      }
      (name, steps, findings) = (store.path, stored.steps, stored.findings)
      notes =
        foreign == 0
        ? []
        : [
          "note: \(foreign) of its \(posts.count) posts are not in \(dataset.name); their steps are kept"
        ]
    }

    /// Adds what the target lacks; returns what to tell the person, a line each.
    func add(to target: any StepStore, _ targetName: String, _ dataset: Dataset) throws -> [String]
    {
      var merged = (steps: [Step](), findings: [StoreFinding]())
      while true {
        do {
          merged = StepMerge.missing(
            from: steps, in: try target.history(over: dataset).history, over: dataset)
          try target.append(contentsOf: merged.steps)
          break
        } catch StoreError.behind {
          // Somebody made an edit at this moment: what is missing is found anew.
        }
      }
      let count = merged.steps.count
      return ["\(count) \(count == 1 ? "step" : "steps") of \(name) added to \(targetName)"]
        + notes + (findings + merged.findings).map { "note: \($0)" }
    }
  }

  private var place: String {
    switch location.reason {
    case .named, .server: "--store names it"
    case .besideDataset: "in the dataset's folder"
    case .stateFolder where location.unwritable != nil:
      "in the state folder, after the steps of \(location.unwritable ?? ""), which cannot be written"
    case .stateFolder: "in the state folder, as the dataset's folder cannot be written"
    }
  }

  /// Where the annotations are, every step, and what does not fit the dataset any more.
  /// - Parameter post: only the steps of the post with this id.
  /// - Throws: `SessionError.noPost`.
  package func log(post: String? = nil) throws -> String {
    let steps = try steps(ofPost: post)
    var lines = ["store \(location.name) (\(place))"]
    lines += steps.map(\.logLine)
    lines.append(steps.count == 1 ? "1 step" : "\(steps.count) steps")
    lines += findings.map { "note: \($0)" }
    return lines.joined(separator: "\n")
  }

  /// The same as JSON.
  package func logJSON(post: String? = nil) throws -> String {
    let steps = try steps(ofPost: post)
    return JSONText.object([
      ("store", .string(location.name)),
      ("reason", .string(place)),
      ("steps", .list(steps.map(Self.json))),
      ("notes", .strings(findings.map(\.description))),
    ]).text()
  }

  private func steps(ofPost post: String?) throws -> [Step] {
    guard let post else { return steps }
    let own = steps.filter { $0.post == post }
    guard !own.isEmpty || dataset.post(id: post) != nil else {
      throw SessionError.noPost(post, nearest: dataset.posts.first?.id)
    }
    return own
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

/// A store that is about other posts altogether.
package struct MergeError: Error, CustomStringConvertible {
  let from: String
  let dataset: String
  let posts: Int

  package var description: String {
    "\(from): none of the \(posts.counted("post")) that it is about is in \(dataset), so nothing is "
      + "added; it belongs to another dataset"
  }
}
