import ArgumentParser

@main
struct Twinlens: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "twinlens",
    abstract: "A terminal workbench for multimodal information extraction from social media posts.",
    subcommands: [
      SampleCommand.self, TrainCommand.self, EvaluateCommand.self, StudyCommand.self,
    ])
}
