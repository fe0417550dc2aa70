extension Int {
  /// The number with its noun: `1 epoch`, `3 epochs`, `2 boxes`.
  ///
  /// - Parameter plural: for nouns that take more than an s.
  package func counted(_ noun: String, _ plural: String? = nil) -> String {
    "\(self) \(self == 1 ? noun : plural ?? noun + "s")"
  }
}
