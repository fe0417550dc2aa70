import Foundation

/// A library that makes writes, syncs and truncations of a program's SQLite files fail, preloaded
/// into the program.
struct FaultShim {
  /// What happens at the chosen write.
  enum Mode: Int, CaseIterable {
    case killed, noSpace, ioError, partlyWritten, shortWrite, readOnly, quota
  }

  let path: String

  /// Compiles the library; nil where there is no C compiler.
  init?(in folder: TemporaryFolder) throws {
    path = folder.path + "/faults.so"
    guard let compiler = Self.compiler else { return nil }
    let child = try Child(
      compiler, ["-shared", "-fPIC", "-o", path, Self.source, "-ldl", "-lpthread"],
      errors: folder.path + "/cc",
      environment: ProcessInfo.processInfo.environment)
    guard child.wait() == 0 else { return nil }
  }

  /// Whether there is a compiler to make it with.
  static var isPossible: Bool { compiler != nil }

  /// The system's C compiler, else the one that comes with Swift: a bare system has no other.
  private static let compiler: String? = {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
    let folders = ["/usr/bin"] + path.split(separator: ":").map(String.init)
    return ["cc", "clang", "gcc"].flatMap { name in folders.map { "\($0)/\(name)" } }
      .first(where: FileManager.default.isExecutableFile(atPath:))
  }()

  /// What to start a program with so that the writes `range` (from 1) fail; counts them in
  /// `counting`.
  func environment(
    _ mode: Mode = .killed, at range: ClosedRange<Int> = 0...0, only part: String = ".sqlite",
    counting: String? = nil
  ) -> [String: String] {
    var values = [
      "LD_PRELOAD": path, "FAULT_FROM": "\(range.lowerBound)", "FAULT_TO": "\(range.upperBound)",
      "FAULT_MODE": "\(mode.rawValue)", "FAULT_PART": part,
    ]
    values["FAULT_COUNT"] = counting
    return values
  }

  /// The library's source, which `Scripts/torture` uses too.
  private static let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Tools/store-faults.c").standardized.path
}
