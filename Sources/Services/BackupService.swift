import Annotations
import Foundation
import Settings
import Synchronization
import Workbench

/// Copies the store now and then while somebody works: when it is opened, and then after so many
/// edits or so long, whichever comes first, if there were any.
///
/// On a queue of its own, so that no edit waits. A copy that fails is told of once; edits go on.
final class BackupService: Sendable {
  private let most: Int
  private let store: @Sendable () -> String?
  private let mailbox: Mailbox
  private let queue = DispatchQueue(label: "twinlens.backups", qos: .utility)
  private let state = Mutex(State())

  private struct State {
    var edits = 0
    var last = ContinuousClock.now
    /// Before then none is made: of a large store a copy takes long.
    var earliest = ContinuousClock.now
    var isWaiting = true
    var hasFailed = false
  }

  /// Edits after which a new copy is made.
  private static let mostEdits = 200
  /// Time after which a new copy is made with the next edit.
  private static let longest = Duration.seconds(30 * 60)
  /// How many times as long as the last copy took none is made.
  private static let rest = 30
  /// Copies that are kept in the workbench where nobody says how many.
  private static let usual = 3

  /// How many are kept: none in a script or a pipe, unless it was said.
  static func count(_ settings: ResolvedSettings, isScript: Bool) -> Int {
    settings.number(.keepBackups) ?? (isScript ? 0 : usual)
  }

  /// Begins with a copy of what is there.
  /// - Parameter store: the file that edits go to now; nil where they are not kept.
  init?(keeping most: Int, mailbox: Mailbox, store: @escaping @Sendable () -> String?) {
    guard most > 0, store() != nil else { return nil }
    (self.most, self.mailbox, self.store) = (most, mailbox, store)
    queue.async { [weak self] in self?.copy() }
  }

  /// An edit was stored.
  func noteEdit() {
    let isDue = state.withLock { state in
      state.edits += 1
      let now = ContinuousClock.now
      let isDue = state.edits >= Self.mostEdits || now - state.last > Self.longest
      guard isDue, now >= state.earliest, !state.isWaiting else { return false }
      state.isWaiting = true
      return true
    }
    if isDue { queue.async { [weak self] in self?.copy() } }
  }

  private func copy() {
    state.withLock { ($0.edits, $0.last, $0.isWaiting) = (0, .now, false) }
    guard let path = store() else { return }
    let start = ContinuousClock.now
    defer {
      let now = ContinuousClock.now
      state.withLock { $0.earliest = now + (now - start) * Self.rest }
    }
    do {
      try StoreBackups(of: path).make(keeping: most)
      state.withLock { $0.hasFailed = false }
    } catch {
      let isFirst = state.withLock { state in
        defer { state.hasFailed = true }
        return !state.hasFailed
      }
      guard isFirst else { return }
      mailbox.post(
        .notice("no backup was made; edits are saved all the same: \(error)", isError: true))
    }
  }
}
