import Encoders
import Extractors
import Foundation
import Routing
import Tensors

/// The harbor sample's whole experiment over several seeds: experts, routers of every objective,
/// and controls.
public struct HarborStudy: Sendable {
  /// The dataset, the encoders and the folder that keeps what is done.
  public let trainer: ModelTrainer
  /// One training of all experts and routers each.
  public let seeds: [UInt64]

  /// A study over expert and router seeds; the encoders must be in the trainer's models folder.
  public init(trainer: ModelTrainer, seeds: [UInt64]) {
    self.trainer = trainer
    self.seeds = seeds
  }

  /// A way to train the router, by its name in the tables.
  struct Router {
    let name: String
    let configuration: RouterConfiguration
  }

  static let routers: [Router] = {
    var linear = RouterConfiguration.exact
    linear.hidden = 0
    var topK = RouterConfiguration.paper
    topK.actions = .topShare(0.7)
    return [
      Router(name: "exact, MLP (default)", configuration: .exact),
      Router(name: "exact, linear", configuration: linear),
      Router(name: "paper: REINFORCE, Bernoulli, MLP", configuration: .paper),
      Router(name: "paper with top-70 % actions", configuration: topK),
      Router(name: "code: REINFORCE, top-70 %, linear", configuration: .code),
    ]
  }()

  /// Everything measured for one seed.
  public struct SeedResult: Sendable, Codable {
    /// The seed of experts and routers.
    public let seed: UInt64
    /// Test F1 (percent) of each expert on all posts and on the posts of each relatedness class.
    public var experts: [String: [String: Double]] = [:]
    /// Best dev F1 and the number of epochs of each expert: the plateau.
    public var plateaus: [String: [Double]] = [:]
    /// By multimodal expert and router: what the router is worth on test.
    public var routing: [String: [String: RouterResult]] = [:]
    /// What is left of the ungated expert when it cannot see what is in the pictures.
    public var controls: [String: Control] = [:]
  }

  /// A multimodal expert on the test split.
  public struct Control: Sendable, Codable {
    /// F1 (percent) on all posts, and on those whose picture adds.
    public let all: Double
    /// F1 (percent) on the posts whose picture adds.
    public let adds: Double
    /// Union of it and the text expert by a router trained for the two, above the better of them.
    public let gain: Double
  }

  /// One router on the test split.
  public struct RouterResult: Sendable, Codable {
    /// F1 (percent) of the text expert on the posts routed to it.
    public let unimodalText: Double
    /// F1 of the multimodal expert on the same posts.
    public let unimodalMultimodal: Double
    /// F1 of the text expert on the posts routed to the other.
    public let multimodalText: Double
    /// F1 of the multimodal expert on the posts routed to it.
    public let multimodalMultimodal: Double
    /// F1 of the text expert on all posts.
    public let fullText: Double
    /// F1 of the multimodal expert on all posts.
    public let fullMultimodal: Double
    /// F1 of the router's union.
    public let union: Double
    /// F1 of the union when `imageAdds` decides the route.
    public let gold: Double
    /// F1 of the union when each post takes its better answer.
    public let oracle: Double
    /// Area under the ROC curve of p against `imageAdds`.
    public let auc: Double
    /// Share of the posts routed to the multimodal expert.
    public let fraction: Double

    /// Union above the better expert, F1 points.
    public var gain: Double { union - max(fullText, fullMultimodal) }
  }

  /// Runs all seeds.
  ///
  /// - Throws: `TrainingStopped` and what training throws.
  public func run() throws -> [SeedResult] {
    let parts = try trainer.protocolParts()
    return try seeds.map { seed in
      var recipe = HarborRecipe(seed: seed)
      recipe.tagger.seed = seed
      let folder = trainer.models + "/.study-\(seed)"
      return try runSeed(seed, recipe, parts, folder)
    }
  }

  private func runSeed(
    _ seed: UInt64, _ recipe: HarborRecipe, _ parts: RoutingProtocol, _ folder: String
  ) throws -> SeedResult {
    let done = folder + "/result.json"
    if let data = FileManager.default.contents(atPath: done),
      let result = try? JSONDecoder().decode(SeedResult.self, from: data)
    {
      return result
    }
    var result = SeedResult(seed: seed)
    var models: [String: ExpertModel] = [:]
    let seeded = trainer.with(recipe: recipe)
    for plan in ExpertPlan.harbor {
      let model = try seeded.kept(plan) ?? seeded.studied(plan, parts, cache: folder)
      models[plan.name] = model.expert
      result.plateaus[plan.name] = [model.devF1, Double(model.epochs)]
      var scores = ["all": try ModelTrainer.score(model.expert, parts.test).f1]
      for relatedness in ["R1", "R2", "R3", "R4"] {
        let items = parts.test.filter { $0.post.attributes["relatedness"] == relatedness }
        scores[relatedness] = try ModelTrainer.score(model.expert, items).f1
      }
      result.experts[plan.name] = scores
    }
    guard let text = models["bilstm-crf"] else { return result }
    for name in ["riva-ungated", "riva"] {
      guard let multimodal = models[name] else { continue }
      let data = try RouterParts(parts, text: text, multimodal: multimodal)
      for router in Self.routers {
        let trained = try data.train(router.configuration, seed: seed)
        result.routing[name, default: [:]][router.name] = RouterResult(
          RouterEvaluation(trained.discriminator, on: data.test))
      }
    }
    result.controls = try controls(seeded, parts, models, seed, cache: folder)
    try DurableFile.write(try JSONEncoder().encode(result), to: done)
    return result
  }

  /// What is left of the multimodal expert's advantage when the pictures are exchanged between
  /// posts, and when it sees only colours.
  private func controls(
    _ seeded: ModelTrainer, _ parts: RoutingProtocol, _ models: [String: ExpertModel],
    _ seed: UInt64, cache: String
  ) throws -> [String: Control] {
    guard let text = models["bilstm-crf"], let multimodal = models["riva-ungated"],
      let plan = ExpertPlan.harbor.first(where: { $0.name == "riva-ungated" })
    else { return [:] }
    var generator = SeededGenerator(seed: seed, stream: "shuffled pictures")
    let shuffled = parts.replacingParts { items in
      let order = generator.permutation(items.count)
      return items.indices.map { i in
        RoutingProtocol.Item(
          post: items[i].post, read: items[i].read.replacingPicture(by: items[order[i]].read))
      }
    }
    let colours = try ColourControl(trainer: seeded, parts: parts)
    let blind = try seeded.studied(plan, colours.parts, cache: cache + "/colours").expert
    func control(_ expert: ExpertModel, _ parts: RoutingProtocol) throws -> Control {
      let data = try RouterParts(parts, text: text, multimodal: expert)
      let router = try data.train(.exact, seed: seed)
      return Control(
        all: try ModelTrainer.score(expert, parts.test).f1,
        adds: try ModelTrainer.score(
          expert, parts.test.filter { $0.read.input.imageAdds == true }
        ).f1,
        gain: RouterResult(RouterEvaluation(router.discriminator, on: data.test)).gain)
    }
    return [
      "text": try control(text, parts), "multimodal": try control(multimodal, parts),
      "shuffled": try control(multimodal, shuffled),
      "colours": try control(blind, colours.parts),
    ]
  }
}

extension HarborStudy.RouterResult {
  init(_ e: RouterEvaluation) {
    unimodalText = e.unimodal.counts.text.f1Percent
    unimodalMultimodal = e.unimodal.counts.multimodal.f1Percent
    multimodalText = e.multimodal.counts.text.f1Percent
    multimodalMultimodal = e.multimodal.counts.multimodal.f1Percent
    fullText = e.full.counts.text.f1Percent
    fullMultimodal = e.full.counts.multimodal.f1Percent
    union = e.union.f1Percent
    gold = e.goldUnion?.f1Percent ?? 0
    oracle = e.oracleUnion.f1Percent
    auc = e.aucImageAdds ?? 0
    fraction = e.fractionMultimodal
  }
}
