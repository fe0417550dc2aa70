import Corpora
import Foundation
import Screen
import Services
import Workbench

/// Queries typed key by key over many posts, without a terminal.
package enum QueryBench {
  /// What is typed; of each the words that the table calls it by.
  private static let queries = [
    ("text", "harbour"),
    ("phrase", "\"the old boats\""),
    ("regular expression", "/\\b(gulls|nets) \\w+ the/"),
    ("label and state", "label:PER state:untouched"),
    ("or of three", "calm or keeper label:LOC or mentions:>1"),
  ]

  /// The slowest piece of work for each query, the list that the first one makes, and memory.
  /// - Parameters:
  ///   - limit: milliseconds of a key and its frame.
  ///   - megabytes: of memory.
  package static func rows(
    _ setting: BenchSetting, posts: Int = 100_000, limit: Double = 50,
    memory megabytes: Double = 300
  ) throws -> [BenchRow] {
    let dataset = try LargeDataset.write(into: setting.folder, posts: posts)
    let count = RegionVerdict.grouped(posts)
    var options = setting.options(store: "queries-\(posts).sqlite")
    options.dataset = dataset
    (options.models, options.withoutModels) = (nil, true)
    let session = try Session(options)
    func desk() throws -> Desk {
      Desk(state: try session.workbench(size: Size(columns: 120, rows: 36), look: Look()))
    }
    var fresh = try desk()
    let screen = fresh.list(queries[0].1)
    var rows = [
      BenchRow(
        what: "first query of \(count) posts, from its first key to the list",
        budget: Budget(statistic: .most, limit: posts > 100_000 ? nil : 1000),
        figures: Figures([screen]))
    ]
    for (name, query) in queries {
      var desk = try desk()
      // The posts' words are read once, by whatever is searched for first.
      desk.type("quiet")
      let times = desk.type(query)
      rows.append(
        BenchRow(
          what: "query of \(count) posts, \(name): a key and its frame",
          budget: Budget(statistic: .most, limit: limit), figures: Figures(times.keys),
          note: String(
            format: "%@; counted %.0f ms after the last key", query, times.counted)))
    }
    rows.append(
      BenchRow(
        what: "resident memory, \(count) posts, after a query",
        budget: Budget(statistic: .most, limit: megabytes, unit: .megabytes),
        figures: Figures([try memory(dataset, setting)].compactMap(\.self))))
    return rows
  }

  private static func memory(_ dataset: String, _ setting: BenchSetting) throws -> Double? {
    let terminal = try PseudoTerminal(
      ["open", dataset, "--store", setting.folder + "/queries-memory.sqlite", "--no-models"],
      columns: 120, rows: 36)
    try terminal.waitForFrame(seconds: 20)
    terminal.type("/" + queries[0].1 + "\r")
    terminal.drain(seconds: 4)
    return terminal.residentMegabytes
  }
}

/// A workbench whose search line is typed into.
private struct Desk {
  var state: WorkbenchState

  /// What a key, or a piece of work after it, took with its frame, in milliseconds.
  private mutating func send(_ message: Message, _ times: inout [Double]) -> Bool {
    var goesOn = false
    times.append(
      Stopwatch.milliseconds {
        goesOn = update(&state, message).contains(.resume)
        _ = view(state)
      })
    return goesOn
  }

  private mutating func press(_ key: Key, _ times: inout [Double]) {
    var goesOn = send(.key(key), &times)
    while goesOn { goesOn = send(.resume, &times) }
  }

  /// Types a query, each key once the last is counted, and leaves the line.
  @discardableResult
  mutating func type(_ query: String) -> (keys: [Double], counted: Double) {
    var times: [Double] = []
    press(.character("/"), &times)
    for character in query.dropLast() { press(.character(character), &times) }
    let before = times.count
    if let last = query.last { press(.character(last), &times) }
    let counted = times[before...].reduce(0, +)
    press(.escape, &times)
    return (times, counted)
  }

  /// What it takes from the first key until the list is on screen.
  mutating func list(_ query: String) -> Double {
    var times: [Double] = []
    press(.character("/"), &times)
    for character in query { press(.character(character), &times) }
    press(.enter, &times)
    return times.reduce(0, +)
  }
}
