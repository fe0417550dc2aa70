import Foundation

extension ModelFolder {
  /// Why a model folder cannot be found, as the rest of a sentence about it; nil when it is there.
  ///
  /// A link whose target has gone looks like nothing to most programs; it is named with its target.
  package static func absence(of folder: String) -> String? {
    guard !FileManager.default.fileExists(atPath: folder + "/config.json") else { return nil }
    if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: folder) {
      return FileManager.default.fileExists(atPath: folder)
        ? "is a link to \(target), which has no config.json"
        : "is a link to \(target), which does not exist; put that folder back"
    }
    return FileManager.default.fileExists(atPath: folder)
      ? "has no config.json" : "does not exist"
  }
}
