import Screen

/// Numbers as bars that stand on a zero line, or hang from it: worthless means empty. All bars of a
/// signal have one scale, that of its largest number by size, whatever part of them is on screen.
struct SignedBars: Sendable, Equatable {
  /// All numbers of the signal.
  private let values: [Float]
  /// Those on screen.
  private let shown: Range<Int>
  private let above: Role
  private let below: Role
  /// What a full bar stands for; 0 when every number is zero or none is finite.
  let scale: Float

  /// - Parameter full: what a full bar stands for, where that is more than the largest number.
  init(
    _ values: [Float], shown: Range<Int>, above: Role, below: Role, full: Float? = nil
  ) {
    self.values = values
    self.shown = shown.clamped(to: values.indices)
    self.above = above
    self.below = below
    scale = values.reduce(full ?? 0) { $1.isFinite ? max($0, abs($1)) : $0 }
  }

  /// Whether there is a side below the zero line.
  var hasBelow: Bool { values.contains { $0 < 0 } }

  /// How much of its side a bar fills, -1 … 1; nil when the number is not finite.
  func fraction(_ index: Int) -> Double? {
    guard values[index].isFinite else { return nil }
    return scale > 0 ? Double(values[index] / scale) : 0
  }

  /// Draws a label, the bars and a number; returns how many rows that took: one for each side.
  func draw(
    _ pen: inout Pen, _ box: Box, row: Int, label: String, marked: Int?, number: String
  ) -> Int {
    let isTall = hasBelow && row + 1 < box.rows
    // Bars with two ends need two rows: in one of them there is no zero line.
    guard isTall || !hasBelow else {
      pen.line([pen.piece(label, .muted), pen.piece(number)], in: box, row: row)
      return 1
    }
    var upper = [pen.piece(label, .muted)]
    var lower = [pen.piece(String(repeating: " ", count: TextWidth.columns(of: label)))]
    for index in shown {
      let value = fraction(index)
      let role: Role = index == marked ? .title : (value ?? 0) < 0 ? below : above
      let line = value.map { $0 > 0 ? pen.look.glyphs.level($0) : " " } ?? "?"
      var stands = pen.piece(line, role)
      var hangs = Self.hanging(max(0, -(value ?? 0)), pen, role)
      // The zero line.
      if hasBelow, isTall { stands.style = stands.style.with(.underline) }
      // The marked one has a line under it: colour alone says nothing on many terminals.
      if index == marked {
        if isTall {
          hangs.style = hangs.style.with(.underline)
        } else {
          stands.style = stands.style.with(.underline)
        }
      }
      upper.append(stands)
      lower.append(hangs)
    }
    upper.append(pen.piece(number))
    pen.line(upper, in: box, row: row)
    guard isTall else { return 1 }
    pen.line(lower, in: box, row: row + 1)
    return 2
  }

  /// A cell that is filled from above. Terminals have signs for cells filled from below only, so
  /// the rest of the cell is such a sign, and the colours are exchanged.
  private static func hanging(_ fraction: Double, _ pen: Pen, _ role: Role) -> Pen.Piece {
    guard fraction > 0 else { return pen.piece(" ") }
    guard pen.look.glyphs.isUnicode else { return pen.piece(pen.look.glyphs.level(fraction), role) }
    let rest = pen.look.glyphs.level(1 - max(1.0 / 8, min(1, fraction)))
    let style = pen.look.theme[role]
    return Pen.Piece(text: rest, style: style.with(.reverse))
  }
}
