import Extractors
import Foundation
import Testing

@testable import Inspection

@Suite("Model sets")
struct ModelSetTests {
  @Test func missingFoldersAreErrorsThatNameThem() {
    do {
      _ = try Roster.open("/nonexistent/models")
      Issue.record("opened")
    } catch { #expect("\(error)".contains("/nonexistent/models")) }
  }

  @Test func anEmptyFolderIsRefusedByName() throws {
    let folder = NSTemporaryDirectory() + "twinlens-empty-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(throws: ModelsFolderError(path: folder, found: .empty)) { try Roster.open(folder) }
  }

  @Test func aBrokenModelBecomesANotice() throws {
    let folder = NSTemporaryDirectory() + "twinlens-broken-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, text) in [("a", "{\"system\":\"bilstm-crf\"}"), ("b", "not JSON")] {
      try FileManager.default.createDirectory(
        atPath: folder + "/" + name, withIntermediateDirectories: true)
      try text.write(toFile: folder + "/\(name)/config.json", atomically: true, encoding: .utf8)
    }
    let set = try Roster.open(folder)
    #expect(set.isEmpty)
    #expect(set.notices.count == 2)
    for (notice, name) in zip(set.notices.sorted(), ["a", "b"]) {
      #expect(notice.contains(folder + "/" + name))
    }
  }
}
