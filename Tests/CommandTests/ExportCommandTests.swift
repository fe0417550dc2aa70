import Corpora
import Foundation
import Glibc
import Reports
import Testing

/// `annotations export`: states, formats of other tools, again and again.
@Suite("Exporting annotations", .enabled(if: Program.isBuilt, "the program is not built"))
struct ExportCommandTests {
  let folder: TemporaryFolder
  let data: String
  var out: String { folder.path + "/out" }

  init() throws {
    folder = try TemporaryFolder()
    data = try SmallDataset.make(in: folder)
  }

  /// Ada becomes a place; the second post is accepted as it is.
  private func annotate() throws {
    let script = try folder.write("key L\nkey j\nkey Return\n", "keys")
    #expect(try Program.run([data, "--script", script]).status == 0)
  }

  private func export(_ options: String...) throws -> Program.Result {
    try Program.run(["annotations", "export", data, "--out", out] + options)
  }

  @Test("the states of what was written are counted, and stand beside the labels")
  func states() throws {
    #expect(try export().output.contains("6 posts: 6 untouched"))
    #expect(!FileManager.default.fileExists(atPath: out + "/annotations.state.jsonl"))
    try annotate()
    let all = try export("--format", "doccano", "--format", "conll", "--format", "csv")
    #expect(all.status == 0)
    #expect(all.output.contains("6 posts: 4 untouched, 1 edited, 1 accepted\n1 post differs"))
    let lines = try Program.text(out + "/annotations.state.jsonl").split(separator: "\n")
    #expect(lines.count == 6)
    #expect(
      lines[0].hasPrefix(
        #"{"id":"post-0","file":"train.jsonl","state":"edited","annotator":"tester","time":"#))
    #expect(lines[2] == #"{"id":"post-2","file":"train.jsonl","state":"untouched"}"#)
    #expect(
      try Program.text(out + "/conll/annotations.state.jsonl").contains(#""state":"accepted""#))
    #expect(!FileManager.default.fileExists(atPath: out + "/doccano/annotations.state.jsonl"))
    let doccano = try Program.text(out + "/doccano/train.jsonl").split(separator: "\n")
    #expect(doccano[1].contains(#""state":"accepted","annotator":"tester","time":"20"#))
    #expect(doccano[2].contains(#""state":"untouched","annotator":null,"time":null"#))
    #expect(try Program.text(out + "/csv/train.csv").contains(",accepted,tester,20"))
    for place in [out, out + "/doccano", out + "/csv", out + "/conll"] {
      let again = try Dataset.open(place)
      #expect(again.findings.isEmpty && again.posts.count == 6)
      #expect(again.posts[0].mentions.first?.type == .location)
    }
  }

  @Test("only posts of a state are exported, by any of its names")
  func only() throws {
    try annotate()
    let accepted = try export("--only", "accepted", "--format", "prodigy", "--json")
    #expect(accepted.status == 0)
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(accepted.output.utf8)) as? [String: Any])
    #expect((json["posts"] as? NSNumber)?.intValue == 1)
    #expect((json["differ"] as? NSNumber)?.intValue == 0)
    let states = try #require(json["states"] as? [String: Any])
    #expect(states.keys.sorted() == ["accepted"])
    let original = try Program.text(data + "/train.jsonl").split(separator: "\n")
    #expect(try Program.text(out + "/train.jsonl") == String(original[1]) + "\n")
    let prodigy = try Program.text(out + "/prodigy/train.jsonl")
    #expect(prodigy.contains(#""answer":"accept""#) && prodigy.split(separator: "\n").count == 1)
    #expect(
      try export("--only", "reviewed", "--only", "edited").output.contains(
        "2 posts: 1 edited, 1 accepted"))
    let before = try Program.text(out + "/train.jsonl")
    let none = try export("--only", "rejected")
    #expect(none.status == 1)
    #expect(
      none.errors.contains(
        "no post is rejected, so nothing is written; the posts are 4 untouched, 1 edited, 1 accepted"
      ))
    #expect(try Program.text(out + "/train.jsonl") == before)
    let unknown = try export("--only", "done")
    #expect(unknown.status != 0 && unknown.errors.contains("adjudicated"))
  }

  @Test("what is accepted while the export watches is exported")
  func watch() throws {
    let (output, errors) = (folder.path + "/watch.out", folder.path + "/watch.err")
    let child = try Program.start(
      [
        "annotations", "export", data, "--out", out, "--only", "accepted", "--format", "doccano",
        "--watch",
      ], output: output, errors: errors)
    defer { child.signal(SIGKILL) }
    func waits(for text: String, in file: String) -> Bool {
      let deadline = ContinuousClock.now + .seconds(60)
      while ContinuousClock.now < deadline {
        if let said = try? Program.text(file), said.contains(text) { return true }
        usleep(50_000)
      }
      return false
    }
    try #require(waits(for: "watching ", in: errors))
    #expect(!FileManager.default.fileExists(atPath: out + "/doccano/train.jsonl"))
    try annotate()
    try #require(waits(for: "exported again; 1 post: 1 accepted", in: output))
    let exported = try Dataset.open(out + "/doccano")
    #expect(exported.posts.map(\.id) == ["post-1"])
    // Taken back: the file that holds nothing any more goes.
    let script = try folder.write("key u\n", "undo")
    #expect(try Program.run([data, "--script", script]).status == 0)
    let file = out + "/doccano/train.jsonl"
    let deadline = ContinuousClock.now + .seconds(60)
    while FileManager.default.fileExists(atPath: file), ContinuousClock.now < deadline {
      usleep(50_000)
    }
    #expect(!FileManager.default.fileExists(atPath: file))
    #expect(waits(for: "exported again; 0 posts", in: output))
    child.signal(SIGINT)
    #expect(child.wait() == 0)
    #expect(try Program.text(errors).contains("stopped; the last export is in \(out)"))
  }

  @Test("of many files the folder is named")
  func folders() throws {
    let lines = (0..<12).map { #"{"id":"p\#($0)","tokens":["Ann"],"mentions":[],"relations":[]}"# }
    let text = lines.joined(separator: "\n") + "\n"
    try text.write(toFile: data + "/train.jsonl", atomically: true, encoding: .utf8)
    let result = try export("--format", "brat", "--format", "csv")
    #expect(result.output.contains("\(out)/brat/train/ (25 files)\n"), "\(result.output)")
    #expect(!result.output.contains("p3.ann"))
    #expect(!result.output.contains("earlier export"))
    // What this export does not write again is of another time.
    let next = try export("--format", "brat")
    #expect(
      next.output.contains("1 file of an earlier export is still here, as of then: csv/train.csv"),
      "\(next.output)")
  }

  @Test("a post that has lost its last pair is left out and named, whatever is asked for")
  func withoutPair() throws {
    let folder = data + "-pairs"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let line = { (name: String) in
      "{'token': ['Ann', 'of', 'Acme'], 'h': {'name': 'Ann', 'pos': [0, 1]}, 't': {'name': 'Acme', "
        + "'pos': [2, 3]}, 'img_id': '\(name).jpg', 'relation': '/per/org/member_of'}\n"
    }
    try (line("a") + line("b")).write(
      toFile: folder + "/train.txt", atomically: true, encoding: .utf8)
    let keys = folder + ".keys"
    try "key minus\nkey Return\nkey Return\n".write(
      toFile: keys, atomically: true, encoding: .utf8)
    let edited = try Program.run([folder, "--no-models", "--script", keys])
    #expect(edited.status == 0, "\(edited.errors)")
    for only in [[], ["--only", "accepted"]] {
      let target = out + "-\(only.count)"
      let result = try Program.run(
        ["annotations", "export", folder, "--out", target, "--format", "twinlens"] + only)
      #expect(result.status == 0, "\(result.errors)")
      #expect(
        result.output.contains(
          "have no line for a post without a pair, and leave out a (train.txt)"),
        "\(result.output)")
      #expect(try Dataset.open(target).posts.map(\.id) == ["b"])
      #expect(try Dataset.open(target + "/twinlens").posts.count == 2)
    }
  }

  @Test("a label that has no place is named with its post and the formats that have one")
  func refused() throws {
    let line =
      #"{"id":"a","tokens":["Ann","of","Acme"],"mentions":[],"relations":[{"head":[0,1],"tail":[2,3],"label":"x"}]}"#
    try (line + "\n").write(toFile: data + "/train.jsonl", atomically: true, encoding: .utf8)
    let result = try export("--format", "conll2003")
    #expect(result.status == 1 && !FileManager.default.fileExists(atPath: out + "/train.jsonl"))
    #expect(result.errors.contains("CoNLL columns has no place for the relation x of a"))
    #expect(result.errors.contains("twinlens, doccano, prodigy, label-studio, brat, csv"))
  }

  @Test("pairs without a relation that a format passes over are counted")
  func passedOver() throws {
    let line =
      #"{"id":"a","tokens":["Ann","of","Acme"],"mentions":[],"relations":[{"head":[0,1],"tail":[2,3],"label":"None"}]}"#
    try (line + "\n").write(toFile: data + "/train.jsonl", atomically: true, encoding: .utf8)
    for (format, title) in [
      ("huggingface", "Hugging Face JSON Lines"), ("conll2003", "CoNLL columns"),
    ] {
      let result = try export("--format", format)
      #expect(result.status == 0)
      let words = "\(title) have no pairs; 1 pair labelled None is left out"
      #expect((result.output + result.errors).contains(words), "\(result.output)")
    }
    #expect(!(try export("--format", "doccano")).output.contains("left out"))
  }

  @Test("a store is looked at again once it was written to, and not because of an empty log")
  func stamps() throws {
    let store = folder.path + "/store"
    let paths = [store, store + "-wal"]
    let none = FileStamps(paths)
    _ = try folder.write("", "store-wal")
    #expect(FileStamps(paths) == none)
    _ = try folder.write("a", "store")
    let first = FileStamps(paths)
    #expect(first != none && FileStamps(paths) == first)
    _ = try folder.write("log", "store-wal")
    #expect(FileStamps(paths) != first)
  }
}
