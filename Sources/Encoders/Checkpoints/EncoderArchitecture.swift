/// What a folder's `config.json` says: the kind of model and all its sizes.
package enum EncoderArchitecture: Sendable, Hashable {
  case bert(TextConfiguration)
  case roberta(TextConfiguration)
  case clip(CLIPConfiguration)
  case clipText(CLIPTextConfiguration)
  case clipVision(VisionConfiguration)
  case vit(VisionConfiguration)
  case resnet(ResNet.Configuration)

  /// The name by which `config.json` knows it.
  package var name: String {
    switch self {
    case .bert: "bert"
    case .roberta: "roberta"
    case .clip: "clip"
    case .clipText: "clip_text_model"
    case .clipVision: "clip_vision_model"
    case .vit: "vit"
    case .resnet: "resnet"
    }
  }

  /// Reads the fields of a `config.json`.
  ///
  /// - Parameter hasPooler: whether the weights hold a pooler; checkpoints of masked language
  ///   models leave it out without a word in the configuration.
  /// - Throws: `CheckpointError.unknownArchitecture`, or `.configuration` with every problem.
  init(fields: [String: Any], path: String, hasPooler: Bool) throws(CheckpointError) {
    let type = Self.type(of: fields)
    var reader = ConfigReader(fields)
    switch type {
    case "bert": self = .bert(reader.text(.fromZero, hasPooler: hasPooler))
    case "roberta": self = .roberta(reader.text(.skippingPadding, hasPooler: hasPooler))
    case "clip":
      var text = ConfigReader(Self.part("text_config", of: fields), prefix: "text_config.")
      var vision = ConfigReader(Self.part("vision_config", of: fields), prefix: "vision_config.")
      self = .clip(
        CLIPConfiguration(
          text: text.clipText(), vision: vision.clipVision(),
          projection: reader.integer("projection_dim", 512, 1...16384)))
      reader.take(text.problems + vision.problems)
    case "clip_text_model": self = .clipText(reader.clipText())
    case "clip_vision_model": self = .clipVision(reader.clipVision())
    case "vit": self = .vit(reader.vit(hasPooler: hasPooler))
    case "resnet": self = .resnet(reader.resnet())
    default: throw .unknownArchitecture(path: path, name: String(type.prefix(80)))
    }
    guard reader.problems.isEmpty else {
      throw .configuration(path: path, problems: reader.problems)
    }
  }

  /// The model type; old folders only say it in `architectures`.
  private static func type(of fields: [String: Any]) -> String {
    if let type = fields["model_type"] as? String { return type }
    let first = (fields["architectures"] as? [Any])?.first as? String ?? ""
    let known = [
      ("CLIPText", "clip_text_model"), ("CLIPVision", "clip_vision_model"), ("CLIP", "clip"),
      ("Bert", "bert"), ("Roberta", "roberta"), ("ViT", "vit"), ("ResNet", "resnet"),
    ]
    return known.first { first.hasPrefix($0.0) }?.1 ?? first
  }

  /// A part of CLIP's configuration; the older `…_dict` beside it wins, as in the reference.
  private static func part(_ key: String, of fields: [String: Any]) -> [String: Any] {
    let part = fields[key] as? [String: Any] ?? [:]
    return part.merging(fields[key + "_dict"] as? [String: Any] ?? [:]) { $1 }
  }
}
