import Foundation

/// The built binary, run as a person would.
enum Program {
  /// Where it is: beside the test bundle, or further up. Nil when it was not built.
  static let path: String? = {
    for start in ["/proc/self/exe", CommandLine.arguments[0], Bundle.main.bundlePath] {
      var place = URL(fileURLWithPath: start).resolvingSymlinksInPath()
      while place.path != "/" {
        place = place.deletingLastPathComponent()
        let candidate = place.appendingPathComponent("twinlens").path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder),
          !isFolder.boolValue, FileManager.default.isExecutableFile(atPath: candidate)
        {
          return candidate
        }
      }
    }
    return nil
  }()

  /// A folder that is not there, for shared files and settings: what is shown must not depend on
  /// the checkout's own models, nor on what the person who tests has set.
  static let withoutSamples = "/var/empty/twinlens"

  static var isBuilt: Bool { path != nil }

  struct Result {
    let status: Int32
    let output: String
    let errors: String
  }

  /// Runs it to its end without a terminal.
  static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
    let folder = try TemporaryFolder()
    let (output, errors) = (folder.path + "/out", folder.path + "/err")
    let child = try start(arguments, output: output, errors: errors, environment: environment)
    let status = child.wait()
    return Result(status: status, output: try text(output), errors: try text(errors))
  }

  /// Runs lines of Bash in a folder, in which `twinlens` is the program.
  static func shell(
    _ lines: String, in folder: TemporaryFolder, environment: [String: String] = [:]
  ) throws -> Result {
    var all = ProcessInfo.processInfo.environment
    all["TWINLENS_SHARE"] = withoutSamples
    all["XDG_CONFIG_HOME"] = withoutSamples
    all.merge(environment) { $1 }
    let (output, errors) = (folder.path + "/shell.out", folder.path + "/shell.err")
    let child = try Child(
      "/bin/bash",
      ["-c", "cd '\(folder.path)'; twinlens() { '\(path ?? "")' \"$@\"; }; \(lines)"],
      output: output, errors: errors, environment: all)
    let status = child.wait()
    return Result(status: status, output: try text(output), errors: try text(errors))
  }

  /// Starts it with its output in files.
  static func start(
    _ arguments: [String], output: String, errors: String, environment: [String: String] = [:]
  ) throws -> Child {
    var all = ProcessInfo.processInfo.environment
    all["TWINLENS_GRAPHICS"] = nil
    all["TWINLENS_SHARE"] = withoutSamples
    all["XDG_CONFIG_HOME"] = withoutSamples
    all["USER"] = "tester"
    all.merge(environment) { $1 }
    return try Child(
      path ?? "twinlens", arguments, output: output, errors: errors, environment: all)
  }

  static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
  }
}

/// A folder that is gone with the value.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "twinlens-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a text and returns its path.
  func write(_ text: String, _ name: String) throws -> String {
    let file = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }
}
