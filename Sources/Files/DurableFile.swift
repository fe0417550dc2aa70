import Foundation

/// Files that survive a crash: written beside the target, synced, renamed over it, and the folder
/// synced.
package enum DurableFile {
  /// Writes the whole file or changes nothing.
  ///
  /// - Throws: `DurableFileError`.
  package static func write(_ data: Data, to path: String) throws {
    do {
      let file = try NewFile(at: path)
      try data.withUnsafeBytes { try file.write($0) }
      try file.finish()
    } catch let error as NewFileError {
      throw DurableFileError(path: path, problem: "cannot be written: \(error)")
    }
  }
}

/// A file that could not be written.
package struct DurableFileError: Error, CustomStringConvertible {
  /// The file that was to be written.
  package let path: String
  /// What went wrong, as the rest of a sentence about the file.
  package let problem: String

  package init(path: String, problem: String) {
    self.path = path
    self.problem = problem
  }

  package var description: String { "\(path) \(problem); check the disk and permissions" }
}
