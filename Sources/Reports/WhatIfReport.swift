import Annotations
import Corpora
import Extractors
import Inspection
import Screen
import Services
import Settings

/// The what-ifs that were kept for a dataset: what `twinlens show DATASET --what-ifs` prints.
package struct WhatIfReport: Sendable {
  private let all: [SavedWhatIf]
  private let path: String

  /// Reads the file beside the store.
  ///
  /// - Throws: `CorporaError`, `StoreError`, `WhatIfFileError`.
  package init(_ options: SessionOptions, shared: SharedFiles = SharedFiles()) throws {
    let dataset = try Dataset.open(
      try Session.path(options, shared), images: options.images, strict: options.strict,
      encoding: options.encoding)
    let location = try StoreLocation.resolve(dataset: dataset, explicit: options.store)
    let file = WhatIfFile(besideStore: location.workPath)
    (all, path) = (try file.read(), file.path)
  }

  /// The what-if of a name, which must be of the post that was asked for.
  ///
  /// - Throws: `InterventionError` when there is none, or of another post; `WhatIfFileError`.
  static func named(_ name: String, post: Post.ID?, in file: WhatIfFile) throws -> SavedWhatIf {
    let all = try file.read()
    guard let found = all.first(where: { $0.name == name }) else {
      let near = NearestName.find(name, among: all.map(\.name)).map { "did you mean \($0)?" }
      throw InterventionError(
        "no what-if \(name.prefix(40).debugDescription) is kept in \(file.path); "
          + (near ?? (all.isEmpty ? "the workbench keeps them" : "--what-ifs lists them")))
    }
    if let post, post != found.whatIf.post {
      throw InterventionError(
        "the what-if \(name) is of the post \(found.whatIf.post), not of \(post); leave the post out"
      )
    }
    return found
  }

  /// A line each.
  package func text() -> String {
    guard !all.isEmpty else { return "no what-if is kept in \(path)\n" }
    let sanitizer = Sanitizer(emoji: .base)
    let rows = all.map { saved in
      [
        saved.name, sanitizer.visible(saved.whatIf.post),
        sanitizer.visible(saved.whatIf.changes.map(\.words).joined(separator: "; ")),
        sanitizer.visible(saved.note),
      ]
    }
    return TextTable.aligned([["name", "post", "changes", "note"]] + rows, numbersRight: false)
      .joined(separator: "\n") + "\n"
  }

  /// The same for programs.
  package func json() -> String { JSONText.list(all.map(Self.json)).text() }

  static func json(_ saved: SavedWhatIf) -> JSONText {
    .object([
      ("name", .string(saved.name)), ("post", .string(saved.whatIf.post)),
      ("changes", .strings(saved.whatIf.changes.map(\.words))), ("note", .string(saved.note)),
    ])
  }
}
