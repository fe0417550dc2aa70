import ArgumentParser
import Corpora
import Foundation
import Harbor

/// Where trainings and studies take their posts from: a dataset, or the harbour world generated
/// into the cache.
struct HarborSource: ParsableArguments {
  @Option(help: "A dataset folder; without it the harbour sample is generated into the cache.")
  var dataset: String?

  /// Opens the dataset, generating it first when none was named.
  func open(_ progress: ProgressLine) throws -> Dataset {
    if let dataset { return try Dataset.open(dataset) }
    return try Self.generated(progress)
  }

  /// Opens the harbour sample, generating it first when the cache has none.
  static func generated(_ progress: ProgressLine) throws -> Dataset {
    let recipe = SampleRecipe()
    let environment = ProcessInfo.processInfo.environment
    let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "/tmp") + "/.cache"
    let folder = cache + "/twinlens/harbor-\(recipe.seed)-\(SampleWriter.worldVersion)"
    // `dataset.toml` is written last, so its presence says that the sample is whole.
    if !FileManager.default.fileExists(atPath: folder + "/dataset.toml") {
      try SampleWriter(recipe).write(to: folder) { progress.show("drawing the harbour sample", $0) }
      progress.clear()
    }
    return try Dataset.open(folder)
  }
}
