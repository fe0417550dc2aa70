import Screen

/// How things look, chosen once at the start: theme, signs, treatment of text from posts.
package struct Look: Sendable {
  /// Colours and attributes of every role.
  package var theme: Theme
  /// Lines, bars and marks, in Unicode or ASCII.
  package var glyphs: Glyphs
  /// How text from posts becomes safe to show.
  package var sanitizer: Sanitizer

  /// A look; by default the dark theme with Unicode signs and safe emoji.
  package init(
    theme: Theme = .dusk, glyphs: Glyphs = .unicode, sanitizer: Sanitizer = Sanitizer()
  ) {
    self.theme = theme
    self.glyphs = glyphs
    self.sanitizer = sanitizer
  }

  /// Experts that say different things.
  var disputed: String { glyphs.isUnicode ? "⇄" : "%" }
  /// The sign for "these differ"; not `!`, which marks a post to come back to.
  var differs: String { glyphs.isUnicode ? "≠" : "/" }
  /// The sign for an edited post.
  var edited: String { "~" }
  /// The sign that joins the words of one mention.
  var join: String { glyphs.horizontal }
}
