import Corpora
import Extractors
import Inspection
import Routing
import Studies
import Tensors

/// Both experts' answers with every signal, and the router's word, for one post at a time.
package enum PredictionBench {
  package static func rows(_ setting: BenchSetting) throws -> [BenchRow] {
    let many = setting.manyExperts
    return try [row(setting, [])] + (many.isEmpty ? [] : [row(setting, many)])
  }

  /// - Parameter names: the experts; empty opens those that a session opens.
  private static func row(_ setting: BenchSetting, _ names: [String]) throws -> BenchRow {
    var row = BenchRow(
      what: "answers and all signals of one post"
        + (names.isEmpty ? "" : ", \(names.count) experts"),
      budget: Budget(statistic: .p95, limit: 30))
    guard let folder = setting.models else {
      row.note = "no models were found; name a folder with --models"
      return row
    }
    let models = try Roster.open(folder, experts: names)
    let dataset = try Dataset.open(setting.dataset)
    let seen = dataset.posts.filter { $0.imageID != nil }
    // Relation experts have something to say of posts with pairs only.
    let paired = seen.filter { !$0.relations.isEmpty }
    let posts = names.isEmpty || paired.isEmpty ? seen : paired
    guard !models.isEmpty, let first = posts.first else {
      row.note = models.notices.first ?? "no post has a picture"
      return row
    }
    // The first prediction also reads the parameters from the disk.
    _ = models.analyse(first, of: dataset)
    let times = min(50, posts.count)
    row.figures = Stopwatch.figures(times: times, seconds: 5) { turn in
      let post = posts[turn * posts.count / times]
      return Stopwatch.milliseconds { _ = models.analyse(post, of: dataset) }
    }
    let parts = models.experts.map(\.name) + [models.router?.configuration.name].compactMap(\.self)
    row.note = parts.joined(separator: ", ")
    if models.router == nil { row.note? += "; no router was found" }
    return row
  }
}

/// The published encoders that one post takes at most, one after the other, with random weights.
package enum PublishedEncodersBench {
  package static func rows(_ setting: BenchSetting) throws -> [BenchRow] {
    let names = ["bert-base 1x64", "clip-vit-b32 text 1x40", "clip-vit-b32 image", "resnet-50"]
    let subjects = try EncodersShape.all.filter { names.contains($0.name) }.map {
      try $0.make(.float32)
    }
    func post() throws { for subject in subjects { try subject.run() } }
    try post()
    let figures = try Stopwatch.figures(times: 50, seconds: 5) { _ in
      try Stopwatch.milliseconds(post)
    }
    return [
      BenchRow(
        what: "BERT-base, both towers of CLIP ViT-B/32 and ResNet-50, one post",
        budget: Budget(statistic: .p95, limit: 150), figures: figures,
        note: "64 and 40 pieces, one picture")
    ]
  }
}

/// Training a router by REINFORCE on random posts, as the paper has it and without dev.
package enum RouterBench {
  package static func rows(_ setting: BenchSetting) throws -> [BenchRow] {
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

  /// A small part of the paper's grid, two points of every batch size, chosen on 1,000 posts; the
  /// whole takes 45 times as long.
  package static func gridRows(_ setting: BenchSetting) throws -> [BenchRow] {
    let (data, dev) = (try posts(), try posts(1_000))
    let part = RouterGrid(
      rates: [5e-5], batchSizes: RouterGrid.paper.batchSizes, alphas: [0.3, 0.7])
    let search = GridSearch(settings: part.settings(of: .paper), seed: 1)
    let whole = RouterGrid.paper.settings(of: .paper).count
    let share = Double(whole) / Double(search.settings.count)
    let figures = try Stopwatch.figures(times: 2, seconds: 60) { _ in
      try share
        * Stopwatch.milliseconds {
          _ = try search.run(on: data, dev: dev, width: Parallel.width)
        }
    }
    return [
      BenchRow(
        what: "the paper's grid of \(whole) routers, \(Parallel.width) at a time, each judged on "
          + "\(dev.count) posts after every iteration",
        budget: Budget(statistic: .median, limit: 600_000), figures: figures,
        note: "reckoned from \(search.settings.count) of them")
    ]
  }

  /// Posts with 512 numbers each; the same in every run.
  package static func posts(_ count: Int = 2_000) throws -> RouterData {
    let dimensions = 512
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
