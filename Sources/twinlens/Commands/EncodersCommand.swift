import ArgumentParser
import Benchmarks
import Foundation
import Reports
import Services
import Tensors

/// `twinlens bench encoders`: encoders of published sizes, beside other engines.
struct BenchEncodersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encoders",
    abstract: "Measure encoders of published sizes, beside PyTorch, ONNX Runtime and OpenVINO.",
    discussion: """
      With --peer, a Python that has torch, transformers and, if wanted, onnxruntime, onnx and openvino, \
      their times are measured in turns with ours, on as many threads. Close what else is \
      running; give it a core for each thread.

      Shapes: \(EncodersShape.all.map(\.name).joined(separator: ", ")).
      """)

  @Option(
    help: ArgumentHelp("A Python to measure the others with.", valueName: "python"))
  var peer: String?

  @Option(
    help: ArgumentHelp(
      "The peers' script; else the checkout's Tools/bench-encoders-peer.py.", valueName: "file"))
  var peerScript: String?

  @Option(
    help: ArgumentHelp(
      "Measure only these, with commas between them; `minilm` is all shapes of that name.",
      valueName: "shapes"))
  var only: String?

  @OptionGroup var choice: PrecisionOptions

  @Option(help: ArgumentHelp("Time for each shape and program.", valueName: "seconds"))
  var seconds = 3.0

  @Option(help: .hidden)
  var memoryOf: String?

  @Flag(help: "Measure how near to the limits of memory and products every shape is.")
  var roofline = false

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Print a Markdown table.")
  var markdown = false

  private var names: [String]? {
    let known = EncodersShape.all.map(\.name)
    return only?.split(separator: ",").map(String.init).flatMap { asked in
      let begun = known.filter { $0 == asked || $0.hasPrefix(asked + " ") }
      return begun.isEmpty ? [asked] : begun
    }
  }

  func validate() throws {
    if json, markdown { throw ValidationError("give --json or --markdown, not both") }
    guard seconds > 0, seconds <= 600 else {
      throw ValidationError("--seconds must be above 0 and at most 600")
    }
    if roofline, peer != nil || choice.precision != .float32 {
      throw ValidationError("--roofline measures all precisions, and no peers")
    }
    let known = EncodersShape.all.map(\.name)
    for name in names ?? [] where !known.contains(name) {
      throw ValidationError("--only knows no \(name); it knows \(known.joined(separator: ", "))")
    }
  }

  func run() throws {
    let precision = choice.precision
    if let memoryOf {
      guard let shape = EncodersShape.all.first(where: { $0.name == memoryOf }) else { return }
      return StandardOutput.write(
        try EncodersBench.peakMemory(of: shape, precision).map(String.init) ?? "")
    }
    if roofline { return try measureRoofline() }
    let script =
      peerScript ?? (SharedFiles().folder ?? ".") + "/Tools/bench-encoders-peer.py"
    let peer = try peer.map { try EncodersPeer(python: $0, script: script) }
    defer { peer?.stop() }
    let shapes = EncodersShape.all.filter {
      (names?.contains($0.name) ?? true) && (precision == .float32 || $0.isOfAnyPrecision)
    }
    var load = [0.0]
    getloadavg(&load, 1)
    // Asked first: while the peer's Python starts it has a core.
    let versions = try peer?.versions()
    let roofline = Roofline(peak: EncodersBench.productPeak(precision))
    var facts = [
      ("precision", "\(precision)"), ("threads", "\(Parallel.width)"),
      ("kernels", "\(InstructionSet.widest)"),
      ("load before", String(format: "%.1f", load[0])),
    ]
    if let versions { facts.append(("peers", versions)) }
    var report = EncodersReport(
      facts: facts.map { ($0, $1) }, roofline: roofline, precision: precision)
    let bench = EncodersBench(peer: peer, seconds: seconds, precision: precision)
    let progress = ProgressLine()
    for (index, shape) in shapes.enumerated() {
      progress.show("measuring \(shape.name)", Double(index) / Double(shapes.count))
      do {
        report.rows.append(try bench.measure(shape))
      } catch {
        report.failures.append((shape.name, "\(error)"))
      }
    }
    report.roofline.raise(above: report.rates, measure: { EncodersBench.productPeak(precision) })
    report.facts.insert(
      ("product peak", String(format: "%.0f GFLOP/s", report.roofline.peak)), at: 3)
    progress.clear()
    StandardOutput.write(
      json ? try report.json() : markdown ? report.markdown() : report.text())
  }

  private func measureRoofline() throws {
    let progress = ProgressLine()
    let shapes = EncodersShape.all.filter {
      $0.isOfAnyPrecision && names?.contains($0.name) ?? true
    }
    let roofline = try EncodersRoofline(shapes, seconds: seconds) {
      progress.show("measuring the roofline", $0)
    }
    progress.clear()
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      StandardOutput.write(String(decoding: try encoder.encode(roofline), as: UTF8.self))
    } else {
      StandardOutput.write(markdown ? roofline.table.markdown : roofline.table.text)
    }
  }
}
