import Corpora
import Foundation
import Testing

/// What people come to do, from opening to the exported file, with the program as it is built.
@Suite("Stories", .enabled(if: Program.isBuilt, "the program is not built"))
struct StoryTests {
  /// A folder of the shared real data, nil where it is absent.
  private static func shared(_ name: String) -> String? {
    var url = URL(fileURLWithPath: #filePath)
    while url.path != "/" {
      url.deleteLastPathComponent()
      let folder = url.appendingPathComponent("../shared/data/\(name)").standardizedFileURL.path
      if FileManager.default.fileExists(atPath: folder) { return folder }
    }
    return nil
  }

  private static let tweets = shared("twitter2015-with-images")
  private static let pairs = shared("mnre-with-images")

  private func copy(_ data: String?, to folder: TemporaryFolder) throws -> String {
    let place = folder.path + "/data"
    try FileManager.default.copyItem(atPath: try #require(data), toPath: place)
    // What lies there is for reading only.
    for path in [place]
      + (try FileManager.default.subpathsOfDirectory(atPath: place)).map({
        place + "/" + $0
      })
    {
      try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    return place
  }

  private func export(_ data: String, _ store: String, _ folder: TemporaryFolder) throws -> Dataset
  {
    let out = folder.path + "/out-" + UUID().uuidString
    let result = try Program.run([
      "annotations", "export", data, "--store", store, "--out", out,
    ])
    try #require(result.status == 0, "\(result.errors)")
    return try Dataset.open(out)
  }

  /// Ten real tweets: a type mended, a mention removed, one added over two words, a post accepted,
  /// one edit taken back. Typed without a pause and with one behind every key, with models and
  /// without: the exported labels are the same, and no other line of the file changes.
  @Test(
    "an annotator corrects real tweets, typing ahead or not",
    .enabled(if: tweets != nil, "../shared/data/twitter2015-with-images is absent"))
  func annotator() throws {
    let folder = try TemporaryFolder()
    let data = try copy(Self.tweets, to: folder)
    let before = try Dataset.open(data)
    let keys = ["P", "j", "w", "x", "Home", "l", "v", "l", "O", "Return", "j", "w", "M", "u"]
    let models = SampleModelsTests.models
    var results: [[Post]] = []
    for (name, waits, more) in [
      ("ahead", false, ["--models", models]), ("slow", true, ["--models", models]),
      ("alone", false, []),
    ] {
      let script = try folder.write(
        keys.map { "key \($0)\n" + (waits ? "wait\n" : "") }.joined() + "wait\n", "\(name).keys")
      let store = folder.path + "/\(name).sqlite"
      let result = try Program.run(
        [data, "--store", store, "--script", script, "--size", "80x24"] + more)
      #expect(result.status == 0, "\(result.errors)")
      results.append(try export(data, store, folder).posts)
    }
    #expect(results[0].map(\.mentions) == results[1].map(\.mentions))
    #expect(results[0].map(\.mentions) == results[2].map(\.mentions))
    let after = results[0]
    #expect(after[0].mentions == [EntityMention(0..<1, .person)])
    #expect(after[1].mentions.contains(EntityMention(1..<3, .organization)))
    #expect(after[1].mentions.count == before.posts[1].mentions.count)
    #expect(after.dropFirst(2).map(\.mentions) == before.posts.dropFirst(2).map(\.mentions))
  }

  /// Real pairs: a relation is chosen by a key, and one line of the file changes.
  @Test(
    "an annotator corrects a real relation",
    .enabled(if: pairs != nil, "../shared/data/mnre-with-images is absent"))
  func relations() throws {
    let folder = try TemporaryFolder()
    let data = try copy(Self.pairs, to: folder)
    let before = try Dataset.open(data)
    let script = try folder.write("key c\nkey 0\nkey Return\nwait\n", "keys")
    let store = folder.path + "/store.sqlite"
    let result = try Program.run([
      data, "--store", store, "--script", script, "--size", "80x24",
    ])
    #expect(result.status == 0, "\(result.errors)")
    let after = try export(data, store, folder)
    let place = try #require(
      before.posts.indices.first { before.posts[$0].relations != after.posts[$0].relations }
        ?? before.posts.indices.first { before.posts[$0].relations.first?.label == "None" })
    #expect(after.posts[place].relations.contains { $0.label == "None" })
    let changed = zip(before.posts, after.posts).count { $0.relations != $1.relations }
    #expect(changed <= 1)
  }

  /// p, its rank, and both experts' mentions of a post are one and the same on the screen, in
  /// `show`, and in the files that `predict` writes.
  @Test("a researcher finds the same numbers everywhere")
  func researcher() throws {
    let folder = try TemporaryFolder()
    let data = try copy(SampleModelsTests.data, to: folder)
    let models = SampleModelsTests.models
    let dataset = try Dataset.open(data)
    let post = try #require(dataset.posts.first { $0.imageID != nil })
    struct Shown: Decodable {
      struct Route: Decodable {
        let route: String
        let p, percentile: Float?
      }
      struct Mention: Decodable {
        let start, end: Int
        let type: String
      }
      struct System: Decodable {
        let name, task: String
        private let mentionsOfPost: [Mention]?
        var mentions: [Mention] { mentionsOfPost ?? [] }

        enum CodingKeys: String, CodingKey {
          case name, task
          case mentionsOfPost = "mentions"
        }
      }
      let router: String?
      let route: Route
      let experts: [System]
      var systems: [System] { experts.filter { $0.task == "ner" } }
    }
    let json = try Program.run(["show", data, post.id, "--models", models, "--json"])
    let shown = try JSONDecoder().decode(Shown.self, from: Data(json.output.utf8))
    let script = try folder.write("text :goto \(post.id)\nkey Return\nwait\n", "keys")
    let screen = try Program.run([
      data, "--models", models, "--script", script, "--size", "200x50",
    ]).output
    let p = try #require(shown.route.p)
    let rank = try #require(shown.route.percentile)
    let onScreen =
      "p \(String(format: "%.3f", p).dropFirst())  rank \(Int((100 * rank).rounded()))%"
    #expect(screen.contains(onScreen), "\(onScreen)")
    let predicted = try Program.run([
      "predict", data, "--models", models, "--out", folder.path + "/predicted", "--task", "ner",
      "--split", post.split.rawValue,
    ])
    try #require(predicted.status == 0, "\(predicted.errors)")
    let answered = try #require(try Dataset.open(folder.path + "/predicted").post(id: post.id))
    let system = try #require(
      shown.route.route == "text" ? shown.systems.first : shown.systems.last)
    #expect(
      answered.mentions.map { [$0.range.lowerBound, $0.range.upperBound] }
        == system.mentions.map { [$0.start, $0.end] })
    #expect(answered.mentions.map(\.type.rawValue) == system.mentions.map(\.type))
  }
}
