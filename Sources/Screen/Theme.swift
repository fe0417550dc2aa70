/// How every role looks, and the ramp for heat. Read from a theme file or built in.
package struct Theme: Sendable, Hashable {
  /// What `--theme` calls it.
  package let name: String
  /// Whether it is made for a dark background; colour reduction needs to know.
  package let isDark: Bool
  var styles: [Role: Style]
  /// Colours from no heat to full heat, at least two.
  var heatRamp: [Ink]

  /// The style of a role; plain text when the theme says nothing.
  package subscript(role: Role) -> Style { styles[role] ?? .plain }

  /// The style of an entity type by its name. Types outside PER, LOC, ORG and MISC get one of six
  /// styles by a hash of the name that never changes between runs.
  package func entity(_ type: String) -> Style {
    switch type.uppercased() {
    case "PER", "PERSON": return self[.person]
    case "LOC", "LOCATION": return self[.location]
    case "ORG", "ORGANIZATION", "ORGANISATION": return self[.organization]
    case "MISC", "OTHER": return self[.miscellaneous]
    default:
      let others: [Role] = [.other1, .other2, .other3, .other4, .other5, .other6]
      // FNV-1a: the standard library's hash has a new seed in every run.
      var hash: UInt32 = 2_166_136_261
      for byte in type.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
      return self[others[Int(hash % 6)]]
    }
  }

  /// A background for a heat in 0…1, with a foreground that is readable on it. Not a number is
  /// no heat.
  package func heat(_ value: Double) -> Style {
    let ink = heatInk(value)
    return Style(ink.readable, on: ink)
  }

  /// The colour of a heat in 0…1, for bars and signs.
  package func heatInk(_ value: Double) -> Ink {
    guard let last = heatRamp.last, heatRamp.count > 1 else { return .standard }
    let place = (value.isFinite ? min(1, max(0, value)) : 0) * Double(heatRamp.count - 1)
    let index = Int(place)
    guard index + 1 < heatRamp.count else { return last }
    guard case .rgb(let r0, let g0, let b0) = heatRamp[index],
      case .rgb(let r1, let g1, let b1) = heatRamp[index + 1]
    else { return heatRamp[index] }
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8((Double(a) + (Double(b) - Double(a)) * (place - Double(index))).rounded())
    }
    return .rgb(mix(r0, r1), mix(g0, g1), mix(b0, b1))
  }

  /// A background for an effect in -1…1, what pulls to the text expert below zero and what pulls to
  /// the multimodal one above, with a foreground that is readable on it. Not a number is none.
  package func signedHeat(_ value: Double) -> Style {
    let ink = signedHeatInk(value)
    return Style(ink.readable, on: ink)
  }

  /// The colour of an effect in -1…1: from that of no heat to that of a route.
  package func signedHeatInk(_ value: Double) -> Ink {
    let share = value.isFinite ? min(1, abs(value)) : 0
    let end = self[value < 0 ? .routeText : .routeMultimodal].foreground
    guard case .rgb(let r0, let g0, let b0) = heatInk(0), case .rgb(let r1, let g1, let b1) = end
    else { return share > 0 ? end : heatInk(0) }
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8((Double(a) + (Double(b) - Double(a)) * share).rounded())
    }
    return .rgb(mix(r0, r1), mix(g0, g1), mix(b0, b1))
  }

  /// The theme of a name, built in.
  package static func builtIn(_ name: String) -> Theme? { builtIns.first { $0.name == name } }

  /// Those that need no file.
  package static let builtIns = [dusk, paper]
}

extension Ink {
  /// A colour from 0xRRGGBB.
  package init(hex: UInt32) {
    self = .rgb(UInt8(hex >> 16 & 255), UInt8(hex >> 8 & 255), UInt8(hex & 255))
  }

  /// Brightness as the eye sees it, 0…1; nil for the terminal's own colour.
  package var luminance: Double? {
    guard case .rgb(let r, let g, let b) = self else { return nil }
    return (0.299 * Double(r) + 0.587 * Double(g) + 0.114 * Double(b)) / 255
  }

  /// Black or white, whichever is readable on this colour.
  package var readable: Ink {
    guard let luminance else { return .standard }
    return luminance > 0.5 ? Ink(hex: 0x101010) : Ink(hex: 0xF4F4F4)
  }
}

extension Style {
  /// The same style with attributes added.
  package func with(_ more: Attributes) -> Style {
    Style(foreground, on: background, attributes.union(more))
  }

  /// The same style on another background.
  package func on(_ ink: Ink) -> Style { Style(foreground, on: ink, attributes) }
}
