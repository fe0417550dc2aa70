import Encoders
import Extractors
import Routing

/// Every size and setting with which the models of the harbor sample are trained.
package struct HarborRecipe: Sendable {
  /// Decides the experts' and the router's training.
  package var seed: UInt64
  /// Both picture towers: 56 pixels → 7×7 regions of 64 numbers.
  package var pictures = ResNet.Configuration(
    embeddingSize: 16, hiddenSizes: [32, 64], depths: [1, 1], layerType: .basic)
  /// What the dual encoder sees: colours too, since captions speak of the light.
  package var picture = PictureRecipe.harbor
  /// What the experts' picture encoder sees: shapes in even light, since it is to name things.
  package var shapes: PictureRecipe = {
    var result = PictureRecipe.harbor
    result.evensLight = true
    return result
  }()
  /// Numbers per word vector, of the dual encoder and of the experts.
  package var wordSize = 64
  /// Dimensions of the dual encoder's common space.
  package var dimensions = 48
  /// Captioned pictures kept apart, to tell how well the encoders learned.
  package var heldOutCaptions = 1000
  /// How the experts' picture encoder is trained.
  package var classifier = EncoderTraining()
  /// How the dual encoder is trained.
  package var dual = EncoderTraining()
  /// How the experts are trained.
  package var tagger = TaggerTraining()
  /// How the committed routers are trained.
  package var router = RouterConfiguration.exact

  /// The recipe of the committed models, with another seed for the experts and the router if
  /// wanted.
  package init(seed: UInt64 = 1) {
    self.seed = seed
    classifier.epochs = 6
    classifier.batch = 64
    dual.epochs = 8
    dual.batch = 128
    dual.learningRate = 1e-3
    tagger.seed = seed
  }

  /// The seed of the data split and of the encoders: the world does not change with the experts.
  package static let worldSeed: UInt64 = 1

  /// The experts' picture encoder.
  static let pictures = "resnet-harbor"
  /// The router's encoder, whose vocabulary the experts share.
  static let dual = "clip-harbor"

  private static var systems: [System] { System.all.filter(\.isOfSample) }

  /// The text expert of the sample's routers.
  static var textExpert: String { systems.first { !$0.seesPicture }?.id ?? "" }

  /// Names of the experts, variants behind their systems.
  private static var experts: [String] { systems.flatMap { [$0.id] + $0.variants.map(\.name) } }

  /// Multimodal experts by the names of their routers.
  private static var routers: [(name: String, multimodal: String)] {
    systems.filter(\.seesPicture).flatMap { system in
      [("rds", system.id)]
        + system.variants.map { ("rds" + $0.name.dropFirst(system.id.count), $0.name) }
    }
  }

  /// What can be trained, in the order in which one is built on another.
  package static var names: [String] { [pictures, dual] + experts + routers.map(\.name) }

  /// What a name of the list stands for.
  enum Kind {
    case pictureEncoder
    case dualEncoder
    case expert(System, [String: String])
    case router(multimodal: String)
  }

  static func kind(of name: String) -> Kind? {
    if name == pictures { return .pictureEncoder }
    if name == dual { return .dualEncoder }
    if let router = routers.first(where: { $0.name == name }) {
      return .router(multimodal: router.multimodal)
    }
    guard experts.contains(name), let (system, switches) = System.trainable(name) else {
      return nil
    }
    return .expert(system, switches)
  }

  /// What a model is built on, of the same list.
  static func foundations(of name: String) -> [String] {
    switch kind(of: name) {
    case .pictureEncoder, nil: []
    case .dualEncoder: [pictures]
    case .router(let multimodal): [pictures, dual, textExpert, multimodal]
    case .expert: [pictures, dual]
    }
  }

  /// What decides a model's training besides seed, posts and what it is built on; empty for the
  /// usual settings. Only the experts' epochs can be chosen.
  func unusual(for name: String) -> [String] {
    guard case .expert = Self.kind(of: name), tagger.epochs != TaggerTraining().epochs else {
      return []
    }
    return ["epochs \(tagger.epochs)"]
  }
}
