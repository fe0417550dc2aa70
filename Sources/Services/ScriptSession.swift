import Files
import Foundation
import Routing
import Screen
import Terminal
import Workbench

/// The workbench without a terminal: real services, keys from a script, frames as text.
package enum ScriptSession {
  /// Runs a key script over a session. The same script over the same session prints the same text:
  /// nothing but edits is answered before a `wait`, and no clock is on the screen.
  /// - Parameters:
  ///   - pictures: the folder for the screens that the script gives a name, as `NAME.svg`; nil
  ///     keeps
  ///     none.
  ///   - record: the file of a recording; nil makes none.
  ///   - output: takes whole lines.
  /// - Returns: the workbench as the script left it.
  /// - Throws: `KeyScript.Failure`, `SessionError`, `KeymapError`, `ThemeError`,
  ///   `DurableFileError`.
  @discardableResult
  package static func run(
    _ session: Session, script: String, size: Size, graphics: GraphicsChoice.Rung,
    pictures: String? = nil, record: String? = nil, output: @escaping (String) -> Void
  ) throws -> WorkbenchState {
    let steps = try KeyScript.parse(try text(of: script), file: script)
    let style = style(graphics, keepsPictures: pictures != nil)
    let look = try look(of: session)
    // On a terminal they are shown one after the other; here the first key would take them away.
    for notice in session.notices.prefix(WorkbenchLoop.mostNotices) {
      StandardOutput.complain("twinlens: \(notice.told)")
    }
    let state = try session.workbench(size: size, look: look)
    let services = WorkbenchServices(session, style: style, isScript: true)
    let keeper = PlaceKeeper(session)
    var kept: [(String, Frame)] = []
    let recording = try record.map {
      try Recording($0, title: "twinlens \(session.dataset.name)", size: size, timestamp: nil)
    }
    var runner = ScriptRunner(
      state: state, performer: ScriptPerformer(services), output: output,
      keep: { kept.append(($0, $1)) },
      record: recording.map { recording in { recording.add($0, at: $1) } })
    runner.run(steps)
    if let failure = recording?.failure { StandardOutput.complain("twinlens: \(failure)") }
    if let pictures {
      try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true)
      for (name, frame) in kept {
        let svg = frame.svg(look.theme) {
          "data:image/png;base64," + String(decoding: $0.picture.payload, as: UTF8.self)
        }
        try DurableFile.write(Data(svg.utf8), to: "\(pictures)/\(name).svg")
      }
    }
    var last = runner.state
    services.shutDown(&last)
    keeper?.finish(last)
    if let unsaved = last.unsaved {
      throw SessionError.notSaved(unsaved.count, cause: unsaved.cause)
    }
    return last
  }

  /// The screen after commands of the workbench, once everything that it waits for is there.
  /// Nothing is kept of what they do.
  /// - Parameter session: one that only reads.
  /// - Throws: `ExportFileError.refused`, and what `run` throws.
  package static func screen(
    _ session: Session, after commands: [String], size: Size
  ) throws -> ScreenExport {
    let services = WorkbenchServices(
      session, style: style(.kitty, keepsPictures: true), isScript: true)
    let performer = ScriptPerformer(services, isReadOnly: true)
    var runner = ScriptRunner(
      state: try session.workbench(size: size, look: try look(of: session)), performer: performer,
      output: { _ in })
    runner.run(KeyScript.waiting)
    for command in commands {
      runner.run(command: command)
      if let reason = runner.state.refusal {
        throw ExportFileError.refused(command: command, reason: reason)
      }
    }
    var last = runner.state
    let copy = ScreenCopy(last)
    services.shutDown(&last)
    return ScreenExport(
      copy, services.pictures, models: session.models.folder,
      precision: session.options.precision)
  }

  private static func look(of session: Session) throws -> Look {
    let isUnicode = session.options.settings.isOn(.unicode) ?? true
    return Look(
      theme: try Session.theme(session.options, session.shared, suggested: .dusk),
      glyphs: isUnicode ? .unicode : .ascii,
      sanitizer: Sanitizer(
        emoji: session.options.emoji ?? (isUnicode ? .base : .name), ascii: !isUnicode))
  }

  /// Kept screens have the pictures as kitty takes them, which is as PNG.
  private static func style(
    _ graphics: GraphicsChoice.Rung, keepsPictures: Bool
  ) -> PictureService.Style {
    var style = PictureService.Style(rung: keepsPictures ? .kitty : graphics)
    style.marksPixels = !keepsPictures
    if keepsPictures {
      (style.cellWidth, style.cellHeight, style.colors) = (12, 25, 96)
    }
    return style
  }

  private static func text(of path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw SessionError.unreadable(path)
    }
    return String(decoding: data, as: UTF8.self)
  }
}

/// Carries out edits at once, and everything else when the script waits.
private final class ScriptPerformer: EffectPerformer {
  private let services: WorkbenchServices
  private var held: [Effect] = []
  private var report = TrainingReport(state: .idle)
  private let isReadOnly: Bool

  init(_ services: WorkbenchServices, isReadOnly: Bool = false) {
    self.services = services
    self.isReadOnly = isReadOnly
  }

  func perform(_ effect: Effect) {
    guard !(isReadOnly && effect.isWriting) else { return }
    switch effect {
    case .commit: services.perform(effect)
    case .saveSettings, .apply, .saveQuery:
      services.perform(effect)
      services.mailbox.waitForCommits()
    case .saveHistory, .exportScreen:
      services.perform(effect)
      services.mailbox.waitForCommit()
    default: held.append(effect)
    }
  }

  func nextMessages(waiting: Bool) -> [Message] {
    let mailbox = services.mailbox
    if !waiting { return mailbox.takeCommits() }
    if mailbox.isCommitting { mailbox.waitForCommit() }
    let commits = mailbox.takeCommits()
    if !commits.isEmpty { return commits }
    while true {
      let effects = held
      held = []
      for effect in effects { services.perform(effect) }
      if mailbox.waitForMessage() { return mailbox.take() }
      // The trainer publishes with delay; a script waits for its last word.
      guard let latest = services.inference.finishTraining(), latest != report else { return [] }
      report = latest
      return [.training(latest)]
    }
  }
}

extension Effect {
  /// Whether it leaves something behind when the session is over.
  fileprivate var isWriting: Bool {
    switch self {
    case .commit, .saveHistory, .saveQuery, .saveWhatIf, .saveSettings, .keepLesson, .showNotes,
      .exportScreen, .train,
      .trainAutomatically, .installCandidate, .rollBack:
      true
    default: false
    }
  }
}
