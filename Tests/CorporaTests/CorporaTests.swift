import Foundation
import Testing

@testable import Corpora

/// The real data beside the package; nil where it is absent, and the tests that need it are
/// skipped.
let sharedData: String? = {
  var folder = (#filePath as NSString).deletingLastPathComponent
  while folder != "/" {
    if FileManager.default.fileExists(atPath: "\(folder)/Package.swift") {
      let data = "\((folder as NSString).deletingLastPathComponent)/shared/data"
      return FileManager.default.fileExists(atPath: data) ? data : nil
    }
    folder = (folder as NSString).deletingLastPathComponent
  }
  return nil
}()

/// A folder of its own for one test, removed afterwards.
func withFolder(_ body: (String) throws -> Void) throws {
  let path = "\(NSTemporaryDirectory())corpora-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  try body(path)
}

func write(_ text: String, to path: String) throws {
  try write(Array(text.utf8), to: path)
}

func write(_ bytes: [UInt8], to path: String) throws {
  let folder = (path as NSString).deletingLastPathComponent
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

func contents(_ path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

extension Post {
  /// The same post with other mentions.
  func with(_ mentions: [EntityMention]) -> Post {
    var copy = self
    copy.mentions = mentions.sorted { $0.range.lowerBound < $1.range.lowerBound }
    return copy
  }
}
