import Annotations
import Corpora
import Extractors
import Files
import Foundation
import Inspection
import Routing
import Settings
import Tensors

/// How every command opens models over a dataset and its annotations: the experts, the regions that
/// they look at, and the router, in place of which one that was retrained on this store's
/// corrections is taken.
package struct ModelOpening: Sendable {
  /// The folder of model folders; nil: only experts that stand in none.
  package var folder: String?
  /// Files of answers as experts, `NAME=FILE`.
  package var answers: [String] = []
  /// Programs as experts, `NAME=COMMAND`.
  package var programs: [String] = []
  /// How files are read that are neither UTF-8 nor UTF-16.
  package var encoding: TextEncoding?
  /// What the router should route for; nil: what the dataset is mainly about.
  package var task: ExpertTask?
  /// Name of a router folder.
  package var router: String?
  /// Names of experts' folders; none: the folder's own list, or what the router was trained with.
  package var experts: [String] = []
  /// Files of regions.
  package var boxes: [String] = []
  /// Whether regions that tell the labels may be used.
  package var regions = RegionPermission.labelFree
  /// Whether regions that cannot be used become a notice: experts that look at none still answer.
  package var toleratesRegions = false
  /// What the models' large products are computed in.
  package var precision = Precision.float32
  /// The store's file; nil: retrained routers are left alone.
  package var store: String?

  /// Models of a folder, with everything else as it is found.
  package init(folder: String?) { self.folder = folder }

  /// The same choices as a session's.
  package init(folder: String?, _ options: SessionOptions, store: String?) {
    self.folder = folder
    (router, experts, boxes, regions) = (
      options.router, options.experts, options.boxes, options.regions
    )
    (answers, programs, encoding) = (options.answers, options.programs, options.encoding)
    precision = options.precision
    self.store = store
  }

  /// Experts that stand in no folder.
  ///
  /// - Throws: `OutsideNameError` for what is no NAME=…, and what reading files throws.
  package static func outside(
    answers: [String], programs: [String], task: ExpertTask, encoding: TextEncoding?
  ) throws -> [any Expert] {
    let files = try answers.map { try OutsideName($0, "answers", "FILE") }
    let commands = try programs.map { try OutsideName($0, "program", "COMMAND") }
    let names = (files + commands).map(\.name)
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw OutsideNameError("the name \(twice) is given twice; experts need names of their own")
    }
    guard names.count <= Roster.most else {
      throw OutsideNameError(
        "\(names.count) experts come from files and programs; \(Roster.most) are the most side by side"
      )
    }
    return try files.map { try FileAnswers(name: $0.name, path: $0.rest, encoding: encoding) }
      + commands.map { ProgramAnswers(name: $0.name, command: $0.rest, task: task) }
  }

  /// Opens what was chosen. What cannot be used becomes a notice of the models.
  ///
  /// - Throws: `ModelFolderError` for a folder or name that is not there, and what opening regions
  ///   throws.
  package func open(for dataset: Dataset) throws -> Roster {
    let wanted = task ?? dataset.mainTask
    let outside = try Self.outside(
      answers: answers, programs: programs, task: wanted, encoding: encoding)
    guard let folder else {
      return Roster(folder: "", experts: outside, eyes: Eyes(), router: nil)
    }
    var models = try Roster.open(
      folder, for: wanted, router: router, experts: experts, outside: outside,
      precision: precision)
    do {
      try models.openBoxes(boxes, for: dataset, permission: regions)
    } catch  where toleratesRegions {
      models = models.noting("\(error)")
    }
    guard let store, let router = models.router else { return models }
    let place = RetrainedRouter(store: store, base: router)
    switch place.read() {
    case .none: return models
    case .router(let retrained):
      return models.replacing(
        router: retrained, versions: RouterVersion.read(to: retrained, in: place.folder))
    case .unusable(let notice): return models.noting(notice)
    }
  }
}

/// `NAME=REST` of an option.
struct OutsideName {
  let name: String
  let rest: String

  init(_ text: String, _ option: String, _ what: String) throws(OutsideNameError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].isEmpty, Self.isSound(parts[0]) else {
      throw OutsideNameError(
        "--\(option) \(text.prefix(80).debugDescription) is not NAME=\(what), where NAME has at most "
          + "60 letters, digits, dots, dashes and underscores")
    }
    (name, rest) = (String(parts[0]), String(parts[1]))
  }

  static func isSound(_ name: some StringProtocol) -> Bool {
    (1...60).contains(name.count)
      && name.allSatisfy { $0.isLetter || $0.isNumber || "-_.".contains($0) }
  }
}

/// An expert from outside that is named wrongly.
package struct OutsideNameError: Error, Hashable, CustomStringConvertible {
  /// What is wrong and what to do.
  package let description: String
  init(_ description: String) { self.description = description }
}

/// Programs that a person's own configuration names as experts:
/// `$XDG_CONFIG_HOME/twinlens/programs.toml` (`~/.config/twinlens/programs.toml`), a line
/// `NAME = "COMMAND"` each. Nothing that lies with a dataset or a model is ever run.
package enum ConfiguredPrograms {
  /// `NAME=COMMAND` of each; none where there is no file.
  ///
  /// - Throws: `OutsideNameError` with `file:line` when the file is no list of commands.
  package static func read(environment: [String: String]) throws -> [String] {
    let path = UserFolders.configuration(environment) + "/programs.toml"
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    do {
      let table = try SettingsText.table(String(decoding: data.prefix(1 << 20), as: UTF8.self))
      return try table.keys.sorted().map { name in
        guard let command = table[name]?.string, !command.isEmpty else {
          throw OutsideNameError("\(path): \(name) must be a command in quotes")
        }
        guard OutsideName.isSound(name) else {
          throw OutsideNameError(
            "\(path): the name \(name.prefix(60).debugDescription) may only have letters, digits, dots, dashes and underscores"
          )
        }
        return "\(name)=\(command)"
      }
    } catch let error as SettingsTextError {
      throw OutsideNameError("\(path):\(error.line): \(error.reason)")
    }
  }
}

/// The router that was retrained on the corrections of one store, beside that store and no other:
/// `annotations.sqlite.routers/NAME-FINGERPRINT`, the fingerprint being that of the router that it
/// was retrained from.
package struct RetrainedRouter: Sendable {
  /// Where it is, or would be.
  package let folder: String
  private let base: RouterBundle

  /// The place of what `base` becomes with the corrections of a store.
  package init(store: String, base: RouterBundle) {
    // The name comes from a stranger's file and must not lead anywhere else.
    let name = base.configuration.name.map {
      $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_"
    }
    folder = "\(store).routers/\(String(name).prefix(60))-\(base.baseFingerprint)"
    self.base = base
  }

  /// What is there.
  package enum Found: Sendable {
    case none
    case router(RouterBundle)
    /// Something that cannot be used, with the reason and what to do.
    case unusable(String)
  }

  /// Reads it.
  package func read() -> Found {
    guard FileManager.default.fileExists(atPath: folder + "/config.json") else { return .none }
    do {
      let saved = try RouterBundle(folder: folder)
      guard saved.base == base.base else {
        return .unusable(
          "the retrained router in \(folder) was made from another router; :train makes it again")
      }
      return .router(saved)
    } catch {
      return .unusable("the retrained router cannot be read: \(error); :train makes it again")
    }
  }
}
