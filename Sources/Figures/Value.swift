/// A number of a figure: where it is drawn, and its shortest text that gives the same number again.
///
/// The text is made from the number as it was measured, so a 32-bit 0.1 is `0.1` in a file and not
/// `0.10000000149011612`.
package struct Value: Sendable, Hashable {
  /// The number as a place on an axis.
  package let number: Double
  /// The shortest text that reads back as what was measured.
  package let text: String

  /// A number of a model.
  package init(_ number: Float) {
    self.number = Double(number)
    text = "\(number)"
  }

  /// A number that was computed in 64 bits.
  package init(_ number: Double) {
    self.number = number
    text = "\(number)"
  }

  /// A count.
  package init(_ number: Int) {
    self.number = Double(number)
    text = "\(number)"
  }
}

/// A place in a panel, with a name that a reader of the file can look up.
package struct Spot: Sendable, Hashable {
  /// Along the x axis.
  package let x: Value
  /// Along the y axis.
  package let y: Value
  /// What lies there, such as a post's id; empty for nothing.
  package let name: String

  /// A place by its numbers.
  package init(x: Value, y: Value, name: String = "") {
    self.x = x
    self.y = y
    self.name = name
  }
}
