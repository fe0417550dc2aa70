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
  ///   - precision: what their large products are computed in; another than float32 is a notice.
  /// - Throws: `ModelFolderError` when the folder or a named model is missing, `NamedModelError`
  ///   when a named one cannot be used.
  package static func open(
    _ folder: String, for task: ExpertTask = .entities, router routerName: String? = nil,
    experts names: [String] = [], outside: [any Expert] = [], precision: Precision = .float32
  ) throws -> Roster {
    try ModelsFolder.check(folder)
    var opening = try Opening(folder, outside)
    var roster = try Precision.$ofOpening.withValue(precision) {
      try opening.open(for: task, router: routerName, names: names)
    }
    roster.precision = precision
    roster.networks = opening.networks(of: roster)
    return precision.notice.map(roster.noting) ?? roster
  }
}

extension Precision {
  /// What must stand beside numbers; nil for float32.
  package var mark: String? { self == .float32 ? nil : "computed in \(self)" }

  /// What people must know; nil for float32.
  fileprivate var notice: String? {
    self == .float32
      ? nil
      : "the models compute in \(self) as far as `models check --precision \(self)` tells, faster and less "
        + "exact than the float32 of published numbers"
  }
}

/// A folder of models being opened.
private struct Opening {
  let folder: String
  let catalog: ModelCatalog
  let outside: [any Expert]
  var notices: [String]
  /// Why models could not be used, by name.
  private var failures: [String: String] = [:]
  private var opened: [OpenedNetwork] = []

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
      router = attempt(wantedRouter ?? catalog.router(for: task), for: .router) {
        try RouterBundle(folder: $0)
      }
      let instead = names.first { name in !outside.contains { $0.name == name } }
      chosen = usual(router?.configuration, instead: instead)
      if let name = instead, let known = router?.configuration,
        !has(known.textExpert, chosen) || !has(known.multimodalExpert, chosen)
      {
        let fitting = catalog.router(among: chosen, including: name)
        if routerName == nil, let fitting {
          router = attempt(fitting, for: .router) { try RouterBundle(folder: $0) }
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
      router = attempt(name, for: .router) { try RouterBundle(folder: $0) }
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
        attempt(name, for: .expert) { try ExpertFolder.open($0) }
      }
      + outside
    let dual = attempt(
      router?.configuration.encoder ?? catalog.first(of: DualEncoderModel.system), for: .dual
    ) { try DualEncoderFolder.open($0) }
    var duals = [dual].compactMap(\.self)
    for name in Set(experts.compactMap(\.card.dual)).sorted()
    where !duals.contains(where: { $0.name == name }) {
      if let other = load(name, for: .dual, { try DualEncoderFolder.open($0) }) {
        duals.append(other)
      }
    }
    var sources: [RegionSource] = []
    var missing: Set<String> = []
    for name in experts.compactMap(\.card.grid) where !missing.contains(name) {
      guard !sources.contains(where: { $0.name == name }) else { continue }
      if let source = load(name, for: .regions, { try RegionSource(folder: $0) }) {
        sources.append(source)
      } else {
        missing.insert(name)
      }
    }
    let fitting = experts.filter { fits($0, sources) && fits($0, duals) }
    for name in names {
      if let reason = failures[name] { throw NamedModelError(name: name, reason: reason) }
    }
    if let routerName, let reason = failures[routerName] {
      throw NamedModelError(name: routerName, reason: reason)
    }
    let eyes = Eyes(
      sources: sources, duals: duals, sights: fitting.flatMap(\.card.sights))
    let bundle = router.flatMap { fits($0, dual) ? $0 : nil }
    return Roster(
      folder: folder, experts: fitting, eyes: eyes, router: bundle, dualName: dual?.name,
      notices: notices)
  }

  /// Of all that was opened, what a roster uses.
  func networks(of roster: Roster) -> [OpenedNetwork] {
    // The last router that was tried is the one in use.
    let router = roster.router.flatMap { _ in opened.last { $0.use == .router } }
    return opened.filter { network in
      switch network.use {
      case .expert: roster.expert(network.name) != nil
      case .router: network == router
      case .dual, .regions: true
      }
    }
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
    for name in names where !has(name, experts) { throw noExpert(name, experts) }
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

  /// What is wrong with a name that is no expert's.
  private func noExpert(_ name: String, _ experts: [String]) -> any Error {
    let known = experts + outside.map(\.name)
    let advice = known.isEmpty ? "train one" : "name one of \(known.joined(separator: ", "))"
    func missing(_ more: String) -> ModelFolderError {
      ModelFolderError(
        folder: folder, problem: "has no expert \(VisibleText.name(name))" + more, advice: advice)
    }
    if name.contains("/") { return missing(": a name is meant, not a path") }
    guard FileManager.default.fileExists(atPath: folder + "/" + name) else { return missing("") }
    let contents = FolderContents(folder + "/" + name)
    if case .damaged(let reason) = contents {
      return NamedModelError(name: name, reason: reason)
    }
    return missing(": the folder of that name \(contents.sentence)")
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

  /// A model by its name; nil with a notice where it cannot be used.
  private mutating func attempt<T>(
    _ name: String?, for use: OpenedNetwork.Use, _ open: (String) throws -> T
  ) -> T? {
    guard let name else { return nil }
    let result = load(name, for: use, open)
    if result == nil, let reason = failures[name] { notices.append(reason) }
    return result
  }

  /// The same without a notice: the reason is kept for those that need the model.
  private mutating func load<T>(
    _ name: String, for use: OpenedNetwork.Use, _ open: (String) throws -> T
  ) -> T? {
    // Names come from config.json files of strangers.
    guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/") else {
      failures[name] =
        "\(folder): a model names \(name.prefix(80).debugDescription), which is no folder beside it"
      return nil
    }
    // A published encoder names no system.
    if let absence = ModelFolder.absence(of: folder + "/" + name) {
      failures[name] = ModelFolderError(folder: folder + "/" + name, problem: absence).description
      return nil
    }
    do {
      let census = Precision.Census()
      let model = try Precision.Census.$current.withValue(census) {
        try open(folder + "/" + name)
      }
      if Precision.ofOpening != .float32 {
        opened.append(OpenedNetwork(name: name, use: use, folder: folder + "/" + name, census))
      }
      return model
    } catch {
      failures[name] = "\(error)"
      return nil
    }
  }

  /// An expert that cannot be used without a model beside it.
  private mutating func leaveOut(_ expert: any Expert, for name: String, named option: String) {
    var cause = failures[name] ?? "it is not open"
    if let absence = ModelFolder.absence(of: folder + "/" + name) {
      cause = "\(folder)/\(VisibleText.name(name)) \(absence)"
      // A link that leads nowhere brings its own advice.
      if !absence.contains(";") {
        cause += "; copy the folder there that was named with \(option) when it was trained"
      }
    }
    let reason =
      "\(expert.name) sees with \(VisibleText.name(name)), which must stand beside it: \(cause)"
    notices.append(reason)
    failures[expert.name] = reason
  }

  /// Whether an expert can see what it looks at; else there is a notice.
  private mutating func fits(_ expert: any Expert, _ sources: [RegionSource]) -> Bool {
    guard let name = expert.card.grid else { return true }
    guard let given: Int = sources.first(where: { $0.name == name })?.shape[1] else {
      leaveOut(expert, for: name, named: FolderOption.pictures.rawValue)
      return false
    }
    guard let wanted = expert.card.regionSize, given != wanted else { return knows(expert, name) }
    let reason =
      "\(expert.name) expects regions of \(wanted) numbers and \(name) gives \(given); train it "
      + "with this encoder"
    notices.append(reason)
    failures[expert.name] = reason
    return false
  }

  /// Whether an expert's encoder of text and picture is there; else there is a notice.
  private mutating func fits(_ expert: any Expert, _ duals: [any DualEncoding]) -> Bool {
    guard let name = expert.card.dual else { return true }
    guard duals.contains(where: { $0.name == name }) else {
      leaveOut(expert, for: name, named: FolderOption.dual.rawValue)
      return false
    }
    return knows(expert, name)
  }

  /// Whether what an expert sees with has the weights that it was trained with; else there is a
  /// notice.
  private mutating func knows(_ expert: any Expert, _ name: String) -> Bool {
    let own = URL(fileURLWithPath: folder).standardizedFileURL.path + "/" + expert.name
    guard ModelFolder.hasOtherWeights(own, of: name) else { return true }
    let reason =
      "\(expert.name) was trained with other weights than \(folder)/\(VisibleText.name(name)) "
      + "holds; put those back, or train it with these"
    notices.append(reason)
    failures[expert.name] = reason
    return false
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
