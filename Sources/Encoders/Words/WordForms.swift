/// How the word-and-character encoders see a token (MODELS §8.1): links and blanks are unknown
/// words, case is folded for the word table and kept for the characters.
package enum WordForms {
  /// Longest run of characters of one word that is encoded.
  package static let characterLimit = 24

  /// The form looked up in the word table; digits become 0, mentions and links one form each.
  package static func word(_ token: String) -> String {
    if token.hasPrefix("http") || token.contains("t.co/") { return "<url>" }
    if token.first == "@", token.count > 1 { return "<user>" }
    let visible = token.unicodeScalars.contains { !$0.properties.isWhitespace && $0.value > 0x20 }
    guard visible else { return "<blank>" }
    return String(token.lowercased().map { $0.isNumber ? "0" : $0 })
  }

  /// Whether a token is a word of the language: it has a letter or digit, and is neither a link nor
  /// a user's name, which have one form each.
  package static func isWord(_ token: String) -> Bool {
    token.contains { $0.isLetter || $0.isNumber } && word(token).first != "<"
  }

  /// The characters that are encoded, at most `characterLimit`.
  package static func characters(_ token: String) -> [String] {
    token.prefix(characterLimit).map(String.init)
  }
}
