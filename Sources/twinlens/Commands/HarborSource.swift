import ArgumentParser
import Corpora
import Foundation
import Harbor

/// Where trainings and studies take their posts from: a dataset, or the harbour world generated
/// into the cache.
struct HarborSource: ParsableArguments {
  @Option(help: "A dataset folder; without it the harbour sample is generated into the cache.")
  var dataset: String?

  @Flag(
    help:
      "Generate pictures of several small things instead of one large thing; not with --dataset.")
  var crowded = false

  @OptionGroup var input: ReadingOptions

  func validate() throws {
    guard dataset == nil || !crowded else {
      throw ValidationError("--crowded is about generated posts; leave it out with --dataset")
    }
  }

  /// Opens the dataset, generating it first when none was named.
  ///
  /// - Parameter pairs: whether generated posts are for relations: each has a pair.
  func open(_ progress: ProgressLine, pairs: Bool = false) throws -> Dataset {
    if let dataset { return try input.open(dataset) }
    return try Self.generated(progress, pairs: pairs, crowded: crowded)
  }

  /// Opens the harbour sample, generating it first when the cache has none.
  static func generated(
    _ progress: ProgressLine, pairs: Bool = false, crowded: Bool = false
  ) throws -> Dataset {
    var recipe = SampleRecipe()
    recipe.isCrowded = crowded
    if pairs { recipe.pairs = .everyPost }
    if pairs || crowded { recipe.captions = 0 }
    let environment = ProcessInfo.processInfo.environment
    let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "/tmp") + "/.cache"
    let folder = cache + "/twinlens/\(recipe.name)-\(recipe.seed)-\(recipe.version)"
    // `dataset.toml` is written last, so its presence says that the sample is whole.
    let mark = folder + "/dataset.toml"
    if !FileManager.default.fileExists(atPath: mark) {
      // Aside: another process may be drawing the same, or reading it already.
      let aside = folder + ".\(getpid())"
      defer { try? FileManager.default.removeItem(atPath: aside) }
      try SampleWriter(recipe).write(to: aside) { progress.show("drawing the harbour sample", $0) }
      progress.clear()
      if !FileManager.default.fileExists(atPath: mark) {
        // What an older version left half drawn.
        try? FileManager.default.removeItem(atPath: folder)
      }
      if rename(aside, folder) != 0, !FileManager.default.fileExists(atPath: mark) {
        throw Refusal("\(folder) cannot be written: \(String(cString: strerror(errno)))")
      }
    }
    return try Dataset.open(folder)
  }
}
