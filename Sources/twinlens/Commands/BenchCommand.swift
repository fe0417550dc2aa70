import ArgumentParser
import Benchmarks
import Foundation
import Reports
import Services

/// `twinlens bench`: what this machine takes.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure start, keys, pictures, predictions, edits and training.",
    subcommands: [
      BenchBudgetsCommand.self, BenchEncodersCommand.self, BenchTokenizersCommand.self,
      BenchStepsCommand.self, BenchStreamCommand.self,
    ],
    defaultSubcommand: BenchBudgetsCommand.self)
}

/// `twinlens bench`, without more: every budget of docs/performance.md.
struct BenchBudgetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "budgets",
    abstract: "Measure start, keys, pictures, predictions, edits and training.",
    discussion: """
      Takes about a minute. Close what else is running. The status is 0 also when a budget is \
      missed: it is a measurement.

      What can be measured alone:
      \(Benchmark.all.map { "  \($0.name.padded(to: 12))\($0.summary)" }.joined(separator: "\n"))
      """)

  @Flag(help: "Print JSON, with every percentile.")
  var json = false

  @Flag(help: "Print a Markdown table.")
  var markdown = false

  @Option(
    help: ArgumentHelp("Measure only these, with commas between them.", valueName: "names"))
  var only: String?

  @Option(
    help: ArgumentHelp(
      "Folder of model folders; else the dataset's models/, else the shared ones.",
      valueName: "dir"))
  var models: String?

  @Option(help: ArgumentHelp("Dataset to work on; else the embedded sample.", valueName: "dir"))
  var dataset: String?

  private var names: [String]? { only?.split(separator: ",").map(String.init) }

  func validate() throws {
    if json, markdown { throw ValidationError("give --json or --markdown, not both") }
    let known = Benchmark.all.map(\.name)
    for name in names ?? [] where !known.contains(name) {
      throw ValidationError("--only knows no \(name); it knows \(known.joined(separator: ", "))")
    }
  }

  func run() throws {
    let setting = try BenchSetting(dataset: dataset, models: models)
    defer { setting.cleanUp() }
    let chosen = Benchmark.all.filter { names?.contains($0.name) ?? $0.isUsual }
    let progress = ProgressLine()
    var report = BenchReport(machine: Machine(setting: setting))
    let start = ContinuousClock.now
    for (index, benchmark) in chosen.enumerated() {
      progress.show("measuring \(benchmark.name)", Double(index) / Double(chosen.count))
      do {
        report.rows += try benchmark.measure(setting).map { (benchmark.name, $0) }
      } catch {
        report.failures.append((benchmark.name, "\(error)"))
      }
    }
    progress.clear()
    report.seconds = Stopwatch.milliseconds(since: start) / 1000
    StandardOutput.write(
      json ? try report.json() : markdown ? report.markdown() : report.text())
  }
}
