import ArgumentParser
import Corpora
import Extractors
import Files
import Foundation
import Inspection
import Reports
import Services
import Tensors

/// `twinlens predict -` at work: opens the models, connects source and sink, and says at the end
/// what came of it.
struct StreamRun {
  private let command: PredictCommand

  init(_ command: PredictCommand) { self.command = command }

  func run() throws {
    let stream = try makeStream()
    let interrupt = Interrupt()
    // Who reads the answers may have enough of them: that is told by the write.
    signal(SIGPIPE, SIG_IGN)
    let input = try command.streamInput { !interrupt.isRaised }
    let resume = command.stream.resume ?? 0
    let progress = StreamProgress()
    let summary: PredictionStream.Summary
    do {
      summary = try stream.run(
        try input.records(), resume: resume, goesOn: { !interrupt.isRaised },
        told: { progress.show($0) }, write: StandardOutput.writeAll)
    } catch is OutputGone {
      throw ExitCode(128 + SIGPIPE)
    }
    progress.clear()
    if let number = interrupt.number {
      StandardOutput.complain(
        "stopped behind \(summary.written.counted("record")); go on with --resume "
          + "\(summary.skipped + summary.written)")
      throw ExitCode(128 + number)
    }
    if summary.skipped < resume {
      StandardOutput.complain(
        "--resume \(resume) passes over more than there is: \(summary.skipped.counted("record"))")
    }
    if let first = summary.firstFailed {
      StandardOutput.complain(
        "\(summary.failed) of \(summary.written.counted("record")) could not be answered and "
          + "\(summary.failed == 1 ? "has its" : "have their") error in place of an answer; the "
          + "first is line \(first)")
    }
  }

  private func makeStream() throws -> PredictionStream {
    let task = command.task ?? .entities
    let set = try command.choice.openForStream(task: task, by: command.by)
    for notice in set.notices { StandardOutput.complain("twinlens: \(notice)") }
    for mark in set.marks { StandardOutput.complain("twinlens: \(mark)") }
    if set.needsBoxes, let expert = set.experts.first(where: \.needsBoxes) {
      throw Refusal(
        "\(expert.name) looks at regions from files, which a stream has not; name another expert "
          + "with --system or --by")
    }
    let pictures = try PictureFolder(command.stream.pictures ?? ".")
    var stream = try PredictionStream(
      set, task: task, by: Roster.Asked(command.by), pictures: pictures)
    stream.firstLine = command.stream.firstLine ?? 1
    if command.stream.withSignals { stream.signals = { StreamSignals.json($0, by: set) } }
    return stream
  }
}

/// How far a stream is, on a terminal's standard error, while it takes longer than a second: how
/// much is left is not known.
private final class StreamProgress {
  private let isLive = isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) == 0
  private let start = Date()
  private var drawn = Date()

  func show(_ summary: PredictionStream.Summary) {
    let now = Date()
    guard isLive, now.timeIntervalSince(drawn) > 1 else { return }
    drawn = now
    let rate = Double(summary.written) / now.timeIntervalSince(start)
    draw(
      "\(summary.skipped + summary.written) records, \(Int(rate.rounded())) a second"
        + (summary.failed > 0 ? ", \(summary.failed) failed" : ""))
  }

  func clear() { if isLive { draw("") } }

  private func draw(_ line: String) {
    FileHandle.standardError.write(Data(("\r\u{1B}[K" + line).utf8))
  }
}
