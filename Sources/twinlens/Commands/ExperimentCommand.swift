import ArgumentParser
import Corpora
import Encoders
import Extractors
import Foundation
import Routing
import Tensors

struct ExperimentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "experiment")
  @Argument var dataset: String
  @Option var clip: String
  @Option var seeds: Int = 1
  @Option var clipEpochs: Int = 16
  @Option var epochs: Int = 30
  @Option var dims: Int = 48
  @Option var lr: Float = 3e-3

  func run() throws {
    let t0 = Date()
    func log(_ s: String) { FileHandle.standardOutput.write(Data((String(format: "%6.1f ", Date().timeIntervalSince(t0)) + s + "\n").utf8)) }
    let data = try Dataset.open(dataset)
    log("posts \(data.posts.count)")
    var model: DualEncoderModel
    var resnet: PictureEncoderModel
    if FileManager.default.fileExists(atPath: clip + "/config.json") {
      model = try DualEncoderModel(folder: clip)
      resnet = try PictureEncoderModel(folder: clip + "/../resnet-harbor")
    } else {
      let captions = try Dataset.open(dataset + "/captions")
      let words = Vocabulary(
        counting: (data.posts(in: .train) + captions.posts).lazy.flatMap {
          $0.tokens.map { WordForms.word($0.text) }
        }, minimum: 2)
      log("words \(words.size)")
      let classes = Set(captions.posts.compactMap { $0.attributes["pictured"] }).sorted()
      var pairs: [CaptionedPicture?] = Array(repeating: nil, count: captions.posts.count)
      pairs.withUnsafeMutableBufferPointer { b in
        nonisolated(unsafe) let b = b
        DispatchQueue.concurrentPerform(iterations: captions.posts.count) { i in
          let post = captions.posts[i]
          guard case .success(let p) = PostReader.picture(of: post, in: captions, fitting: 64)
          else { return }
          b[i] = CaptionedPicture(
            words: post.tokens.map { words[WordForms.word($0.text)] },
            pixels: PictureRecipe.harbor.prepare(p).pixels,
            label: classes.firstIndex(of: post.attributes["pictured"] ?? "") ?? -1)
        }
      }
      let used = pairs.compactMap { $0 }
      let (trainPairs, heldPairs) = (Array(used.dropLast(1000)), Array(used.suffix(1000)))
      let net = ResNet.Configuration(
          embeddingSize: 16, hiddenSizes: [32, 64], depths: [1, 1], layerType: .basic)
      var settings = DualTraining()
      var generator = SeededGenerator(seed: 1, stream: "resnet")
      settings.epochs = 10
      settings.batch = 64
      var c = ClassifierRun(PictureClassifier(net, classes: classes.count, &generator), settings, side: 56)
      while !c.isFinished {
        var p: TrainingProgress?
        _ = c.runEpoch(trainPairs) { p = $0; return true }
        log("resnet epoch \(c.history.count) loss \(c.history.last!) speed \(p?.speed ?? 0) heldout acc \(c.accuracy(heldPairs))")
      }
      resnet = PictureEncoderModel(name: "resnet-harbor", classifier: c.classifier, classes: classes, recipe: .harbor)
      try resnet.save(to: clip + "/../resnet-harbor", provenance: Provenance(command: "x", seed: 1, data: [:], metrics: [:]))
      generator = SeededGenerator(seed: 1, stream: "clip")
      let config = DualEncoder.Configuration(words: words.size, wordSize: 64, dimensions: dims, pictures: net)
      let encoder = DualEncoder(config, &generator)
      settings.epochs = clipEpochs
      settings.batch = 128
      var run = DualRun(encoder, settings, side: 56)
      while !run.isFinished {
        var p: TrainingProgress?
        _ = run.runEpoch(trainPairs) {
          p = $0
          return true
        }
        log("clip epoch \(run.history.count) loss \(run.history.last!) speed \(p?.speed ?? 0)")
      }
      model = DualEncoderModel(
        name: "clip-harbor", encoder: run.encoder, words: words, recipe: .harbor)
      try model.save(to: clip, provenance: Provenance(command: "x", seed: 1, data: [:], metrics: [:]))
    }
    let reader = PostReader(pictures: resnet, dual: model)
    let scheme = TagScheme.standard
    let reads = reader.read(data.posts, of: data, scheme: scheme)
    log("read")
    let items = zip(data.posts, reads).map { RoutingProtocol.Item(post: $0, read: $1) }
    let parts = RoutingProtocol(items, seed: 1)
    // Supervised probe of x.
    for rel in ["R1", "R2", "R3", "R4"] {
      let sel = parts.dev.filter { $0.post.attributes["relatedness"] == rel }
      var sum: Float = 0
      for i in sel { for (a, b) in zip(i.read.text, i.read.picture ?? []) { sum += a * b } }
      log("\(rel) n \(sel.count) mean cosine \(sum / Float(max(1, sel.count)))")
    }
    do {
      let c = try [parts.split, parts.dev, parts.test].map { part in
        try part.routerData(part.map { item in
          let adds = item.read.input.imageAdds == true
          return ExpertCounts(text: MatchCounts(correct: adds ? 0 : 1, predicted: 1, gold: 1), multimodal: MatchCounts(correct: adds ? 1 : 0, predicted: 1, gold: 1))
        })
      }
      let d0 = try RouterConfiguration.exact.makeDiscriminator(for: c[0], seed: 0)
      let r = try RouterTrainer(configuration: .exact, seed: 0).train(from: d0, on: c[0], dev: c[1])
      let e = RouterEvaluation(r.discriminator, on: c[2])
      log("PROBE auc \(e.aucImageAdds ?? 0) accuracy \(e.union.f1Percent)")
      let pr = r.discriminator.probabilities(c[2].x)
      for rel in ["R1", "R2", "R3", "R4"] {
        let sel = parts.test.indices.filter { parts.test[$0].post.attributes["relatedness"] == rel }
        log("  \(rel) routed multi \(Double(sel.filter { pr[$0] > 0.5 }.count) / Double(sel.count))")
      }
    }
    for seed in 1...seeds {
      var models: [String: ExpertModel] = [:]
      for plan in ExpertPlan.harbor {
        let train = parts.model.map(\.read.input)
        var m = plan.makeModel(encoder: model, pictures: resnet, train: train, scheme: scheme, seed: UInt64(seed))
        var settings = TaggerTraining()
        settings.seed = UInt64(seed)
        settings.epochs = epochs
        settings.learningRate = lr
        func go<T: Tagger>(_ tagger: T) -> any Tagger {
          var run = TaggerRun(tagger, settings, words: m.words, characters: m.characters, scheme: scheme)
          while !run.isFinished {
            _ = run.runEpoch(train, dev: parts.dev.map(\.read.input)) { _ in true }
          }
          let h = run.history
          log("\(plan.name) epochs \(h.count) dev best \(run.bestScore!) curve \(h.map { String(format: "%.1f", $0.dev) }.joined(separator: " "))")
          return run.best
        }
        m.tagger = go(m.tagger)
        models[plan.name] = m
        try m.save(to: clip + "/../" + plan.name + "-\(seed)", provenance: Provenance(command: "x", seed: 1, data: [:], metrics: [:]))
      }
      for multi in ["riva-ungated", "riva"] {
        let (u, mm) = (models["bilstm-crf"]!, models[multi]!)
        let c = try [parts.split, parts.dev, parts.test].map { try $0.routerData($0.counts(text: u, multimodal: mm)) }
        let test = c[2].counts
        for rel in ["R1", "R2", "R3", "R4"] {
          let sel = parts.test.indices.filter { parts.test[$0].post.attributes["relatedness"] == rel }
          let t = sel.map { test[$0] }.total()
          log("\(multi) \(rel): text \(t.text.f1) multi \(t.multimodal.f1)")
        }
        let t = test.total()
        log("\(multi) FULL text \(t.text.f1) multi \(t.multimodal.f1) gold \(test.union(routes: ReferenceRouting.gold(imageAdds: c[2].imageAdds)).f1) oracle \(test.union(routes: test.oracleRoutes()).f1)")
        for rs in 0..<2 {
          let d0 = try RouterConfiguration.exact.makeDiscriminator(for: c[0], seed: UInt64(rs))
          let r = try RouterTrainer(configuration: .exact, seed: UInt64(rs)).train(from: d0, on: c[0], dev: c[1])
          let p = r.discriminator.probabilities(c[2].x)
          let routes = p.map { $0 > 0.5 ? Route.multimodal : .text }
          let sets = [Route.text, .multimodal].map { route in
            test.indices.filter { routes[$0] == route }.map { test[$0] }.total()
          }
          // AUC
          let labels = c[2].imageAdds.map { $0 ?? false }
          let order = p.indices.sorted { p[$0] < p[$1] }
          var rank = 0.0, pos = 0.0
          for (i, k) in order.enumerated() where labels[k] { rank += Double(i + 1); pos += 1 }
          let auc = (rank - pos * (pos + 1) / 2) / (pos * (Double(p.count) - pos))
          let nm = routes.reduce(0) { $0 + ($1 == .multimodal ? 1 : 0) }
          let frac = Double(nm) / Double(p.count)
          let un = test.union(routes: routes).f1
          let (a, b, cc, dd) = (sets[0].text.f1, sets[0].multimodal.f1, sets[1].text.f1, sets[1].multimodal.f1)
          log("\(multi) router \(rs) dev \(r.devUnion ?? 0) UNION \(un) frac \(frac) auc \(auc) | uni: text \(a) multi \(b) | multi: text \(cc) multi \(dd)")
        }
      }
    }
  }
}
