import Encoders
import Files
import Foundation

/// What a folder holds, told from its names and its `config.json`; no weights are read.
package enum FolderContents: Sendable, Hashable {
  /// No model: why, as the rest of a sentence about the folder.
  case nothing(String)
  /// Folders of models, by name.
  case models([String])
  /// A model whose files cannot be used, and why, a sentence.
  case damaged(String)
  /// A trained expert of a system; whether its text encoder can be read by itself.
  case expert(system: String, holdsEncoder: Bool)
  /// A router between two experts.
  case router
  /// This program's own residual network.
  case pictureEncoder
  /// This program's own encoder of text and picture in one space.
  case dualEncoder
  /// A published encoder, or one laid out like it, by the kind that `config.json` names.
  case encoder(kind: String)
  /// A model of a system that is not known here.
  case unknown(system: String)
  /// What is about to be written.
  case written

  /// Looks at a folder.
  package init(_ folder: String) {
    if let absence = ModelFolder.absence(of: folder) {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      let models = names.sorted().prefix(Self.mostNames).filter {
        !$0.hasPrefix(".") && FolderFiles.exists(folder + "/\($0)/config.json")
      }
      self = models.isEmpty ? .nothing(absence) : .models(Array(models))
      return
    }
    let head: Head
    do { head = try ModelFolder.configuration(Head.self, folder) } catch {
      self = .damaged("\(error)")
      return
    }
    let system = try? ModelFolder.system(of: folder)
    switch system {
    case PictureEncoderModel.system?: self = .pictureEncoder
    case DualEncoderModel.system?: self = .dualEncoder
    case let system? where System.named(system) != nil:
      self = .expert(system: system, holdsEncoder: Self.textKind(of: folder) != nil)
    case _? where head.textExpert != nil: self = .router
    default:
      do {
        self = .encoder(kind: try EncoderFolder(folder).architecture.name)
      } catch {
        // What has neither a kind nor weights is no encoder that broke.
        let isEncoder = head.modelType != nil || head.architectures != nil
        self =
          system.map { isEncoder ? .damaged("\(error)") : .unknown(system: $0) }
          ?? .damaged("\(error)")
      }
    }
  }

  private static let mostNames = 1000

  private struct Head: Decodable {
    let textExpert: String?
    let modelType: String?
    let architectures: [String]?

    enum CodingKeys: String, CodingKey {
      case textExpert, architectures
      case modelType = "model_type"
    }
  }

  /// The kind of text encoder in a folder; nil where there is none.
  private static func textKind(of folder: String) -> String? {
    guard let kind = try? EncoderFolder(folder).architecture.name, textKinds.contains(kind) else {
      return nil
    }
    return kind
  }

  private static let textKinds = ["bert", "roberta"]

  /// What it is, as the rest of a sentence about the folder.
  package var sentence: String {
    switch self {
    case .nothing(let absence): return absence
    case .models(let names):
      let list = names.prefix(6).map(VisibleText.name).joined(separator: ", ")
      return "holds model folders (\(list)\(names.count > 6 ? ", …" : "")) and is none itself"
    case .damaged(let reason): return "cannot be used: " + VisibleText.sentence(reason)
    case .expert(let system, _):
      return "is an expert (\(System.named(system)?.title ?? VisibleText.name(system)))"
    case .router: return "is a router"
    case .pictureEncoder: return "is a picture encoder"
    case .dualEncoder: return "is a dual encoder of text and picture"
    case .written: return "would be overwritten by the model that is trained"
    case .unknown(let system): return "is a model of the unknown system \(VisibleText.name(system))"
    case .encoder(let kind):
      switch kind {
      case "bert", "roberta": return "is a text encoder (\(kind))"
      case "clip": return "is a CLIP"
      case "clip_text_model": return "is the text half of a CLIP"
      case "clip_vision_model": return "is the picture half of a CLIP"
      case "vit": return "is a vision transformer (ViT)"
      case "resnet": return "is a ResNet"
      default: return "is an encoder (\(VisibleText.name(kind)))"
      }
    }
  }
}

/// Options that name a folder of a certain kind.
package enum FolderOption: String, Sendable, Hashable, CaseIterable {
  case encoder = "--encoder"
  case pictures = "--pictures"
  case dual = "--dual"

  /// What the option takes.
  ///
  /// - Parameter tower: whether pictures may be seen by a transformer that is trained along.
  package func wants(tower: Bool) -> String {
    switch self {
    case .encoder: "a pretrained BERT or RoBERTa"
    case .pictures:
      "a picture encoder or dual encoder of this program, or a published ResNet"
        + (tower ? ", CLIP or ViT" : "")
    case .dual: "a dual encoder of this program, or a published CLIP"
    }
  }

  /// Whether it takes such a folder.
  package func takes(_ contents: FolderContents, tower: Bool = true) -> Bool {
    switch (self, contents) {
    case (.encoder, .encoder(let kind)): ["bert", "roberta"].contains(kind)
    case (.encoder, .expert(_, let holdsEncoder)): holdsEncoder
    case (.pictures, .pictureEncoder), (.pictures, .dualEncoder), (.dual, .dualEncoder): true
    case (.pictures, .encoder(let kind)):
      kind == "resnet" || tower && ["clip", "clip_vision_model", "vit"].contains(kind)
    case (.dual, .encoder(let kind)): kind == "clip"
    default: false
    }
  }

  /// Makes sure that a folder is of the kind; nothing is loaded.
  ///
  /// - Throws: `FolderOptionError`.
  package func check(_ folder: String?, tower: Bool = true) throws(FolderOptionError) {
    guard let folder else { return }
    let contents = FolderContents(folder)
    guard takes(contents, tower: tower) else {
      throw FolderOptionError(option: self, folder: folder, contents: contents, tower: tower)
    }
  }

  /// Opens a folder of the kind; what is wrong with it is told with the option.
  ///
  /// - Throws: `FolderOptionError`.
  package func opening<Model>(
    _ folder: String, tower: Bool = true, _ open: (String) throws -> Model
  ) throws(FolderOptionError) -> Model {
    try check(folder, tower: tower)
    do { return try open(folder) } catch {
      throw FolderOptionError(
        option: self, folder: folder, contents: .damaged("\(error)"), tower: tower)
    }
  }
}

/// A folder that an option cannot take, and what it is instead.
package struct FolderOptionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The option that named it.
  package let option: FolderOption
  /// As it was named.
  package let folder: String
  /// What it is.
  package let contents: FolderContents
  /// Whether pictures may be seen by a transformer that is trained along.
  let tower: Bool

  package var description: String {
    let what = "\(option.rawValue) \(VisibleText.sentence(folder)) \(contents.sentence)"
    if case .damaged = contents { return what }
    if contents == .written { return what + "; choose another --name" }
    let other = FolderOption.allCases.first { $0 != option && $0.takes(contents) }
    return what + "; the option takes \(option.wants(tower: tower))"
      + (other.map { ", and a folder like this one is given with \($0.rawValue)" } ?? "")
  }
}
