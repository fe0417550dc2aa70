import Corpora
import Encoders
import Extractors
import Foundation
import Routing
import Tensors

/// The models at work: a text expert, a multimodal expert, the router between them, and
/// the encoders that they see pictures with.
///
/// A value: the workbench's queues share it without locks, and a retrained router makes a new one.
public struct ModelSet: Sendable {
  /// The folder of model folders.
  public let folder: String
  /// The router's encoder of text and picture.
  public let dual: (any DualEncoding)?
  /// The experts' picture encoder.
  public let pictures: PictureEncoderModel?
  /// The expert that reads the text alone.
  public let text: (any RoutableExpert)?
  /// The expert that looks at the picture too.
  public let multimodal: (any RoutableExpert)?
  /// The expert that names relations from the text alone; nil without a folder of its system.
  public internal(set) var textRelations: (any RoutableExpert)?
  /// The expert that names relations with the picture.
  public internal(set) var multimodalRelations: (any RoutableExpert)?
  /// What experts beside RIVA see pictures with; nil when there is none of them.
  public internal(set) var regions: RegionSource?
  /// Regions from files, for experts that look at them; nil until they are opened.
  public internal(set) var boxes: PairBoxes?
  /// What decides between them.
  public private(set) var router: RouterBundle?
  /// What could not be loaded, a sentence each.
  public private(set) var notices: [String]

  /// No models at all.
  public static func none(_ notice: String) -> ModelSet {
    ModelSet(
      folder: "", dual: nil, pictures: nil, text: nil, multimodal: nil, router: nil,
      notices: [notice])
  }

  init(
    folder: String, dual: (any DualEncoding)?, pictures: PictureEncoderModel?,
    text: (any RoutableExpert)?, multimodal: (any RoutableExpert)?,
    router: RouterBundle?, notices: [String]
  ) {
    self.folder = folder
    self.dual = dual
    self.pictures = pictures
    self.text = text
    self.multimodal = multimodal
    self.router = router
    self.notices = notices
  }

  /// Opens a folder of model folders.
  ///
  /// The router decides which experts belong together; a system named by the caller replaces the
  /// expert of its kind, and the router is then left out unless it was trained with it. A broken
  /// folder becomes a notice, so that the rest can be used.
  ///
  /// - Parameters:
  ///   - task: what the posts are mainly about; a router for it is preferred.
  ///   - router: name of a router folder; nil takes `rds`, else the first there is for the task.
  ///   - system: name of an expert folder.
  /// - Throws: `ModelFolderError` when the folder or a named model is missing.
  public static func open(
    _ folder: String, for task: ExpertTask = .entities, router routerName: String? = nil,
    system: String? = nil
  ) throws -> ModelSet {
    try ModelsFolder.check(folder)
    let catalog = try ModelCatalog(folder: folder)
    var notices = catalog.notices
    func attempt<T>(_ name: String?, _ load: (String) throws -> T) throws -> T? {
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
    let experts = catalog.systems.filter { ExpertFolder.systems.contains($0.value) }.keys.sorted()
    if let system, !experts.contains(system) {
      throw ModelFolderError(
        folder: folder,
        problem: "has no expert \(system)",
        advice: experts.isEmpty ? "train one" : "name one of \(experts.joined(separator: ", "))")
    }
    if let routerName, catalog.systems[routerName] != RouterBundle.system {
      throw ModelFolderError(
        folder: folder, problem: "has no router \(routerName)",
        advice: catalog.routers.isEmpty
          ? "train one" : "name one of \(catalog.routers.joined(separator: ", "))")
    }
    var router = try attempt(routerName ?? catalog.router(for: task)) {
      try RouterBundle(folder: $0)
    }
    let routed = router?.configuration
    let routesRelations = routed?.task == .relations
    var textName =
      (routesRelations ? nil : routed?.textExpert) ?? catalog.first(ofAny: Self.textSystems)
    var multimodalName =
      (routesRelations ? nil : routed?.multimodalExpert)
      ?? catalog.first(ofAny: Self.multimodalSystems)
    var relationNames = [routed?.textExpert, routed?.multimodalExpert].map {
      routesRelations ? $0 : nil
    }
    if let system {
      switch catalog.systems[system] {
      case let known? where Self.textSystems.contains(known): textName = system
      case let known? where Self.multimodalSystems.contains(known): multimodalName = system
      case MTBModel.system: relationNames[0] = system
      case MEGALiteModel.system: relationNames[1] = system
      default:
        throw ModelFolderError(
          folder: folder + "/" + system, problem: "is not an expert and cannot be a --system")
      }
      let (wantedText, wantedMultimodal) =
        routesRelations ? (relationNames[0], relationNames[1]) : (textName, multimodalName)
      if let known = router?.configuration,
        known.textExpert != wantedText || known.multimodalExpert != wantedMultimodal
      {
        let fitting = catalog.router(text: wantedText, multimodal: wantedMultimodal)
        if routerName == nil, let fitting {
          router = try attempt(fitting) { try RouterBundle(folder: $0) }
        } else {
          router = nil
          notices.append(
            "the router \(known.name) was trained with \(known.textExpert) and "
              + "\(known.multimodalExpert), so it is left out")
        }
      }
    }
    let text = try attempt(textName) { try ExpertFolder.open($0) }
    let multimodal = try attempt(multimodalName) { try ExpertFolder.open($0) }
    let dual = try attempt(
      router?.configuration.encoder ?? catalog.first(of: DualEncoderModel.system)
    ) { try DualEncoderFolder.open($0) }
    // RIVA sees by this program's own picture encoder, or by a published one as the others do.
    let isRIVA =
      multimodal is ExpertModel
      && catalog.systems[multimodal?.pictures ?? ""] == PictureEncoderModel.system
    let pictures = try attempt(isRIVA ? multimodal?.pictures : nil) {
      try PictureEncoderModel(folder: $0)
    }
    let relations = try zip([MTBModel.system, MEGALiteModel.system], relationNames).map {
      system, name in
      try attempt(name ?? catalog.first(of: system)) { try ExpertFolder.open($0) }
    }
    // The routed expert's picture encoder comes first; whoever sees by another is left out.
    let tagger = isRIVA ? nil : multimodal
    let seeing = (routesRelations ? [relations[1], tagger] : [tagger, relations[1]])
      .compactMap(\.self)
    let source = try attempt(seeing.first?.pictures) { try RegionSource(folder: $0) }
    let blind = seeing.filter { $0.pictures != seeing.first?.pictures }
    for expert in blind {
      notices.append(
        "\(expert.name) sees pictures by \(expert.pictures ?? "") and "
          + "\(seeing.first?.name ?? "") by \(source?.name ?? ""), so \(expert.name) is left out; "
          + "open it from another folder")
    }
    func isUsed(_ expert: (any RoutableExpert)?) -> Bool {
      !blind.contains { $0.name == expert?.name }
    }
    var opened = ModelSet(
      folder: folder, dual: dual, pictures: pictures, text: text,
      multimodal: isUsed(multimodal) ? multimodal : nil, router: router, notices: notices)
    opened.regions = source
    var set = fitting(opened)
    set.textRelations = relations[0]
    set.multimodalRelations = isUsed(relations[1]) ? relations[1] : nil
    set.regions = source
    return set
  }

  /// The set without what does not fit together, each with a notice.
  private static func fitting(_ set: ModelSet) -> ModelSet {
    var notices = set.notices
    var (multimodal, router) = (set.multimodal, set.router)
    if let expert = multimodal as? ExpertModel, let size = expert.configuration.riva?.regionSize {
      let given = set.pictures?.regionShape[1] ?? set.regions?.shape[1]
      if given != size {
        notices.append(
          "\(expert.name) expects regions of \(size) numbers and "
            + (given.map { "\(expert.pictures ?? "") gives \($0)" } ?? "has no picture encoder")
            + "; train it with this encoder")
        multimodal = nil
      }
    }
    if let known = router?.configuration {
      let given = set.dual?.dimensions
      if given != known.dimensions {
        notices.append(
          "the router \(known.name) expects embeddings of \(known.dimensions) numbers and "
            + (given.map { "\(set.dual?.name ?? "") gives \($0)" } ?? "has no dual encoder")
            + "; train it with this encoder")
        router = nil
      } else if let trained = known.encoderFingerprint, let have = set.dual?.fingerprint,
        trained != have
      {
        notices.append(
          "the router \(known.name) was trained with other weights than \(set.folder)/"
            + "\(known.encoder) holds; put those back, or train it with these")
        router = nil
      }
    }
    return ModelSet(
      folder: set.folder, dual: set.dual, pictures: set.pictures, text: set.text,
      multimodal: multimodal, router: router, notices: notices)
  }

  /// What the router routes for.
  public var task: ExpertTask { router?.configuration.task ?? .entities }

  /// The experts that the router chooses between, the text expert first.
  public var routed: (text: (any RoutableExpert)?, multimodal: (any RoutableExpert)?) {
    task == .relations ? (textRelations, multimodalRelations) : (text, multimodal)
  }

  /// What must stand beside every number made with an expert: that it was trained with leaking
  /// regions, or is given some; nil when nothing.
  public func mark(of expert: any RoutableExpert) -> String? {
    expert.mark ?? (expert.needsBoxes ? boxes?.mark : nil)
  }

  /// This set with one more notice.
  public func noting(_ notice: String) -> ModelSet {
    var result = self
    result.notices.append(notice)
    return result
  }

  /// This set with another router.
  public func replacing(router: RouterBundle) -> ModelSet {
    var result = self
    result.router = router
    return result
  }

  /// Whether there is anything to show beside the labels.
  public var isEmpty: Bool {
    text == nil && multimodal == nil && textRelations == nil && multimodalRelations == nil
  }

  /// Systems of text experts for entities, the first found being taken.
  static let textSystems = [ExpertModel.System.text, BERTCRFModel.system]
  /// Systems of multimodal experts for entities.
  static let multimodalSystems = [ExpertModel.System.riva, UMTModel.system, MAFModel.system]
}

/// What a folder of model folders holds, by name.
struct ModelCatalog {
  let folder: String
  /// System by folder name.
  let systems: [String: String]
  let notices: [String]

  init(folder: String) throws {
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
        // A published encoder beside the experts that stand on it is no expert.
        if (try? EncoderFolder(path)) == nil { notices.append("\(error)") }
      }
    }
    self.systems = systems
    self.notices = notices
  }

  var routers: [String] { names(of: RouterBundle.system) }

  /// The router for a task: `rds`, else the first; one for another task where there is none.
  func router(for task: ExpertTask) -> String? {
    let fitting = routers.filter { routed($0)?.task ?? .entities == task }
    let known = fitting.isEmpty ? routers : fitting
    return known.contains("rds") ? "rds" : known.first
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

  /// The router trained with exactly these experts.
  func router(text: String?, multimodal: String?) -> String? {
    routers.first { name in
      guard let known = routed(name) else { return false }
      return known.textExpert == text && known.multimodalExpert == multimodal
    }
  }
}
