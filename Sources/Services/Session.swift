import Annotations
import Corpora
import Extractors
import Foundation
import Inspection
import Queries
import Routing
import Screen
import Settings
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
  /// Where steps are appended; nil where nothing is kept.
  package let store: (any StepStore)?
  /// Where the store is, and why there.
  package let location: StoreLocation
  /// What earlier sessions did.
  package let history: EditHistory
  /// The folder of models, nil when there is none.
  package let models: ModelFolderChoice
  /// The queries that were given names.
  package let savedQueries: SavedQueries
  /// The what-ifs that were given names.
  package let savedWhatIfs: [SavedWhatIf]
  /// Where the annotator stopped the last time; nil the first time, and where that is not wanted.
  package let stopped: PlaceMemory.Kept?
  /// What the posts are opened for, where edits are not kept.
  private let exercise: Exercise?
  /// Which labels are probably wrong; nil where nobody ranked them.
  package let suspicion: SuspicionRanking?
  /// Who is to label each post, by its id; nil where nobody shared the posts out.
  private let assignees: Assignees?
  /// The query of the list at the start; nil where all posts are listed.
  private let listed: String?
  /// Whether any post may have a picture.
  private let hasPictures: Bool
  /// What of the annotations does not fit, or is damaged.
  private let storeFindings: [StoreFinding]
  /// What is unusual about dataset or annotations, for the first status line.
  package let notices: [Notice]

  private enum Exercise: Sendable {
    case practice(Practice)
    case lesson(Lesson)
    case replay(Replay)

    /// The posts as they are shown; nil where they are as their files have them.
    var posts: [Post]? {
      switch self {
      case .practice(let practice): practice.posts
      case .lesson(let lesson): lesson.posts
      case .replay: nil
      }
    }
  }

  /// A sentence, and whether something is wrong.
  package struct Notice: Sendable, Hashable {
    private let first: String
    /// Whether something is wrong.
    package let isWarning: Bool
    private let others: [String]

    /// - Parameter others: more of the kind, which are counted only.
    init(text: String, isWarning: Bool, others: some Sequence<String> = []) {
      first = text
      self.isWarning = isWarning
      self.others = Array(others)
    }

    /// The first of its sentences, and how many more there are.
    package var text: String { sentence("") }

    /// The same where `:findings` lists them.
    package var told: String { sentence("; :findings lists them") }

    /// All of its sentences.
    var all: [String] { [first] + others }

    private func sentence(_ place: String) -> String {
      others.isEmpty ? first : "\(first) (and \(others.count) more\(place))"
    }
  }

  /// Opens dataset and store.
  /// - Throws: `CorporaError`, `StoreError`, `SessionError`, `Lesson.Failure`.
  package init(_ options: SessionOptions, shared: SharedFiles = SharedFiles()) throws {
    self.shared = shared
    let path = try Self.path(options, shared)
    var options = options
    // A folder that was named must hold models; the default one may be empty.
    if let named = options.models { try ModelsFolder.check(named) }
    let found = try Dataset.open(
      path, images: options.images, strict: options.strict, encoding: options.encoding)
    location = try StoreLocation.resolve(dataset: found, explicit: options.store)
    let ignored = options.settings.take(datasetIn: found.root)
    self.options = options
    var findings: [String]
    var isSame = true
    if let wish = options.exercise {
      let exercise: Exercise
      (exercise, findings) = try Self.exercise(wish, found, location)
      (self.exercise, store, history) = (exercise, nil, EditHistory())
      storeFindings = []
      dataset = exercise.posts.map(found.replacing) ?? found
    } else if options.onlyReads {
      let stored = try StoredAnnotations(at: location, over: found)
      (exercise, store, history) = (nil, nil, stored.history)
      (findings, storeFindings) = (stored.findings.map(\.description), stored.findings)
      dataset = found
    } else {
      let stored = try AnnotationStore.open(location, over: found)
      (exercise, store, history) = (nil, stored.store, stored.history)
      (findings, storeFindings) = (stored.findings.map(\.description), stored.findings)
      dataset = found
      do {
        isSame = try stored.store.noteOpening(of: dataset)
      } catch let error as StoreError {
        // A full disk need not keep a person from looking.
        findings.insert("edits may not be saved: \(error)", at: 0)
      }
    }
    models = ModelFolderChoice(options: options, dataset: dataset, shared: shared)
    if let id = options.post, dataset.post(id: id) == nil {
      throw SessionError.noPost(id, nearest: dataset.posts.first?.id)
    }
    let saved = try? SavedQueriesFile(of: dataset).read()
    savedQueries = saved?.queries ?? SavedQueries()
    do throws(WhatIfFileError) {
      savedWhatIfs = try WhatIfFile(besideStore: location.workPath).read()
    } catch {
      savedWhatIfs = []
      findings.append(error.description)
    }
    stopped =
      options.resumes && options.exercise == nil
      ? PlaceMemory(dataset, location, annotator: options.annotator).read() : nil
    // What cannot be read of them is no reason not to label.
    do { suspicion = try SuspicionRanking.reading(besideStore: location.workPath) } catch {
      suspicion = nil
      findings.append("\(error)")
    }
    do { assignees = try Assignees(of: found) } catch {
      assignees = nil
      findings.append("\(error)")
    }
    // Who goes to a post, or comes back to a list, is not sent elsewhere.
    let isFree = options.post == nil && options.exercise == nil && stopped?.place?.query == nil
    listed = isFree ? assignees?.query(for: options.annotator) : nil
    var notices = Self.notices(
      dataset, findings: findings, isSame: isSame, store == nil ? nil : location)
    if let problems = saved?.problems, let first = problems.first {
      notices.append(Notice(text: first, isWarning: true, others: problems.dropFirst()))
    }
    notices += Self.notices(ignored)
    notices += UnreadWords.notices(history, of: dataset, since: stopped, for: options.annotator)
    let pictures = dataset.pictures
    hasPictures = pictures.mayBeThere
    if pictures.areNamed, !pictures.mayBeThere {
      notices.append(
        Notice(
          text: "posts name pictures, and none is there; --images DIR names their folder",
          isWarning: false))
    }
    if listed != nil { notices.append(Notice(text: Assignees.notice, isWarning: false)) }
    self.notices = notices
  }

  /// An exercise over a dataset, and what is unusual about its annotations. Nothing is written.
  private static func exercise(
    _ wish: SessionOptions.Exercise, _ dataset: Dataset, _ location: StoreLocation
  ) throws -> (Exercise, findings: [String]) {
    switch wish {
    case .practice:
      let stored = try StoredAnnotations(at: location, over: dataset)
      return (
        .practice(Practice(hiding: dataset.posts.map(stored.history.annotated))),
        stored.findings.map(\.description)
      )
    case .lesson(let first): return (.lesson(try Lesson(over: dataset.posts, from: first)), [])
    case .tour(let file, let first, let isPresented):
      return (
        .lesson(
          try Lesson(
            try file.fitting(dataset), over: dataset.posts, from: first, isPresented: isPresented)),
        []
      )
    case .replay(let speed):
      let played = try PlayedStore(location.path, over: dataset)
      return (.replay(Replay(played.steps, speed: speed)), played.findings.map(\.description))
    }
  }

  /// Where the answers of models and retrained routers are kept; nil where nothing is.
  package var workPath: String? {
    switch options.exercise {
    case .lesson, .tour, .replay: nil
    case .practice, nil: location.workPath
    }
  }

  /// The dataset to open: the one that was named, else the embedded sample.
  /// - Throws: `SessionError.noSample`.
  package static func path(_ options: SessionOptions, _ shared: SharedFiles) throws -> String {
    if let named = options.dataset { return named }
    guard let sample = shared.sample else { throw SessionError.noSample(shared.reason) }
    return sample
  }

  private static func notices(
    _ dataset: Dataset, findings: [String], isSame: Bool, _ location: StoreLocation?
  ) -> [Notice] {
    var notices: [Notice] = []
    if let first = findings.first {
      notices.append(Notice(text: first, isWarning: true, others: findings.dropFirst()))
    } else if !isSame {
      notices.append(
        Notice(
          text: "the dataset's files changed since they were annotated; every edit still fits",
          isWarning: false))
    }
    let malformed = dataset.findings.filter { $0.severity == .malformed }
    if let first = malformed.first {
      notices.append(
        Notice(text: "\(first)", isWarning: true, others: malformed.dropFirst().map { "\($0)" }))
    }
    let passedOver = dataset.findings.filter { $0.isPassedOver && $0.severity != .malformed }
    if let first = passedOver.first {
      notices.append(
        Notice(text: "\(first)", isWarning: true, others: passedOver.dropFirst().map { "\($0)" }))
    }
    if let location, location.reason == .stateFolder {
      notices.append(
        Notice(
          text: (location.unwritable.map {
            "\($0) cannot be written; its edits are shown, new ones go"
          } ?? "the dataset's folder cannot be written; edits go") + " to \(location.path)",
          isWarning: false))
    }
    return notices
  }

  /// What of a dataset's own settings file is not taken.
  private static func notices(_ ignored: [SettingError]) -> [Notice] {
    guard let first = ignored.first else { return [] }
    return [
      Notice(text: "\(first)", isWarning: true, others: ignored.dropFirst().map { "\($0)" })
    ]
  }

  /// The names of what was opened, and what queries ask of posts.
  var opened: WorkbenchState.Opened {
    var opened = WorkbenchState.Opened(
      dataset: dataset.name, store: location.name, types: dataset.labelInventory,
      relations: dataset.relationLabels, reading: dataset.reading,
      hasModels: models.hasModels || options.hasOutsideExperts,
      hasRouter: models.hasRouter, trainsAutomatically: options.trainsAutomatically,
      annotator: options.annotator)
    opened.expert = options.experts.count == 1 ? options.experts[0] : nil
    opened.lowPrecision = options.precision == .float32 ? nil : options.precision
    opened.guidelines = dataset.guidelines
    opened.hasPictures = hasPictures
    opened.lacksPlace = { [dataset] in dataset.lacksPlace(for: $1, insteadOf: $0) }
    opened.settings = options.settings
    opened.lastSeen = stopped?.seen
    let said = notices.flatMap(\.all)
    let known = Set(said)
    opened.notices = said + dataset.findings.lazy.map { "\($0)" }.filter { !known.contains($0) }
    opened.findings = dataset.findingsByPost.mapValues { $0.map { "in the file, " + $0.sentence } }
    for finding in storeFindings {
      if let post = finding.post { opened.findings[post, default: []].append("\(finding)") }
    }
    if exercise == nil {
      opened.suspicion = suspicion
      if let suspicion {
        opened.suspicionOf = { post in
          suspicion.isCurrent(post) == true ? suspicion.score(of: post.id).map { Float($0) } : nil
        }
      }
      opened.assigneesOf = assignees?.names(for: options.annotator)
    }
    if exercise != nil { forget(&opened) }
    return opened
  }

  /// The workbench over this session, as large as the screen.
  /// - Throws: `SessionError`, `KeymapError`, `ThemeError`.
  package func workbench(size: Size, look: Look) throws -> WorkbenchState {
    var state = WorkbenchState(
      opened: opened, posts: dataset.posts, index: dataset.index, history: history, size: size,
      keymap: try keymap(), look: look)
    state.savedQueries = savedQueries
    state.savedWhatIfs = savedWhatIfs
    if let post = options.post {
      _ = state.open(post: post)
    } else if let place = stopped?.place {
      state.resume(at: place)
    }
    if let listed { state.list(listed) }
    switch exercise {
    case .practice(let practice): state.begin(practice)
    case .lesson(let lesson): state.begin(lesson)
    case .replay(let replay): state.begin(replay)
    case nil: break
    }
    return state
  }

  /// Leaves out what edits that are not kept have no use for, and what would tell hidden labels.
  private func forget(_ opened: inout WorkbenchState.Opened) {
    opened.keepsEdits = false
    opened.store = "memory, and are gone with the program"
    opened.findings = [:]
    // What is wrong with labels tells them.
    opened.notices = notices.flatMap(\.all)
    opened.lacksPlace = { _, _ in nil }
    switch options.exercise {
    case .lesson:
      opened.dataset = "lesson"
      opened.hasValues = false
    case .replay: opened.store = "\(location.name), which is only read"
    case .practice, .tour, nil: break
    }
  }

  private func keymap() throws -> Keymap {
    try Self.keymap(options, types: dataset.labelInventory)
  }

  /// The standard keys, over them those of the person's own settings file, over them those of a
  /// keymap file.
  /// - Throws: `SessionError`, `KeymapError`.
  package static func keymap(_ options: SessionOptions, types: [EntityType]) throws -> Keymap {
    var map = Keymap.standard(types: types)
    if let own = options.ownKeys {
      map = try Keymap.parse(own.text, file: own.file, types: types, over: map, isForAll: true)
    }
    guard let path = options.keymap, let entry = options.settings[.keymap] else { return map }
    // A file that was named for this dataset must fit it.
    let isForAll = entry.source.strength < SettingSource.option("").strength
    return try Keymap.parse(
      try text(of: path), file: path, types: types, over: map, isForAll: isForAll)
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

  static func text(of path: String) throws -> String {
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
