extension RGB {
  /// A colour by hue (turns), saturation and value (0 … 1).
  package init(hue: Float, saturation: Float, value: Float) {
    let h = (hue - hue.rounded(.down)) * 6
    func channel(_ shift: Float) -> UInt8 {
      let k = (h + shift).truncatingRemainder(dividingBy: 6)
      let level = value - value * saturation * max(0, min(k, 4 - k, 1))
      return UInt8(min(255, max(0, level * 255 + 0.5)))
    }
    self.init(channel(5), channel(3), channel(1))
  }

  /// This colour moved towards another: 0 is this one, 1 the other.
  package func mixed(with other: RGB, _ amount: Float) -> RGB {
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8(min(255, max(0, Float(a) + amount * (Float(b) - Float(a)) + 0.5)))
    }
    return RGB(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
  }

  /// How bright the colour looks, 0 … 255 (Rec. 709 weights on the sRGB values).
  package var luma: Float {
    0.2126 * Float(red) + 0.7152 * Float(green) + 0.0722 * Float(blue)
  }
}
