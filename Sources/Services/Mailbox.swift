import Foundation
import Synchronization
import Workbench

/// Where the queues leave their messages for the main thread, and how they wake it.
///
/// It also counts the work under way, so that a key script knows when all is done.
package final class Mailbox: Sendable {
  private struct State {
    var messages: [Message] = []
    /// Work that was begun and not finished.
    var pending = 0
    /// Of these, edits on their way to the disk.
    var commits = 0
    /// True when a byte lies in the pipe.
    var isAwake = false
  }

  private let state = Mutex(State())
  /// The end to poll: readable when there is something to take.
  package let wake: Int32
  private let writer: Int32

  /// An empty mailbox.
  package init() {
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) == 0 {
      for end in ends {
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      }
    }
    wake = ends[0]
    writer = ends[1]
  }

  deinit {
    close(wake)
    close(writer)
  }

  /// Leaves a message; any thread.
  package func post(_ message: Message) { change { $0.messages.append(message) } }

  /// Work has begun that will end with `finish`.
  package func begin(commit: Bool = false) {
    state.withLock {
      $0.pending += 1
      if commit { $0.commits += 1 }
    }
  }

  /// Work has ended with these messages.
  package func finish(_ messages: [Message] = [], commit: Bool = false) {
    change {
      $0.messages += messages
      $0.pending -= 1
      if commit { $0.commits -= 1 }
    }
  }

  /// Takes all messages, in the order in which they came.
  package func take() -> [Message] {
    emptyPipe()
    return state.withLock { state in
      state.isAwake = false
      defer { state.messages = [] }
      return state.messages
    }
  }

  /// Takes only the answers to edits and leaves the rest.
  func takeCommits() -> [Message] {
    state.withLock { state in
      let commits = state.messages.filter(\.isCommit)
      state.messages.removeAll(where: \.isCommit)
      return commits
    }
  }

  /// Whether edits are on their way to the disk.
  var isCommitting: Bool { state.withLock { $0.commits > 0 } }

  /// Waits until there is a message or no work is under way; false in the second case.
  func waitForMessage() -> Bool {
    while true {
      let (any, pending) = state.withLock { (!$0.messages.isEmpty, $0.pending) }
      if any { return true }
      if pending == 0 { return false }
      sleep()
    }
  }

  /// Waits until the answer to an edit is there or none is on its way.
  func waitForCommit() {
    while state.withLock({ $0.commits > 0 && !$0.messages.contains(where: \.isCommit) }) { sleep() }
  }

  /// Waits until nothing of that kind is on its way, whatever answers are there.
  func waitForCommits() {
    while isCommitting { sleep() }
  }

  /// Sleeps until something changes; may wake up for nothing.
  private func sleep() {
    var item = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
    // The limit guards against a wake-up that another reader of the pipe has taken.
    _ = poll(&item, 1, 100)
    emptyPipe()
    state.withLock { $0.isAwake = false }
  }

  private func emptyPipe() {
    var buffer = [UInt8](repeating: 0, count: 256)
    while read(wake, &buffer, buffer.count) > 0 {}
  }

  private func change(_ body: (inout State) -> Void) {
    let wakes = state.withLock { state in
      body(&state)
      defer { state.isAwake = true }
      return !state.isAwake
    }
    guard wakes else { return }
    var byte: UInt8 = 1
    _ = write(writer, &byte, 1)
  }
}

extension Message {
  /// Whether it answers an effect that is carried out at once in a key script, such as `commit`, or
  /// tells that others came first.
  var isCommit: Bool {
    switch self {
    case .committed, .commitFailed, .othersWrote, .historySaved, .historyNotSaved: true
    case .themeRead, .emojiChosen, .keymapRead: true
    case .settingRefused, .settingsSaved, .settingsNotSaved: true
    case .queriesSaved, .queryNotSaved: true
    default: false
    }
  }
}
