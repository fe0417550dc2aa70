import Foundation
import Routing
import Screen
import Terminal
import Workbench

/// The workbench line by line: real services, lines from standard input, sentences out. No control
/// sequence is written, so that a screen reader, a dumb terminal or a file can take it.
package enum PlainSession {
  /// Whether a person sits at a terminal that can show lines only.
  package static func isNeeded(environment: [String: String]) -> Bool {
    let term = environment["TERM"] ?? ""
    return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
      && (term.isEmpty || term == "dumb")
  }

  /// Reads lines until the person quits or they end. Lines from a file or a pipe wait for all that
  /// they set off, so that the same lines print the same.
  /// - Parameter output: takes one line; should write at once.
  /// - Returns: the workbench as the person left it.
  /// - Throws: `SessionError.notSaved` when something could not be saved, `.refused` when a
  ///   line was refused and nobody sat at a terminal who saw it; `KeymapError`.
  @discardableResult
  package static func run(
    _ session: Session, input: Int32 = STDIN_FILENO, output: @escaping (String) -> Void
  ) throws -> WorkbenchState {
    let isPerson = isatty(input) == 1
    let isUTF8 = TerminalProbe.isUTF8
    let look = Look(
      theme: .dusk, glyphs: isUTF8 ? .unicode : .ascii,
      sanitizer: Sanitizer(
        emoji: session.options.emoji ?? (isUTF8 ? .show : .name), ascii: !isUTF8))
    func say(_ text: String) { output(look.sanitizer.visible(text)) }
    for notice in session.notices.prefix(WorkbenchLoop.mostNotices) { say(notice.told) }
    // Drawn as text and not shown: what is wrong with a picture is found out by drawing it.
    let services = WorkbenchServices(
      session, style: PictureService.Style(rung: .ascii), isScript: true)
    let keeper = PlaceKeeper(session)
    var runner = PlainRunner(
      state: try session.workbench(size: PlainRunner.size, look: look),
      performer: PlainPerformer(services, waitsForTraining: !isPerson), isPatient: !isPerson,
      output: output)
    runner.begin()
    var lines = LineInput(input)
    while !runner.hasQuit {
      if isPerson { StandardOutput.write(bytes: Array("> ".utf8)) }
      guard let line = lines.next() else { break }
      switch line {
      case .text(let text): runner.run(text)
      case .tooLong: runner.refuseLine("this line is too long; nothing of it was done")
      }
    }
    runner.finish()
    var last = runner.state
    services.shutDown(&last)
    keeper?.finish(last)
    if let unsaved = last.unsaved {
      throw SessionError.notSaved(unsaved.count, cause: unsaved.cause)
    }
    if last.opened.keepsEdits { say("Everything is saved.") }
    if !isPerson, runner.refusals > 0 {
      throw SessionError.refused(lines: runner.refusals)
    }
    return last
  }
}

/// Carries everything out at once.
private final class PlainPerformer: EffectPerformer {
  private let services: WorkbenchServices
  private let waitsForTraining: Bool
  private var report = TrainingReport(state: .idle)

  init(_ services: WorkbenchServices, waitsForTraining: Bool) {
    self.services = services
    self.waitsForTraining = waitsForTraining
  }

  func perform(_ effect: Effect) { services.perform(effect) }

  func nextMessages(waiting: Bool) -> [Message] {
    guard waiting else { return services.mailbox.take() }
    if services.mailbox.waitForMessage() { return services.mailbox.take() }
    // The trainer publishes with delay; its last word is waited for.
    guard waitsForTraining, let latest = services.inference.finishTraining(), latest != report
    else { return [] }
    report = latest
    return [.training(latest)]
  }
}
