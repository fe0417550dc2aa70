extension System {
  /// The systems of this program, a line each.
  package static let builtIn: [System] = [
    .biLSTMCRF,
    .bertCRF,
    .riva,
    .umt,
    .maf,
    .hvpnet,
    .i2srm,
    .imm,
    .mtb,
    .megaLite,
    .hvpnetRelations,
    .i2srmRelations,
    .immRelations,
    .mkgformer,
    .focalMRE,
    .tokenClassification,
  ]
}
