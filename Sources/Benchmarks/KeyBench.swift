import Foundation

/// From a key to its frame in a terminal: `BenchKeysCommand` measures in a process of its own.
package enum KeyBench {
  /// Two sizes of the screen, each also while a router trains; the smaller also with many experts.
  package static func rows(_ setting: BenchSetting) throws -> [BenchRow] {
    var rows: [BenchRow] = []
    for trains in [false, true] {
      for (columns, lines) in [(120, 36), (300, 90)] {
        let times = try measure(setting, columns: columns, rows: lines, trains: trains)
        rows.append(
          BenchRow(
            what: "key to frame at \(columns)×\(lines)" + (trains ? ", router training" : ""),
            budget: Budget(statistic: .p99, limit: trains ? 33 : 16),
            figures: Figures(times.all), note: times.parts))
      }
    }
    let many = setting.manyExperts
    if !many.isEmpty {
      let times = try measure(setting, columns: 120, rows: 36, trains: false, experts: many)
      rows.append(
        BenchRow(
          what: "key to frame at 120×36, \(many.count) experts",
          budget: Budget(statistic: .p99, limit: 16), figures: Figures(times.all),
          note: times.parts))
    }
    return rows
  }

  /// The command that plays in a terminal.
  package static let command = "bench-keys"

  /// - Parameter dataset: another than that of the setting, without models.
  static func measure(
    _ setting: BenchSetting, columns: Int, rows: Int, trains: Bool, experts: [String] = [],
    dataset: String? = nil
  ) throws -> KeyTimes {
    let name = "keys-\(columns)-\(trains)-\(experts.count)\(dataset == nil ? "" : "-other")"
    let out = setting.folder + "/\(name).json"
    var arguments = [
      command, dataset ?? setting.dataset, "--store", setting.folder + "/\(name).sqlite",
      "--out", out,
    ]
    if let models = setting.models, dataset == nil { arguments += ["--models", models] }
    if trains { arguments.append("--training") }
    if !experts.isEmpty { arguments += ["--system", experts.joined(separator: ",")] }
    let terminal = try PseudoTerminal(arguments, columns: columns, rows: rows)
    try terminal.waitForEnd(seconds: 30)
    guard let data = FileManager.default.contents(atPath: out) else {
      throw PseudoTerminal.Failure.ended(output: terminal.lastOutput)
    }
    return try JSONDecoder().decode(KeyTimes.self, from: data)
  }
}

/// What each key took, in milliseconds.
package struct KeyTimes: Codable {
  /// Changing the state and handing out work.
  package var update: [Double] = []
  /// Drawing the frame.
  package var view: [Double] = []
  /// Finding out what differs, and writing it.
  package var present: [Double] = []

  /// The three together, key by key.
  package var all: [Double] { zip(update, zip(view, present)).map { $0 + $1.0 + $1.1 } }

  /// Medians of the parts, in words.
  package var parts: String {
    let medians = [update, view, present].map { Figures($0).value(.median) ?? 0 }
    return String(
      format: "medians: state %.2f ms, frame %.2f ms, terminal %.2f ms", medians[0], medians[1],
      medians[2])
  }
}
