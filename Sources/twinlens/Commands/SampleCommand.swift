import ArgumentParser
import Harbor

struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Write a sample of the harbour world: posts, pictures, captions.")
  @Argument(help: "The folder to write.") var out: String
  @Option(help: "Decides the posts, never the town.") var seed: UInt64 = 1
  @Option var train = 6000
  @Option var dev = 600
  @Option var test = 1000
  @Option var captions = 12000

  func run() throws {
    try SampleWriter(
      SampleRecipe(seed: seed, train: train, dev: dev, test: test, captions: captions)
    ).write(to: out) { _ in }
  }
}
