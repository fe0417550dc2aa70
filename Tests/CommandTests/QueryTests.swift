import Corpora
import Foundation
import Inspection
import TestSupport
import Testing

/// Queries about what models say are answered for every post, whoever looked at it.
@Suite("Queries", .enabled(if: Program.isBuilt, "the program is not built"))
struct QueryTests {
  private struct Room {
    let folder: TemporaryFolder
    let data: String
    let models: String
    let dataset: Dataset

    init() throws {
      folder = try TemporaryFolder()
      data = try SmallDataset.make(in: folder, more: 30)
      dataset = try Dataset.open(data)
      models = try SmallModels.make(for: dataset, in: folder)
    }

    /// The answers that are expected, one post at a time.
    func analyses() throws -> [PostAnalysis] {
      let set = try Roster.open(models, for: .entities)
      return dataset.posts.map { set.analyse($0, of: dataset) }
    }

    /// The list that a query makes, by the number in the status line once all is done.
    func count(_ query: String, store: String = "s") throws -> Int {
      let script = try folder.write("wait\nkey /\ntext \(query)\nkey Return\nwait\n", "keys")
      let result = try Program.run([
        data, "--models", models, "--script", script, "--store",
        "\(folder.path)/\(store)/store.sqlite", "--size", "160x40",
      ])
      #expect(result.status == 0)
      let last = result.output.components(separatedBy: "== frame").last ?? ""
      #expect(!last.contains("looked at") && !last.contains("could not be judged"), "\(last)")
      if last.contains("no post matches") { return 0 }
      let match = try #require(last.firstMatch(of: /1\/([\d,]+) of 36 for/), "\(last)")
      return Int(match.1) ?? -1
    }

    var files: [String] {
      let folder = folder.path + "/s/store.sqlite-answers"
      return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted().map {
        "\(folder)/\($0)"
      }
    }
  }

  @Test("differences and routes are those of every post, from models or from disk, or damaged")
  func everyPost() throws {
    let room = try Room()
    let analyses = try room.analyses()
    let different = zip(analyses, room.dataset.posts).count { analysis, post in
      Set(analysis.chosen?.mentions.map(\.mention) ?? []) != Set(post.mentions)
    }
    let text = analyses.count { $0.decision?.route == .text }
    #expect(different > 0)
    func check(_ how: String) throws {
      #expect(try room.count("is:different") == different, "\(how)")
      #expect(try room.count("-is:different") == 36 - different, "\(how)")
      #expect(try room.count("route:text") == text, "\(how)")
      #expect(try room.count("-route:text") == 36 - text, "\(how)")
    }
    try check("computed")
    let sizes = try room.files.map { try Data(contentsOf: URL(fileURLWithPath: $0)).count }
    #expect(sizes.count >= 2 && sizes.reduce(0, +) > 500)
    try check("from disk")
    #expect(
      try room.files.map { try Data(contentsOf: URL(fileURLWithPath: $0)).count } == sizes,
      "nothing was computed again")
    for path in room.files {
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      for at in stride(from: 30, to: bytes.count, by: 97) { bytes[at] ^= 0xFF }
      try bytes.write(to: URL(fileURLWithPath: path))
    }
    try check("damaged")
  }

  @Test("another picture in the place of one is noticed, and so are other models")
  func staleAnswers() throws {
    let room = try Room()
    #expect(try room.count("p:0-1") == 34, "one picture is missing, one is broken")
    let picture = room.data + "/images/p5.png"
    let bytes = try Data(contentsOf: URL(fileURLWithPath: picture))
    // Without its picture a post has no p, whatever was kept.
    try FileManager.default.removeItem(atPath: picture)
    #expect(try room.count("p:0-1") == 33)
    #expect(try room.count("picture:missing") == 2)
    try bytes.prefix(40).write(to: URL(fileURLWithPath: picture))
    #expect(try room.count("p:0-1") == 33)
    #expect(try room.count("picture:broken") == 2)
    try bytes.write(to: URL(fileURLWithPath: picture))
    #expect(try room.count("p:0-1") == 34)
    let before = room.files
    let router = try SmallModels.router(dimensions: 8, seed: 7)
    try router.save(to: room.models + "/rds")
    let text = try room.analyses().count { $0.decision?.route == .text }
    #expect(try room.count("route:text") == text, "routes are decided anew from what was kept")
    #expect(room.files == before, "another router reads the same")
  }
}
