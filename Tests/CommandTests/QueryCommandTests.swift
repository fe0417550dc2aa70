import Corpora
import Foundation
import TestSupport
import Testing

/// `twinlens query` lists what the workbench lists, in the same order.
@Suite("The query command", .enabled(if: Program.isBuilt, "the program is not built"))
struct QueryCommandTests {
  private struct Room {
    let folder: TemporaryFolder
    let data: String
    var environment: [String: String]

    init(more: Int = 0) throws {
      folder = try TemporaryFolder()
      data = try SmallDataset.make(in: folder, more: more)
      environment = ["XDG_STATE_HOME": folder.path + "/state"]
    }

    func query(_ arguments: String...) throws -> Program.Result {
      try Program.run(["query", data] + arguments, environment: environment)
    }

    /// Runs keys in the workbench; everything that it prints.
    func workbench(_ lines: [String], _ options: [String] = []) throws -> Program.Result {
      let script = try folder.write(lines.joined(separator: "\n") + "\n", "keys")
      return try Program.run(
        [data, "--script", script, "--size", "160x60"] + options, environment: environment)
    }

    /// The ids of the list that a query makes in the workbench.
    func list(_ query: String, _ options: [String]) throws -> [String] {
      let result = try workbench(["wait", "key /", "text \(query)", "key Return", "wait"], options)
      #expect(result.status == 0, "\(result.errors)")
      let last = result.output.components(separatedBy: "== frame").last ?? ""
      if last.contains("no post matches") { return [] }
      #expect(!last.contains("looked at") && !last.contains("could not be judged"), "\(last)")
      return last.split(separator: "\n").compactMap { line in
        // Signs, then the end of the id.
        line.firstMatch(of: #/^.{4} (\d+) /#).map { "post-\($0.1)" }
      }
    }
  }

  private struct Found: Decodable {
    struct Post: Decodable {
      struct Mention: Decodable { let start, end: Int, type, text: String }
      struct Reason: Decodable { let term: String, found: [String] }
      let id, file, text, state: String
      let line: Int
      let mentions: [Mention]
      let why: [Reason]
    }
    let posts, matches, unjudged: Int
    let sort: [String]
    let found: [Post]?
  }

  private func decoded(_ result: Program.Result) throws -> Found {
    #expect(result.status == 0, "\(result.errors)")
    return try JSONDecoder().decode(Found.self, from: Data(result.output.utf8))
  }

  @Test func listsWhatTheWorkbenchLists() throws {
    let room = try Room(more: 30)
    let dataset = try Dataset.open(room.data)
    let models = ["--models", try SmallModels.make(for: dataset, in: room.folder)]
    var sizes: Set<Int> = []
    for query in [
      "label:LOC or label:ORG", "ada -/[3-7]$/ split:train", "is:different", "not is:different",
      "route:text or picture:no sort:-length", "p:0..1 sort:-p", "confidence:<.99 sort:length",
      "(picture:broken or picture:missing) -label:PER", "/^Ada/ sort:-file",
      "mentions:>1 or id:t-2",
    ] {
      let found = try decoded(
        Program.run(
          ["query", room.data, "--json"] + models + ["--", query], environment: room.environment))
      let ids = found.found?.map(\.id) ?? []
      #expect(try room.list(query, models) == ids, "\(query)")
      #expect(found.matches == ids.count && found.posts == 36 && found.unjudged == 0)
      sizes.insert(ids.count)
    }
    #expect(sizes.count > 3)
  }

  @Test func tellsLabelsAndReasons() throws {
    let room = try Room()
    let edited = try room.workbench(["key Return"], ["--no-models"])
    #expect(edited.status == 0, "\(edited.errors)")
    let found = try decoded(
      room.query("state:accepted \"sees the\" /Pier \\w+/ -label:ORG", "--json", "--no-models"))
    let post = try #require(found.found?.first)
    #expect(found.matches == 1 && post.id == "post-0" && post.state == "accepted")
    #expect(post.file == "train.jsonl" && post.line == 1)
    #expect(post.text == "Ada sees the Gull from Pier Nine .")
    #expect(post.mentions.map(\.text) == ["Ada", "Pier Nine"])
    #expect(
      post.why.map(\.term)
        == ["state:accepted", "\"sees the\"", "/Pier \\w+/", "-label:ORG"])
    #expect(post.why.map(\.found) == [["accepted"], ["sees the"], ["Pier Nine"], []])
    let counted = try room.query("label:PER", "--json", "--count", "--no-models")
    #expect(try decoded(counted).found == nil && decoded(counted).matches == 2)
  }

  @Test func printsLinesACountAndTheFirst() throws {
    let room = try Room()
    let all = try room.query("", "--sort", "-length", "--no-models")
    let lines = all.output.split(separator: "\n")
    #expect(
      lines.count == 6 && lines[0].hasPrefix("post-0  train.jsonl:1  untouched  [Ada](PER) sees"))
    #expect(!all.output.contains("\u{1B}") && !all.output.contains("\u{202E}"))
    #expect(all.errors.contains("6 of 6 posts, longest first"))
    let first = try room.query("sort:length", "--limit", "2", "--no-models")
    #expect(first.output.split(separator: "\n").count == 2)
    #expect(first.errors.contains("6 of 6 posts, the first 2 listed, shortest first"))
    #expect(try room.query("label:PER", "--count", "--no-models").output == "2\n")
    let none = try room.query("nowhere", "--no-models")
    #expect(none.status == 0 && none.output.isEmpty && none.errors.contains("0 of 6 posts"))
    let fields = try Program.run(["query", "--fields"])
    #expect(fields.output.contains("| `label:PER` |"))
  }

  @Test func errorsPointAtThePlace() throws {
    let room = try Room()
    let wrong = try room.query("ferry lable:PER", "--no-models")
    #expect(wrong.status != 0 && wrong.output.isEmpty)
    #expect(wrong.errors.contains("there is no field lable: (column 7); did you mean label:?"))
    #expect(wrong.errors.contains("ferry lable:PER\n      ^^^^^^"))
    let models = try room.query("is:different", "--no-models")
    #expect(models.status != 0 && models.errors.contains("--models DIR"))
    #expect(try room.query("x", "--sort", "size", "--no-models").errors.contains("disagreement"))
    #expect(try Program.run(["query", room.data]).errors.contains("twinlens query DATASET"))
  }

  /// Who only asks leaves no trace, and no store is made where there is none.
  @Test func aQueryWritesNothing() throws {
    let room = try Room()
    func files() throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: room.folder.path).sorted()
    }
    let before = try files()
    #expect(try room.query("Ada", "--count", "--no-models").output == "1\n")
    #expect(try files() == before)
    let named = try room.query("Ada", "--no-models", "--store", room.folder.path + "/none.sqlite")
    #expect(named.status != 0)
    #expect(named.errors.contains("no annotations are there yet; check --store"))
    #expect(try files() == before)
  }

  @Test func savedQueriesBelongToTheDataset() throws {
    let room = try Room()
    let own = room.data + "/.twinlens/queries.toml"
    let save = [
      "text /label:LOC or label:ORG", "key Return", "text :save-query towns", "key Return", "wait",
    ]
    let saved = try room.workbench(
      save, ["--no-models", "--store", room.folder.path + "/s.sqlite"])
    #expect(saved.output.contains("towns is saved: label:LOC or label:ORG"), "\(saved.output)")
    #expect(try Program.text(own).contains("towns = \"label:LOC or label:ORG\""))
    #expect(try room.query("@towns -label:ORG", "--count", "--no-models").output == "2\n")
    // What somebody else's file says is checked, and kept.
    try "towns = \"label:PER\"\nodd = \"colour:x\"\n".write(
      toFile: own, atomically: true, encoding: .utf8)
    let again = try room.workbench(save, ["--no-models"])
    #expect(again.errors.contains("the saved query odd cannot be used: there is no field colour:"))
    #expect(again.output.contains("(before: label:PER)"))
    #expect(try Program.text(own).contains("odd = \"colour:x\""))
    // A file that is no list is not written over.
    try "towns = ".write(toFile: own, atomically: true, encoding: .utf8)
    let broken = try room.workbench(save, ["--no-models"])
    #expect(broken.errors.contains("queries.toml:1:"))
    #expect(broken.output.contains("the query is not saved:"))
    #expect(try Program.text(own) == "towns = ")
  }

  @Test func aFolderThatCannotBeWrittenKeepsItsQueries() throws {
    let room = try Room()
    let folder = room.data + "/.twinlens"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try "calm = \"label:PER\"\ntheirs = \"label:ORG\"\n".write(
      toFile: folder + "/queries.toml", atomically: true, encoding: .utf8)
    for path in [folder, room.data] {
      try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: path)
    }
    defer {
      for path in [room.data, folder] {
        try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      }
    }
    let saved = try room.workbench(
      ["text /label:LOC", "key Return", "text :save-query calm", "key Return", "wait"],
      ["--no-models"])
    #expect(saved.output.contains("calm is saved: label:LOC"), "\(saved.output)")
    #expect(try Program.text(folder + "/queries.toml").contains("label:PER"))
    // The person's own counts before the dataset's.
    #expect(try room.query("@calm", "--count", "--no-models").output == "2\n")
    #expect(try room.query("@theirs", "--count", "--no-models").output == "1\n")
  }
}

extension QueryCommandTests {
  /// A type that the dataset has not got is a mistake, not an empty list; so is what is left of a
  /// broken file of saved queries.
  @Test func unknownTypesAndBrokenFilesAreTold() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let wrong = try Program.run(["query", data, "label:LOCC", "--count"])
    #expect(wrong.status != 0 && wrong.output.isEmpty)
    #expect(wrong.errors.contains("there is no type LOCC here; types are PER"))
    #expect(wrong.errors.contains("did you mean LOC?"), "\(wrong.errors)")
    _ = try folder.write("calm = 5 5\n", "data/.twinlens/queries.toml")
    let broken = try Program.run(["query", data, "@calm", "--count"])
    #expect(broken.errors.contains("queries.toml"), "\(broken.errors)")
  }
}
