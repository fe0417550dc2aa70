import Corpora
import Encoders
import Extractors
import Foundation
import Routing
import Settings
import Tensors

extension Roster {
  /// How many experts stand side by side at most.
  package static let most = 5

  /// Opens a folder of model folders.
  ///
  /// Without names the folder's own list (`models.toml`) is opened; without one the two experts
  /// that the router was trained with, and the first expert of every other kind. One name replaces
  /// the expert of its kind; several are opened as they are. A router stays only if both of its
  /// experts are there. A broken folder becomes a notice, so that the rest can be used.
  ///
  /// - Parameters:
  ///   - task: what the posts are mainly about; a router for it is preferred.
  ///   - router: name of a router folder; nil takes `rds`, else the first there is for the task.
  ///   - experts: names of expert folders.
  ///   - outside: experts that stand in no folder, behind the others; routers may name them.
  /// - Throws: `ModelFolderError` when the folder or a named model is missing.
  package static func open(
    _ folder: String, for task: ExpertTask = .entities, router routerName: String? = nil,
    experts names: [String] = [], outside: [any Expert] = []
  ) throws -> Roster {
    try ModelsFolder.check(folder)
    var opening = try Opening(folder, outside)
    return try opening.open(for: task, router: routerName, names: names)
  }
}

/// A folder of models being opened.
private struct Opening {
  let folder: String
  let catalog: ModelCatalog
  let outside: [any Expert]
  var notices: [String]

  init(_ folder: String, _ outside: [any Expert]) throws {
    self.folder = folder
    self.outside = outside
    catalog = try ModelCatalog(folder: folder)
    notices = catalog.notices
  }

  mutating func open(
    for task: ExpertTask, router routerName: String?, names: [String]
  ) throws -> Roster {
    try check(names, routerName)
    let own = names.isEmpty ? readList() : nil
    let listed = names.count > 1 ? names : own?.experts ?? []
    let wantedRouter = routerName ?? own?.router
    var router: RouterBundle?
    var chosen: [String]
    if listed.isEmpty {
      router = attempt(wantedRouter ?? catalog.router(for: task)) {
        try RouterBundle(folder: $0)
      }
      let instead = names.first { name in !outside.contains { $0.name == name } }
      chosen = usual(router?.configuration, instead: instead)
      if let name = instead, let known = router?.configuration,
        !has(known.textExpert, chosen) || !has(known.multimodalExpert, chosen)
      {
        let fitting = catalog.router(among: chosen, including: name)
        if routerName == nil, let fitting {
          router = attempt(fitting) { try RouterBundle(folder: $0) }
        } else {
          router = nil
          notices.append(
            "the router \(known.name) was trained with \(known.textExpert) and "
              + "\(known.multimodalExpert), so it is left out")
        }
      }
    } else {
      chosen = listed
      let name = wantedRouter ?? catalog.router(among: chosen, for: task)
      router = attempt(name) { try RouterBundle(folder: $0) }
      if let known = router?.configuration,
        !has(known.textExpert, chosen) || !has(known.multimodalExpert, chosen)
      {
        router = nil
        notices.append(
          "the router \(known.name) was trained with \(known.textExpert) and "
            + "\(known.multimodalExpert), which are not both opened, so it is left out")
      }
    }
    let strangers = Set(outside.map(\.name))
    let room = max(0, Roster.most - outside.count)
    // The router's two stay when somebody must leave.
    let routed = [router?.configuration.textExpert, router?.configuration.multimodalExpert]
    let inFolder = chosen.filter { !strangers.contains($0) }
    let order = inFolder.filter(routed.contains) + inFolder.filter { !routed.contains($0) }
    let kept = Set(order.prefix(room))
    for name in inFolder where !kept.contains(name) {
      notices.append("\(name) is left out: \(Roster.most) experts are the most side by side")
    }
    let experts =
      inFolder.filter(kept.contains).compactMap { name in
        attempt(name) { try ExpertFolder.open($0) }
      }
      + outside
    let dual = attempt(
      router?.configuration.encoder ?? catalog.first(of: DualEncoderModel.system)
    ) { try DualEncoderFolder.open($0) }
    var duals = [dual].compactMap(\.self)
    for name in Set(experts.compactMap(\.card.dual)).sorted()
    where !duals.contains(where: { $0.name == name }) {
      if let other = attempt(name, { try DualEncoderFolder.open($0) }) { duals.append(other) }
    }
    var sources: [RegionSource] = []
    var missing: Set<String> = []
    for name in experts.compactMap(\.card.grid) where !missing.contains(name) {
      guard !sources.contains(where: { $0.name == name }) else { continue }
      if let source = attempt(name, { try RegionSource(folder: $0) }) {
        sources.append(source)
      } else {
        missing.insert(name)
      }
    }
    let fitting = experts.filter { fits($0, sources, missing) && fits($0, duals) }
    let eyes = Eyes(
      sources: sources, duals: duals, sights: fitting.flatMap(\.card.sights))
    let bundle = router.flatMap { fits($0, dual) ? $0 : nil }
    return Roster(
      folder: folder, experts: fitting, eyes: eyes, router: bundle, dualName: dual?.name,
      notices: notices)
  }

  private func has(_ name: String, _ chosen: [String]) -> Bool {
    chosen.contains(name) || outside.contains { $0.name == name }
  }

  // MARK: What is opened

  /// The experts that stand beside each other when nobody says otherwise: the router's two, and the
  /// first of every other kind.
  private func usual(_ router: RouterBundle.Configuration?, instead name: String?) -> [String] {
    let named = name.flatMap { catalog.systems[$0] }.flatMap(System.named)
    return ExpertTask.allCases.flatMap { task in
      [false, true].compactMap { seesPicture -> String? in
        if let named, named.task == task, named.seesPicture == seesPicture { return name }
        if let router, (router.task ?? .entities) == task {
          return seesPicture ? router.multimodalExpert : router.textExpert
        }
        return catalog.first(
          ofAny: System.all.filter { $0.task == task && $0.seesPicture == seesPicture }.map(\.id))
      }
    }
  }

  /// A name that is no expert or router is an error, not a notice: somebody asked for it.
  private func check(_ names: [String], _ routerName: String?) throws {
    let experts = catalog.experts
    if let twice = outside.map(\.name).first(where: experts.contains) {
      throw ModelFolderError(
        folder: folder, problem: "has an expert \(twice) of its own",
        advice: "give the answers or the program another name")
    }
    for name in names where !has(name, experts) {
      throw ModelFolderError(
        folder: folder, problem: "has no expert \(name)",
        advice: experts.isEmpty && outside.isEmpty
          ? "train one" : "name one of \((experts + outside.map(\.name)).joined(separator: ", "))")
    }
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw ModelFolderError(
        folder: folder, problem: "is asked for \(twice) twice", advice: "name each expert once")
    }
    guard names.count <= Roster.most else {
      throw ModelFolderError(
        folder: folder, problem: "is asked for \(names.count) experts",
        advice: "name at most \(Roster.most)")
    }
    if let routerName, catalog.systems[routerName] != RouterBundle.system {
      throw ModelFolderError(
        folder: folder, problem: "has no router \(routerName)",
        advice: catalog.routers.isEmpty
          ? "train one" : "name one of \(catalog.routers.joined(separator: ", "))")
    }
  }

  /// The folder's own list: `models.toml` with `experts = […]` and perhaps `router`. What does not
  /// fit becomes a notice.
  private mutating func readList() -> (experts: [String], router: String?)? {
    let path = folder + "/models.toml"
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    guard data.count <= 1 << 16,
      let table = try? SettingsText.table(String(decoding: data, as: UTF8.self))
    else {
      notices.append("\(path) cannot be read as TOML; its list of experts is left out")
      return nil
    }
    let names = table["experts"]?.array?.compactMap { $0.string } ?? []
    let known = names.filter { catalog.experts.contains($0) }
    for name in names where !known.contains(name) {
      notices.append("\(path) names the expert \(name.prefix(80)), which is not in the folder")
    }
    if known.count > Roster.most {
      notices.append("\(path) names more than \(Roster.most) experts; the first are opened")
    }
    var seen: Set<String> = []
    let once = known.filter { seen.insert($0).inserted }
    let router = table["router"]?.string
    if let router, catalog.systems[router] != RouterBundle.system {
      notices.append("\(path) names the router \(router.prefix(80)), which is not in the folder")
    }
    return (
      Array(once.prefix(Roster.most)),
      router.flatMap { catalog.systems[$0] == RouterBundle.system ? $0 : nil }
    )
  }

  // MARK: Opening

  private mutating func attempt<T>(_ name: String?, _ load: (String) throws -> T) -> T? {
    guard let name else { return nil }
    // Names come from config.json files of strangers.
    guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/") else {
      notices.append(
        "\(folder): a model names \(name.prefix(80).debugDescription), which is no folder beside it"
      )
      return nil
    }
    // A published encoder names no system.
    if let absence = ModelFolder.absence(of: folder + "/" + name) {
      notices.append(ModelFolderError(folder: folder + "/" + name, problem: absence).description)
      return nil
    }
    do {
      return try load(folder + "/" + name)
    } catch {
      notices.append("\(error)")
      return nil
    }
  }

  /// Whether an expert can see what it looks at; else there is a notice.
  private mutating func fits(
    _ expert: any Expert, _ sources: [RegionSource], _ missing: Set<String>
  ) -> Bool {
    guard let name = expert.card.grid else { return true }
    let given: Int? = sources.first { $0.name == name }.map { $0.shape[1] }
    guard let wanted = expert.card.regionSize, given != wanted else { return given != nil }
    notices.append(
      "\(expert.name) expects regions of \(wanted) numbers and "
        + (given.map { "\(name) gives \($0)" } ?? "has no picture encoder")
        + "; train it with this encoder")
    return false
  }

  /// Whether an expert's encoder of text and picture is there; else there was a notice.
  private func fits(_ expert: any Expert, _ duals: [any DualEncoding]) -> Bool {
    expert.card.dual.map { name in duals.contains { $0.name == name } } ?? true
  }

  /// Whether a router can be asked with an encoder; else there is a notice.
  private mutating func fits(_ router: RouterBundle, _ dual: (any DualEncoding)?) -> Bool {
    let known = router.configuration
    let given = dual?.dimensions
    if given != known.dimensions {
      notices.append(
        "the router \(known.name) expects embeddings of \(known.dimensions) numbers and "
          + (given.map { "\(dual?.name ?? "") gives \($0)" } ?? "has no dual encoder")
          + "; train it with this encoder")
      return false
    }
    if let trained = known.encoderFingerprint, let have = dual?.fingerprint, trained != have {
      notices.append(
        "the router \(known.name) was trained with other weights than \(folder)/"
          + "\(known.encoder) holds; put those back, or train it with these")
      return false
    }
    return true
  }
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
