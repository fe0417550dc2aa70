/// A picture made ready for a box of cells by the picture queue.
package enum RenderedPicture: Sendable, Equatable {
  /// Pixels for a terminal that shows some; they cover `columns` × `rows` cells.
  case pixels(EncodedPicture, columns: Int, rows: Int)
  /// Half blocks or an ASCII ramp, `rows` lines of `columns` cells.
  case cells([Cell], columns: Int, rows: Int)
  /// Nothing to show; the sentence says why (missing file, truncated, too large …).
  case placeholder(String)
}

/// Pixels as a terminal takes them.
package struct EncodedPicture: Sendable, Equatable {
  /// What is sent; its form is the business of the protocol that it was made for.
  package let payload: [UInt8]
  /// Width in pixels.
  package let width: Int
  /// Height in pixels.
  package let height: Int

  /// Pixels that were encoded.
  package init(payload: [UInt8], width: Int, height: Int) {
    self.payload = payload
    self.width = width
    self.height = height
  }
}
