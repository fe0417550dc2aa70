import ArgumentParser

@main
struct Twinlens: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "twinlens",
    abstract: "A terminal workbench for multimodal information extraction from social media posts.",
    discussion: "Without a command it opens DATASET, or the embedded sample, in the workbench.",
    subcommands: [
      OpenCommand.self, ShowCommand.self, AnnotationsCommand.self, PredictCommand.self,
      EvaluateCommand.self, TrainCommand.self, StudyCommand.self, RDSCommand.self,
      ModelsCommand.self, TokenizeCommand.self, AuditCommand.self, ScoreCommand.self,
      SampleCommand.self, DoctorCommand.self,
      BenchCommand.self, BenchKeysCommand.self, KeysCommand.self,
    ],
    defaultSubcommand: OpenCommand.self)
}
