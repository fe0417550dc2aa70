extension System {
  /// The systems of this program, a line each.
  public static let builtIn: [System] = [
    .biLSTMCRF,
    .bertCRF,
    .riva,
    .umt,
    .maf,
    .mtb,
    .megaLite,
    .tokenClassification,
  ]
}
