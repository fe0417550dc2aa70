import Corpora
import Extractors
import Foundation
import Inspection
import Routing

/// Which folder of models a session uses, and what its names promise before anything is loaded.
package struct ModelFolderChoice: Sendable, Hashable {
  /// The folder, nil when there is none.
  package let folder: String?
  /// Names of its model folders.
  package let names: [String]
  /// Of these, the routers.
  package let routers: [String]

  /// The rule of ARCHITECTURE, "Models": `--models`, else the dataset's own `models/`, else the
  /// shared ones.
  package init(options: SessionOptions, dataset: Dataset, shared: SharedFiles) {
    self.init(
      named: options.models, root: dataset.root, shared: shared, isWanted: !options.withoutModels)
  }

  /// The same for a folder that was named, a dataset's root and the shared files; none at all when
  /// no models are wanted.
  package init(named: String?, root: String?, shared: SharedFiles, isWanted: Bool = true) {
    let own = root.flatMap { Dataset.ownModels(root: $0) }
    folder = isWanted ? named ?? own ?? shared.models : nil
    guard let folder else {
      names = []
      routers = []
      return
    }
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    names = entries.sorted().filter {
      FileManager.default.fileExists(atPath: folder + "/\($0)/config.json")
    }
    routers = names.filter {
      (try? ModelFolder.system(of: folder + "/" + $0)) == RouterBundle.system
    }
  }

  /// Whether there is anything to load.
  package var hasModels: Bool { !names.isEmpty }
  /// Whether one of them is a router.
  package var hasRouter: Bool { !routers.isEmpty }
}
