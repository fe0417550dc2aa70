import Dispatch
import Foundation
import Screen
import Synchronization
import Terminal
import Workbench

/// Opens the workbench on the terminal of the program.
package enum TerminalSession {
  /// Colours of pictures over a slow line: a third of the bytes of 256 colours.
  static let remoteColors = 64

  /// Whether there is a terminal that can show a screen: standard output is one and it is not dumb.
  package static func isPossible(environment: [String: String]) -> Bool {
    let term = environment["TERM"] ?? ""
    return isatty(STDOUT_FILENO) == 1 && !term.isEmpty && term != "dumb"
  }

  /// Most colours of a picture in pixels where nobody chose a number; nil for as many as the
  /// terminal's protocol carries.
  static func suggestedColors(_ environment: [String: String]) -> Int? {
    let isRemote = environment["SSH_CONNECTION"].map { !$0.isEmpty } ?? false
    return isRemote ? remoteColors : nil
  }

  /// Opens a dataset while the terminal is asked what it can do, then runs the workbench.
  /// - Parameters:
  ///   - record: the file of a recording; nil makes none. Players show no pixels, so pictures are
  ///     of
  ///     blocks meanwhile.
  ///   - onFirstFrame: called when the first frame is on the screen.
  /// - Returns: the workbench as the person left it.
  /// - Throws: `TerminalError` when there is no usable terminal, and what `Session` throws.
  @discardableResult
  package static func run(
    _ options: SessionOptions, environment: [String: String], record: String? = nil,
    onFirstFrame: (() -> Void)? = nil
  ) throws -> WorkbenchState {
    let opening = Opening { try Session(options) }
    let capabilities = TerminalProbe.run(environment: environment)
    let session = try opening.result()
    var wishes = TerminalOptions(session.options.settings, environment: environment)
    if record != nil, ![.ascii, .none].contains(wishes.graphics) { wishes.graphics = .blocks }
    let terminal = NcursesTerminal(capabilities: capabilities, options: wishes)
    terminal.setFarewell(session.store.map { farewell($0.path) } ?? "twinlens: edits are not kept")
    try terminal.start()
    defer { terminal.stop() }
    var style = PictureService.Style(rung: terminal.graphics.rung, capabilities)
    style.cellWidth = terminal.cellPixels.width
    style.cellHeight = terminal.cellPixels.height
    style.darkBackground = terminal.hasDarkBackground
    style.colors =
      session.options.settings.number(.sixelColors) ?? suggestedColors(environment)
    let recording = try record.map {
      try Recording(
        $0, title: "twinlens \(session.dataset.name)", size: terminal.size,
        timestamp: Int(Date().timeIntervalSince1970))
    }
    var loop = try WorkbenchLoop(
      session, terminal: terminal, style: style, environment: environment,
      onFirstFrame: onFirstFrame)
    loop.recording = recording
    try loop.run()
    return loop.state
  }

  /// What a dying process says of the work.
  static func farewell(_ store: String) -> String { "twinlens: all saved edits are in \(store)" }
}

/// A session that is being opened on another thread.
private final class Opening: Sendable {
  private let queue = DispatchQueue(label: "twinlens.opening", qos: .userInitiated)
  private let outcome = Outcome()

  init(_ open: @escaping @Sendable () throws -> Session) {
    queue.async { [outcome] in
      let result = Result { try open() }
      outcome.value.withLock { $0 = result }
    }
  }

  /// Waits for the session.
  func result() throws -> Session {
    let result = queue.sync { outcome.value.withLock { $0 } }
    guard let result else { throw TerminalError.noTerminal }
    return try result.get()
  }
}

/// Where a queue leaves the session.
private final class Outcome: Sendable {
  let value = Mutex<Result<Session, any Error>?>(nil)
}
