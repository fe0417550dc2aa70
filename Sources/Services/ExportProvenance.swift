import Extractors
import Inspection
import Tensors

/// Where exported numbers are from, in words.
package enum ExportProvenance {
  /// Dataset and post, models with the fingerprints of their weights, and the program.
  /// - Parameters:
  ///   - folder: where the models' folders are; nil where there are none.
  ///   - precision: what they computed in.
  package static func lines(
    dataset: String, post: String?, models: [String], folder: String?,
    precision: Precision = .float32
  ) -> [String] {
    let origin = "Dataset \(dataset)" + (post.map { ", post \($0)" } ?? "") + "."
    let named = models.map { name in
      let print = folder.flatMap { ModelFolder.fingerprint(of: "\($0)/\(name)") }
      return print.map { "\(name) (weights \($0))" } ?? name
    }
    return [origin]
      + (named.isEmpty
        ? []
        : ["Models: \((named + [precision.mark].compactMap(\.self)).joined(separator: ", "))."])
      + ["Made by twinlens \(Provenance.currentVersion)."]
  }
}
