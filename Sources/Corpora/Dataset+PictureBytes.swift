extension Dataset {
  /// The bytes of a picture that `image(for:)` found: a plain file of at most 256 MiB, as the
  /// decoder wants it.
  /// - Throws: `CorporaError`.
  package static func pictureBytes(_ path: String) throws -> [UInt8] {
    try FileBytes.read(path, limit: 256 << 20)
  }
}
