import Encoders
import Extractors
import Routing

/// Every size and setting with which the models of the harbor sample are trained.
public struct HarborRecipe: Sendable {
  /// Decides the experts' and the router's training.
  public var seed: UInt64
  /// Both picture towers: 56 pixels → 7×7 regions of 64 numbers.
  public var pictures = ResNet.Configuration(
    embeddingSize: 16, hiddenSizes: [32, 64], depths: [1, 1], layerType: .basic)
  /// What the dual encoder sees: colours too, since captions speak of the light.
  public var picture = PictureRecipe.harbor
  /// What the experts' picture encoder sees: shapes in even light, since it is to name things.
  public var shapes: PictureRecipe = {
    var result = PictureRecipe.harbor
    result.evensLight = true
    return result
  }()
  /// Numbers per word vector, of the dual encoder and of the experts.
  public var wordSize = 64
  /// Dimensions of the dual encoder's common space.
  public var dimensions = 48
  /// Captioned pictures kept apart, to tell how well the encoders learned.
  public var heldOutCaptions = 1000
  /// How the experts' picture encoder is trained.
  public var classifier = EncoderTraining()
  /// How the dual encoder is trained.
  public var dual = EncoderTraining()
  /// How the experts are trained.
  public var tagger = TaggerTraining()
  /// How the committed routers are trained.
  public var router = RouterConfiguration.exact

  /// The recipe of the committed models, with another seed for the experts and the router if
  /// wanted.
  public init(seed: UInt64 = 1) {
    self.seed = seed
    classifier.epochs = 6
    classifier.batch = 64
    dual.epochs = 8
    dual.batch = 128
    dual.learningRate = 1e-3
    tagger.seed = seed
  }

  /// The seed of the data split and of the encoders: the world does not change with the experts.
  public static let worldSeed: UInt64 = 1

  /// What can be trained, in the order in which one stands on another.
  public static let names = [
    "resnet-harbor", "clip-harbor", "bilstm-crf", "riva", "riva-ungated", "rds", "rds-ungated",
  ]

  /// What a model stands on, of the same list.
  static func foundations(of name: String) -> [String] {
    switch name {
    case "resnet-harbor": []
    case "clip-harbor": ["resnet-harbor"]
    case "rds": ["resnet-harbor", "clip-harbor", "bilstm-crf", "riva"]
    case "rds-ungated": ["resnet-harbor", "clip-harbor", "bilstm-crf", "riva-ungated"]
    default: ["resnet-harbor", "clip-harbor"]
    }
  }

  /// What decides a model's training besides seed, posts and what it stands on; empty for the usual
  /// settings. Only the experts' epochs can be chosen.
  func unusual(for name: String) -> [String] {
    let isExpert = ExpertPlan.harbor.contains { $0.name == name }
    guard isExpert, tagger.epochs != TaggerTraining().epochs else { return [] }
    return ["epochs \(tagger.epochs)"]
  }
}
