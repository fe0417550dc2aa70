import Foundation
import Pictures

/// A real terminal that shows pixels, under its own Xvfb, driven by xdotool and looked at by
/// ImageMagick's `import`.
final class TerminalWindow {
  /// A terminal program, with the ways to start it.
  struct Emulator: Sendable, CustomStringConvertible {
    let name: String
    /// How it is started with a window of `size` (COLSxROWS), up to the command.
    let options: @Sendable (_ size: String) -> [String]
    /// What its environment needs.
    let variables: [String: String]

    var description: String { name }

    /// Sixels.
    static let xterm = Emulator(
      name: "xterm",
      options: { size in
        [
          "-tn", "xterm-256color", "-ti", "vt340", "-fa", "DejaVu Sans Mono", "-fs", "8",
          "-geometry", size, "-bg", "black", "-fg", "white", "-xrm",
          "XTerm*numColorRegisters: 1024", "-e",
        ]
      }, variables: [:])

    /// Kitty's own protocol; draws with a software renderer.
    static let kitty = Emulator(
      name: "kitty",
      options: { size in
        let parts = size.split(separator: "x")
        let settings = [
          "background=#000000", "foreground=#ffffff", "font_size=8", "cursor_blink_interval=0",
          "enable_audio_bell=no", "remember_window_size=no", "update_check_interval=0",
          "resize_in_steps=yes",
          "initial_window_width=\(parts.first ?? "80")c",
          "initial_window_height=\(parts.last ?? "24")c", "confirm_os_window_close=0",
        ]
        return ["--config", "NONE"] + settings.flatMap { ["-o", $0] }
      }, variables: ["LIBGL_ALWAYS_SOFTWARE": "1"])

    /// Whether it can be started and looked at here.
    var isAvailable: Bool {
      ["Xvfb", name, "xdotool", "import"].allSatisfy { TerminalWindow.find($0) != nil }
    }
  }

  private let server: Child
  private let terminal: Child
  private let folder: TemporaryFolder
  private var environment = ProcessInfo.processInfo.environment
  private var window = ""

  enum Failure: Error {
    case noDisplay
    case noWindow(String)
    case noFocus
  }

  fileprivate static func find(_ tool: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { "\($0)/\(tool)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Opens a window of `size` (COLSxROWS) that runs a command.
  init(_ emulator: Emulator = .xterm, size: String, command: [String]) throws {
    folder = try TemporaryFolder()
    let complaints = folder.path + "/complaints"
    let display = folder.path + "/display"
    // Xvfb picks a free display and writes its number to standard output. Without -noreset it would
    // begin anew whenever xdotool, who looks for the window before it has come, goes away.
    server = try Child(
      Self.find("Xvfb") ?? "", ["-displayfd", "1", "-noreset", "-screen", "0", "1600x1000x24"],
      output: display, environment: environment)
    var number = ""
    for _ in 0..<200 where !number.hasSuffix("\n") {
      usleep(50_000)
      number = (try? Program.text(display)) ?? ""
    }
    guard number.hasSuffix("\n") else { throw Failure.noDisplay }
    environment["DISPLAY"] = ":" + number.dropLast()
    environment["LANG"] = "C.UTF-8"
    environment["LC_ALL"] = nil
    environment["NO_COLOR"] = nil
    environment["TWINLENS_GRAPHICS"] = nil
    environment["TWINLENS_SHARE"] = Program.withoutSamples
    environment["XDG_CONFIG_HOME"] = Program.withoutSamples
    environment["XDG_STATE_HOME"] = folder.path + "/state"
    environment["TMUX"] = nil
    environment["SSH_CONNECTION"] = nil
    environment.merge(emulator.variables) { _, new in new }
    terminal = try Child(
      Self.find(emulator.name) ?? "", emulator.options(size) + command, errors: complaints,
      environment: environment)
    // A window can be found before it can be looked at or take the keys.
    for _ in 0..<200 where window.isEmpty {
      window =
        try tool("xdotool", ["search", "--onlyvisible", "--class", emulator.name])
        .split(separator: "\n").first.map(String.init) ?? ""
      if window.isEmpty { usleep(50_000) }
    }
    guard !window.isEmpty else { throw Failure.noWindow((try? Program.text(complaints)) ?? "") }
    for _ in 0..<40 {
      _ = try tool("xdotool", ["windowfocus", window])
      if try tool("xdotool", ["getwindowfocus"]).hasPrefix(window) { return }
      usleep(50_000)
    }
    throw Failure.noFocus
  }

  deinit {
    for child in [terminal, server] {
      child.signal(SIGTERM)
      child.wait()
    }
  }

  /// Whether the program in the window still runs.
  var isRunning: Bool { terminal.isRunning }

  /// Presses keys by their X names, e.g. `j`, `Escape`, `ctrl+l`, `question`.
  func press(_ keys: [String]) throws {
    _ = try tool("xdotool", ["key", "--clearmodifiers", "--delay", "12"] + keys)
  }

  /// Changes the size of the window in cells.
  func resize(columns: Int, rows: Int) throws {
    _ = try tool("xdotool", ["windowsize", "--usehints", window, "\(columns)", "\(rows)"])
  }

  /// What is on the window now.
  func screenshot() throws -> Picture {
    let file = folder.path + "/shot.png"
    _ = try tool("import", ["-window", window, "-depth", "8", "png24:\(file)"])
    return try Picture.decode(file: file).picture
  }

  /// What is on the window once it is the same for a while, at most a few seconds.
  func settled() throws -> Picture {
    var last = try screenshot()
    for _ in 0..<40 {
      usleep(200_000)
      let next = try screenshot()
      if next == last { return next }
      last = next
    }
    return last
  }

  private func tool(_ name: String, _ arguments: [String]) throws -> String {
    let output = folder.path + "/output"
    let child = try Child(
      Self.find(name) ?? "", arguments, output: output, environment: environment)
    child.wait()
    return try Program.text(output)
  }
}
