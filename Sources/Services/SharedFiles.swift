import Foundation

/// Where the files that come with the program are: the embedded sample, its models, the themes.
package struct SharedFiles: Sendable, Hashable {
  /// A folder that holds `Samples` and `Themes`; nil when there is none.
  package let folder: String?
  /// How it was found, for `doctor`.
  package let reason: String

  /// Looks at `$TWINLENS_SHARE`, then `../share/twinlens` beside the executable, then upward from
  /// the executable for a checkout.
  package init(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    executable: String = SharedFiles.executable
  ) {
    if let named = environment["TWINLENS_SHARE"], !named.isEmpty {
      folder = named
      reason = "TWINLENS_SHARE names it"
      return
    }
    let beside = URL(fileURLWithPath: executable).deletingLastPathComponent()
    let installed = beside.deletingLastPathComponent().path + "/share/twinlens"
    if Self.isFolder(installed + "/Samples") {
      folder = installed
      reason = "beside the executable"
      return
    }
    var place = beside
    while place.path != "/" {
      if Self.isFolder(place.path + "/Samples/harbor") {
        folder = place.path
        reason = "the checkout of the executable"
        return
      }
      place = place.deletingLastPathComponent()
    }
    folder = nil
    reason = "neither beside the executable nor in a checkout; set TWINLENS_SHARE"
  }

  /// The path of the running program.
  package static var executable: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments.first ?? "twinlens"
  }

  /// The embedded sample dataset.
  package var sample: String? { existing("Samples/harbor") }

  /// The models that come with the sample.
  package var models: String? { existing("Samples/models") }

  /// The lesson that `twinlens tour` gives.
  package var tour: String? {
    let path = folder.map { $0 + "/Samples/lessons/tour.toml" }
    return path.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
  }

  /// The theme file of a name.
  package func theme(_ name: String) -> String? {
    guard let folder else { return nil }
    let path = folder + "/Themes/\(name).toml"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  /// Names of the theme files, sorted.
  package var themes: [String] {
    let names = folder.flatMap {
      try? FileManager.default.contentsOfDirectory(atPath: $0 + "/Themes")
    }
    return (names ?? []).filter { $0.hasSuffix(".toml") }.map { String($0.dropLast(5)) }.sorted()
  }

  private func existing(_ name: String) -> String? {
    folder.map { $0 + "/" + name }.flatMap { Self.isFolder($0) ? $0 : nil }
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
