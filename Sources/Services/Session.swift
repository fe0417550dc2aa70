import Annotations
import Corpora
import Extractors
import Foundation
import Inspection
import Routing
import Screen
import Workbench

/// A dataset that was opened to be worked on: its posts, its annotations and how things look.
///
/// A value; the store is the only part that stays open. Models are loaded later, by
/// `InferenceService`, so that the first frame need not wait for them.
package struct Session: Sendable {
  /// What was asked for.
  package let options: SessionOptions
  /// Where the program's own files are.
  package let shared: SharedFiles
  /// The posts as their files have them.
  package let dataset: Dataset
  /// Where steps are appended.
  package let store: AnnotationStore
  /// Where the store is, and why there.
  package let location: StoreLocation
  /// What earlier sessions did.
  package let history: EditHistory
  /// The folder of models, nil when there is none.
  package let models: ModelFolderChoice
  /// What is unusual about dataset or annotations, for the first status line.
  package let notices: [Notice]

  /// A sentence, and whether something is wrong.
  package struct Notice: Sendable, Hashable {
    /// The sentence.
    package let text: String
    /// Whether something is wrong.
    package let isWarning: Bool
  }

  /// Opens dataset and store.
  /// - Throws: `CorporaError`, `StoreError`, `SessionError`.
  package init(_ options: SessionOptions, shared: SharedFiles = SharedFiles()) throws {
    self.options = options
    self.shared = shared
    let path = try Self.path(options, shared)
    // A folder that was named must hold models; the default one may be empty.
    if let named = options.models { try ModelsFolder.check(named) }
    dataset = try Dataset.open(
      path, images: options.images, strict: options.strict, encoding: options.encoding)
    location = try StoreLocation.resolve(dataset: dataset, explicit: options.store)
    let stored = try AnnotationStore.open(location, over: dataset)
    store = stored.store
    history = stored.history
    var findings = stored.findings.map(\.description)
    var isSame = true
    do {
      isSame = try store.noteOpening(of: dataset)
    } catch let error as StoreError {
      // A full disk need not keep a person from looking.
      findings.insert("edits may not be saved: \(error)", at: 0)
    }
    models = ModelFolderChoice(options: options, dataset: dataset, shared: shared)
    if let id = options.post, dataset.post(id: id) == nil {
      throw SessionError.noPost(id, nearest: dataset.posts.first?.id)
    }
    notices = Self.notices(
      dataset, findings: findings, isSame: isSame, location)
  }

  /// The dataset to open: the one that was named, else the embedded sample.
  /// - Throws: `SessionError.noSample`.
  package static func path(_ options: SessionOptions, _ shared: SharedFiles) throws -> String {
    if let named = options.dataset { return named }
    guard let sample = shared.sample else { throw SessionError.noSample(shared.reason) }
    return sample
  }

  private static func notices(
    _ dataset: Dataset, findings: [String], isSame: Bool, _ location: StoreLocation
  ) -> [Notice] {
    var notices: [Notice] = []
    func more(_ count: Int) -> String { count > 1 ? " (and \(count - 1) more)" : "" }
    if let first = findings.first {
      notices.append(Notice(text: first + more(findings.count), isWarning: true))
    } else if !isSame {
      notices.append(
        Notice(
          text: "the dataset's files changed since they were annotated; every edit still fits",
          isWarning: false))
    }
    let malformed = dataset.findings.filter { $0.severity == .malformed }
    if let first = malformed.first {
      notices.append(Notice(text: "\(first)\(more(malformed.count))", isWarning: true))
    }
    let passedOver = dataset.findings.filter { $0.isPassedOver && $0.severity != .malformed }
    if let first = passedOver.first {
      notices.append(Notice(text: "\(first)\(more(passedOver.count))", isWarning: true))
    }
    if location.reason == .stateFolder {
      notices.append(
        Notice(
          text: (location.unwritable.map {
            "\($0) cannot be written; its edits are shown, new ones go"
          } ?? "the dataset's folder cannot be written; edits go") + " to \(location.path)",
          isWarning: false))
    }
    return notices
  }

  /// The workbench over this session, as large as the screen.
  /// - Throws: `SessionError`, `KeymapError`, `ThemeError`.
  package func workbench(size: Size, look: Look) throws -> WorkbenchState {
    var opened = WorkbenchState.Opened(
      dataset: dataset.name, store: location.path, types: dataset.labelInventory,
      relations: dataset.relationLabels, reading: dataset.reading,
      hasModels: models.hasModels || options.hasOutsideExperts,
      hasRouter: models.hasRouter, trainsAutomatically: options.trainsAutomatically,
      annotator: options.annotator)
    opened.lacksPlace = { [dataset] in dataset.lacksPlace(for: $1, insteadOf: $0) }
    opened.findings = dataset.findingsByPost.mapValues { $0.map { "in the file, " + $0.sentence } }
    var state = WorkbenchState(
      opened: opened, posts: dataset.posts, history: history, size: size, keymap: try keymap(),
      look: look)
    if let post = options.post { _ = state.open(post: post) }
    return state
  }

  private func keymap() throws -> Keymap? {
    guard let path = options.keymap else { return nil }
    return try Keymap.parse(
      try Self.text(of: path), file: path, types: dataset.labelInventory)
  }

  /// The theme that was asked for, else one for the background.
  /// - Throws: `SessionError`, `ThemeError`.
  package static func theme(
    _ options: SessionOptions, _ shared: SharedFiles, suggested: Theme
  ) throws -> Theme {
    guard let name = options.theme else { return suggested }
    if name.contains("/") || name.hasSuffix(".toml") {
      return try Theme(toml: try text(of: name), file: name)
    }
    if let path = shared.theme(name) { return try Theme(toml: try text(of: path), file: path) }
    guard let theme = Theme.builtIn(name) else { throw SessionError.noTheme(name) }
    return theme
  }

  private static func text(of path: String) throws -> String {
    // Without O_NONBLOCK a pipe would be waited for, and a device may never end.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw SessionError.unreadable(path) }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var info = stat()
    guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      throw SessionError.notAFile(path)
    }
    // A theme or keymap is a page of text; anything larger is something else.
    guard let data = try? handle.read(upToCount: 1 << 20) else {
      throw SessionError.unreadable(path)
    }
    return String(decoding: data, as: UTF8.self)
  }
}

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
