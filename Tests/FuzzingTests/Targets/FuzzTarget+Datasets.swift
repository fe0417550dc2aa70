import Files
import Foundation
import Inspection

@testable import Corpora

extension FuzzTarget {
  static let datasets: [FuzzTarget] =
    DataFormat.builtIn.map(dataset)
    + [
      FuzzTarget(
        name: "dataset-folder", kind: .datasets, files: ["Samples/harbor/dataset.toml"],
        tokens: jsonTokens + ["%% train.txt\n", "%% dataset.toml\n", "%% 1.ann\n"], read: openFolder
      ),
      FuzzTarget(
        name: "answers", kind: .datasets, files: fixtures(["mner.txt", "mnre.txt", "posts.jsonl"]),
        tokens: ["B-PER", "I-LOC", "/per/per/peer", "None"]
      ) { bytes in
        try ScratchFolder.own.fill([("answers.txt", bytes)])
        let path = ScratchFolder.own.path + "/answers.txt"
        let entities = Result { try AnswerFile(path: path, task: .ner) }
        let relations = Result { try AnswerFile(path: path, task: .re) }
        _ = try? entities.get()
        _ = try relations.get()
      },
      FuzzTarget(
        name: "judgements", kind: .datasets, tokens: ["id", "label", "\t", ",", "1", "0", "yes"]
      ) { bytes in
        try ScratchFolder.own.fill([("judged.csv", bytes)])
        _ = try PictureJudgements(path: ScratchFolder.own.path + "/judged.csv")
      },
      FuzzTarget(name: "suspicion", kind: .datasets, tokens: jsonTokens) { bytes in
        try ScratchFolder.own.fill([("suspicion.json", bytes)])
        _ = try SuspicionRanking.reading(ScratchFolder.own.path + "/suspicion.json")
      },
      FuzzTarget(
        name: "regions", kind: .regions, tokens: ["[", "]", ":", ",", "0.5", "NaN", "-1e9", "\""]
      ) { bytes in
        _ = try RegionFile(bytes: bytes, path: "regions_train.json")
      },
    ]

  static let jsonTokens = [
    "{", "}", "[", "]", ":", ",", "null", "true", "\"id\":", "\"tokens\":", "\"mentions\":",
    "\"start\":", "\"end\":", "\"text\":", "\"label\":", "\"spans\":", "\"relations\":",
    "\"annotations\":", "\"result\":", "\"data\":", "\"value\":", "\\u0000", "\\ud83d\\ude00",
  ]

  private static func fixtures(_ names: [String]) -> [String] {
    names.map { "Tests/Fixtures/exports/\($0)" }
  }

  /// Exports of each format that its own tool accepted.
  private static let exports: [String: [String]] = [
    "mner": ["mner.txt"], "mnre": ["mnre.txt"], "conll2003": ["conll2003.txt"],
    "huggingface": ["huggingface.jsonl"], "twinlens": ["twinlens.jsonl", "posts.jsonl"],
    "doccano": ["doccano.jsonl", "doccano-labels.jsonl"], "prodigy": ["prodigy.jsonl"],
    "label-studio": ["label-studio.json"], "csv": ["csv.csv"],
  ]

  /// One format: whatever is read can be written and is read again as the same.
  private static func dataset(_ format: DataFormat) -> FuzzTarget {
    let tokens =
      format.hasWordLines || format.name == "csv"
      ? ["IMGID:", "\tO\n", "\tB-PER\n", "\tI-LOC\n", "-DOCSTART-", "\n\n", ",", "\"", ";", "|"]
      : jsonTokens + ["T1\tPER 0 4\t", "R1\t", "Arg1:T1 Arg2:T2", "#1\t", ";"]
    return FuzzTarget(
      name: "dataset-\(format.name)", kind: .datasets,
      files: fixtures(exports[format.name] ?? []), tokens: tokens
    ) { bytes in
      let parts = format.textExtension == nil ? nil : InputParts(bytes)
      let labels = parts.map { $0["1.ann"] ?? [] } ?? bytes
      let text = parts.map { $0["1.txt"] ?? [] }
      let encoding = TextEncoding(of: labels, named: nil)
      guard let readable = encoding.utf8(labels) else { return }
      let guess = readable.withUnsafeBufferPointer { bytes in
        let guess = DataFormat.guess(bytes)
        if guess == nil { _ = DataFormat.nearest(bytes) }
        return guess
      }
      let parsed = try read(readable, format, text: text)
      for post in parsed.posts { try check(post) }
      let posts = parsed.posts.prefix(50).enumerated().map { number, post in
        var read = Post(
          id: "p\(number)", tokens: post.tokens, imageID: post.imageID, mentions: post.mentions,
          relations: post.relations, split: .all, attributes: post.attributes,
          source: SourceLocation(file: "fuzzed", line: post.line))
        read.scheme = parsed.scheme
        return read
      }
      // A file that is told to be of another format is never read in this one.
      guard !posts.isEmpty, guess == format, format.write != nil else { return }
      let written = try format.bytes(of: posts)
      guard written.withUnsafeBufferPointer(DataFormat.guess) == format else { return }
      try requireSame(try read(written, format, text: nil), posts)
    }
  }

  /// Requires the words and mentions of what was written; MNRE puts equal neighbours together.
  private static func requireSame(_ again: ParsedFile, _ posts: [Post]) throws {
    struct Told: Hashable {
      let words: [String]
      let mentions: [EntityMention]
    }
    let before = Set(posts.map { Told(words: $0.tokens.map(\.text), mentions: $0.mentions) })
    let after = Set(again.posts.map { Told(words: $0.tokens.map(\.text), mentions: $0.mentions) })
    try require(Set(before.map(\.words)) == Set(after.map(\.words)), "an export has other words")
    try require(before == after, "an export has other mentions")
  }

  private static func read(
    _ bytes: [UInt8], _ format: DataFormat, text: [UInt8]?
  ) throws -> ParsedFile {
    try bytes.withUnsafeBufferPointer {
      try format.read(
        $0,
        DataFormat.ReadingRequest(
          file: "1.ann", strict: false, reading: .lenient, tagNames: ["O", "B-PER", "I-PER"],
          text: text))
    }
  }

  /// What `Post` promises of every post.
  private static func check(_ post: ParsedPost) throws {
    let words = post.tokens.indices
    try require(!post.tokens.isEmpty, "a post without words")
    var last = 0
    for mention in post.mentions.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      try require(
        mention.range.lowerBound >= last && mention.range.upperBound <= words.upperBound,
        "a mention outside the words, or over another")
      last = mention.range.upperBound
    }
    for pair in post.relations {
      for range in [pair.head, pair.tail] {
        try require(
          !range.isEmpty && range.lowerBound >= 0 && range.upperBound <= words.upperBound,
          "an end of a pair outside the words")
      }
    }
  }

  /// Files that are opened together, edited, and read again.
  private static func openFolder(_ bytes: [UInt8]) throws {
    let scratch = ScratchFolder.own
    let parts = InputParts(bytes).files
    try scratch.fill(parts.isEmpty ? [("train.txt", bytes)] : parts)
    let dataset = try Dataset.open(scratch.path)
    for post in dataset.posts.prefix(40) { _ = dataset.image(for: post) }
    for finding in dataset.findings.prefix(40) { _ = finding.description }
    _ = try DatasetAudit(dataset)
    for file in dataset.files {
      let stored = try FileBytes.read("\(scratch.path)/\(file.name)")
      let same = try DatasetWriter.bytes(of: file, in: dataset, edited: [:]).bytes
      try require(same == stored, "\(file.name) changes without an edit")
      guard let post = dataset.posts[file.posts].first else { continue }
      let edited = post.replacing(
        tokens: post.tokens, mentions: [EntityMention(0..<1, .location)], relations: [])
      _ = try? DatasetWriter.bytes(of: file, in: dataset, edited: [post.id: edited])
    }
  }
}
