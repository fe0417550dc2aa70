/// Why a figure could not be drawn. Each sentence says what is wrong and what to do.
package enum FigureError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The system has no font for words.
  case noFont
  /// More pixels than the limit.
  case tooManyPixels(width: Int, height: Int, limit: Int)
  /// The library that draws refused; `reason` is its own message.
  case notDrawable(reason: String)
  /// A picture in the figure could not be written as a file.
  case pictureNotEncodable(reason: String)

  package var description: String {
    switch self {
    case .noFont:
      "words cannot be drawn: no font is installed; install one (Debian: fonts-dejavu-core), "
        + "or write SVG, which needs none"
    case .tooManyPixels(let width, let height, let limit):
      "the figure would have \(width)x\(height) pixels, more than the \(limit) allowed; "
        + "ask for a smaller size or scale"
    case .notDrawable(let reason): "the figure cannot be drawn (\(reason)); use a smaller size"
    case .pictureNotEncodable(let reason):
      "a picture in the figure cannot be written (\(reason)); use a smaller size"
    }
  }
}
