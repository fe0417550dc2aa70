import Annotations
import Corpora
import Foundation
import Inspection
import TestSupport
import Testing
import Traces

@Suite("Output without a screen", .enabled(if: Program.isBuilt, "the program is not built"))
struct TextOutputTests {
  @Test("without a terminal it says so, prints the first post and succeeds")
  func noTerminal() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    for environment in [["TERM": "xterm-256color"], ["TERM": "dumb"]] {
      let result = try Program.run([data], environment: environment)
      #expect(result.status == 0)
      #expect(result.errors.contains("no terminal"))
      #expect(result.output.contains("post-0"))
      #expect(result.output.contains("Pier Nine"))
    }
  }

  @Test("the time of each expert that answers is told when it is asked for")
  func times() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let models = try SmallModels.make(for: Dataset.open(data), in: folder)
    let show = ["show", data, "post-0", "--models", models, "--graphics", "none"]
    #expect(try !Program.run(show).output.contains("time: "))
    let text = try Program.run(show + ["--time"]).output
    #expect(text.contains("time: ") && text.contains("riva"))
    let object = try JSONSerialization.jsonObject(
      with: Data(Program.run(show + ["--time", "--json"]).output.utf8))
    let fields = try #require(object as? [String: Any])
    let told = try #require(fields["milliseconds"] as? [String: Double])
    let experts = try #require(fields["experts"] as? [[String: Any]])
    #expect(Set(told.keys) == Set(experts.compactMap { $0["name"] as? String }))
    #expect(told.values.allSatisfy { $0 > 0 })
  }

  @Test("a dataset that is not there is named, and fails")
  func missing() throws {
    let result = try Program.run(["/nowhere/at/all"])
    #expect(result.status != 0)
    #expect(result.errors.contains("/nowhere/at/all"))
  }

  @Test("show --json has every number of every signal, to the last bit")
  func showJSON() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let dataset = try Dataset.open(data)
    let models = try SmallModels.make(for: dataset, in: folder)
    let result = try Program.run(["show", data, "post-0", "--json", "--models", models])
    #expect(result.status == 0)
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let systems = try #require(json["experts"] as? [[String: Any]])
    let post = try #require(dataset.post(id: "post-0"))
    let analysis = try Roster.open(models).analyse(post, of: dataset)
    let expected = [analysis.text, analysis.multimodal].compactMap { $0 }
    try #require(systems.count == 2 && expected.count == 2)
    for (system, prediction) in zip(systems, expected) {
      #expect(system["name"] as? String == prediction.expert)
      let signals = try #require(system["signals"] as? [[String: Any]])
      #expect(signals.map { $0["name"] as? String } == prediction.trace.signals.map(\.name))
      for (shown, signal) in zip(signals, prediction.trace.signals) {
        #expect(shown["shape"] as? [Int] == signal.shape)
        let values = try #require(shown["values"] as? [NSNumber])
        #expect(values.map { Float($0.doubleValue) } == signal.values)
      }
    }
    let route = try #require(json["route"] as? [String: Any])
    #expect(
      (route["p"] as? NSNumber).map { Float($0.doubleValue) }
        == analysis.decision?.scores?.probability)
  }

  @Test("of a post without a picture nothing is shown that was not computed")
  func withoutPicture() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let models = try SmallModels.make(for: try Dataset.open(data), in: folder)
    func show(_ post: String) throws -> [String: Any] {
      let result = try Program.run(["show", data, post, "--json", "--models", models])
      #expect(result.status == 0, "\(result.errors)")
      return try #require(
        try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }
    func signals(_ json: [String: Any]) throws -> [String: [String: Any]] {
      let systems = try #require(json["experts"] as? [[String: Any]])
      let all = systems.flatMap { $0["signals"] as? [[String: Any]] ?? [] }
      return Dictionary(all.map { ($0["name"] as? String ?? "", $0) }) { $1 }
    }
    // One picture is missing, the other is damaged.
    for post in ["post-3", "post-4"] {
      let json = try show(post)
      let route = try #require(json["route"] as? [String: Any])
      #expect(route["route"] as? String == "text")
      for name in ["p", "percentile", "cosine"] { #expect(route[name] is NSNull, "\(name)") }
      let explanation = try #require(json["explanation"] as? [String: Any])
      for name in ["p", "percentile", "cosine", "logit", "dimensions", "tokens", "regions"] {
        #expect(explanation[name] is NSNull, "\(name)")
      }
      let signals = try signals(json)
      for name in ["rgn/gate", "vcn/attention"] {
        let signal = try #require(signals[name])
        #expect(signal["values"] is NSNull)
        #expect(signal["absent"] as? String == "no picture")
      }
      #expect(signals["crf/marginals"]?["values"] is [NSNumber])
      let text = try Program.run(["show", data, post, "--models", models]).output
      #expect(text.contains("the picture adds to the text  no picture"))
      let script = try folder.write("wait\ntext :goto \(post)\nkey Return\nwait\n", "\(post).keys")
      let frames = try Program.run([
        data, "--models", models, "--script", script, "--size", "200x50",
      ]).output
      let last = try #require(frames.components(separatedBy: "\u{c}").last)
      #expect(last.contains("no picture"))
    }
    let gate = try #require(try signals(try show("post-0"))["rgn/gate"])
    #expect((gate["values"] as? [NSNumber])?.count == 1)
  }

  @Test("words that the models do not know are counted, and said when a dataset is opened")
  func unknownWords() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let models = try SmallModels.make(for: try Dataset.open(data), in: folder)
    let other = folder.path + "/other"
    try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
    // "Ada" is in the small vocabulary, the other words are not; a link and a full stop are no
    // words.
    try #"{"id":"a","tokens":["Ada","fotografiert","Möwen","http://t.co/1","."],"mentions":[]}"#
      .appending("\n")
      .write(toFile: other + "/train.jsonl", atomically: true, encoding: .utf8)
    func counts(_ data: String, _ post: String) throws -> [String: [Int]] {
      let shown = try Program.run(["show", data, post, "--json", "--models", models]).output
      let json = try JSONSerialization.jsonObject(with: Data(shown.utf8)) as? [String: Any]
      let words = try #require(json?["unknownWords"] as? [[String: Any]])
      var result: [String: [Int]] = [:]
      for model in words {
        let name = try #require(model["model"] as? String)
        result[name] = ["unknown", "words"].compactMap { model[$0] as? Int }
      }
      return result
    }
    #expect(
      try counts(other, "a") == ["bilstm-crf": [2, 3], "riva": [2, 3], "clip": [2, 3]])
    #expect(
      try counts(data, "post-0") == ["bilstm-crf": [0, 7], "riva": [0, 7], "clip": [0, 7]])
    let text = try Program.run(["show", other, "a", "--models", models]).output
    #expect(text.contains("unknown words: bilstm-crf 2 of 3"))
    let script = try folder.write("wait\n", "keys")
    let frames = [other, data].map { data in
      try? Program.run([data, "--models", models, "--script", script, "--size", "160x40"]).output
    }
    #expect(frames[0]?.contains("67% of the words here") == true)
    #expect(frames[0]?.contains("67% of words unknown") == true)
    #expect(frames[1]?.contains("of the words here") == false)
  }

  @Test("show escapes whatever could steer a terminal, as text and as JSON")
  func showEscapes() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    for arguments in [["show", data, "post-5"], ["show", data, "post-5", "--json"]] {
      let output = try Program.run(arguments).output
      #expect(output.contains("escape"))
      #expect(!output.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
      #expect(!output.unicodeScalars.contains("\u{202E}"))
    }
  }

  @Test("doctor names terminal, machine and files, also as JSON")
  func doctor() throws {
    let text = try Program.run(["doctor"])
    #expect(text.status == 0)
    for topic in ["terminal", "machine", "files", "OpenBLAS", "annotations"] {
      #expect(text.output.contains(topic))
    }
    let json = try Program.run(["doctor", "--json"])
    #expect(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) is [String: Any])
  }

  @Test("edits are exported into the dataset's own format and logged")
  func annotations() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let original = try Program.text(data + "/train.jsonl")
    // Ada becomes a place; the second post is accepted as it is.
    let script = try folder.write("key L\nkey j\nkey Return\n", "keys")
    #expect(try Program.run([data, "--script", script]).status == 0)
    let out = folder.path + "/out"
    let export = try Program.run(["annotations", "export", data, "--out", out, "--format", "jsonl"])
    #expect(export.status == 0)
    #expect(export.output.contains("1 post differs"))
    let exported = try Program.text(out + "/train.jsonl")
    let (old, new) = (original.split(separator: "\n"), exported.split(separator: "\n"))
    try #require(old.count == new.count)
    #expect(old.dropFirst() == new.dropFirst())
    let post = try #require(try Dataset.open(out).post(id: "post-0"))
    #expect(post.mentions.first == EntityMention(0..<1, .location))
    let log = try Program.run(["annotations", "log", data])
    #expect(log.output.contains("tester  post-0  PER → LOC on 'Ada'"))
    #expect(log.output.contains("accept post-1"))
    let json = try Program.run(["annotations", "log", data, "--json"])
    let parsed = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect((parsed?["steps"] as? [Any])?.count == 2)
  }

  @Test("a dataset that changed under its annotations is reported, and the edits are kept")
  func changed() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let script = try folder.write("key L\n", "keys")
    #expect(try Program.run([data, "--script", script]).status == 0)
    let file = data + "/train.jsonl"
    let text = try Program.text(file).replacingOccurrences(of: "\"sees\"", with: "\"saw\"")
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    let log = try Program.run(["annotations", "log", data]).output
    #expect(log.contains("1 step"))
    #expect(log.contains("post-0 has other words now"))
  }
}
