import Corpora
import Encoders
import Extractors
import Foundation
import Harbor
import Inspection
import Routing
import Synchronization
import Tensors
import Testing

@testable import Studies

/// The whole way from a drawn sample to an evaluation, with models so small that they learn nothing
/// much.
@Suite("From a sample to a routing report", .serialized)
struct TrainingPathTests {
  static let folder = NSTemporaryDirectory() + "twinlens-path-" + UUID().uuidString

  static var recipe: HarborRecipe {
    var recipe = HarborRecipe(seed: 3)
    recipe.pictures = ResNet.Configuration(
      embeddingSize: 4, hiddenSizes: [8, 16], depths: [1, 1], layerType: .basic)
    recipe.dimensions = 8
    (recipe.classifier.epochs, recipe.dual.epochs, recipe.tagger.epochs) = (2, 2, 3)
    (recipe.classifier.batch, recipe.dual.batch) = (16, 16)
    recipe.router.iterations = 20
    return recipe
  }

  static func trainer(
    _ dataset: Dataset, _ models: String, stopAfter epoch: Int? = nil
  ) throws -> SampleTrainer {
    try SampleTrainer(
      dataset: dataset, models: models, recipe: recipe, command: "test",
      observe: { event in
        if case .epoch(_, let n, _, _, _, _) = event, let epoch { return n < epoch }
        return true
      })
  }

  @Test func trainsEveryModelAndReportsThem() throws {
    defer { try? FileManager.default.removeItem(atPath: Self.folder) }
    try SampleWriter(
      SampleRecipe(seed: 2, train: 60, dev: 20, test: 30, captions: 80, side: 64)
    ).write(to: Self.folder + "/data") { _ in }
    let dataset = try Dataset.open(Self.folder + "/data")
    let models = Self.folder + "/models"
    for name in HarborRecipe.names { try Self.trainer(dataset, models).train(name) }

    let set = try Roster.open(models)
    #expect(set.notices.isEmpty && set.router?.configuration.name == "rds")
    let ungated = try Roster.open(models, router: "rds-ungated")
    #expect(ungated.pair(.entities).multimodal?.name == "riva-ungated")
    // A named system finds the router that was trained with it.
    #expect(
      try Roster.open(models, experts: ["riva-ungated"]).router?.configuration.name == "rds-ungated"
    )

    let report = try RoutingReport(dataset, split: .test, models: set, reading: .lenient)
    #expect(report.sets.unimodal.posts + report.sets.multimodal.posts == 30)
    #expect(report.sets.full.posts == 30)
    let full = report.sets.full
    #expect(try #require(full.oracle.f1) >= #require(full.union.f1))
    #expect(report.table.contains("union by the router"))
    let all = try RoutingReport(dataset, split: .all, models: set, reading: .lenient)
    #expect(all.sets.full.posts == dataset.posts.count)
    do {
      let part = Dataset(name: "part", posts: dataset.posts(in: .dev))
      _ = try RoutingReport(part, split: .test, models: set, reading: .lenient)
      Issue.record("an empty split was evaluated")
    } catch { #expect("\(error)".contains("it has dev")) }

    // What is on screen is what is evaluated: one post analysed alone gets the same route.
    let posts = dataset.posts(in: .test)
    let routed = posts.filter { set.analyse($0, of: dataset).decision?.route == .multimodal }
    #expect(routed.count == report.sets.multimodal.posts)

    try interruptedTrainingsGoOnToTheSameBits(dataset, models)
    try otherTrainingsAreToldApart(dataset, models)
  }

  /// A model is finished only for the same posts, settings and models beneath it, and an
  /// interrupted training goes on with nothing else either.
  func otherTrainingsAreToldApart(_ dataset: Dataset, _ models: String) throws {
    let trainer = try Self.trainer(dataset, models)
    for name in HarborRecipe.names { #expect(trainer.isFinished(name), "\(name)") }
    var longer = Self.recipe
    longer.tagger.epochs += 1
    let settings = try SampleTrainer(
      dataset: dataset, models: models, recipe: longer, command: "test", observe: { _ in true })
    #expect(settings.isFinished("resnet-harbor") && !settings.isFinished("riva"))

    let stopped = Self.folder + "/stopped"
    try FileManager.default.createDirectory(atPath: stopped, withIntermediateDirectories: true)
    for name in ["resnet-harbor", "clip-harbor"] {
      try FileManager.default.copyItem(atPath: "\(models)/\(name)", toPath: "\(stopped)/\(name)")
    }
    #expect(throws: TrainingStopped.self) {
      try Self.trainer(dataset, stopped, stopAfter: 1).train("bilstm-crf")
    }
    let fewer = Dataset(name: dataset.name, posts: Array(dataset.posts.dropFirst()))
    do {
      try Self.trainer(fewer, stopped).train("bilstm-crf")
      Issue.record("a training went on with other posts")
    } catch let error as TrainingError {
      guard case .otherSettings = error else { throw error }
    }
    // Another model of pictures under the same name.
    let weights = "\(models)/resnet-harbor/model.safetensors"
    let file = try Safetensors(path: weights)
    var tensors = try file.allTensors()
    let name = try #require(tensors.keys.sorted().first)
    tensors[name] = tensors[name].map { Tensor($0.shape, repeating: 0.5) }
    try Safetensors.write(tensors, to: weights, metadata: file.metadata)
    let finished = HarborRecipe.names.filter { trainer.isFinished($0) }
    #expect(finished == ["resnet-harbor"])
  }

  func interruptedTrainingsGoOnToTheSameBits(_ dataset: Dataset, _ models: String) throws {
    let other = Self.folder + "/other"
    for name in ["resnet-harbor", "clip-harbor", "riva"] {
      #expect(throws: TrainingStopped.self) {
        try Self.trainer(dataset, other, stopAfter: 1).train(name)
      }
      try Self.trainer(dataset, other).train(name)
      let files = [models, other].map {
        FileManager.default.contents(atPath: $0 + "/\(name)/model.safetensors")
      }
      #expect(files[0] != nil && files[0] == files[1], "\(name)")
    }
    #expect(!FileManager.default.fileExists(atPath: other + "/.training"))
  }
}
