import Corpora
import Foundation
import Services
import TestSupport
import Testing
import Workbench

@Suite(
  "Learning, practising and progress", .enabled(if: Program.isBuilt, "the program is not built"))
struct TutorTests {
  private func environment(_ folder: TemporaryFolder) -> [String: String] {
    ["XDG_CACHE_HOME": folder.path + "/cache", "XDG_STATE_HOME": folder.path + "/state"]
  }

  @Test("the key script of the manual solves all of the lesson, and nothing of it is kept")
  func manual() throws {
    let folder = try TemporaryFolder()
    let environment = environment(folder)
    let text = try #require(try manualBlock("# tutor.keys", page: "annotating.md"))
    let script = try folder.write(text, "tutor.keys")
    let result = try Program.run(["tutor", "--script", script], environment: environment)
    #expect(result.status == 0, "\(result.errors)\(result.output.suffix(4_000))")
    #expect(result.output.hasSuffix("all 20 tasks are done\n"))
    #expect(result.output.contains("edits are not kept"))
    let again = try Program.run(
      ["tutor", "--script", script, "--size", "80x24"], environment: environment)
    #expect(again.status == 0)
    let list = try Program.run(["tutor", "--list"], environment: environment)
    #expect(list.output.contains(" 1  types\n") && !list.output.contains("done"))
  }

  @Test("the lesson's posts are those that the tasks were written for")
  func posts() throws {
    let folder = try TemporaryFolder()
    let script = try folder.write("key w\nkey O\n", "some.keys")
    let result = try Program.run(
      ["tutor", "--from", "3", "--script", script], environment: environment(folder))
    #expect(result.status == 1, "a script that leaves tasks fails")
    #expect(result.output.hasSuffix("3 of 20 tasks are done; twinlens tutor --from 4 goes on\n"))
    let cache = folder.path + "/cache/twinlens"
    let drawn = try #require(try FileManager.default.contentsOfDirectory(atPath: cache).first)
    let dataset = try Dataset.open("\(cache)/\(drawn)")
    #expect(dataset.posts.count == 64 && dataset.findings.isEmpty)
    var place = URL(fileURLWithPath: #filePath)
    for _ in 0..<2 { place.deleteLastPathComponent() }
    for post in try Dataset.open(place.appendingPathComponent("Fixtures/lesson").path).posts {
      let found = try #require(dataset.post(id: post.id))
      #expect(found.tokens == post.tokens && found.mentions == post.mentions)
      #expect(found.relations == post.relations)
    }
  }

  @Test("how far somebody came is kept, and can be read")
  func memory() throws {
    let folder = try TemporaryFolder()
    let environment = environment(folder)
    #expect(LessonMemory(environment: environment).done == 0)
    LessonMemory(done: 7).write(environment: environment)
    #expect(LessonMemory(environment: environment).done == 7)
    let list = try Program.run(["tutor", "--list"], environment: environment).output
    #expect(list.split(separator: "\n").count { $0.hasSuffix("done") } == 7)
    struct Task: Decodable {
      let task: Int
      let topic: String
      let done: Bool
    }
    let json = try Program.run(["tutor", "--list", "--json"], environment: environment).output
    let tasks = try JSONDecoder().decode([Task].self, from: Data(json.utf8))
    #expect(tasks.map(\.task) == Array(1...20) && tasks.filter(\.done).count == 7)
    let path = folder.path + "/state/twinlens/lesson.toml"
    try "done = \"all\"\n".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(LessonMemory(environment: environment).done == 0)
  }

  @Test(
    "what cannot be done is said",
    arguments: [
      (["tutor"], "the lesson needs a terminal"),
      (["tutor", "--from", "21"], "--from takes a task from 1 to 20"),
      (["tutor", "--json"], "--json goes with --list"),
      (["DATA", "--practice"], "practising needs a terminal"),
      (["DATA", "--json", "x.json"], "--json goes with --practice"),
    ])
  func refusals(_ arguments: [String], _ message: String) throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let result = try Program.run(
      arguments.map { $0 == "DATA" ? data : $0 }, environment: environment(folder))
    #expect(result.status != 0 && result.errors.contains(message), "\(result.errors)")
    #expect(!result.output.contains("Ada"), "no post is printed")
  }

  @Test("practice hides the labels of files and of earlier edits, compares, and keeps nothing")
  func practice() throws {
    struct Summary: Decodable {
      struct Counts: Decodable { let right, given, asked: Int }
      struct Result: Decodable {
        let post: String
        let seconds: Double?
        let differences: [String]
      }
      let posts, accepted: Int
      let spans: Counts
      let relations: Counts?
      let results: [Result]
    }
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let json = folder.path + "/summary.json"
    let script = try folder.write("key P\nkey Return\nkey Return\nkey q\n", "keys")
    func practise(_ more: [String] = []) throws -> (Program.Result, Summary) {
      let result = try Program.run([data, "--practice", "--script", script, "--json", json] + more)
      #expect(result.status == 0, "\(result.errors)")
      let summary = try JSONDecoder().decode(
        Summary.self, from: try Data(contentsOf: URL(fileURLWithPath: json)))
      return (result, summary)
    }
    let (first, summary) = try practise()
    #expect(first.output.contains("1 difference from the hidden labels"))
    #expect(first.output.contains("1 of 6 posts accepted"))
    #expect(summary.posts == 6 && summary.accepted == 1 && summary.relations == nil)
    #expect(summary.spans.right == 1 && summary.spans.given == 1 && summary.spans.asked == 2)
    #expect(summary.results.first?.differences == ["missed: 'Pier Nine' LOC"])
    #expect(summary.results.first?.seconds.map { $0 >= 0 && $0 < 60 } == true)
    #expect(!FileManager.default.fileExists(atPath: data + "/.twinlens"))
    // An earlier edit is what is right now.
    let edit = try folder.write("key O\n", "edit")
    #expect(try Program.run([data, "--script", edit]).status == 0)
    let store = data + "/.twinlens/annotations.sqlite"
    let before = try Data(contentsOf: URL(fileURLWithPath: store))
    let (_, second) = try practise()
    #expect(
      second.results.first?.differences == [
        "wrong type: 'Ada' PER, should be ORG", "missed: 'Pier Nine' LOC",
      ])
    #expect(try Data(contentsOf: URL(fileURLWithPath: store)) == before)
  }

  @Test("progress is told from the store")
  func stats() throws {
    struct Stats: Decodable {
      struct Person: Decodable {
        let name: String
        let accepted, steps: Int
      }
      struct Day: Decodable { let accepted: Int }
      let posts, accepted, left: Int
      let annotators: [Person]
      let days: [Day]
      let seconds: [String: Double]
    }
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let none = try Program.run(["annotations", "stats", data])
    #expect(none.status == 0 && none.output == "6 posts: 0 accepted, 6 left\n")
    let script = try folder.write("key O\nkey Return\nkey Return\nkey Return\n", "keys")
    #expect(try Program.run([data, "--script", script, "--annotator", "ada"]).status == 0)
    let text = try Program.run(["annotations", "stats", data]).output
    #expect(text.hasPrefix("6 posts: 3 accepted, 3 left\n"))
    #expect(
      text.contains("annotator  accepted    steps   worked  a post\nada               3        4"))
    let json = try Program.run(["annotations", "stats", data, "--json"]).output
    let stats = try JSONDecoder().decode(Stats.self, from: Data(json.utf8))
    #expect(stats.posts == 6 && stats.accepted == 3 && stats.left == 3)
    #expect(stats.annotators.map(\.name) == ["ada"] && stats.annotators.map(\.steps) == [4])
    #expect(stats.days.map(\.accepted).reduce(0, +) == 3)
    #expect(Set(stats.seconds.keys) == ["post-0", "post-1", "post-2"])
    // The workbench tells the same.
    let page = try folder.write("text :stats\nkey Return\n", "page")
    let screen = try Program.run([data, "--script", page]).output
    #expect(screen.contains("6 posts: 3 accepted, 3 left"))
  }
}
