import Pictures

/// Something that is drawn in a panel by the numbers of its axes.
package enum Mark: Sendable, Hashable {
  /// Bars from their base to their value; standing, or lying with the value along the x axis.
  case bars([Bar], lying: Bool = false)
  /// A line from spot to spot.
  case line([Spot], FigureInk = .series(0), dashed: Bool = false)
  /// A line that keeps its height until the next spot.
  case steps([Spot], FigureInk = .series(0))
  /// What lies between spots and the lower end of the y axis.
  case area([Spot], FigureInk = .series(0))
  /// A point at each spot.
  case points([Spot], PointShape = .circle, FigureInk = .series(0))
  /// A line across the panel at a number of one axis, with words.
  case rule(Direction, at: Value, String = "", FigureInk = .text)
  /// Words at a spot; the spot is where they begin, their middle or their end.
  case text(String, at: Spot, Anchor = .start, FigureInk = .text)
  /// A picture that fills the panel.
  case picture(Picture)
  /// Values over a picture that fills the panel; each cell is named in the file.
  case heat(HeatGrid, over: Picture, HeatStyle)
  /// One value for each rectangle over a picture that fills the panel.
  case regions([HeatGrid], over: Picture, HeatStyle)
  /// Values as cells of full colour that fill the panel, the first row at the top, with words in
  /// them.
  case cells(HeatGrid, HeatStyle, words: [String] = [])
  /// The outline of a part of the panel.
  case outline(PictureRegion)

  /// One of the two axes.
  package enum Direction: Sendable, Hashable { case x, y }

  /// Which part of words lies at their spot.
  package enum Anchor: String, Sendable, Hashable { case start, middle, end }
}

/// A bar, with what a reader of the file can look up.
package struct Bar: Sendable, Hashable {
  /// Where it begins along the axis that it stands on.
  package let from: Double
  /// Where it ends along that axis.
  package let to: Double
  /// How far it reaches.
  package let value: Value
  /// Where it starts to reach.
  package let base: Double
  /// What it counts; empty where the axis says it.
  package let name: String
  /// Its colour.
  package let ink: FigureInk
  /// Words at its end.
  package let words: String

  /// A bar by its parts.
  package init(
    from: Double, to: Double, _ value: Value, base: Double = 0, name: String = "",
    ink: FigureInk = .series(0), words: String = ""
  ) {
    self.from = from
    self.to = to
    self.value = value
    self.base = base
    self.name = name
    self.ink = ink
    self.words = words
  }
}

/// The shape of a point, so that kinds are told apart without colours.
package enum PointShape: Sendable, Hashable, CaseIterable {
  case circle, square, triangle, diamond, cross
}

/// A colour by its purpose; what it is depends on the ground.
package enum FigureInk: Sendable, Hashable {
  /// As text.
  case text
  /// As words beside the matter.
  case muted
  /// One of eight colours that the common colour blindnesses tell apart, from 0 and around again.
  case series(Int)
  /// A colour of its own.
  case rgb(RGB)
}

/// What a figure is drawn on.
package enum FigureGround: String, Sendable, Hashable, CaseIterable {
  /// White, for print.
  case light
  /// Nearly black, for a dark terminal.
  case dark

  var color: RGB { self == .light ? RGB(255, 255, 255) : RGB(20, 22, 27) }
  var grid: RGB { self == .light ? RGB(222, 222, 222) : RGB(58, 62, 70) }

  func color(_ ink: FigureInk) -> RGB {
    switch ink {
    case .text: self == .light ? RGB(24, 24, 24) : RGB(226, 226, 226)
    case .muted: self == .light ? RGB(92, 92, 92) : RGB(160, 164, 172)
    case .series(let i):
      self == .light ? Self.series[((i % 8) + 8) % 8].light : Self.series[((i % 8) + 8) % 8].dark
    case .rgb(let color): color
    }
  }

  /// The colours of Okabe and Ito (Color Universal Design, 2008); their black is grey on dark,
  /// their yellow darker on white.
  private static let series: [(light: RGB, dark: RGB)] = [
    (RGB(0, 114, 178), RGB(86, 160, 222)), (RGB(213, 94, 0), RGB(230, 120, 40)),
    (RGB(0, 158, 115), RGB(0, 178, 130)), (RGB(204, 121, 167), RGB(214, 140, 180)),
    (RGB(230, 159, 0), RGB(240, 176, 32)), (RGB(86, 180, 233), RGB(120, 200, 245)),
    (RGB(176, 160, 20), RGB(240, 228, 66)), (RGB(70, 70, 70), RGB(190, 190, 190)),
  ]
}
