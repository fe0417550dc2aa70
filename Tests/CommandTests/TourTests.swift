import Annotations
import Corpora
import Foundation
import Services
import TestSupport
import Testing
import Workbench

/// `twinlens tour`, with the models that come along.
@Suite("Tours", .enabled(if: Program.isBuilt, "the program is not built"))
struct TourTests {
  private let folder: TemporaryFolder
  private let environment: [String: String]

  init() throws {
    folder = try TemporaryFolder()
    // The sample is copied: nothing may be written beside it.
    try FileManager.default.createDirectory(
      atPath: folder.path + "/Samples", withIntermediateDirectories: true)
    for name in ["harbor", "lessons"] {
      try FileManager.default.copyItem(
        atPath: SampleModelsTests.samples + "/" + name, toPath: folder.path + "/Samples/" + name)
    }
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/Samples/models",
      withDestinationPath: SampleModelsTests.samples + "/models")
    environment = [
      "TWINLENS_SHARE": folder.path, "XDG_STATE_HOME": folder.path + "/state",
      "XDG_CACHE_HOME": folder.path + "/cache",
    ]
  }

  private func run(_ arguments: [String]) throws -> Program.Result {
    try Program.run(arguments, environment: environment)
  }

  private struct Results: Decodable {
    struct Question: Decodable {
      let step: Int
      let given: String?
      let right: String
      let isRight: Bool
    }
    let steps, done, asked, right: Int
    let questions: [Question]
  }

  @Test(
    "the script of the manual goes through the tour, at both sizes", arguments: ["80x24", "120x36"])
  func tour(_ size: String) throws {
    let text = try #require(try manualBlock("# tour.keys", page: "teaching.md"))
    let script = try folder.write(text, "tour.keys")
    let file = folder.path + "/results.json"
    let result = try run(["tour", "--script", script, "--size", size, "--results", file])
    #expect(result.status == 0, "\(result.errors)\(result.output.suffix(6_000))")
    #expect(result.output.hasSuffix("all 14 steps are done\n"))
    let results = try JSONDecoder().decode(
      Results.self, from: try Data(contentsOf: URL(fileURLWithPath: file)))
    #expect(results.done == 14 && results.asked == 2 && results.right == 2)
    #expect(results.questions.map(\.right) == ["text", "LOC"])
    // Nothing is written, not even what the models answered, nor a router.
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/Samples/harbor/.twinlens"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/state"))
    // The screens on which a step is done, as they are.
    let frames = result.output.split(separator: "== frame ").map(String.init)
    let kept = frames.enumerated().filter { place, frame in
      place + 1 < frames.count && frames[place + 1].prefix(40).contains("ctrl+n")
    }.map(\.element)
    #expect(kept.count == 14)
    for place in [0, 3, 5, 6] { try expectGolden(kept[place], "tour-\(place + 1)-\(size)") }
  }

  @Test("what the tour says of the sample is so")
  func claims() throws {
    struct Shown: Decodable {
      struct Route: Decodable {
        let route: String
        let p: Float
      }
      struct Expert: Decodable {
        struct Mention: Decodable { let type: String }
        struct Signal: Decodable {
          let name: String
          let values: [Float]
        }
        let name: String
        let mentions: [Mention]?
        let signals: [Signal]?
      }
      let route: Route
      let mentions: [Expert.Mention]
      let experts: [Expert]

      func type(_ expert: String) -> String? {
        experts.first { $0.name == expert }?.mentions?.first?.type
      }
      func values(_ signal: String) -> [Float] {
        experts.first { $0.name == "riva" }?.signals?.first { $0.name == signal }?.values ?? []
      }
    }
    func show(_ post: String) throws -> Shown {
      let result = try run(["show", folder.path + "/Samples/harbor", post, "--json"])
      return try JSONDecoder().decode(Shown.self, from: Data(result.output.utf8))
    }
    let magnus = try show("dev-00010")
    #expect(magnus.mentions.map(\.type) == ["LOC"] && magnus.route.route == "multimodal")
    #expect(magnus.type("bilstm-crf") == "MISC" && magnus.type("riva") == "LOC")
    #expect((magnus.values("rgn/gate").first ?? 0) > 0.95)
    // Head 2 looks at the tower, in the third column of seven, head 7 at the sky right of it.
    let heads = magnus.values("vcn/attention")
    func place(_ head: Int) -> (row: Int, column: Int, weight: Float)? {
      let values = heads.dropFirst((head - 1) * 49).prefix(49)
      return values.indices.max { values[$0] < values[$1] }.map {
        let cell = $0 - values.startIndex
        return (cell / 7, cell % 7, values[$0])
      }
    }
    let (tower, sky) = (try #require(place(2)), try #require(place(7)))
    #expect(tower.row == 4 && tower.column == 2 && tower.weight > 0.9)
    #expect(sky.row == 2 && sky.column == 5 && sky.weight > 0.9)
    let hollis = try show("dev-00011")
    #expect(hollis.route.route == "text" && (hollis.values("rgn/gate").first ?? 1) < 0.05)
    let bridge = try show("dev-00099")
    #expect(bridge.mentions.map(\.type) == ["MISC"] && bridge.route.route == "text")
    #expect(bridge.type("bilstm-crf") == "MISC" && bridge.type("riva") == "LOC")
    let sable = try show("dev-00071")
    #expect(sable.mentions.map(\.type) == ["LOC"] && sable.route.route == "text")
    #expect(sable.type("bilstm-crf") == "MISC" && sable.type("riva") == "LOC")
  }

  @Test("the steps are listed, and a lesson of one's own is checked")
  func lists() throws {
    let list = try run(["tour", "--list"]).output
    #expect(list.hasPrefix(" 1  Two answers\n 2  The router\n"))
    #expect(try run(["tour", "--list", "--json"]).output.contains("\"task\": 14"))
    #expect(
      try run(["tour", "--check"]).output.hasSuffix("14 steps, and nothing is wrong with it\n"))
    let text = try #require(try manualBlock("# gates.toml", page: "teaching.md"))
    let own = try folder.write(text, "gates.toml")
    #expect(
      try run(["tour", own, "--check"]).output.hasSuffix("2 steps, and nothing is wrong with it\n"))
    let left = try folder.write("wait\nkey s\nkey s\nkey ctrl+n\n", "left.keys")
    let result = try run(["tour", own, "--script", left])
    #expect(result.status == 1)
    #expect(
      result.output.hasSuffix("1 of 2 steps are done; twinlens tour \(own) --from 2 goes on\n"))
  }

  @Test(
    "what cannot be given is said with its line",
    arguments: [
      ("post = \"dev-0010\"", 8, "no post dev-0010 in harbor; did you mean dev-00010?"),
      ("check = { system = \"riwa\" }", 8, "no expert riwa is open; did you mean riva?"),
      (
        "check = { signal = \"rgn/gait\" }", 8,
        "shows a signal rgn/gait here; did you mean rgn/gate?"
      ),
      ("check = { head = 9 }", 8, "there is no head 9 here; there are 1 to 8"),
      ("check = { layers = \"explain\" }", 8, "no check is called layers; did you mean layer?"),
    ])
  func refusals(_ line: String, _ number: Int, _ words: String) throws {
    let file = try folder.write(
      """
      title = "T"
      dataset = "sample"
      systems = ["bilstm-crf", "riva"]

      [[step]]
      title = "S"
      text = "t"
      \(line)
      """, "own.toml")
    for more in [["--check"], ["--script", try folder.write("wait\n", "w.keys")]] {
      let result = try run(["tour", file] + more)
      #expect(result.status != 0 && result.output.isEmpty)
      #expect(
        result.errors.contains("\(file):\(number): ") && result.errors.contains(words),
        "\(result.errors)")
    }
  }

  @Test("options that do not go together are refused")
  func options() throws {
    for (arguments, words) in [
      (["--json"], "--json goes with --list"), (["--once"], "--once goes with --notes"),
      (["--from", "15"], "--from takes a step from 1 to 14"), ([], "the lesson needs a terminal"),
      (["nowhere.toml"], "nowhere.toml: cannot be read"),
      (["--notes", "--once"], "nothing is presented now"),
    ] {
      let result = try run(["tour"] + arguments)
      #expect(result.status != 0 && result.errors.contains(words), "\(arguments): \(result.errors)")
    }
  }

  @Test("notes are for their owner alone, and only while somebody presents")
  func notes() throws {
    let place = folder.path + "/runtime"
    try FileManager.default.createDirectory(
      atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let own = ["XDG_RUNTIME_DIR": place]
    let file = try #require(NotesFile(environment: own))
    #expect(file.read() == nil)
    let text = """
      {"lesson":"L\\u001b[2J","step":2,"count":3,"title":"Gate","notes":"one\\ntwo","next":"Head"}
      """
    let notes = try JSONDecoder().decode(LessonNotes.self, from: Data(text.utf8))
    file.write(notes)
    #expect(file.read() == notes)
    let path = place + "/twinlens/presenting.json"
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let shown = try Program.run(["tour", "--notes", "--once"], environment: own)
    #expect(shown.status == 0, "\(shown.errors)")
    #expect(shown.output.contains("2 of 3: Gate\n\none\ntwo\n\nnext:\nHead\n"))
    #expect(!shown.output.contains("\u{1B}"))
    // What anybody could have written, a link, and what a dead process left are nobody's notes.
    chmod(path, 0o666)
    #expect(file.read() == nil)
    chmod(path, 0o600)
    let content = try Program.text(path)
    try content.replacingOccurrences(of: "\"process\":\(getpid())", with: "\"process\":2147483000")
      .write(toFile: path, atomically: false, encoding: .utf8)
    #expect(file.read() == nil)
    file.remove()
    try FileManager.default.createSymbolicLink(
      atPath: path, withDestinationPath: try folder.write(content, "elsewhere.json"))
    #expect(file.read() == nil)
  }
}
