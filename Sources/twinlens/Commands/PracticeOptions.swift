import ArgumentParser
import Files
import Foundation
import Reports
import Services
import Workbench

/// Practising on hidden labels, and what is told of it at the end.
struct PracticeOptions: ParsableArguments {
  @Flag(
    help: """
      Hide the labels, those of the files and of earlier edits, and compare yours with them when you accept a post. \
      Nothing is stored; what models say is hidden until you ask for it (Z).
      """)
  var practice = false

  @Option(
    help: ArgumentHelp(
      "Also write the summary of a practice into this file as JSON.", valueName: "file"))
  var json: String?

  func validate() throws {
    if json != nil, !practice {
      throw ValidationError("--json goes with --practice: it writes what came of it")
    }
  }

  func apply(to session: inout SessionOptions) {
    if practice { session.exercise = .practice }
  }

  /// Without a workbench there is nothing to practise in.
  func requireTerminal() throws {
    if practice {
      throw Refusal("practising needs a terminal to draw on, or a key script: --script FILE")
    }
  }

  /// Prints what came of it, and writes it into the file that was named.
  /// - Throws: `DurableFileError`.
  func report(_ workbench: WorkbenchState) throws {
    guard let practised = workbench.practice else { return }
    let report = PracticeReport(practised, dataset: workbench.opened.dataset)
    StandardOutput.write(report.text())
    if let json { try DurableFile.write(Data(report.json().utf8), to: json) }
  }
}
