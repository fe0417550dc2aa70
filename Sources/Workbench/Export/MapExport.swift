import Corpora
import Extractors
import Figures
import Inspection
import Pictures
import Traces

/// A map over the picture of one post, or its layers, heads or slots beside each other, made ready
/// for print.
package struct MapExport: Sendable {
  /// Whose map it is.
  package let system: String
  /// What it is.
  package let signal: Signal
  /// What is shown of it, each with its title.
  package let slices: [(title: String, heat: Heat)]
  private let post: Post
  /// Writes numbers as the screen does, all slices alike.
  private let numbers: HeatNumbers

  /// Most maps beside each other.
  package static let mostSlices = 144

  /// The map that is meant.
  /// - Parameters:
  ///   - answers: what the experts answered, the preferred first.
  ///   - explanation: why the router chose; nil where that is not known.
  /// - Throws: `MapChoiceError`.
  package init(
    _ choice: MapChoice, of post: Post, _ answers: [Answer], _ explanation: RouteExplanation?
  ) throws(MapChoiceError) {
    (system, signal) = try choice.signal(answers, explanation)
    slices = try choice.heats(of: signal) {
      post.tokens.indices.contains($0) ? post.quote($0..<($0 + 1)) : nil
    }
    self.post = post
    guard let numbers = HeatNumbers(slices.map(\.heat)) else {
      throw MapChoiceError(description: "\(signal.name) has no numbers")
    }
    self.numbers = numbers
  }

  /// The lowest and the highest number of all that is shown: one scale for all of it.
  package var bounds: (low: Float, high: Float) {
    let all = slices.map(\.heat.bounds)
    return (all.map(\.low).min() ?? 0, all.map(\.high).max() ?? 0)
  }

  private var isSigned: Bool { slices.contains { $0.heat.isSigned } }

  /// The figure.
  /// - Parameters:
  ///   - picture: the post's.
  ///   - style: how heat is laid over it.
  ///   - provenance: where the numbers are from, a paragraph each.
  package func figure(
    over picture: Picture, _ style: HeatStyle, provenance: [String]
  ) -> Figure {
    let shape = Double(picture.width) / Double(picture.height)
    let shown = slices.prefix(Self.mostSlices)
    let columns = Self.columns(shown.count, shape)
    let width = shown.count == 1 ? 560 : max(140, 960 / columns)
    let height = Int(Double(width) / shape) + (shown.count == 1 ? 20 : 44)
    let rows = (shown.count + columns - 1) / columns
    let (low, high) = bounds
    let isSigned = isSigned
    let range = isSigned ? -max(-low, high)...max(-low, high) : low...high
    let left = slices.count - shown.count
    return Figure(
      size: PixelSize(width: columns * width + 32, height: rows * height + 230),
      title: "\(system): \(signal.caption)",
      panels: shown.map { title, heat in
        Panel(
          title.isEmpty ? signal.name : title,
          marks: [
            heat.mark(over: picture, style, range, isSigned)
          ] + heat.outlined.map(Mark.outline),
          notes: [Self.range(heat, numbers)],
          shape: shape)
      },
      columns: columns,
      colorBar: ColorBar(
        "\(signal.name)\(numbers.unit.isEmpty ? "" : ", \(numbers.unit)")"
          + (shown.count > 1 ? "; one scale for all" : ""),
        low: Double(range.lowerBound), high: Double(range.upperBound), isSigned: isSigned,
        style: style,
        ticks: [range.lowerBound, (range.lowerBound + range.upperBound) / 2, range.upperBound].map {
          Tick(Double($0), numbers.text($0))
        }),
      caption: ["“\(post.tokens.map(\.text).joined(separator: " "))”"]
        + (left > 0 ? ["the first \(shown.count) of \(slices.count)"] : []) + provenance)
  }

  private static func range(_ heat: Heat, _ numbers: HeatNumbers) -> String {
    let (low, high) = heat.extremes
    let unit = numbers.unit.isEmpty ? "" : " " + numbers.unit
    return "\(numbers.text(low)) to \(numbers.text(high))\(unit)"
  }

  /// As many beside each other as make the whole about as wide as it is high.
  private static func columns(_ count: Int, _ shape: Double) -> Int {
    let ideal = (Double(count) / max(0.1, min(10, shape))).squareRoot().rounded(.up)
    return max(1, min(count, Int(ideal)))
  }
}

extension Heat {
  /// What is drawn of it, with a range that others may share.
  fileprivate func mark(
    over picture: Picture, _ style: HeatStyle, _ range: ClosedRange<Float>, _ isSigned: Bool
  ) -> Mark {
    switch shape {
    case .grid(let rows, let columns, let region):
      .heat(
        HeatGrid(
          values, rows: rows, columns: columns, region: region, range: range, isSigned: isSigned),
        over: picture, style)
    case .regions(let regions):
      .regions(
        zip(regions, values).map { region, value in
          HeatGrid(
            [value], rows: 1, columns: 1, region: region, range: range, isSigned: isSigned)
        }, over: picture, style)
    }
  }
}
