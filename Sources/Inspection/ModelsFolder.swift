import Encoders
import Extractors
import Files
import Foundation
import Tensors

/// What a folder that was named as a folder of models holds, told from its names and the first
/// lines of its `config.json` files: nothing is loaded.
package enum ModelsFolder: Sendable, Hashable {
  /// Model folders, of which some may be broken.
  case models
  /// Encoders only: nothing that answers.
  case encoders([String])
  /// It is a model folder itself, of a system of this program or a published encoder.
  case single(system: String)
  /// It holds folders of models, e.g. those of the seeds of a run.
  case nested([String], isRun: Bool)
  /// None of these.
  case empty
  /// There is no such folder.
  case missing

  /// Most entries of a folder that are looked at for what was meant.
  private static let most = 1000

  /// Looks at a folder.
  package init(_ path: String) {
    guard let names = Self.folders(in: path) else {
      self = .missing
      return
    }
    if FileManager.default.fileExists(atPath: path + "/config.json") {
      let system = try? ModelFolder.system(of: path)
      self = .single(system: system ?? (try? EncoderFolder(path))?.architecture.name ?? "unknown")
      return
    }
    let models = Self.models(in: path)
    guard models.isEmpty else {
      let encoders = models.filter { Self.isEncoder(path + "/" + $0) }
      self = encoders.count == models.count ? .encoders(encoders) : .models
      return
    }
    let nested = names.filter { name in
      let inside = path + "/" + name
      return Self.folders(in: inside)?.contains {
        FileManager.default.fileExists(atPath: inside + "/\($0)/config.json")
          && !Self.isEncoder(inside + "/" + $0)
      } ?? false
    }
    let isRun = FileManager.default.fileExists(atPath: path + "/run.json")
    self = nested.isEmpty ? .empty : .nested(nested, isRun: isRun)
  }

  /// Refuses a folder in which nothing can answer.
  ///
  /// - Throws: `ModelsFolderError`.
  package static func check(_ path: String) throws(ModelsFolderError) {
    let found = ModelsFolder(path)
    if found != .models { throw ModelsFolderError(path: path, found: found) }
  }

  /// Names of the model folders in a folder, sorted.
  package static func models(in path: String) -> [String] {
    (folders(in: path) ?? []).filter {
      FileManager.default.fileExists(atPath: path + "/\($0)/config.json")
    }
  }

  /// Folders and links in a folder, sorted; nil when it cannot be listed.
  private static func folders(in path: String) -> [String]? {
    (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted().prefix(most).filter {
      !$0.hasPrefix(".")
    }
  }

  /// Whether a folder holds what sees or reads but answers nothing.
  private static func isEncoder(_ path: String) -> Bool {
    let system = try? ModelFolder.system(of: path)
    if [PictureEncoderModel.system, DualEncoderModel.system].contains(system) { return true }
    // A fine-tuned encoder is an encoder folder with a head: its system makes it an expert.
    return System.named(system ?? "") == nil && (try? EncoderFolder(path)) != nil
  }
}

/// A folder that is no folder of models, with what it is and what may have been meant.
package struct ModelsFolderError: Error, Hashable, CustomStringConvertible {
  /// As it was named.
  package let path: String
  /// What it is instead.
  package let found: ModelsFolder

  package var description: String {
    switch found {
    case .models: return "\(path) holds models"
    case .missing:
      return "there is no folder \(path); name a folder of model folders with --models"
    case .empty:
      return "\(path) holds no model folders; name a folder whose folders have a config.json with "
        + "--models, or train models into it"
    case .encoders(let names):
      return
        "\(path) holds encoders only (\(Self.list(names))), which answer nothing by themselves; train "
        + "an expert on them, or name another folder with --models"
    case .single(let system):
      let parent = path == "." ? ".." : FilePath.parent(of: path)
      return
        "\(path) is a single model (\(VisibleText.name(system))); --models takes the folder that holds "
        + "it: --models \(parent)"
    case .nested(let names, let isRun):
      let wanted = isRun ? names.filter { $0.hasSuffix("-model") } : names
      let meant = (wanted.isEmpty ? names : wanted).prefix(3).map { "--models \(path)/\($0)" }
      return "\(path) " + (isRun ? "is the folder of a run" : "holds folders of models")
        + " (\(Self.list(names))); name one of them: \(meant.joined(separator: ", "))"
    }
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(6).map(VisibleText.name).joined(separator: ", ")
      + (names.count > 6 ? ", and \(names.count - 6) more" : "")
  }
}
