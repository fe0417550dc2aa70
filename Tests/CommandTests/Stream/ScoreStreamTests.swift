import Corpora
import Foundation
import Testing

/// Streams of labels: `score` with -, `audit - --counts`, and what needs the whole set.
@Suite("score and audit in a pipe", .enabled(if: Program.isBuilt, "the program is not built"))
struct ScoreStreamTests {
  /// Gold and predicted labels of some posts, drawn by a seed.
  private func write(_ count: Int, seed: UInt64, in folder: TemporaryFolder) throws {
    var state = seed
    func random(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % below
    }
    let (types, relations) = (["PER", "LOC", "ORG", "MISC", "SHIP"], ["None", "a", "b"])
    var (gold, predicted) = ("", "")
    for i in 0..<count {
      let words = (0..<6).map { "\"w\(i)-\($0)\"" }.joined(separator: ",")
      func line(_ isGold: Bool) -> String {
        let mentions = (0..<random(3)).map { place in
          "{\"start\":\(2 * place),\"end\":\(2 * place + 1 + random(2)),"
            + "\"type\":\"\(types[random(types.count)])\"}"
        }
        let pairs = (0..<(i % 3)).map { place in
          "{\"head\":[\(place),\(place + 1)],\"tail\":[4,5],"
            + "\"label\":\"\(relations[random(relations.count)])\"}"
        }
        return
          "{\"id\":\"\(i)\",\"tokens\":[\(words)],\"mentions\":[\(mentions.joined(separator: ","))],"
          + "\"relations\":[\(pairs.joined(separator: ","))]}\n"
      }
      gold += line(true)
      predicted += line(false)
    }
    _ = try folder.write(gold, "gold.jsonl")
    _ = try folder.write(predicted, "predicted.jsonl")
  }

  @Test("a stream has the scores of the files, with their intervals", arguments: ["ner", "re"])
  func same(task: String) throws {
    let folder = try TemporaryFolder()
    let seed = UInt64.random(in: 0...UInt64.max)
    try write(200, seed: seed, in: folder)
    let score = "twinlens score --task \(task) --json"
    let files = try Program.shell("\(score) --gold gold.jsonl --pred predicted.jsonl", in: folder)
    #expect(files.status == 0, "\(files.errors)")
    let pipes = [
      "cat predicted.jsonl | \(score) --gold gold.jsonl --pred -",
      "cat gold.jsonl | \(score) --gold - --pred predicted.jsonl",
    ]
    for pipe in pipes {
      let stream = try Program.shell(pipe, in: folder)
      #expect(stream.status == 0, "\(stream.errors)")
      #expect(stream.output == files.output, "seed \(seed)")
    }
  }

  @Test("answers of predict are scored as they come; an error in place of one is said")
  func answers() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    _ = try SmallModels.make(for: try Dataset.open(data), in: folder)
    let score = "twinlens score --task ner --json --gold data/train.jsonl --pred"
    let made = try Program.shell(
      """
      twinlens predict - --models models --pictures data < data/train.jsonl | \(score) - > piped
      twinlens predict data --models models --out out > /dev/null
      \(score) out/train.jsonl > whole
      cmp piped whole
      (head -n 5 data/train.jsonl; echo '{') | twinlens predict - --models models --pictures data \
        | \(score) -
      """, in: folder)
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.output.contains("1 record (the first is line 6) has an error"), "\(made.output)")
  }

  @Test(
    "streams that differ are refused with both places",
    arguments: [
      ("head -n 9 predicted.jsonl", "standard input: ends after 9 records"),
      ("cat predicted.jsonl predicted.jsonl", "gold.jsonl: ends after 10 records"),
      ("sed '4s/w3-2/other/' predicted.jsonl", "standard input:4: word 3 is `other`"),
      ("sed '4s/.*/{/' predicted.jsonl", "standard input:4"), ("true", "ends after 0 records"),
    ])
  func different(_ made: String, words: String) throws {
    let folder = try TemporaryFolder()
    try write(10, seed: 1, in: folder)
    let refused = try Program.shell(
      "\(made) | twinlens score --task ner --gold gold.jsonl --pred -", in: folder)
    #expect(refused.status != 0)
    #expect(refused.errors.contains(words), "\(refused.errors)")
  }

  /// Hugging Face's images and base64 are pictures for all commands over streams.
  @Test func recordsWithPicturesInsideAreCountedAndScored() throws {
    let folder = try TemporaryFolder()
    let words = #""tokens":["Ada","sees"],"mentions":[{"start":0,"end":1,"type":"PER"}]"#
    _ = try folder.write(
      """
      {"id":"a","image":{"bytes":"aGk=","path":"a.jpg"},\(words)}
      {"id":"b","image_base64":"aGk=",\(words)}
      {"id":"c","image":{"bytes":null,"path":"c.jpg"},\(words)}
      {"id":"d","image_base64":"aG8=",\(words)}

      """, "gold.jsonl")
    let counts = try Program.shell("twinlens audit - --counts --json <gold.jsonl", in: folder)
    #expect(counts.status == 0 && counts.errors.isEmpty, "\(counts)")
    #expect(counts.output.contains("\"posts\": 4"), "\(counts)")
    #expect(counts.output.contains("\"pictures\": 3"), "\(counts)")
    let score = try Program.shell(
      "twinlens score --task ner --gold gold.jsonl --pred - <gold.jsonl", in: folder)
    #expect(score.status == 0 && score.output.contains("100.00"), "\(score)")
  }

  @Test("a stream is counted as a file is; what needs the whole set is refused with the reason")
  func counts() throws {
    let folder = try TemporaryFolder()
    _ = try SmallDataset.make(in: folder)
    let made = try Program.shell(
      """
      twinlens audit - --counts --json --images data < data/train.jsonl > stream
      twinlens audit data --counts --json > file
      diff <(sed 's/standard input/small/; s/"all"/"train"/' stream) file
      (cat data/train.jsonl; echo '{') | twinlens audit - --counts > /dev/null
      """, in: folder)
    #expect(made.status == 0, "\(made.output) \(made.errors)")
    #expect(made.errors.contains("a line is not counted: standard input:7"), "\(made.errors)")
    let audit = try Program.shell("twinlens audit - < data/train.jsonl", in: folder)
    #expect(audit.status == 2)
    #expect(audit.errors.contains("comparing all posts"))
    let suspect = try Program.shell("twinlens suspect - < data/train.jsonl", in: folder)
    #expect(suspect.status != 0)
    #expect(suspect.errors.contains("whole dataset"))
  }
}
