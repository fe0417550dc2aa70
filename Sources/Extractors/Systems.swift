extension System {
  /// The systems of this program, a line each.
  package static let builtIn: [System] = [
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
