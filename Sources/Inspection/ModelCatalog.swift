import Encoders
import Extractors
import Foundation
import Routing

/// A model that somebody named and that cannot be used.
package struct NamedModelError: Error, Hashable, CustomStringConvertible {
  /// Its name.
  package let name: String
  /// Why, a sentence with what to do.
  package let reason: String

  package var description: String { "\(VisibleText.name(name)) cannot be used: \(reason)" }
}

/// What a folder of model folders holds, by name.
package struct ModelCatalog {
  let folder: String
  /// System by folder name.
  let systems: [String: String]
  let notices: [String]

  package init(folder: String) throws {
    self.folder = folder
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw ModelFolderError(folder: folder, problem: "cannot be listed")
    }
    var systems: [String: String] = [:]
    var notices: [String] = []
    for name in names where !name.hasPrefix(".") {
      let path = folder + "/" + name
      guard FileManager.default.fileExists(atPath: path + "/config.json") else { continue }
      do {
        systems[name] = try ModelFolder.system(of: path)
      } catch {
        // A published encoder beside the experts that are built on it is no expert.
        if (try? EncoderFolder(path)) == nil { notices.append("\(error)") }
      }
    }
    self.systems = systems
    self.notices = notices
  }

  /// Names of the folders that hold experts.
  package var experts: [String] { systems.filter { System.named($0.value) != nil }.keys.sorted() }

  var routers: [String] { names(of: RouterBundle.system) }

  /// The router for a task: `rds`, else the first; one for another task where there is none.
  func router(for task: ExpertTask) -> String? {
    let fitting = routers.filter { routed($0)?.task ?? .entities == task }
    let known = fitting.isEmpty ? routers : fitting
    return known.contains("rds") ? "rds" : known.first
  }

  /// The first router whose experts are both among some, one for a task before others.
  func router(among names: [String], for task: ExpertTask) -> String? {
    let able = routers.filter { name in
      routed(name).map { names.contains($0.textExpert) && names.contains($0.multimodalExpert) }
        ?? false
    }
    return able.first { routed($0)?.task ?? .entities == task } ?? able.first
  }

  /// The first router whose experts are both among some, a certain one being one of them.
  func router(among names: [String], including name: String) -> String? {
    routers.first { router in
      guard let known = routed(router) else { return false }
      let experts = [known.textExpert, known.multimodalExpert]
      return experts.allSatisfy(names.contains) && experts.contains(name)
    }
  }

  private struct Routed: Decodable {
    let task: ExpertTask?
    let textExpert: String
    let multimodalExpert: String
  }

  private func routed(_ name: String) -> Routed? {
    (try? ModelFolder.configurationBytes(folder + "/" + name))
      .flatMap { try? JSONDecoder().decode(Routed.self, from: $0) }
  }

  func names(of system: String) -> [String] {
    systems.filter { $0.value == system }.keys.sorted()
  }

  func first(of system: String) -> String? { names(of: system).first }

  func first(ofAny systems: [String]) -> String? {
    systems.lazy.compactMap { first(of: $0) }.first
  }
}
