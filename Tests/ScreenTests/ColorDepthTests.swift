import Testing

@testable import Screen

@Suite struct ColorDepthTests {
  @Test func nearest() {
    #expect(ColorDepth.eight.index(.rgb(255, 0, 0)) == 1)
    #expect(ColorDepth.eight.index(.rgb(127, 200, 248)) == 6)
    #expect(ColorDepth.eight.index(.rgb(20, 20, 20)) == 0)
    #expect(ColorDepth.indexed256.index(.rgb(255, 0, 0)) == 196)
    #expect(ColorDepth.indexed256.index(.rgb(128, 128, 128)) == 244)
    #expect(ColorDepth.indexed256.index(.rgb(255, 255, 255)) == 231)
    #expect(ColorDepth.none.index(.rgb(255, 0, 0)) == -1)
  }

  @Test func depthFromColours() {
    #expect(ColorDepth(colors: 256) == .indexed256)
    #expect(ColorDepth(colors: 16) == .eight)
    #expect(ColorDepth(colors: 2) == .none)
    #expect(ColorDepth(colors: 256, noColor: true) == .none)
  }

  /// No two colours, in any depth, make text that cannot be seen.
  @Test func textStaysVisible() {
    let steps: [UInt8] = [0, 60, 95, 128, 190, 255]
    var inks: [Ink] = [.standard]
    for r in steps { for g in steps { for b in steps { inks.append(.rgb(r, g, b)) } } }
    for depth in [ColorDepth.eight, .indexed256] {
      for foreground in inks {
        for background in inks {
          let out = depth.reduce(Style(foreground, on: background), darkBackground: true)
          if out.background >= 0 {
            if out.foreground < 0 || out.foreground == out.background {
              Issue.record("\(depth) \(foreground) on \(background) gives \(out)")
            }
          }
        }
      }
      let black = depth.reduce(Style(.rgb(5, 5, 5)), darkBackground: true)
      #expect(black.foreground == -1)
      let white = depth.reduce(Style(.rgb(255, 255, 255)), darkBackground: false)
      #expect(white.foreground == -1 || depth == .eight)
    }
  }

  @Test func paleColoursVanishOnAWhiteBackground() {
    for ink in [Ink.rgb(255, 255, 0), .rgb(0, 255, 255), .rgb(255, 255, 255)] {
      let style = ColorDepth.eight.reduce(Style(ink), darkBackground: false)
      #expect(style.foreground == -1, "\(ink)")
    }
    #expect(ColorDepth.eight.reduce(Style(.rgb(255, 0, 0)), darkBackground: false).foreground == 1)
    #expect(ColorDepth.eight.reduce(Style(.rgb(255, 255, 0)), darkBackground: true).foreground == 3)
  }

  @Test func pixelsAreNotMadeLegible() {
    let alike = Style(.rgb(120, 60, 60), on: .rgb(122, 62, 60))
    let pixels = ColorDepth.indexed256.nearest(alike)
    #expect(pixels.foreground == pixels.background)
    let text = ColorDepth.indexed256.reduce(alike, darkBackground: true)
    #expect(text.foreground != text.background)
  }

  @Test func meaningSurvivesWithoutColours() {
    for theme in [Theme.dusk, .paper] {
      for role in [Role.selection, .cursor, .search, .status, .person, .error, .title, .gold] {
        let plain = ColorDepth.none.reduce(theme[role], darkBackground: theme.isDark)
        #expect(plain.foreground == -1 && plain.background == -1)
        #expect(!plain.attributes.isEmpty, "\(theme.name) \(role)")
      }
    }
  }
}
