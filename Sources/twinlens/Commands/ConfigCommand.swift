import ArgumentParser
import Foundation
import Reports
import Services
import Settings

/// `twinlens config [DATASET]`: what is set, and where.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Print every setting, its value and where it comes from.",
    discussion: """
      The strongest that says something counts: an option, a variable such as TWINLENS_THEME, \
      .twinlens/config.toml in the dataset's folder, your own config.toml, what was last on screen, \
      what is built in.
      """)

  @Argument(help: "A dataset file or folder, whose own settings count too.")
  var dataset: String?

  @OptionGroup var options: SettingsOptions

  @Flag(help: "Print JSON, with what each setting may be.")
  var json = false

  @Flag(help: "Print the manual's table of settings, whatever is set.")
  var markdown = false

  func validate() throws {
    if json, markdown { throw ValidationError("give --json or --markdown, not both") }
  }

  func run() throws {
    if markdown { return StandardOutput.write(SettingsReport.markdown()) }
    let environment = ProcessInfo.processInfo.environment
    let report = try SettingsReport(
      options.read(environment: environment, remembers: true).settings, dataset: dataset,
      environment: environment)
    StandardOutput.write(json ? report.json() : report.text())
  }
}
