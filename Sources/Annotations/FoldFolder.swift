import Corpora
import Files
import Foundation

/// Where snapshots of what stores make are kept: one file for each store and dataset, in a person's
/// own cache.
///
/// Not beside the store, which may come from somebody else: what a snapshot says is taken for what
/// the log says, so only the program's own are read. They can be removed at any time.
package struct FoldFolder: Sendable {
  /// The folder, made when it is needed.
  package let path: String

  /// Steps that are replayed so fast that no snapshot is made for them.
  package static let fewSteps = 5_000
  /// Steps after a snapshot from which on it is made anew.
  static let manyLater = 2_000
  /// More snapshots than these are not kept, nor larger ones than these bytes read.
  private static let most = 16
  private static let mostBytes = 1 << 29

  package init(path: String) { self.path = path }

  /// That of the person.
  package static var ofUser: FoldFolder {
    FoldFolder(path: UserFolders.cache(ProcessInfo.processInfo.environment) + "/folds")
  }

  func file(of store: String, _ dataset: Dataset) -> String {
    func real(_ path: String) -> String {
      path.contains("://") ? path : URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }
    var hash = SHA256()
    hash.update(field: real(store))
    hash.update(field: real(dataset.path))
    return "\(path)/\(hash.hexDigest().prefix(32)).fold"
  }

  func read(of store: String, over dataset: Dataset) -> FoldSnapshot? {
    guard let bytes = try? FileBytes.read(file(of: store, dataset), limit: Self.mostBytes) else {
      return nil
    }
    return FoldSnapshot(bytes, over: dataset)
  }

  /// Keeps a snapshot; what cannot be kept costs nothing but time.
  func keep(_ snapshot: FoldSnapshot, of store: String, over dataset: Dataset) {
    guard let bytes = try? snapshot.encoded(), bytes.count <= Self.mostBytes else { return }
    try? FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try? DurableFile.write(Data(bytes), to: file(of: store, dataset))
    prune()
  }

  /// Replays a store, and keeps what comes of it, however little that is.
  /// - Throws: `StoreError`.
  package func keepNow(_ store: any StepStore, over dataset: Dataset) throws {
    let stored = try store.stored()
    guard let mark = stored.mark else { return }
    let folded = EditHistory.folding(
      stored.steps, over: dataset, last: stored.last, firstLoss: stored.firstLoss)
    keep(FoldSnapshot(folded, mark: mark, over: dataset), of: store.path, over: dataset)
  }

  /// Removes those that were not made anew for the longest time.
  private func prune() {
    let files = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter {
      $0.hasSuffix(".fold")
    }
    .map { name -> (path: String, time: Int) in
      var info = stat()
      let path = "\(path)/\(name)"
      return (path, stat(path, &info) == 0 ? info.st_mtim.tv_sec : 0)
    }
    for file in files.sorted(by: { $0.time > $1.time }).dropFirst(Self.most) { unlink(file.path) }
  }
}

extension StepStore {
  /// The history over a dataset, and what did not fit: all steps, or a snapshot of most of them and
  /// the rest.
  /// - Parameters:
  ///   - folds: where snapshots are; nil replays everything.
  ///   - keeps: whether a snapshot is made where none is near, by whoever calls `keep`.
  /// - Throws: `StoreError`.
  package func history(
    over dataset: Dataset, folds: FoldFolder? = nil
  ) throws -> (history: EditHistory, findings: [StoreFinding]) {
    let fold = try fold(over: dataset, folds)
    return (fold.history, fold.findings)
  }

  /// The same, with what there is to keep of it.
  func fold(over dataset: Dataset, _ folds: FoldFolder?) throws -> Fold {
    if let snapshot = folds?.read(of: path, over: dataset),
      let later = try stored(following: snapshot.mark),
      let folded = snapshot.folded(over: dataset, then: later)
    {
      let isFar = later.steps.count >= FoldFolder.manyLater
      return Fold(
        history: folded.history, findings: folded.findings, folded: isFar ? folded : nil,
        mark: later.mark, isFromSnapshot: true)
    }
    let stored = try stored()
    let folded = EditHistory.folding(
      stored.steps, over: dataset, last: stored.last, firstLoss: stored.firstLoss)
    let isWorth = stored.findings.isEmpty && stored.steps.count >= FoldFolder.fewSteps
    return Fold(
      history: folded.history, findings: stored.findings + folded.findings,
      folded: isWorth ? folded : nil, mark: stored.mark)
  }
}

/// What a log made over a dataset.
struct Fold {
  let history: EditHistory
  let findings: [StoreFinding]
  /// What is to be kept; nil where a snapshot is near, or none is worth it.
  let folded: EditHistory.Folded?
  let mark: LogMark?
  var isFromSnapshot = false

  /// Keeps it, later and beside all other work: what is being opened goes first.
  func keep(in folds: FoldFolder, of store: String, over dataset: Dataset) {
    guard let folded, let mark else { return }
    DispatchQueue.global(qos: .background).asyncAfter(deadline: .now() + 3) {
      folds.keep(FoldSnapshot(folded, mark: mark, over: dataset), of: store, over: dataset)
    }
  }
}
