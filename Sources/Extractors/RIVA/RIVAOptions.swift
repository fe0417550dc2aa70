import Encoders

/// What distinguishes one RIVA from another.
package struct RIVAOptions: WordTaggerOptions {
  /// Where they stand in `config.json`.
  package static let key: String? = "riva"

  /// C of the picture's regions; also d_v, the size of f_t and f_v.
  package var size: Int
  /// What the tagger reads beside its word vectors.
  package var context: Context
  /// False: s^G ≡ 1 (−RGN).
  package var gated: Bool
  /// How sentence and picture meet in the gate.
  package var fusion: Fusion
  /// Whether the next-word loss teaches the gate too.
  package var letsWordsTeachGate: Bool
  /// What the gate learned from.
  package var relations: Relations
  /// Whether the labelled posts have the last word in each epoch (Algorithm 1, lines 7 to 11).
  package var finetunes: Bool
  /// Whether the gate keeps its own loss while the tags are learned.
  package var keepsGateLoss: Bool
  /// How fast RIVA moves while the tags are learned.
  package var pretrainedRate: Rate
  /// Attention heads over the regions.
  package var heads: Int
  /// H of each language model.
  package var hidden: Int
  /// Numbers of a word of the pretrained encoder beside the words; nil without one.
  package var encoderSize: Int?
  /// Sizes of the picture network that learns along; nil where it is frozen.
  var pictureNetwork: TrainedNetwork?
  /// Whether teacher and RIVA learned as long as the paper's; nil as false.
  var isLongTaught: Bool?
  /// Whether plain descent moves the weights.
  package var usesDescent: Bool?
  /// Whether RIVA is kept as it was before the tags, which make its language models forget how to
  /// tell words.
  package var keepsTaught: Bool?

  /// What the tagger reads beside its word vectors.
  package enum Context: String, Sendable, Hashable, Codable, CaseIterable {
    /// RIVA's embeddings of words and picture.
    case riva
    /// RIVA's embeddings of the words alone.
    case text
    /// The picture's mean region as a first step, without RIVA.
    case picture
    /// Nothing.
    case nothing = "none"
  }

  /// The share of the learning rate of what was pretrained, text encoder and picture network: 1e-4
  /// in all.
  var pretrainedShare: Float { 1e-4 / (usesDescent == true ? 2e-2 : 3e-3) }

  /// A residual network as its folder describes it, and the side of its pictures.
  struct TrainedNetwork: Sendable, Hashable, Codable {
    private var sizes: ResNet.Configuration
    private let downsamplesFirstStage: Bool
    private let downsamplesInBottleneck: Bool
    let side: Int

    init(_ configuration: ResNet.Configuration, side: Int) {
      sizes = configuration
      downsamplesFirstStage = configuration.downsamplesFirstStage
      downsamplesInBottleneck = configuration.downsamplesInBottleneck
      self.side = side
    }

    var configuration: ResNet.Configuration {
      var result = sizes
      result.downsamplesFirstStage = downsamplesFirstStage
      result.downsamplesInBottleneck = downsamplesInBottleneck
      return result
    }
  }

  /// Whether the picture network learns along.
  enum PictureNetwork: String, CaseIterable {
    case frozen, trained
    static let option = "resnet"
  }

  /// How sentence and picture meet in the gate.
  package enum Fusion: String, Sendable, Hashable, Codable, CaseIterable {
    /// Element by element.
    case product
    /// Side by side, as in Lu et al. 2018.
    case concatenation
  }

  /// What the teacher learns from.
  package enum Relations: String, Sendable, Hashable, Codable, CaseIterable {
    /// `labels` where posts say whether their picture adds, else `matching`.
    case auto
    /// All that posts say.
    case labels
    /// What one post in ten says; the others are told by the teacher.
    case tenth
    /// Whether the picture is the post's own or another's.
    case matching
  }

  /// How fast RIVA moves while the tags are learned.
  package enum Rate: String, Sendable, Hashable, Codable, CaseIterable {
    /// As everything else.
    case full
    /// At 1e-4 (MODELS §8.7).
    case slow
    /// Not at all.
    case frozen
  }

  /// How long teacher and RIVA learn before the tags.
  package enum Pretraining: String, CaseIterable {
    /// At most 8 and 6 epochs, and never more than the tags.
    case short
    /// 35 of each, as the paper has them over 100,000 posts.
    case published

    static let option = "pretraining"

    /// Most epochs of the teacher and of RIVA, for taggers of so many.
    func epochs(_ settings: TaggerTraining) -> (teacher: Int, riva: Int) {
      self == .published
        ? (teacher: 35, riva: 35)
        : (teacher: min(8, settings.epochs), riva: min(6, settings.epochs))
    }
  }

  private enum CodingKeys: String, CodingKey {
    case size = "regionSize"
    case context, gated, fusion, letsWordsTeachGate, relations, finetunes
    case keepsGateLoss, pretrainedRate, heads, hidden, encoderSize, usesDescent, keepsTaught
    case pictureNetwork, isLongTaught
  }

  /// The usual ones, for regions of 64 numbers.
  package init() { self.init(regionSize: 64) { _ in "" } }

  /// Options for regions of a size, by the switches of a job.
  package init(regionSize: Int, _ value: (String) -> String) {
    size = regionSize
    context = Context(rawValue: value("context")) ?? .riva
    gated = value("gate") != Switch.off
    fusion = Fusion(rawValue: value("fusion")) ?? .product
    letsWordsTeachGate = value("gate-gradient") != Switch.off
    relations = Relations(rawValue: value("relations")) ?? .auto
    finetunes = value("finetuning") != Switch.off
    keepsGateLoss = value("gate-loss") != Switch.off
    usesDescent = TaggerTraining().choosing(value).usesDescent
    pretrainedRate = Rate(rawValue: value("pretrained-rate")) ?? .full
    // Eight heads as the paper has them, fewer where they would not divide small regions.
    heads = [8, 4, 2].first { regionSize % $0 == 0 } ?? 1
    hidden = value("sizes") == "published" ? 256 : 64
  }

  /// C of the picture's regions; nil for those that read the text alone.
  package var regionSize: Int? { context.seesPicture ? size : nil }

  /// Whether there are language models to teach.
  package var learnsUnlabelled: Bool { context.learnsFirst }

  /// H of the tagger per direction: 256, beside RIVA 512, beside a BERT 1024 (Table 2).
  package var publishedHidden: Int {
    encoderSize != nil ? 1024 : context.learnsFirst ? 512 : 256
  }

  /// Whether a picture network learns along.
  package var readsPixels: Bool { pictureNetwork != nil }

  /// Whether there is a gate at all.
  var hasGate: Bool { gated && context == .riva }

  /// Whether numbers from a file can be worked with.
  package var isSound: Bool {
    size > 1 && ModelLimits.regionSize.contains(size) && size % 2 == 0
      && ModelLimits.heads.contains(heads) && size % heads == 0
      && ModelLimits.vector.contains(hidden)
      && encoderSize.map(ModelLimits.hidden.contains) ?? true
      && pictureNetwork.map {
        context == .riva && $0.configuration.isSound(side: $0.side)
          && $0.configuration.hiddenSizes.last == size
      } ?? true
  }

  /// Ways that are not as usual.
  package var switches: [String: String] {
    var result: [String: String] = [:]
    if !gated { result["gate"] = Switch.off }
    if context != .riva { result["context"] = context.rawValue }
    if fusion != .product { result["fusion"] = fusion.rawValue }
    if !letsWordsTeachGate { result["gate-gradient"] = Switch.off }
    if hasGate, relations != .labels { result["relations"] = relations.rawValue }
    if !keepsGateLoss { result["gate-loss"] = Switch.off }
    if pretrainedRate != .full { result["pretrained-rate"] = pretrainedRate.rawValue }
    if !finetunes { result["finetuning"] = Switch.off }
    if pictureNetwork != nil {
      result[PictureNetwork.option] = PictureNetwork.trained.rawValue
    }
    if isLongTaught == true {
      result[Pretraining.option] = Pretraining.published.rawValue
    }
    if usesDescent == true { result["optimizer"] = "sgd" }
    if let encoderSize { result["encoder"] = "beside the words, \(encoderSize) numbers each" }
    return result
  }
}

extension RIVAOptions.Context {
  /// Whether there are language models, which learn before the tags.
  var learnsFirst: Bool { self == .riva || self == .text }
  /// Whether the picture is looked at.
  var seesPicture: Bool { self == .riva || self == .picture }
}
