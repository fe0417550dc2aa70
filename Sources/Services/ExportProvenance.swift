import Extractors

/// Where exported numbers are from, in words.
package enum ExportProvenance {
  /// Dataset and post, models with the fingerprints of their weights, and the program.
  /// - Parameter folder: where the models' folders are; nil where there are none.
  package static func lines(
    dataset: String, post: String?, models: [String], folder: String?
  ) -> [String] {
    let origin = "Dataset \(dataset)" + (post.map { ", post \($0)" } ?? "") + "."
    let named = models.map { name in
      let print = folder.flatMap { ModelFolder.fingerprint(of: "\($0)/\(name)") }
      return print.map { "\(name) (weights \($0))" } ?? name
    }
    return [origin]
      + (named.isEmpty ? [] : ["Models: \(named.joined(separator: ", "))."])
      + ["Made by twinlens \(Provenance.currentVersion)."]
  }
}
