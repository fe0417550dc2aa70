import Corpora
import Dispatch
import Foundation

/// Looks again and again whether the files of a dataset are still those that were read, until it is
/// let go: who labels words that are others by now works for nothing.
final class DatasetWatch: Sendable {
  /// Of a folder with a file for each post the first are looked at.
  private static let most = 2_000
  // Safe: timers may be used from any thread.
  private nonisolated(unsafe) let timer: any DispatchSourceTimer

  /// What tells one version of a file from another.
  private struct Version: Equatable {
    let inode: UInt64
    let size: Int64
    let seconds: Int
    let nanoseconds: Int

    init?(of path: String) {
      var info = stat()
      guard stat(path, &info) == 0 else { return nil }
      inode = UInt64(info.st_ino)
      size = Int64(info.st_size)
      (seconds, nanoseconds) = (info.st_mtim.tv_sec, info.st_mtim.tv_nsec)
    }
  }

  /// - Parameters:
  ///   - interval: seconds.
  ///   - changed: is called on a queue of its own with the file's name and a sentence, once for
  ///     each version of a file.
  init(
    _ dataset: Dataset, every interval: Double,
    changed: @escaping @Sendable (_ name: String, _ words: String) -> Void
  ) {
    let files = dataset.files.prefix(Self.most).flatMap {
      [$0.name, $0.textName].compactMap(\.self)
    }
    .map { (name: $0, path: "\(dataset.root)/\($0)") }
    nonisolated(unsafe) var known = files.map { Version(of: $0.path) }
    timer = DispatchSource.makeTimerSource(
      queue: DispatchQueue(label: "twinlens.dataset.watch", qos: .utility))
    timer.schedule(deadline: .now() + interval, repeating: interval, leeway: .milliseconds(200))
    timer.setEventHandler {
      for (i, file) in files.enumerated() {
        let now = Version(of: file.path)
        guard now != known[i] else { continue }
        known[i] = now
        changed(
          file.name,
          now == nil
            ? "\(file.name) is gone from the disk; edits are kept, and wait for it"
            : "\(file.name) was changed by another program; open the dataset again to label it as "
              + "it is now, edits of posts with other words will not be applied")
      }
    }
    timer.resume()
  }

  deinit { timer.cancel() }
}
