import ArgumentParser
import Extractors
import Reports
import Services

@main
struct Twinlens: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "twinlens",
    abstract: "A terminal workbench for multimodal information extraction from social media posts.",
    discussion: "Without a command it opens DATASET, or the embedded sample, in the workbench.",
    version: "twinlens \(Provenance.currentVersion)",
    subcommands: [
      OpenCommand.self, ShowCommand.self, ExportCommand.self, QueryCommand.self,
      AnnotationsCommand.self,
      PredictCommand.self,
      EvaluateCommand.self, TrainCommand.self, RDSCommand.self, PaperCommand.self,
      ModelsCommand.self, TokenizeCommand.self, AuditCommand.self, SuspectCommand.self,
      ReportCommand.self,
      ScoreCommand.self, SampleCommand.self, TutorCommand.self, TourCommand.self,
      ReplayCommand.self, ConfigCommand.self,
      DoctorCommand.self,
      BenchCommand.self, BenchKeysCommand.self, KeysCommand.self,
    ],
    defaultSubcommand: OpenCommand.self)

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      let code = exitCode(for: error)
      // Errors quote what strangers wrote; help goes out as it is.
      guard !code.isSuccess else { exit(withError: error) }
      let message = fullMessage(for: error)
      if !message.isEmpty { StandardOutput.complain(message) }
      exit(withError: code)
    }
  }
}
