import Foundation
import Testing

/// A part of `make torture`: each run breaks something under the program and compares what is left
/// with what was acknowledged.
@Suite(
  "Stores under torture",
  .enabled(
    if: Program.isBuilt && FaultShim.isPossible && Python.isThere,
    "no program, no C compiler for the shim, or no python3"))
struct TortureTests {
  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Scripts/torture").standardized.path

  /// The output of `Scripts/torture` with a state folder of its own.
  private func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let folder = try TemporaryFolder()
    let output = folder.path + "/out"
    let child = try Child(
      "/usr/bin/env",
      ["python3", Self.script, try #require(Program.path), "--state", folder.path + "/state"]
        + arguments,
      output: output, errors: folder.path + "/err",
      environment: ProcessInfo.processInfo.environment)
    let status = child.wait()
    return (status, try Program.text(output) + (try Program.text(folder.path + "/err")))
  }

  @Test("200 runs, or those of 50 s, lose nothing that was acknowledged, and name every damage")
  func part() throws {
    let result = try run(["--rounds", "200", "--jobs", "2", "--seconds", "50"])
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("runs now; 0 with faults"), "\(result.output)")
  }

  @Test(
    "60 runs on a server, or those of 20 s, lose nothing either",
    .enabled(if: Python.hasServer, "no PostgreSQL server (Debian's package postgresql)"))
  func onServer() throws {
    let result = try run([
      "--store", "postgres", "--rounds", "60", "--jobs", "2", "--seconds", "20",
    ])
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("runs now; 0 with faults"), "\(result.output)")
  }

  @Test("a program or a disk that lies is found out")
  func selfTest() throws {
    let result = try run(["--self-test"])
    #expect(result.status == 0, "\(result.output)")
  }
}

private enum Python {
  static let isThere = ["/usr/bin/python3", "/usr/local/bin/python3"]
    .contains(where: FileManager.default.isExecutableFile(atPath:))
  /// Whether `Tools/torture/server.py` finds one.
  static let hasServer =
    (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql"))?.isEmpty == false
}
