import Corpora
import Extractors
import Inspection
import Routing
import Tensors

/// Both experts' answers with every signal, and the router's word, for one post at a time.
enum PredictionBench {
  static func rows(_ setting: BenchSetting) throws -> [BenchRow] {
    var row = BenchRow(
      what: "answers and all signals of one post", budget: Budget(statistic: .p95, limit: 30))
    guard let folder = setting.models else {
      row.note = "no models were found; name a folder with --models"
      return [row]
    }
    let models = try ModelSet.open(folder)
    let dataset = try Dataset.open(setting.dataset)
    let posts = dataset.posts.filter { $0.imageID != nil }
    guard !models.isEmpty, let first = posts.first else {
      row.note = models.notices.first ?? "no post has a picture"
      return [row]
    }
    // The first prediction also reads the parameters from the disk.
    _ = models.analyse(first, of: dataset)
    let times = min(50, posts.count)
    row.figures = Stopwatch.figures(times: times, seconds: 5) { turn in
      let post = posts[turn * posts.count / times]
      return Stopwatch.milliseconds { _ = models.analyse(post, of: dataset) }
    }
    let parts = [models.text?.name, models.multimodal?.name, models.router?.configuration.name]
    row.note = parts.compactMap(\.self).joined(separator: ", ")
    if models.router == nil { row.note? += "; no router was found" }
    return [row]
  }
}

/// Training a router by REINFORCE on random posts, as the paper has it and without dev.
enum RouterBench {
  static func rows(_ setting: BenchSetting) throws -> [BenchRow] {
    let data = try posts()
    let configuration = RouterConfiguration.paper
    let start = try configuration.makeDiscriminator(for: data, seed: 1)
    let figures = try Stopwatch.figures(times: 7, seconds: 5) { turn in
      let trainer = RouterTrainer(configuration: configuration, seed: UInt64(turn))
      return try Stopwatch.milliseconds { _ = try trainer.train(from: start, on: data, dev: nil) }
    }
    return [
      BenchRow(
        what: "training the router: \(configuration.iterations) iterations, batch "
          + "\(configuration.batchSize), \(data.dimensions) inputs, \(configuration.hidden) hidden",
        budget: Budget(statistic: .median, limit: 500), figures: figures)
    ]
  }

  /// 2,000 posts with 512 numbers each; the same in every run.
  static func posts() throws -> RouterData {
    let (count, dimensions) = (2_000, 512)
    var generator = SeededGenerator(seed: 1, stream: "router bench")
    func counts() -> MatchCounts {
      let correct = generator.index(below: 3)
      return MatchCounts(
        correct: correct, predicted: correct + generator.index(below: 2),
        gold: correct + generator.index(below: 2))
    }
    return try RouterData(
      dimensions: dimensions, ids: (0..<count).map(String.init),
      x: (0..<count * dimensions).map { _ in generator.uniform(-0.01, 0.01) },
      counts: (0..<count).map { _ in ExpertCounts(text: counts(), multimodal: counts()) })
  }
}
