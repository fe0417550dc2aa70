extension Picture: CustomStringConvertible {
  /// The size only; a million numbers help nobody.
  package var description: String { "Picture \(width)x\(height)" }
}
