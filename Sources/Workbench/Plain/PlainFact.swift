import Screen

/// One thing that can be said of the workbench in a sentence.
struct PlainFact: Equatable {
  /// Its name: a fact of the same name takes its place.
  let id: String
  /// The sentence.
  let text: String
  /// What is said when there is no such thing any more; nil for nothing.
  var gone: String?
  /// The post that it is about; nil for what is about none. Nobody says of a post that is not on
  /// screen any more what it has no more.
  var post: String?

  init(_ id: String, _ text: String, gone: String? = nil, post: String? = nil) {
    self.id = id
    self.text = text
    self.gone = gone
    self.post = post
  }

  /// The same fact in words that may be shown.
  func shown(by sanitizer: Sanitizer) -> PlainFact {
    PlainFact(
      id, sanitizer.visible(text), gone: gone.map { sanitizer.visible($0) }, post: post)
  }

  /// What the names of facts of layers begin with.
  static let layer = "layer/"
}
