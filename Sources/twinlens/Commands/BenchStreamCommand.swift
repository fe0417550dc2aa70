import ArgumentParser
import Benchmarks
import Foundation
import Services
import Studies

/// `twinlens bench stream`: how fast records are answered.
struct BenchStreamCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream",
    abstract: "Measure predict -: posts a second, growth with their number, memory.",
    discussion: """
      1,000, 10,000 and 100,000 posts without pictures, 1,000 and 10,000 with them: the embedded sample's again and \
      again, through a process of its own. Takes some minutes.
      """)

  @Option(help: "Share of the posts, from 0.01.")
  var share = 1.0

  @Option(help: ArgumentHelp("Folder of model folders.", valueName: "dir"))
  var models: String?

  @Option(help: ArgumentHelp("Dataset whose posts are taken.", valueName: "dir"))
  var dataset: String?

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Print a Markdown table.")
  var markdown = false

  func validate() throws {
    guard (0.01...1).contains(share) else { throw ValidationError("--share takes 0.01 to 1") }
    if json, markdown { throw ValidationError("give --json or --markdown, not both") }
  }

  private struct Report: Encodable {
    let machine: [String: String]
    let startSeconds: Double
    let rows: [StreamBench.Row]
    let exponent: Double?
    let exponentWithPictures: Double?
  }

  func run() throws {
    let setting = try BenchSetting(dataset: dataset, models: models)
    defer { setting.cleanUp() }
    let machine = Machine(setting: setting)
    let progress = ProgressLine()
    var bench = StreamBench(setting)
    let sizes = StreamBench.sizes(share)
    // What is left is measured by the posts that are left, of which those with pictures cost more.
    func cost(_ size: (posts: Int, hasPictures: Bool)) -> Double {
      Double(size.posts + 1) * (size.hasPictures ? 3 : 1)
    }
    let (whole, start) = (sizes.map(cost).reduce(0, +), Date())
    var done = 0.0
    for size in sizes {
      progress.show("measuring \(size.posts) posts", done / whole, since: start)
      try bench.measure(posts: size.posts, hasPictures: size.hasPictures)
      done += cost(size)
    }
    progress.clear()
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      let report = Report(
        machine: Dictionary(machine.facts.map { ($0.name, $0.value) }) { first, _ in first },
        startSeconds: bench.start, rows: bench.rows, exponent: bench.exponent(hasPictures: false),
        exponentWithPictures: bench.exponent(hasPictures: true))
      return StandardOutput.write(String(decoding: try encoder.encode(report), as: UTF8.self))
    }
    let table = table(bench)
    let facts = machine.facts.map { "\($0.name): \($0.value)" }.joined(separator: "; ") + "."
    StandardOutput.write(facts + "\n\n" + (markdown ? table.markdown : table.text))
  }

  private func table(_ bench: StreamBench) -> PlainTable {
    var table = PlainTable(
      "Posts through predict -", ["posts", "pictures", "seconds", "posts a second", "memory"])
    for row in bench.rows {
      table.add([
        "\(row.posts)", row.posts == 0 ? "" : row.hasPictures ? "with" : "without",
        String(format: "%.2f", row.seconds),
        row.posts == 0 ? "—" : String(format: "%.0f", row.rate(beyond: bench.start)),
        String(format: "%.0f MB", row.megabytes),
      ])
    }
    func power(_ hasPictures: Bool) -> String {
      bench.exponent(hasPictures: hasPictures).map { String(format: "%.2f", $0) } ?? "—"
    }
    table.notes = [
      "Posts a second leave out the start, which is the row of 0 posts. The time beyond it grows with the "
        + "number of posts to the power of \(power(false)) without pictures and of \(power(true)) with them. "
        + "Memory is the most that the process held."
    ]
    return table
  }
}
