import Annotations
import Corpora
import Dispatch
import Files
import Foundation
import Synchronization
import Tensors
import Workbench

/// Where an annotator stopped in a dataset, and what was seen until then: a small file for each
/// dataset, store and annotator in `$XDG_STATE_HOME/twinlens/places`, the latest thousand of them.
/// A file that cannot be read or written changes nothing else.
package struct PlaceMemory: Sendable, Hashable {
  /// The file; nothing need be there.
  package let path: String
  private let annotator: String

  /// What is kept.
  package struct Kept: Sendable, Hashable, Codable {
    /// Of the file's form.
    package var version = Self.version
    /// Whose it is: names that differ can have one file name.
    package var annotator: String
    /// Nil where no post was on screen.
    package var place: StoppingPlace?
    /// The last step of the store that was in the history then.
    package var seen: Int64
    /// When that was, in milliseconds since 1970.
    package var time: Int64

    static let version = 1

    package init(annotator: String, place: StoppingPlace?, seen: Int64, time: Int64) {
      (self.annotator, self.place, self.seen, self.time) = (annotator, place, seen, time)
    }

    /// Whether it can have been written here.
    func isPlausible(for annotator: String) -> Bool {
      version == Self.version && self.annotator == annotator && seen >= 0 && time >= 0
        && place?.isPlausible != false
    }
  }

  /// More than any file has that was written here.
  private static let mostBytes = 16_384
  /// Datasets come and go; what was not touched for longest is forgotten.
  static let mostFiles = 1_000

  /// Looks at nothing yet.
  package init(
    _ dataset: Dataset, _ location: StoreLocation, annotator: String,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.annotator = annotator
    var hash = SHA256()
    for path in [dataset.path, location.path] {
      hash.update(field: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
    }
    hash.update(field: annotator)
    // For people who look into the folder; the hash is what counts.
    func plain(_ name: String) -> String {
      String(
        name.prefix(40).map {
          $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_"
        })
    }
    path =
      "\(UserFolders.state(environment))/places/\(plain(dataset.name))-\(plain(annotator))-"
      + "\(hash.hexDigest().prefix(12)).json"
  }

  /// What is kept; nil where there is nothing that can be used.
  package func read() -> Kept? {
    guard let bytes = try? FileBytes.read(path, limit: Self.mostBytes),
      let kept = try? JSONDecoder().decode(Kept.self, from: Data(bytes)),
      kept.isPlausible(for: annotator)
    else { return nil }
    return kept
  }

  /// Keeps it, whatever is there.
  package func write(_ kept: Kept) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(kept), data.count <= Self.mostBytes else { return }
    let folder = FilePath.parent(of: path)
    let isNew = access(path, F_OK) != 0
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try? DurableFile.write(data + Data("\n".utf8), to: path)
    if isNew { Self.forgetOldest(in: folder) }
  }

  /// Removes the files that were not touched for longest, where there are too many.
  private static func forgetOldest(in folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let files = names.filter { $0.hasSuffix(".json") }.map { "\(folder)/\($0)" }
    guard files.count > mostFiles else { return }
    let times = files.map { file -> (file: String, seconds: Int) in
      var info = stat()
      return (file, lstat(file, &info) == 0 ? info.st_mtim.tv_sec : 0)
    }
    for old in times.sorted(by: { ($0.seconds, $0.file) < ($1.seconds, $1.file) })
      .prefix(files.count - mostFiles)
    { unlink(old.file) }
  }
}

/// Keeps where the person is, a few seconds after each move and at the end. The screen's thread
/// only leaves the place here.
package final class PlaceKeeper: Sendable {
  private struct State {
    var place: StoppingPlace?
    var kept: StoppingPlace?
    var isScheduled = false
    var isFinished = false
  }

  private let memory: PlaceMemory
  private let annotator: String
  /// What was seen before this session: who is stopped hard has not seen the rest.
  private let seen: Int64
  private let seconds: Double
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "twinlens.places", qos: .utility)

  /// Seconds between two writes, at least.
  private static let interval = 5.0

  /// A keeper for a session; nil where nothing is to be remembered.
  package convenience init?(_ session: Session) {
    // An exercise is no place to come back to.
    guard session.options.resumes, session.options.exercise == nil else { return nil }
    let annotator = session.options.annotator
    self.init(
      PlaceMemory(session.dataset, session.location, annotator: annotator), annotator: annotator,
      seen: session.stopped?.seen ?? session.history.steps.last?.sequence ?? 0)
  }

  init(
    _ memory: PlaceMemory, annotator: String, seen: Int64, seconds: Double = PlaceKeeper.interval
  ) {
    (self.memory, self.annotator, self.seen) = (memory, annotator, seen)
    self.seconds = seconds
  }

  /// The person is here now.
  package func note(_ place: StoppingPlace?) {
    let schedules = state.withLock { state in
      guard state.place != place, !state.isFinished else { return false }
      state.place = place
      defer { state.isScheduled = true }
      return !state.isScheduled
    }
    guard schedules else { return }
    queue.asyncAfter(deadline: .now() + seconds) { [weak self] in self?.writeLatest() }
  }

  private func writeLatest() {
    let place = state.withLock { state -> StoppingPlace? in
      state.isScheduled = false
      guard !state.isFinished, state.place != state.kept else { return nil }
      state.kept = state.place
      return state.place
    }
    if let place { write(place, seen: seen) }
  }

  /// The person leaves; waits for the disk. Everything that is in the history counts as seen.
  package func finish(_ workbench: WorkbenchState) {
    finish(workbench.stoppingPlace, seen: workbench.lastStored)
  }

  func finish(_ place: StoppingPlace?, seen: Int64) {
    state.withLock { $0.isFinished = true }
    queue.sync { write(place, seen: seen) }
  }

  private func write(_ place: StoppingPlace?, seen: Int64) {
    memory.write(
      PlaceMemory.Kept(annotator: annotator, place: place, seen: seen, time: Step.now()))
  }
}
