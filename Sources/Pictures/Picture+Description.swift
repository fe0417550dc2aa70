extension Picture: CustomStringConvertible {
  /// The size only; a million numbers help nobody.
  public var description: String { "Picture \(width)x\(height)" }
}
