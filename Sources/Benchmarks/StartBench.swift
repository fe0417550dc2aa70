import Corpora
import Foundation
import Screen
import Services
import Tensors
import Workbench

/// From the start of the program to its first frame: a process of its own in a terminal of its own.
package enum StartBench {
  /// The embedded sample with its models.
  package static func sample(_ setting: BenchSetting) throws -> [BenchRow] {
    let many = setting.manyExperts
    var row = try row(setting, [])
    row.note = try parts(setting.options(store: "parts.sqlite"))
    return [row] + (many.isEmpty ? [] : [try self.row(setting, many)])
  }

  private static func row(_ setting: BenchSetting, _ names: [String]) throws -> BenchRow {
    var arguments = arguments(
      setting.dataset, models: setting.models, store: setting.folder + "/start.sqlite")
    if !names.isEmpty { arguments += ["--system", names.joined(separator: ",")] }
    // The first makes the store, and brings the program into memory.
    _ = try start(arguments)
    return BenchRow(
      what: "start to first frame, embedded sample"
        + (names.isEmpty ? "" : ", \(names.count) experts"),
      budget: Budget(statistic: .median, limit: 150),
      figures: try Stopwatch.figures(times: 10, seconds: 6) { _ in try start(arguments).time })
  }

  /// A generated dataset of so many posts, without models.
  /// - Parameters:
  ///   - limit: milliseconds.
  ///   - memory: megabytes.
  package static func large(
    _ setting: BenchSetting, posts: Int = 100_000, limit: Double = 1_000, memory: Double = 300
  ) throws -> [BenchRow] {
    let dataset = try LargeDataset.write(into: setting.folder, posts: posts)
    let name = "large-\(posts)"
    let opened = try opening(dataset, store: setting.folder + "/\(name).sqlite", times: 5)
    var options = setting.options(store: "\(name)-parts.sqlite")
    options.dataset = dataset
    (options.models, options.withoutModels) = (nil, true)
    let count = RegionVerdict.grouped(posts)
    return [
      BenchRow(
        what: "start to first frame, \(count) posts",
        budget: Budget(statistic: .median, limit: limit), figures: opened.times,
        note: try parts(options)),
      BenchRow(
        what: "resident memory, \(count) posts",
        budget: Budget(statistic: .most, limit: memory, unit: .megabytes),
        figures: opened.memory),
    ]
  }

  /// Opens a dataset without models so many times, after one that is not counted.
  static func opening(
    _ dataset: String, store: String, times: Int
  ) throws -> (times: Figures, memory: Figures) {
    let arguments = arguments(dataset, models: nil, store: store)
    _ = try start(arguments)
    var memory: [Double] = []
    let figures = try Stopwatch.figures(times: times, seconds: 8) { _ in
      let result = try start(arguments)
      memory += [result.memory].compactMap(\.self)
      return result.time
    }
    return (figures, Figures(memory))
  }

  private static func arguments(_ dataset: String, models: String?, store: String) -> [String] {
    ["open", dataset, "--store", store, "--no-mouse"]
      + (models.map { ["--models", $0] } ?? ["--no-models"])
  }

  /// Starts the program; milliseconds to the first frame, megabytes a while later.
  private static func start(_ arguments: [String]) throws -> (time: Double, memory: Double?) {
    let start = ContinuousClock.now
    let terminal = try PseudoTerminal(arguments, columns: 120, rows: 36)
    try terminal.waitForFrame(seconds: 20)
    let time = Stopwatch.milliseconds(since: start)
    // Reading and drawing leave memory behind that is only counted once they are over.
    terminal.drain(seconds: 0.2)
    return (time, terminal.residentMegabytes)
  }

  /// The two large parts of a start, measured in this process.
  private static func parts(_ options: SessionOptions) throws -> String {
    let clock = ContinuousClock()
    var session: Session?
    _ = try Session(options)
    let opening = try clock.measure { session = try Session(options) }
    guard let session else { return "" }
    let drawing = try clock.measure {
      _ = view(try session.workbench(size: Size(columns: 120, rows: 36), look: Look()))
    }
    return String(
      format: "of this opening %.0f ms, state and first frame %.0f ms",
      opening / .milliseconds(1), drawing / .milliseconds(1))
  }
}

/// Text in the format of Twitter-2015, as much as is wanted.
package enum LargeDataset {
  private static let words = [
    "the", "harbour", "is", "quiet", "tonight", "and", "gulls", "sleep", "on", "old", "boats",
    "while", "rain", "falls", "over", "nets", "#calm", "@keeper", "http://t.co/x", "...",
  ]
  private static let names = [
    ("Anna", "PER"), ("Oslo", "LOC"), ("Rovers", "ORG"), ("Gala", "MISC"),
  ]

  /// Writes so many posts into a folder of their own, unless they are there.
  /// - Returns: the dataset's path.
  package static func write(into folder: String, posts: Int) throws -> String {
    let dataset = folder + "/large-\(posts)"
    let file = dataset + "/train.txt"
    guard !FileManager.default.fileExists(atPath: file) else { return dataset }
    try FileManager.default.createDirectory(atPath: dataset, withIntermediateDirectories: true)
    try text(posts: posts).write(to: URL(fileURLWithPath: file))
    return dataset
  }

  /// Posts of 16 words with one name each; the same in every run.
  package static func text(posts: Int) -> Data {
    var generator = SeededGenerator(seed: 1, stream: "large dataset")
    var text: [UInt8] = []
    text.reserveCapacity(posts * 160)
    for post in 0..<posts {
      text += "IMGID:\(100_000 + post)\n".utf8
      let place = generator.index(below: 16)
      for word in 0..<16 {
        if word == place {
          let (name, type) = generator.pick(names)
          text += "\(name)\tB-\(type)\n".utf8
        } else {
          text += generator.pick(words).utf8
          text += "\tO\n".utf8
        }
      }
      text.append(UInt8(ascii: "\n"))
    }
    return Data(text)
  }
}
