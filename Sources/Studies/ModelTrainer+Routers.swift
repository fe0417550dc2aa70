import Extractors
import Routing
import Tensors

extension ModelTrainer {
  /// Trains a router between the text expert and a multimodal one on D_split, chosen on dev, and
  /// keeps what is needed to retrain it anywhere.
  func trainRouter(_ name: String, multimodal: String) throws {
    let text = try ExpertModel(folder: folder("bilstm-crf"))
    let multimodal = try ExpertModel(folder: folder(multimodal))
    let parts = try protocolParts()
    let data = try RouterParts(parts, text: text, multimodal: multimodal)
    let total = recipe.router.iterations
    let result = try data.train(recipe.router, seed: recipe.seed) { step in
      observe(.preparing("training \(name)", Double(step.number) / Double(total)))
    }
    guard result.isComplete else { throw TrainingStopped(model: name) }
    let evaluation = RouterEvaluation(result.discriminator, on: data.test)
    var metrics = [
      "devUnionF1": Double(result.devUnion ?? 0), "testUnionF1": evaluation.union.f1Percent,
      "testTextF1": evaluation.full.counts.text.f1Percent,
      "testMultimodalF1": evaluation.full.counts.multimodal.f1Percent,
      "testFractionMultimodal": evaluation.fractionMultimodal,
    ]
    metrics["testAUCImageAdds"] = evaluation.aucImageAdds
    var bundle = try RouterBundle(
      name: name, textExpert: text.name, multimodalExpert: multimodal.name,
      encoder: "clip-harbor", labels: text.configuration.scheme.types, base: result.discriminator,
      training: recipe.router, seed: recipe.seed, rehearsal: data.split, heldOut: data.dev)
    bundle.encoderFingerprint = ModelFolder.fingerprint(of: folder("clip-harbor"))
    try bundle.save(to: folder(name), provenance: provenance(name, metrics))
    _ = observe(.finished(model: name, metrics: metrics))
  }
}

/// What a router is trained, chosen and tested on: cached counts of two experts, and x.
public struct RouterParts: Sendable {
  /// D_split, which the router learns from.
  public let split: RouterData
  /// What its step is chosen on.
  public let dev: RouterData
  /// What it is reported on.
  public let test: RouterData

  /// Runs both experts once over the protocol's parts.
  ///
  /// - Throws: `RoutingError`.
  public init(_ parts: RoutingProtocol, text: ExpertModel, multimodal: ExpertModel) throws {
    func data(_ items: [RoutingProtocol.Item]) throws -> RouterData {
      try items.routerData(try items.counts(text: text, multimodal: multimodal))
    }
    split = try data(parts.split)
    dev = try data(parts.dev)
    test = try data(parts.test)
  }

  /// Trains a router of a configuration.
  ///
  /// - Throws: `RoutingError`.
  public func train(
    _ configuration: RouterConfiguration, seed: UInt64,
    progress: (RouterTrainer.Step) -> Bool = { _ in true }
  ) throws -> RouterTrainer.Result {
    try RouterTrainer(configuration: configuration, seed: seed).train(
      from: configuration.makeDiscriminator(for: split, seed: seed), on: split, dev: dev,
      progress: progress)
  }
}
