import Corpora
import Foundation
import Inspection
import Services

/// One thing that can be measured by its name: `twinlens bench --only NAME`.
package struct Benchmark: Sendable {
  package let name: String
  /// For the help, in a few words.
  package let summary: String
  /// Whether it is measured where none is named: those that take minutes are not.
  package var isUsual = true
  package let measure: @Sendable (BenchSetting) throws -> [BenchRow]

  /// All of them, in the order of the budgets in docs/performance.md.
  package static let all = [
    Benchmark(
      name: "start", summary: "start to first frame, embedded sample", measure: StartBench.sample),
    Benchmark(
      name: "large", summary: "start and memory with 100,000 posts",
      measure: { try StartBench.large($0) }),
    Benchmark(
      name: "query", summary: "queries of 100,000 posts, key by key",
      measure: { try QueryBench.rows($0) }),
    Benchmark(name: "keys", summary: "key to frame, also while training", measure: KeyBench.rows),
    Benchmark(
      name: "picture", summary: "a picture, new and seen before", measure: PictureBench.rows),
    Benchmark(
      name: "prediction", summary: "answers and signals of one post", measure: PredictionBench.rows),
    Benchmark(
      name: "reasons", summary: "why a post was routed so, words and regions",
      measure: ReasonsBench.rows),
    Benchmark(
      name: "encoders", summary: "published encoders together, one post",
      measure: PublishedEncodersBench.rows),
    Benchmark(name: "edit", summary: "an edit until it is on the disk", measure: EditBench.rows),
    Benchmark(name: "router", summary: "training the router", measure: RouterBench.rows),
    Benchmark(
      name: "grid", summary: "searching the router's settings", measure: RouterBench.gridRows),
    Benchmark(
      name: "million", summary: "1,000,000 posts, 100,000 edits; only where named, some minutes",
      isUsual: false, measure: MillionBench.rows),
  ]
}

/// What the measurements work with.
package struct BenchSetting: Sendable {
  package let dataset: String
  /// A folder of models, nil when there is none.
  package let models: String?
  /// What is in it.
  package let modelNames: [String]
  /// An empty folder that is removed afterwards.
  package let folder: String

  /// The dataset and models that were named, else the embedded sample and its models.
  /// - Throws: `SessionError` or `CorporaError` when there is no dataset, and what making a folder
  ///   throws.
  package init(dataset: String?, models: String?) throws {
    let shared = SharedFiles()
    let options = SessionOptions(dataset: dataset, annotator: "bench")
    self.dataset = try Session.path(options, shared)
    // What cannot be opened is said once, not by every measurement.
    _ = try Dataset.open(self.dataset)
    let choice = ModelFolderChoice(named: models, root: self.dataset, shared: shared)
    self.models = choice.hasModels ? choice.folder : nil
    modelNames = choice.names
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("twinlens-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    self.folder = folder.path
  }

  /// What a session is opened with; edits go to a file of that name in the folder.
  package func options(store: String) -> SessionOptions {
    var options = SessionOptions(dataset: dataset, annotator: "bench")
    options.models = models
    options.store = folder + "/" + store
    return options
  }

  /// As many experts of the folder of models as can be open at once; empty where two are all.
  package var manyExperts: [String] {
    let all = models.flatMap { try? ModelCatalog(folder: $0).experts } ?? []
    return all.count > 2 ? Array(all.prefix(Roster.most)) : []
  }

  /// Removes the folder.
  package func cleanUp() { try? FileManager.default.removeItem(atPath: folder) }
}
