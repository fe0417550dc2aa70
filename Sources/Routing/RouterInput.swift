/// The router's input for one post.
///
/// The rule for posts without a picture stands in this type and in no other place: the router is
/// not asked, and the text expert answers.
package enum RouterInput: Sendable, Hashable {
  /// x = t ⊙ v.
  case product([Float])
  /// The post has no picture, or none that can be read.
  case withoutPicture

  /// x = t ⊙ v of the text and picture embeddings, each L2-normalised here first (MODELS §4.3).
  ///
  /// - Parameter picture: nil where the post has no picture.
  /// - Throws: `RoutingError.wrongDimensions` when the two differ in length.
  package init(text: [Float], picture: [Float]?) throws(RoutingError) {
    guard let picture else {
      self = .withoutPicture
      return
    }
    guard text.count == picture.count else {
      throw .wrongDimensions(have: picture.count, need: text.count)
    }
    let scale = 1 / max(Self.norm(text) * Self.norm(picture), .leastNormalMagnitude)
    self = .product(zip(text, picture).map { Float(Double($0) * Double($1) * scale) })
  }

  /// x = t ⊙ v; nil without a picture.
  package var product: [Float]? {
    if case .product(let x) = self { x } else { nil }
  }

  private static func norm(_ vector: [Float]) -> Double {
    vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}
