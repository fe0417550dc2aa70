import CNcurses
import Foundation
import Screen

/// The one place that talks to ncurses: a real terminal as a source of events and a place to
/// present frames. Main thread only; there can be one at a time.
///
/// The terminal is given back by `stop`, on deinitialisation, on `exit`, on signals and on crashes.
package final class NcursesTerminal {
  /// What the probe found out.
  package let capabilities: TerminalCapabilities
  /// How many colours are used.
  package private(set) var depth = ColorDepth.none
  /// How pictures can be shown here.
  package private(set) var graphics: GraphicsChoice
  /// Columns and rows now.
  package private(set) var size = Size(columns: 80, rows: 24)
  /// One cell in pixels now; it changes when the user zooms.
  package private(set) var cellPixels: (width: Int, height: Int)
  /// Lines or ASCII, for the views.
  package var glyphs: Glyphs { isUTF8 ? .unicode : .ascii }
  /// Whether signs outside ASCII can be shown.
  package var isUTF8: Bool { capabilities.isUTF8 && options.unicode }

  /// Whether the background is dark: what the user says, else the probe, else yes.
  package var hasDarkBackground: Bool {
    options.darkBackground ?? capabilities.darkBackground ?? true
  }

  private let options: TerminalOptions
  private(set) var descriptor: Int32 = -1
  private var screen: OpaquePointer?
  private var settings = termios()
  private(set) var isActive = false
  private var hasDefaultColors = false
  private var planner: ScreenPlanner
  private var pairs = PairAllocator(capacity: 1)
  var parser = KeyParser()
  var signals = SignalPipe()
  var queued: [TerminalEvent] = []
  private var farewell = ""
  private var cursor: Position?

  /// A terminal that is not started yet. Keys typed during the probe are its first events.
  package init(capabilities: TerminalCapabilities, options: TerminalOptions = TerminalOptions()) {
    self.capabilities = capabilities
    self.options = options
    cellPixels = (capabilities.cellWidth, capabilities.cellHeight)
    graphics = GraphicsChoice(
      mode: options.graphics, capabilities: capabilities, depth: .none)
    planner = ScreenPlanner(
      depth: .none, darkBackground: true, isUTF8: false, pixels: nil,
      libraryWidth: { Int(twinlens_width($0)) })
    queued = capabilities.typedKeys.map { .key($0) }
  }

  deinit { stop() }

  /// Takes the screen over. Throws `TerminalError` and changes nothing when that is impossible.
  package func start() throws {
    guard !isActive else { return }
    setlocale(LC_CTYPE, "")
    let type = capabilities.term
    if capabilities.isDumb { throw TerminalError.tooDumb(type) }
    let descriptor = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0, tcgetattr(descriptor, &settings) == 0 else {
      if descriptor >= 0 { close(descriptor) }
      throw TerminalError.noTerminal
    }
    self.descriptor = descriptor
    CrashGuard.prepare()
    signals.install()
    readSize()
    if screen == nil {
      guard let out = fdopen(dup(descriptor), "w"), let input = fdopen(dup(descriptor), "r"),
        let new = twinlens_begin(type, out, input, Int32(size.rows), Int32(size.columns))
      else {
        abandon()
        throw TerminalError.unknownType(type)
      }
      screen = new
    }
    if twinlens_string("cup") == nil {
      endwin()
      abandon()
      throw TerminalError.tooDumb(type)
    }
    isActive = true
    chooseColors()
    readSize()
    CrashGuard.arm(descriptor: descriptor, settings: settings, bytes: resetBytes)
    enterModes()
    planner.invalidate()
    twinlens_repaint()
  }

  /// Undoes a start that failed.
  private func abandon() {
    tcsetattr(descriptor, TCSADRAIN, &settings)
    signals.remove()
    close(descriptor)
    descriptor = -1
  }

  /// Gives the terminal back; may be called at any time and any number of times.
  package func stop() {
    guard isActive else { return }
    isActive = false
    leaveModes()
    endwin()
    // Without an alternate screen the shell would go on in our last line.
    if twinlens_string("rmcup") == nil { write("\r\n") }
    // What arrives late must not be typed into the shell.
    tcflush(descriptor, TCIFLUSH)
    tcsetattr(descriptor, TCSADRAIN, &settings)
    CrashGuard.disarm()
    signals.remove()
    close(descriptor)
    descriptor = -1
  }

  /// A line that is printed when the process dies of a signal or a crash (where the work is).
  package func setFarewell(_ line: String) {
    farewell = Sanitizer(emoji: .base).visible(line)
    if isActive {
      CrashGuard.arm(descriptor: descriptor, settings: settings, bytes: resetBytes)
    }
  }

  /// Shows a frame: only what changed is sent. Pictures go after the text.
  package func present(_ frame: Frame) {
    guard isActive else { return }
    let plan = planner.plan(frame, target: size)
    if plan.changes.isEmpty, plan.emissions.isEmpty, !plan.repaints, cursor == frame.cursor {
      return
    }
    cursor = frame.cursor
    if capabilities.synchronizedUpdate { write("\u{1B}[?2026h") }
    if plan.repaints { twinlens_repaint() }
    pairs.beginFrame()
    var row: Int?
    for (place, cell) in plan.changes {
      if let row, row != place.row, plan.breaks.contains(place.row) { twinlens_send_lines() }
      row = place.row
      put(cell, at: place)
    }
    let place = frame.cursor.flatMap { contains($0) ? $0 : nil }
    twinlens_flush(Int32(place?.row ?? -1), Int32(place?.column ?? -1))
    if !plan.emissions.isEmpty {
      var bytes = Array("\u{1B}7".utf8)
      for emission in plan.emissions { bytes += emission.bytes }
      bytes += Array("\u{1B}[0m\u{1B}8".utf8)
      RawOutput.write(bytes, to: descriptor)
    }
    if capabilities.synchronizedUpdate { write("\u{1B}[?2026l") }
  }

  /// Makes the next `present` send everything again, pictures too (`C-l`).
  package func redraw() { planner.invalidate() }

  /// A short sound or flash, as the person set the terminal up.
  package func bell() { if isActive { write("\u{7}") } }

  /// Stops in the background as `C-z` does everywhere; returns when the shell continues the
  /// program. `wait` does this by itself for `C-z`.
  package func suspend() {
    guard isActive else { return }
    leaveModes()
    endwin()
    CrashGuard.disarm()
    signals.stopProcess()
    resume()
  }

  private func resume() {
    CrashGuard.arm(descriptor: descriptor, settings: settings, bytes: resetBytes)
    // The first flush after endwin puts the terminal's modes back.
    twinlens_repaint()
    twinlens_flush(-1, -1)
    enterModes()
    takeNewSize()
  }

  /// Leaves and enters the screen again.
  func restart() {
    endwin()
    resume()
  }

  /// Follows the size of the window.
  func takeNewSize() {
    readSize()
    twinlens_resize(Int32(size.rows), Int32(size.columns))
    planner.invalidate()
  }
}

// MARK: Modes, colours and cells

extension NcursesTerminal {
  private func write(_ text: String) { RawOutput.write(Array(text.utf8), to: descriptor) }

  private var speaksModes: Bool { capabilities.answered && !capabilities.term.hasPrefix("vt") }

  private func enterModes() {
    guard speaksModes else { return }
    // Terminals that reorder right-to-left text would move words away from the labels under them.
    write("\u{1B}[?2004h\u{1B}[8l" + (options.mouse ? "\u{1B}[?1000h\u{1B}[?1006h" : ""))
  }

  private func leaveModes() {
    RawOutput.write(planner.pictureRemoval, to: descriptor)
    write(modesOff)
  }

  private var modesOff: String {
    guard speaksModes else { return "" }
    return "\u{1B}[?2004l\u{1B}[8h" + (options.mouse ? "\u{1B}[?1000l\u{1B}[?1006l" : "")
  }

  /// All that a dying process sends: end of a cut picture, modes off, plain look, main screen.
  private var resetBytes: [UInt8] {
    var text = ""
    if capabilities.synchronizedUpdate { text += "\u{1B}[?2026l" }
    text += modesOff
    for name in ["sgr0", "op", "rmkx", "rmcup", "cnorm"] {
      if let part = twinlens_string(name) { text += Self.withoutDelays(String(cString: part)) }
    }
    if twinlens_string("rmcup") == nil { text += "\r\n" }
    if !farewell.isEmpty { text += farewell + "\r\n" }
    return planner.pictureCut + planner.pictureRemoval + Array(text.utf8)
  }

  /// A capability without its padding marks (`$<5>`).
  private static func withoutDelays(_ text: String) -> String {
    var out = ""
    var rest = Substring(text)
    while let mark = rest.range(of: "$<") {
      out += rest[..<mark.lowerBound]
      guard let end = rest[mark.upperBound...].firstIndex(of: ">") else { return out }
      rest = rest[rest.index(after: end)...]
    }
    return out + rest
  }

  private func chooseColors() {
    var own: Int32 = 0
    var colors = Int(twinlens_colors(&own))
    hasDefaultColors = own != 0
    if let most = options.colors { colors = min(colors, most) }
    depth = ColorDepth(colors: colors, noColor: options.noColor)
    graphics = GraphicsChoice(mode: options.graphics, capabilities: capabilities, depth: depth)
    pairs = PairAllocator(capacity: min(32_768, Int(twinlens_pairs())))
    planner = ScreenPlanner(
      depth: depth, darkBackground: hasDarkBackground,
      isUTF8: isUTF8, pixels: graphics.rung.pixels,
      clearsForPictures: graphics.rung.pixels?.needsClear(capabilities.name) ?? false,
      libraryWidth: { Int(twinlens_width($0)) })
  }

  private func readSize() {
    guard let window = WindowSize(of: descriptor) else { return }
    size = Size(columns: window.columns, rows: window.rows)
    if capabilities.cellSource == .windowSize, let cell = window.cell { cellPixels = cell }
  }

  private func contains(_ place: Position) -> Bool {
    place.column >= 0 && place.row >= 0 && place.column < size.columns && place.row < size.rows
  }

  private func put(_ cell: PlannedCell, at place: Position) {
    var attributes = cell.style.attributes
    switch cell.kind {
    case .heldA: attributes = attributes.intersection(.reverse)
    case .heldB: attributes = attributes.intersection(.reverse).union(.bold)
    case .normal, .continuation: break
    }
    var colors = PairAllocator.Colors(
      foreground: cell.style.foreground, background: cell.style.background)
    if !hasDefaultColors, depth != .none {
      if colors.foreground < 0 { colors.foreground = 7 }
      if colors.background < 0 { colors.background = 0 }
    }
    let (pair, isNew) = pairs.pair(colors)
    if isNew {
      init_extended_pair(Int32(pair), Int32(colors.foreground), Int32(colors.background))
    }
    var text = cell.text.unicodeScalars.map { wchar_t($0.value) }
    text.append(0)
    twinlens_put(
      Int32(place.row), Int32(place.column), text, Int32(attributes.rawValue & 15), Int32(pair))
  }
}
