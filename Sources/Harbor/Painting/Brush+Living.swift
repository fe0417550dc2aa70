import Pictures

/// People and animals.
extension Brush {
  /// Head, torso, two arms, two legs, each joint a little elsewhere.
  mutating func paintPerson() {
    let lean = near(0, by: 0.03)
    let hip: (Float, Float) = (0.5, near(0.58, by: 0.03))
    let shoulder = near(0.17, by: 0.03)
    let stride = near(0.13, by: 0.06)
    for side: Float in [-1, 1] {
      let knee = (hip.0 + side * stride * 0.6, Float(0.78))
      line(
        [(hip.0 + side * 0.06, hip.1), knee, (hip.0 + side * stride, 0.97)], 0.1, inks.second)
    }
    for side: Float in [-1, 1] {
      let raised = generator.chance(0.3)
      let elbow = (0.5 + side * (shoulder + 0.1), raised ? near(0.26, by: 0.04) : 0.45)
      let hand = (0.5 + side * near(0.3, by: 0.06), raised ? near(0.1, by: 0.05) : 0.58)
      line([(0.5 + lean + side * shoulder * 0.85, 0.3), elbow, hand], 0.08, inks.main)
      circle(hand.0, hand.1, 0.045, inks.third)
    }
    polygon(
      [
        (0.5 + lean - shoulder, 0.27), (0.5 + lean + shoulder, 0.27), (hip.0 + 0.12, hip.1 + 0.04),
        (hip.0 - 0.12, hip.1 + 0.04),
      ], inks.main)
    circle(0.5 + lean, 0.14, 0.115, inks.third)
    if generator.chance(0.5) {
      polygon(
        [
          (0.38 + lean, 0.12), (0.42 + lean, 0.02), (0.58 + lean, 0.02), (0.62 + lean, 0.12),
        ], inks.detail)
    }
  }

  /// Seven to nine small people in two rows.
  mutating func paintCrowd() {
    for row in 0..<2 {
      let count = row == 0 ? 4 : 3 + generator.index(below: 3)
      let size: Float = row == 0 ? 0.46 : 0.54
      for i in 0..<count {
        let x = (Float(i) + 0.5) / Float(count) + near(0, by: 0.03)
        let top = near(row == 0 ? 0.12 : 0.42, by: 0.05)
        let coat = generator.pick([inks.main, inks.second])
        paintFigure(x: x, top: top, size: size, coat: coat)
      }
    }
  }

  /// A small standing figure: what is left of a person from afar.
  private mutating func paintFigure(x: Float, top: Float, size: Float, coat: RGB) {
    let legs = coat == inks.main ? inks.second : inks.main
    line(
      [(x - size * 0.06, top + size * 0.6), (x - size * 0.08, top + size * 0.98)], size * 0.12, legs
    )
    line(
      [(x + size * 0.06, top + size * 0.6), (x + size * 0.08, top + size * 0.98)], size * 0.12, legs
    )
    polygon(
      [
        (x - size * 0.21, top + size * 0.32), (x + size * 0.21, top + size * 0.32),
        (x + size * 0.15, top + size * 0.7), (x - size * 0.15, top + size * 0.7),
      ], coat)
    circle(x, top + size * 0.16, size * 0.155, inks.third)
  }

  /// A long body on four legs, a tail at one end, a head with snout and ear at the other.
  mutating func paintDog() {
    let back = near(0.5, by: 0.03)
    let headY = near(0.33, by: 0.05)
    line(
      [(0.24, back), (0.1, back - 0.12), (near(0.06, by: 0.04), near(0.22, by: 0.05))], 0.065,
      inks.main)
    for x: Float in [0.27, 0.39, 0.61, 0.72] {
      let foot = near(x, by: 0.045)
      line([(x, back + 0.08), (foot, 0.95)], 0.085, inks.main)
      line([(foot, 0.95), (foot + 0.04, 0.95)], 0.075, inks.second)
    }
    line([(0.3, back), (0.68, back)], 0.25, inks.main)
    line([(0.68, back - 0.04), (0.77, headY)], 0.16, inks.main)
    line([(0.735, back + 0.05), (0.66, back - 0.13)], 0.045, inks.second)
    circle(0.79, headY, 0.125, inks.main)
    polygon(
      [
        (0.82, headY - 0.06), (0.985, headY + 0.03), (0.985, headY + 0.11), (0.82, headY + 0.12),
      ], inks.main)
    circle(0.98, headY + 0.05, 0.035, inks.detail)
    polygon([(0.68, headY - 0.08), (0.77, headY - 0.1), (0.69, headY + 0.14)], inks.second)
    circle(0.83, headY - 0.03, 0.024, inks.detail)
  }

  /// Two long bent wings in the shape of an M around a slim body, seen in flight.
  mutating func paintGull() {
    let tip = near(0.46, by: 0.14)
    let bend = near(0.24, by: 0.06)
    polygon([(0.46, 0.6), (0.54, 0.6), (0.575, 0.78), (0.5, 0.74), (0.425, 0.78)], inks.third)
    for side: Float in [-1, 1] {
      func at(_ u: Float, _ y: Float) -> (Float, Float) { (0.5 + side * u, y) }
      polygon(
        [
          at(0, 0.42), at(0.1, 0.36), at(0.2, bend), at(0.27, bend - 0.02), at(0.38, bend + 0.05),
          at(0.5, tip), at(0.36, bend + 0.15), at(0.27, bend + 0.11), at(0.21, bend + 0.13),
          at(0.1, 0.53), at(0, 0.57),
        ], inks.main)
      polygon([at(0.4, bend + 0.075), at(0.5, tip), at(0.385, bend + 0.145)], inks.detail)
    }
    ellipse(0.5, 0.54, 0.06, 0.16, inks.main)
    circle(0.5, 0.385, 0.06, inks.main)
    polygon([(0.465, 0.35), (0.535, 0.35), (0.5, 0.25)], inks.second)
  }

  /// An almond body with a forked tail, fins, a gill and an eye.
  mutating func paintFish() {
    let depth = near(0.21, by: 0.04)
    polygon(
      [(0.7, 0.5), (0.98, 0.24), (0.9, 0.5), (0.98, 0.76)], inks.second)
    polygon([(0.3, 0.36), (0.5, near(0.14, by: 0.04)), (0.62, 0.4)], inks.second)
    polygon([(0.4, 0.62), (0.52, 0.84), (0.58, 0.6)], inks.second)
    polygon(
      [
        (0.02, 0.5), (0.1, 0.5 - depth * 0.6), (0.26, 0.5 - depth), (0.44, 0.5 - depth),
        (0.62, 0.5 - depth * 0.6), (0.8, 0.46), (0.8, 0.54), (0.62, 0.5 + depth * 0.6),
        (0.44, 0.5 + depth), (0.26, 0.5 + depth), (0.1, 0.5 + depth * 0.6),
      ], inks.main)
    arc(0.16, 0.5, 0.11, depth * 0.75, width: 0.035, from: -0.2, to: 0.2, inks.detail)
    circle(0.14, 0.45, 0.045, inks.third)
    circle(0.14, 0.45, 0.022, inks.detail)
    for x: Float in [0.4, 0.53] {
      line([(x, 0.5 - depth * 0.6), (x + 0.03, 0.5 + depth * 0.6)], 0.03, inks.third)
    }
  }
}
