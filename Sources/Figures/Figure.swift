import Pictures

/// A plot, a map or several of them beside each other, with all that a reader needs: titles, axes,
/// legend, colour bar and where the numbers are from. A plain value that says what is shown and not
/// how.
///
/// ```swift
/// let figure = Figure(
///   title: "Where the router sends posts",
///   panels: [
///     Panel(
///       x: .linear("p of multimodal", 0...1), y: .linear("posts", 0...40),
///       marks: [
///         .bars([Bar(from: 0, to: 0.1, Value(31))]),
///         .rule(.x, at: Value(0.5 as Float), "threshold"),
///       ])
///   ],
///   caption: ["harbor, 400 posts"])
/// figure.svg()                                     // a file for print
/// try figure.picture()                             // pixels of its own size
/// try figure.picture(PixelSize(width: 640, height: 300), .dark)  // pixels for a terminal
/// ```
///
/// Numbers come with their shortest text (`Value`), which stands in the SVG as `data-value`. What
/// is written on axes is the caller's (`Tick`), so that it equals what the screen writes.
package struct Figure: Sendable, Hashable {
  /// Size in pixels where none other is asked for; text is `textSize` pixels high there.
  package var size: PixelSize
  /// Above everything; wrapped. Empty for none.
  package var title: String
  /// In rows of `columns`, from the upper left.
  package var panels: [Panel]
  /// Panels beside each other, at least 1.
  package var columns: Int
  /// What colours and shapes stand for.
  package var legend: [LegendEntry]
  /// The scale of the heat of all panels.
  package var colorBar: ColorBar?
  /// Provenance and what the reader must know, a paragraph each, under everything.
  package var caption: [String]

  /// A figure by its parts.
  package init(
    size: PixelSize = PixelSize(width: 800, height: 500), title: String, panels: [Panel],
    columns: Int = 1, legend: [LegendEntry] = [], colorBar: ColorBar? = nil, caption: [String] = []
  ) {
    precondition(columns > 0, "panels stand in at least one column")
    self.size = size
    self.title = title
    self.panels = panels
    self.columns = columns
    self.legend = legend
    self.colorBar = colorBar
    self.caption = caption
  }

  /// Height of text in pixels.
  package static let textSize: Float = 13
}

/// One system of axes with what is drawn in it.
package struct Panel: Sendable, Hashable {
  /// Above the panel, cut where there is no room. Empty for none.
  package var title: String
  /// From left to right; nil draws no axis, and marks lie between 0 and 1.
  package var x: Axis?
  /// From bottom to top; nil draws no axis, and marks lie between 0 and 1.
  package var y: Axis?
  /// From the lowest to the topmost.
  package var marks: [Mark]
  /// Lines under the panel.
  package var notes: [String]
  /// Width of the drawn area over its height; nil takes all the room.
  package var shape: Double?

  /// A panel by its parts.
  package init(
    _ title: String = "", x: Axis? = nil, y: Axis? = nil, marks: [Mark], notes: [String] = [],
    shape: Double? = nil
  ) {
    self.title = title
    self.x = x
    self.y = y
    self.marks = marks
    self.notes = notes
    self.shape = shape
  }
}

/// An axis from its lowest to its highest number.
package struct Axis: Sendable, Hashable {
  /// What is counted, with its unit.
  package let title: String
  /// The number at the left or at the bottom.
  package let low: Double
  /// The number at the right or at the top, another than `low`.
  package let high: Double
  /// The numbers that are written.
  package let ticks: [Tick]

  /// An axis by its parts. One without extent is widened, so that there is always room to draw.
  package init(_ title: String, low: Double, high: Double, ticks: [Tick]) {
    let isFinite = low.isFinite && high.isFinite
    self.title = title
    self.low = isFinite ? low : 0
    self.high = isFinite ? (high == low ? low + 1 : high) : 1
    self.ticks = ticks
  }

  /// An axis with about `count` round numbers written on it.
  package static func linear(_ title: String, _ range: ClosedRange<Double>, count: Int = 5) -> Axis
  {
    Axis(
      title, low: range.lowerBound, high: range.upperBound, ticks: Tick.round(range, count: count))
  }

  /// An axis of names: the name `i` has the room from `i` to `i + 1`.
  package static func names(_ title: String, _ names: [String]) -> Axis {
    Axis(
      title, low: 0, high: Double(max(1, names.count)),
      ticks: names.enumerated().map { Tick(Double($0) + 0.5, $1) })
  }

  /// The same axis from the other end: the first name at the top.
  package var turned: Axis { Axis(title, low: high, high: low, ticks: ticks) }
}

/// A number that is written on an axis or beside a colour bar.
package struct Tick: Sendable, Hashable {
  /// Where.
  package let at: Double
  /// What is written.
  package let label: String

  /// A number and its words.
  package init(_ at: Double, _ label: String) {
    self.at = at
    self.label = label
  }
}

/// What a colour, a line or a shape stands for.
package struct LegendEntry: Sendable, Hashable {
  /// What is drawn beside the words.
  package let sign: Sign
  /// Its colour.
  package let ink: FigureInk
  /// What it stands for.
  package let words: String

  /// An entry by its parts.
  package init(_ words: String, _ sign: Sign, _ ink: FigureInk) {
    self.words = words
    self.sign = sign
    self.ink = ink
  }

  /// What is drawn beside the words.
  package enum Sign: Sendable, Hashable {
    /// A filled square, as of bars and areas.
    case area
    /// A line; broken where `dashed`.
    case line(dashed: Bool)
    /// A point.
    case point(PointShape)
  }
}

/// The colours of heat from least to most, with numbers.
package struct ColorBar: Sendable, Hashable {
  /// What is counted, with its unit.
  package let title: String
  /// The number of the first colour.
  package let low: Double
  /// The number of the last colour.
  package let high: Double
  /// Whether the middle means no effect.
  package let isSigned: Bool
  /// The colours.
  package let style: HeatStyle
  /// The numbers that are written.
  package let ticks: [Tick]

  /// A bar by its parts.
  package init(
    _ title: String, low: Double, high: Double, isSigned: Bool = false, style: HeatStyle,
    ticks: [Tick]
  ) {
    self.title = title
    self.low = low
    self.high = high
    self.isSigned = isSigned
    self.style = style
    self.ticks = ticks
  }

  /// The colour of a share of the bar, 0 … 1.
  func color(_ share: Float) -> RGB {
    isSigned ? style.color(ofEffect: 2 * share - 1) : style.map(share)
  }
}
