import Foundation
import Studies
import Tensors

/// Where each shape of `bench encoders` lies under the roofline: what a run could reach at most,
/// given how fast our products are and how fast weights come out of memory (Williams, Waterman and
/// Patterson, Roofline, 2009).
package struct EncodersRoofline: Sendable, Encodable {
  /// What limits all shapes of a precision.
  package struct Peak: Sendable, Encodable {
    package let precision: Precision
    /// Thousand million operations a second of a product of 1120×1024×1024.
    package let gigaflops: Double
  }

  /// One shape in one precision.
  package struct Row: Sendable, Encodable {
    package let shape: String
    package let precision: Precision
    /// Milliseconds, the median.
    package let time: Double
    /// Operations for each byte of the weights that a run reads.
    package let intensity: Double
    /// Thousand million operations a second: the least of the peak and what memory feeds.
    package let limit: Double
    package let reached: Double

    /// Percent of the limit.
    package var share: Double { 100 * reached / limit }
  }

  /// Thousand million bytes a second that all threads read.
  package let bandwidth: Double
  package let peaks: [Peak]
  package let rows: [Row]

  /// Measures everything; `progress` is called with the share that is done.
  /// - Throws: what making or running the models throws.
  package init(
    _ shapes: [EncodersShape], seconds: Double, progress: (Double) -> Void
  ) throws {
    let bandwidth = Self.readBandwidth()
    var (peaks, rows): ([Peak], [Row]) = ([], [])
    for (i, precision) in Precision.allCases.enumerated() {
      // Beside other load a single measurement may miss the peak.
      var peak = EncodersBench.productPeak(precision)
      var measured: [(shape: EncodersShape, time: Double, intensity: Double)] = []
      for (j, shape) in shapes.enumerated() {
        progress(Double(i * shapes.count + j) / Double(Precision.allCases.count * shapes.count))
        let subject = try shape.make(precision)
        guard let read = subject.read else { continue }
        try subject.run()
        let figures = try Stopwatch.figures(times: 200, seconds: seconds) { _ in
          try Stopwatch.milliseconds { try subject.run() }
        }
        guard let time = figures.value(.median) else { continue }
        measured.append((shape, time, shape.operations / Double(read * precision.bytes)))
        peak = max(peak, EncodersBench.productPeak(precision))
      }
      peaks.append(Peak(precision: precision, gigaflops: peak))
      rows += measured.map { shape, time, intensity in
        Row(
          shape: shape.name, precision: precision, time: time, intensity: intensity,
          limit: min(peak, intensity * bandwidth), reached: shape.operations / time / 1e6)
      }
    }
    (self.bandwidth, self.peaks, self.rows) = (bandwidth, peaks, rows)
  }

  /// 256 MB, which no cache holds, read by all threads; the best of five.
  private static func readBandwidth() -> Double {
    let count = 1 << 26
    let numbers = FloatBuffer(count: count)
    let times = (0..<5).map { _ in Stopwatch.milliseconds { _ = numbers.largestMagnitude } }
    return 4 * Double(count) / (times.min() ?? 1) / 1e6
  }

  /// For people.
  package var table: PlainTable {
    func number(_ value: Double) -> String {
      String(format: value < 100 ? "%.1f" : "%.0f", value)
    }
    var table = PlainTable(
      "",
      [
        "shape", "precision", "ms", "operations per byte", "limit GFLOP/s", "by", "reached",
        "of limit",
      ])
    for row in rows {
      let peak = peaks.first { $0.precision == row.precision }?.gigaflops ?? .infinity
      table.add([
        row.shape, row.precision.rawValue, String(format: "%.2f", row.time),
        number(row.intensity), number(row.limit), row.limit < peak ? "memory" : "products",
        number(row.reached), String(format: "%.0f %%", row.share),
      ])
    }
    table.notes = [
      "memory: \(number(bandwidth)) GB/s, read by all threads; products: "
        + peaks.map { "\($0.precision) \(number($0.gigaflops)) GFLOP/s" }
        .joined(separator: ", ")
    ]
    if rows.contains(where: { $0.share > 100 }) {
      table.notes.append(
        "above 100 %: Winograd's transformation does 4/9 of the multiplications that are counted")
    }
    return table
  }
}
