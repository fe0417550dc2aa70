import Foundation
import Services
import Tensors

/// The table of `twinlens bench encoders`.
package struct EncodersReport {
  /// Name and value, for the head.
  package var facts: [(name: String, value: String)]
  /// What a large product reaches.
  package var roofline: Roofline
  package var rows: [EncodersBench.Row] = []
  package var failures: [(shape: String, reason: String)] = []

  /// What was measured, ours and the peers'.
  let precision: Precision

  package init(
    facts: [(name: String, value: String)], roofline: Roofline, precision: Precision
  ) {
    self.facts = facts
    self.roofline = roofline
    self.precision = precision
  }

  /// What the peers' script calls them, and the table.
  private var peers: [(id: String, title: String)] {
    switch precision {
    case .float32:
      [("pytorch", "PyTorch"), ("onnxruntime", "ONNX Runtime"), ("openvino", "OpenVINO")]
    case .bfloat16: [("openvino-bf16", "OpenVINO bf16")]
    case .int8: [("onnxruntime-int8", "ONNX Runtime int8")]
    }
  }

  private var heads: [String] {
    ["shape", "ours ms"] + peers.flatMap { [$0.title, "ratio"] }
      + ["GFLOP/s", "of peak", "memory MB", "weights MB"]
  }

  /// Rates of all rows.
  package var rates: [Double] { rows.compactMap(rate) }

  private func share(_ row: EncodersBench.Row) -> Double? {
    rate(row).flatMap(roofline.share)
  }

  private func rate(_ row: EncodersBench.Row) -> Double? {
    row.ours.value(.median).map { row.shape.operations / $0 / 1e6 }
  }

  private func ratio(_ row: EncodersBench.Row, _ peer: String) -> Double? {
    guard let ours = row.ours.value(.median), let other = row.peers[peer]?.value(.median) else {
      return nil
    }
    return ours / other
  }

  private var table: [[String]] {
    func number(_ value: Double?, _ format: String) -> String {
      value.map { String(format: format, $0) } ?? "—"
    }
    return rows.map { row in
      let others = peers.flatMap { peer in
        [
          number(row.peers[peer.id]?.value(.median), "%.2f"),
          number(ratio(row, peer.id), "%.2f"),
        ]
      }
      return [row.shape.name, number(row.ours.value(.median), "%.2f")] + others + [
        number(rate(row), "%.0f"), number(share(row).map { 100 * $0 }, "%.0f %%"),
        number(row.memory.map { Double($0) / 1e6 }, "%.0f"),
        number(Double(row.weights) / 1e6, "%.0f"),
      ]
    }
  }

  private var notes: [String] {
    rows.compactMap { row in row.note.map { "\(row.shape.name): peers not measured, \($0)" } }
      + failures.map { "\($0): not measured, \($1)" }
      + (rates.contains { $0 > roofline.peak }
        ? [
          "of peak: left out above 100 %, where Winograd's transformation does fewer multiplications "
            + "than are counted or the product was measured beside other load"
        ]
        : [])
  }

  /// For a terminal.
  package func text() -> String {
    let cells = [heads] + table
    let widths = heads.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    var lines = facts.map { "\($0.name.padded(to: 20))\($0.value)" } + [""]
    for row in cells {
      let padded = zip(row, widths).enumerated().map { i, cell in
        i == 0
          ? cell.0.padded(to: cell.1)
          : String(repeating: " ", count: cell.1 - cell.0.count) + cell.0
      }
      lines.append(padded.joined(separator: "  "))
    }
    return (lines + (notes.isEmpty ? [] : [""] + notes)).joined(separator: "\n")
  }

  /// For the manual.
  package func markdown() -> String {
    var lines = [facts.map { "\($0.name): \($0.value)" }.joined(separator: "; ") + ".", ""]
    lines.append("| \(heads.joined(separator: " | ")) |")
    lines.append("|" + heads.map { _ in " --- |" }.joined())
    lines += table.map { "| \($0.joined(separator: " | ")) |" }
    if !notes.isEmpty { lines += [""] + notes.map { "* \($0)" } }
    return lines.joined(separator: "\n")
  }

  /// For a program.
  package func json() throws -> String {
    struct Times: Encodable {
      let times: Int
      let least, median, p95: Double?
      let ratio: Double?

      init(_ figures: Figures, ratio: Double?) {
        times = figures.count
        (least, median) = (figures.percentile(0), figures.value(.median))
        p95 = figures.value(.p95)
        self.ratio = ratio
      }
    }
    struct Entry: Encodable {
      let shape: String
      let gigaflops: Double?
      let shareOfPeak: Double?
      let ours: Times
      let peers: [String: Times]
      let weightBytes: Int
      let peakBytes: Int?
      let note: String?
    }
    struct Whole: Encodable {
      let machine: [String: String]
      let precision: Precision
      let peakGigaflops: Double
      let rows: [Entry]
      let failures: [String: String]
    }
    let entries = rows.map { row in
      Entry(
        shape: row.shape.name, gigaflops: rate(row), shareOfPeak: share(row),
        ours: Times(row.ours, ratio: nil),
        peers: Dictionary(
          uniqueKeysWithValues: row.peers.map {
            ($0, Times($1, ratio: ratio(row, $0)))
          }), weightBytes: row.weights, peakBytes: row.memory, note: row.note)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let whole = Whole(
      machine: Dictionary(facts.map { ($0.name, $0.value) }) { first, _ in first },
      precision: precision, peakGigaflops: roofline.peak, rows: entries,
      failures: Dictionary(failures.map { ($0.shape, $0.reason) }) { first, _ in first })
    return String(decoding: try encoder.encode(whole), as: UTF8.self)
  }
}
