import Annotations
import Corpora
import Extractors
import Foundation
import Inspection
import Routing
import Tensors

/// How every command opens models over a dataset and its annotations: the experts, the regions that
/// they look at, and the router, in place of which one that was retrained on this store's
/// corrections is taken.
public struct ModelOpening: Sendable {
  /// The folder of model folders.
  public var folder: String
  /// What the router should route for; nil: what the dataset is mainly about.
  public var task: ExpertTask?
  /// Name of a router folder.
  public var router: String?
  /// Names of experts' folders; none: the folder's own list, or what the router was trained with.
  public var experts: [String] = []
  /// Files of regions.
  public var boxes: [String] = []
  /// Whether regions that tell the labels may be used.
  public var regions = RegionPermission.labelFree
  /// Whether regions that cannot be used become a notice: experts that look at none still answer.
  public var toleratesRegions = false
  /// The store's file; nil: retrained routers are left alone.
  public var store: String?

  /// Models of a folder, with everything else as it is found.
  public init(folder: String) { self.folder = folder }

  /// The same choices as a session's.
  public init(folder: String, _ options: SessionOptions, store: String) {
    self.folder = folder
    (router, experts, boxes, regions) = (
      options.router, options.experts, options.boxes, options.regions
    )
    self.store = store
  }

  /// Opens what was chosen. What cannot be used becomes a notice of the models.
  ///
  /// - Throws: `ModelFolderError` for a folder or name that is not there, and what opening regions
  ///   throws.
  public func open(for dataset: Dataset) throws -> Roster {
    var models = try Roster.open(
      folder, for: task ?? dataset.mainTask, router: router, experts: experts)
    do {
      try models.openBoxes(boxes, for: dataset, permission: regions)
    } catch  where toleratesRegions {
      models = models.noting("\(error)")
    }
    guard let store, let router = models.router else { return models }
    switch RetrainedRouter(store: store, base: router).read() {
    case .none: return models
    case .router(let retrained): return models.replacing(router: retrained)
    case .unusable(let notice): return models.noting(notice)
    }
  }
}

/// The router that was retrained on the corrections of one store, beside that store and no other:
/// `annotations.sqlite.routers/NAME-FINGERPRINT`, the fingerprint being that of the router that it
/// was retrained from.
public struct RetrainedRouter: Sendable {
  /// Where it is, or would be.
  public let folder: String
  private let base: RouterBundle

  /// The place of what `base` becomes with the corrections of a store.
  public init(store: String, base: RouterBundle) {
    // The name comes from a stranger's file and must not lead anywhere else.
    let name = base.configuration.name.map {
      $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_"
    }
    folder = "\(store).routers/\(String(name).prefix(60))-\(base.baseFingerprint)"
    self.base = base
  }

  /// What is there.
  public enum Found: Sendable {
    case none
    case router(RouterBundle)
    /// Something that cannot be used, with the reason and what to do.
    case unusable(String)
  }

  /// Reads it.
  public func read() -> Found {
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
