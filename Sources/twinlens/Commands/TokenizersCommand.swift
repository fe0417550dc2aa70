import ArgumentParser
import Benchmarks
import Corpora
import Encoders
import Foundation
import Reports
import Services
import Studies

/// `twinlens bench tokenizers`: tokenizers over the posts of a dataset, beside Hugging Face's.
struct BenchTokenizersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizers",
    abstract: "Measure tokenizers over posts on one thread, beside Hugging Face's.",
    discussion: """
      With --peer, a Python that has tokenizers and numpy, Hugging Face's are measured in turns with ours, on one \
      thread too: post by post, and all posts in one call.
      """)

  @Argument(
    help: "Folders with tokenizer.json, vocab.txt, or vocab.json and merges.txt.")
  var folders: [String]

  @Option(help: ArgumentHelp("A dataset whose posts are encoded.", valueName: "dataset"))
  var posts: String

  @Option(help: ArgumentHelp("A Python to measure Hugging Face's with.", valueName: "python"))
  var peer: String?

  @Option(
    help: ArgumentHelp(
      "The peer's script; else the checkout's Tools/bench-tokenizers.py.", valueName: "file"))
  var peerScript: String?

  @Option(help: "Passes over the posts in each turn; there are three.")
  var passes = 5

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Print a Markdown table.")
  var markdown = false

  /// What was measured of one folder: medians in seconds.
  struct Row: Encodable {
    let tokenizer: String
    let words: Int
    let pieces: Int
    let single: Double
    let batch: Double
    var peerSingle: Double?
    var peerBatch: Double?
  }

  func validate() throws {
    guard (1...1000).contains(passes) else {
      throw ValidationError("--passes takes a number from 1 to 1000")
    }
  }

  func run() throws {
    let words = try Dataset.open(posts).posts.map { $0.tokens.map(\.text) }
    guard !words.isEmpty else { throw ValidationError("\(posts) has no posts") }
    let file = NSTemporaryDirectory() + "twinlens-tokenizers-\(UUID().uuidString).jsonl"
    defer { try? FileManager.default.removeItem(atPath: file) }
    if peer != nil {
      let lines = try words.map { try JSONEncoder().encode(["words": $0]) + Data("\n".utf8) }
      try Data(lines.joined()).write(to: URL(fileURLWithPath: file))
    }
    let progress = ProgressLine()
    var rows: [Row] = []
    for (index, folder) in folders.enumerated() {
      progress.show("measuring \(folder)", Double(index) / Double(folders.count))
      rows.append(try measure(folder, words, file))
    }
    progress.clear()
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return StandardOutput.write(String(decoding: try encoder.encode(rows), as: UTF8.self))
    }
    let table = table(rows, posts: words.count)
    StandardOutput.write(markdown ? table.markdown : table.text)
  }

  private func measure(_ folder: String, _ posts: [[String]], _ file: String) throws -> Row {
    let tokenizer = try Tokenizer(folder: folder)
    var ours: (single: [Double], batch: [Double]) = ([], [])
    var theirs: (single: [Double], batch: [Double]) = ([], [])
    var pieces = 0
    for _ in 0..<3 {
      let single = TokenizerSpeed.measure(tokenizer, posts: posts, passes: passes)
      pieces = single.pieces
      ours.single += single.passes
      ours.batch +=
        TokenizerSpeed.measure(tokenizer, posts: posts, passes: passes, inBatch: true).passes
      if let answer = try ask(folder, file) {
        theirs.single.append(answer.loop.median)
        theirs.batch.append(answer.batch.median)
      }
    }
    func median(_ times: [Double]) -> Double? { Figures(times).value(.median) }
    return Row(
      tokenizer: (folder as NSString).lastPathComponent,
      words: posts.reduce(0) { $0 + $1.count }, pieces: pieces, single: median(ours.single) ?? 0,
      batch: median(ours.batch) ?? 0, peerSingle: median(theirs.single),
      peerBatch: median(theirs.batch))
  }

  private struct Answer: Decodable {
    struct Times: Decodable { let median: Double }
    let loop: Times
    let batch: Times
  }

  private func ask(_ folder: String, _ file: String) throws -> Answer? {
    guard let peer else { return nil }
    let script = peerScript ?? (SharedFiles().folder ?? ".") + "/Tools/bench-tokenizers.py"
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: peer)
    process.arguments = [script, folder, file, "--passes", "\(passes)"]
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw ValidationError("\(script) failed; it needs tokenizers and numpy in \(peer)")
    }
    return try JSONDecoder().decode(Answer.self, from: data)
  }

  private func table(_ rows: [Row], posts: Int) -> PlainTable {
    var table = PlainTable(
      "Tokenizers over \(posts) posts, one thread",
      [
        "tokenizer", "words/s", "post by post", "Hugging Face", "times", "at once", "Hugging Face",
        "times",
      ])
    func milliseconds(_ seconds: Double?) -> String {
      seconds.map { String(format: "%.1f ms", 1000 * $0) } ?? "—"
    }
    func times(_ ours: Double, _ theirs: Double?) -> String {
      theirs.map { String(format: "%.1f", $0 / max(ours, 1e-9)) } ?? "—"
    }
    for row in rows {
      table.add([
        row.tokenizer, String(format: "%.2f million", Double(row.words) / row.single / 1e6),
        milliseconds(row.single), milliseconds(row.peerSingle), times(row.single, row.peerSingle),
        milliseconds(row.batch), milliseconds(row.peerBatch), times(row.batch, row.peerBatch),
      ])
    }
    table.notes = ["times: how many times as fast ours is."]
    return table
  }
}
