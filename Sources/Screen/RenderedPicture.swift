/// A picture made ready for a box of cells by the picture queue.
package enum RenderedPicture: Sendable, Equatable {
  /// A whole sixel sequence that covers `columns` × `rows` cells.
  case sixel(payload: [UInt8], columns: Int, rows: Int)
  /// Half blocks or an ASCII ramp, `rows` lines of `columns` cells.
  case cells([Cell], columns: Int, rows: Int)
  /// Nothing to show; the sentence says why (missing file, truncated, too large …).
  case placeholder(String)
}
