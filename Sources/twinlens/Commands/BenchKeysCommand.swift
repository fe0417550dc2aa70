import ArgumentParser
import Benchmarks
import Foundation

/// What `twinlens bench` starts in a terminal of its own. Not for people.
struct BenchKeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: KeyBench.command, shouldDisplay: false)

  @Argument var dataset: String
  @Option var models: String?
  @Option var store: String
  @Option var out: String
  @Option var system: String?
  @Flag var training = false

  func run() throws {
    let times = try KeyPlay(
      dataset: dataset, models: models, store: store,
      experts: system?.split(separator: ",").map(String.init) ?? [], training: training
    ).run()
    try JSONEncoder().encode(times).write(to: URL(fileURLWithPath: out))
  }
}
