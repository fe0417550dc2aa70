import Corpora
import Foundation
import Testing
import Workbench

/// Corrections of real posts by key scripts of the manual: how many keys a day of them costs.
@Suite("Corrections of real posts", .enabled(if: Program.isBuilt, "the program is not built"))
struct RealCorrectionsTests {
  private static let project = {
    var url = URL(fileURLWithPath: #filePath)
    while url.path != "/" {
      url.deleteLastPathComponent()
      if FileManager.default.fileExists(atPath: url.path + "/Package.swift") { break }
    }
    return url.path
  }()
  private static let data = project + "/../shared/data"
  private static let isThere = FileManager.default.fileExists(
    atPath: data + "/twitter2017/valid.txt")

  private func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
      .replacing("\r\n", with: "\n")
  }

  /// Ten posts with pictures of each of two datasets, then so many of the second that they are 38.
  private func tweets(_ folder: TemporaryFolder) throws -> String {
    func posts(_ file: String) throws -> [String] {
      try text(Self.data + "/" + file).split(separator: "\n\n", omittingEmptySubsequences: true)
        .map { $0.trimmingCharacters(in: .newlines) }.filter { !$0.isEmpty }
    }
    func id(_ post: String) -> Substring { post.prefix { $0 != "\n" } }
    let first =
      try posts("twitter2015-with-images/posts.txt") + posts("twitter2017-with-images/posts.txt")
    let ids = Set(first.map(id))
    let more = try posts("twitter2017/valid.txt").filter { !ids.contains(id($0)) }
      .prefix(38 - first.count)
    return try folder.write((first + more).joined(separator: "\n\n") + "\n", "tweets/train.txt")
  }

  /// The pairs of the first twelve pictures.
  private func pairs(_ folder: TemporaryFolder) throws -> String {
    var pictures: [Substring] = []
    let lines = try text(Self.data + "/mnre-with-images/pairs.txt").split(separator: "\n").prefix {
      guard let found = $0.firstMatch(of: /'img_id': '([^']*)'/)?.1 else { return false }
      if !pictures.contains(found) { pictures.append(found) }
      return pictures.count <= 12
    }
    return try folder.write(lines.joined(separator: "\n") + "\n", "pairs/train.txt")
  }

  private func correct(_ data: String, _ script: String, _ folder: TemporaryFolder) throws -> (
    keys: Int, after: Dataset, accepted: Int
  ) {
    let path = Self.project + "/docs/keys/" + script
    let store = folder.path + "/\(script).sqlite"
    let done = try Program.run([
      data, "--no-models", "--store", store, "--script", path, "--size", "80x24",
    ])
    #expect(done.status == 0, "\(done.errors)")
    let out = folder.path + "/\(script)-out"
    let export = try Program.run([
      "annotations", "export", data, "--store", store, "--only", "accepted", "--out", out,
    ])
    #expect(export.status == 0, "\(export.errors)")
    let keys = try KeyScript.parse(try text(path), file: script).keys
    let after = try Dataset.open(out)
    return (keys, after, after.posts.count)
  }

  @Test(
    "fifty posts with 22 wrong labels take at most 120 keys",
    .enabled(if: isThere, "../shared/data is absent"))
  func keys() throws {
    let folder = try TemporaryFolder()
    let (tweets, pairs) = (try tweets(folder), try pairs(folder))
    let (first, second) = (
      try correct(tweets, "real-tweets.keys", folder), try correct(pairs, "real-pairs.keys", folder)
    )
    #expect(first.keys + second.keys <= 120)
    #expect(first.accepted == 38 && second.accepted == 12)
    let (before, listed) = (try Dataset.open(tweets).posts, try Dataset.open(pairs).posts)
    let mentions = zip(before, first.after.posts).filter { $0.mentions != $1.mentions }
    let relations = zip(listed, second.after.posts).filter { $0.relations != $1.relations }
    #expect(mentions.count == 12 && relations.count == 7)
    // Mentions that came or changed, and one that went.
    let new = mentions.reduce(0) { $0 + Set($1.1.mentions).subtracting($1.0.mentions).count }
    #expect(new == 13)
    let changed = relations.reduce(0) { sum, posts in
      sum + zip(posts.0.relations, posts.1.relations).count { $0 != $1 }
    }
    #expect(changed == 8)
  }
}
