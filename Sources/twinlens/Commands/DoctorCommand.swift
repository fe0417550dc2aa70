import ArgumentParser
import Foundation
import Reports
import Services

/// `twinlens doctor`: what was found out about this machine and terminal.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Print every question to the terminal, its reply, and what was concluded.")

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let report = DoctorReport(environment: ProcessInfo.processInfo.environment)
    StandardOutput.write(json ? report.json() : report.text())
  }
}
