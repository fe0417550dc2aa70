import ArgumentParser
import Benchmarks
import Extractors
import Foundation
import Services
import Studies

/// `twinlens bench steps`: training steps of the multimodal systems beside their encoders' own.
struct BenchStepsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "steps",
    abstract: "Measure training steps of multimodal systems beside their encoders' own.",
    discussion: """
      BERT-base and CLIP ViT-B/32 with random weights, pairs of 64 pieces, pictures of 224 pixels. A step is forward, \
      backward and AdamW of everything; the encoders' is the same of BERT on the same pieces and of CLIP on as many \
      pictures as the system looks at, measured in turns with it. Takes some minutes and up to 10 GB.
      """)

  @Option(
    help: ArgumentHelp(
      "Measure only these, with commas between them: \(StepRehearsal.all.map(\.name).joined(separator: ", ")).",
      valueName: "names"))
  var only: String?

  @Option(help: "Pairs of a step.")
  var batch = 8

  @Option(help: "Steps of each kind that count.")
  var rounds = 5

  @Flag(help: "Networks of 4 layers of 16, to see that it runs.")
  var tiny = false

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Print a Markdown table.")
  var markdown = false

  /// What was measured of one system: medians in milliseconds.
  struct Row: Encodable {
    let system: String
    let encoders: String
    let step: Double
    let encodersStep: Double
    var ratio: Double { step / encodersStep }

    private enum CodingKeys: CodingKey { case system, encoders, step, encodersStep, ratio }

    func encode(to encoder: any Encoder) throws {
      var fields = encoder.container(keyedBy: CodingKeys.self)
      try fields.encode(system, forKey: .system)
      try fields.encode(encoders, forKey: .encoders)
      try fields.encode(step, forKey: .step)
      try fields.encode(encodersStep, forKey: .encodersStep)
      try fields.encode(ratio, forKey: .ratio)
    }
  }

  private var wanted: [String]? { only?.split(separator: ",").map(String.init) }

  func validate() throws {
    guard (2...64).contains(batch) else { throw ValidationError("--batch takes 2 to 64") }
    guard (1...100).contains(rounds) else { throw ValidationError("--rounds takes 1 to 100") }
    if json, markdown { throw ValidationError("give --json or --markdown, not both") }
    let known = StepRehearsal.all.map(\.name)
    for name in wanted ?? [] where !known.contains(name) {
      throw ValidationError("--only knows no \(name); it knows \(known.joined(separator: ", "))")
    }
  }

  func run() throws {
    let progress = ProgressLine()
    var sizes = tiny ? StepRehearsal.Sizes.tiny : StepRehearsal.Sizes()
    sizes.batch = batch
    let chosen = StepRehearsal.all.filter { wanted?.contains($0.name) ?? true }
    var rows: [Row] = []
    for (i, system) in chosen.enumerated() {
      func tell(_ part: Double) {
        progress.show("measuring \(system.name)", (Double(i) + part) / Double(chosen.count))
      }
      tell(0)
      let rehearsal = system.make(sizes)
      var (whole, alone): ([Double], [Double]) = ([], [])
      // The first steps make the optimiser's memory.
      try rehearsal.whole()
      try rehearsal.alone()
      for round in 0..<rounds {
        tell(Double(round + 1) / Double(rounds + 1))
        whole.append(try Stopwatch.milliseconds { try rehearsal.whole() })
        alone.append(try Stopwatch.milliseconds { try rehearsal.alone() })
      }
      rows.append(
        Row(
          system: rehearsal.system, encoders: rehearsal.encoders,
          step: Figures(whole).value(.median) ?? 0,
          encodersStep: Figures(alone).value(.median) ?? 0))
    }
    progress.clear()
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return StandardOutput.write(String(decoding: try encoder.encode(rows), as: UTF8.self))
    }
    var table = PlainTable(
      "Training steps of \(batch) pairs",
      ["system", "its encoders", "step", "encoders' step", "ratio"])
    for row in rows {
      func text(_ number: Double) -> String { String(format: "%.0f ms", number) }
      table.add([
        row.system, row.encoders, text(row.step), text(row.encodersStep),
        String(format: "%.2f", row.ratio),
      ])
    }
    table.notes = ["Medians of \(rounds), in turns; wanted are 1.30 at most."]
    StandardOutput.write(markdown ? table.markdown : table.text)
  }
}
