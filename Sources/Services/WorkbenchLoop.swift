import Foundation
import Screen
import Terminal
import Workbench

/// The workbench on a terminal: waits for keys and messages, updates, presents. Main thread; it
/// never computes a model, decodes a picture or waits for the disk.
package struct WorkbenchLoop {
  private let session: Session
  private let terminal: NcursesTerminal
  private let services: WorkbenchServices
  /// The workbench as it stands.
  package private(set) var state: WorkbenchState
  private let start = ContinuousClock.now
  private var hasQuit = false
  private var wantsResume = false
  private var isStale = true
  /// Seconds from the start of the program to the first frame, for `bench`.
  private var firstFrame: (() -> Void)?

  private let environment: [String: String]
  /// What was on screen of the settings that are remembered.
  private let remembered: ViewMemory
  private let keeper: PlaceKeeper?
  /// Takes every frame that is shown.
  var recording: Recording?
  /// More than this is for `twinlens audit`.
  static let mostNotices = 8
  /// Keys that are taken before a frame is shown again.
  private static let burst = 64

  /// A loop over a session and a terminal that was started.
  /// - Parameter onFirstFrame: called when the first frame is on the screen.
  /// - Throws: `SessionError`, `KeymapError`, `ThemeError`.
  package init(
    _ session: Session, terminal: NcursesTerminal, style: PictureService.Style,
    environment: [String: String] = ProcessInfo.processInfo.environment,
    onFirstFrame: (() -> Void)? = nil
  ) throws {
    self.session = session
    self.environment = environment
    self.terminal = terminal
    firstFrame = onFirstFrame
    let capabilities = terminal.capabilities
    services = WorkbenchServices(
      session, style: style,
      suggestions: TerminalSuggestions(
        theme: capabilities.suggestedTheme, emoji: capabilities.suggestedEmoji,
        colors: TerminalSession.suggestedColors(environment)))
    let theme = try Session.theme(
      session.options, session.shared, suggested: capabilities.suggestedTheme)
    let sanitizer = Sanitizer(
      emoji: session.options.emoji ?? capabilities.suggestedEmoji, ascii: !terminal.isUTF8)
    state = try session.workbench(
      size: terminal.size,
      look: Look(theme: theme, glyphs: terminal.glyphs, sanitizer: sanitizer))
    remembered = ViewMemory(state.currentSettings)
    keeper = PlaceKeeper(session)
  }

  /// Runs until the person quits or the terminal goes away.
  /// - Throws: `SessionError.notSaved` when edits were given up.
  package mutating func run() throws {
    for notice in session.notices.prefix(Self.mostNotices) {
      send(.notice(notice.told, isError: notice.isWarning))
    }
    if let doubt = terminal.graphics.doubt, state.posts.contains(where: { $0.imageID != nil }) {
      send(.notice(doubt, isError: false))
    }
    present()
    firstFrame?()
    firstFrame = nil
    if state.showsModels { services.inference.start() }
    carryOut(Workbench.start(&state))
    // The list of the last time may be there at once.
    present()
    while !hasQuit {
      take(terminal.wait(wake: services.mailbox.wake, milliseconds: wantsResume ? 0 : nil))
      for message in services.mailbox.take() { send(message) }
      if wantsResume, !hasQuit {
        wantsResume = false
        send(.resume)
      }
      if isStale, !hasQuit { present() }
    }
    // What an exercise shows and hides is no wish of the person's.
    if state.opened.keepsEdits {
      remembered.keep(ViewMemory(state.currentSettings), environment: environment)
    }
    services.shutDown(&state)
    keeper?.finish(state)
    if let unsaved = state.unsaved {
      throw SessionError.notSaved(unsaved.count, cause: unsaved.cause)
    }
  }

  /// Takes events, and those that came meanwhile: a held key must not queue up frames.
  private mutating func take(_ first: [TerminalEvent]) {
    var events = first
    var taken = 0
    while !events.isEmpty, !hasQuit {
      send(.tick(seconds))
      for event in events where !hasQuit { take(event) }
      taken += events.count
      events = taken < Self.burst && !hasQuit ? terminal.wait(milliseconds: 0) : []
    }
  }

  private mutating func take(_ event: TerminalEvent) {
    switch event {
    case .key(let key): send(.key(key))
    case .paste(let text): send(.paste(text))
    case .resized(let size):
      let cell = terminal.cellPixels
      let isOther = services.pictures.change {
        $0.cellWidth = cell.width
        $0.cellHeight = cell.height
      }
      if isOther { send(.picturesStale) }
      send(.resized(size))
    case .resumed:
      terminal.redraw()
      send(.resized(terminal.size))
    case .woken: break
    case .hangUp: hasQuit = true
    }
  }

  private var seconds: Double {
    let passed = start.duration(to: .now).components
    return Double(passed.seconds) + Double(passed.attoseconds) / 1e18
  }

  private mutating func send(_ message: Message) {
    if case .tick = message {} else { isStale = true }
    if case .historySaved(let path, _) = message {
      terminal.setFarewell(TerminalSession.farewell(path))
    }
    carryOut(update(&state, message))
  }

  private mutating func carryOut(_ effects: [Effect]) {
    for effect in effects {
      switch effect {
      case .resume: wantsResume = true
      case .quit: hasQuit = mayQuit()
      case .redraw:
        terminal.redraw()
        isStale = true
      case .suspend:
        terminal.suspend()
        take(.resumed)
      case .bell: terminal.bell()
      default: services.perform(effect)
      }
    }
  }

  private mutating func record(_ frame: Frame) {
    guard let recording else { return }
    recording.add(frame, at: seconds)
    guard let failure = recording.failure else { return }
    self.recording = nil
    send(.notice(failure, isError: true))
  }

  /// Whether the store is still where the edits are: nobody may have looked since the last second.
  private mutating func mayQuit() -> Bool {
    guard !state.leavesAnyway, state.storeProblem == nil, !state.history.steps.isEmpty,
      let problem = services.problemOfStore
    else { return true }
    send(.storeLost(problem))
    return false
  }

  private mutating func present() {
    isStale = false
    let frame = view(state)
    terminal.present(frame)
    record(frame)
    keeper?.note(state.stoppingPlace)
  }
}
