import Foundation
import Testing

@testable import Corpora

/// What a dataset reads by default lies in its folder.
@Suite struct BoundaryTests {
  private let post = "IMGID:1\nParis\tB-LOC\n"

  private func withData(_ body: (_ data: String, _ outside: String) throws -> Void) throws {
    let folder = "\(NSTemporaryDirectory())boundary-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in ["data/models/tagger", "outside"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    try Data(post.utf8).write(to: URL(fileURLWithPath: "\(folder)/outside/secret.txt"))
    try Data(post.utf8).write(to: URL(fileURLWithPath: "\(folder)/data/train.txt"))
    try body("\(folder)/data", "\(folder)/outside")
  }

  @Test func aFileThatIsALinkOutIsNamedAndNotRead() throws {
    try withData { data, outside in
      symlink("\(outside)/secret.txt", "\(data)/test.txt")
      symlink("train.txt", "\(data)/dev.txt")
      let dataset = try Dataset.open(data)
      #expect(dataset.files.map(\.name) == ["train.txt", "dev.txt"])
      let finding = try #require(dataset.findings.first)
      #expect(finding.location.file == "test.txt")
      #expect(finding.problem == .leadsOut(to: "\(outside)/secret.txt"))
      #expect(throws: CorporaError.malformed(finding)) { try Dataset.open(data, strict: true) }
      // Named by the person, it is theirs.
      #expect(try Dataset.open("\(data)/test.txt").posts.count == 1)
      unlink("\(data)/train.txt")
      unlink("\(data)/dev.txt")
      #expect(throws: CorporaError.malformed(finding)) { try Dataset.open(data) }
    }
  }

  /// A folder of pictures that is a link out is not looked into, and it is said how it can be.
  @Test func aFolderOfPicturesThatIsALinkOutIsNamed() throws {
    try withData { data, outside in
      try Data().write(to: URL(fileURLWithPath: "\(outside)/1.jpg"))
      symlink(outside, "\(data)/images")
      let dataset = try Dataset.open(data)
      let reason =
        "The folder \(data)/images leads out of the dataset's folder, to \(outside); give --images \(outside) to use it."
      #expect(dataset.pictureFoldersOutside == [reason])
      #expect(dataset.image(for: dataset.posts[0]) == .refused(reason))
      let allowed = try Dataset.open(data, images: outside)
      #expect(allowed.image(for: allowed.posts[0]) == .file("\(outside)/1.jpg"))
      // One picture that is a link: its own folder is named.
      unlink("\(data)/images")
      #expect(try Dataset.open(data).pictureFoldersOutside.isEmpty)
      symlink("\(outside)/1.jpg", "\(data)/1.jpg")
      guard case .refused(let alone) = dataset.image(for: dataset.posts[0]) else {
        Issue.record("it is opened")
        return
      }
      #expect(alone.hasSuffix("to \(outside)/1.jpg; give --images \(outside) to use it."))
    }
  }

  @Test func settingsAndRegionsThatAreLinksOutAreNamed() throws {
    try withData { data, outside in
      try Data("name = \"x\"\n".utf8).write(to: URL(fileURLWithPath: "\(outside)/dataset.toml"))
      symlink("\(outside)/dataset.toml", "\(data)/dataset.toml")
      #expect(try Dataset.open(data).name == "data")
      unlink("\(data)/dataset.toml")
      try Data("regions = [\"boxes.json\"]\n".utf8)
        .write(to: URL(fileURLWithPath: "\(data)/dataset.toml"))
      symlink("\(outside)/secret.txt", "\(data)/boxes.json")
      let dataset = try Dataset.open(data)
      #expect(dataset.regionFilePaths.isEmpty)
      #expect(dataset.findings.contains { $0.location.file == "boxes.json" })
    }
  }

  @Test func modelsWithALinkOutAreNotTheDatasetsOwn() throws {
    try withData { data, outside in
      #expect(Dataset.ownModels(root: data) == "\(data)/models")
      symlink("../tagger", "\(data)/models/tagger/itself")
      #expect(Dataset.ownModels(root: data) != nil)
      symlink("\(outside)/secret.txt", "\(data)/models/tagger/model.safetensors")
      #expect(Dataset.ownModels(root: data) == nil)
      let finding = try #require(try Dataset.open(data).findings.first)
      #expect(finding.location.file.hasSuffix("tagger/itself/model.safetensors"))
    }
  }
}
