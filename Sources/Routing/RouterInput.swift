/// The router's input for one post.
public enum RouterInput {
  /// x = t ⊙ v of the text and picture embeddings, each L2-normalised here first (MODELS §4.3).
  ///
  /// - Throws: `RoutingError.wrongDimensions` when the two differ in length.
  public static func product(text: [Float], picture: [Float]) throws(RoutingError) -> [Float] {
    guard text.count == picture.count else {
      throw .wrongDimensions(have: picture.count, need: text.count)
    }
    let scale = 1 / max(norm(text) * norm(picture), .leastNormalMagnitude)
    return zip(text, picture).map { Float(Double($0) * Double($1) * scale) }
  }

  private static func norm(_ vector: [Float]) -> Double {
    vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}
