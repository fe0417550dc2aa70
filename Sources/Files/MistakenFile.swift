/// A file that stands where weights or a picture should be, and that downloads often leave: told
/// by its first bytes, so that an error can say what happened.
package enum MistakenFile: Sendable, Hashable {
  /// Git LFS's pointer: three lines of text in place of the content.
  case lfsPointer
  /// An HTML page, such as a notice that one must log in.
  case webPage

  /// Recognises the beginning of a file; nil when it is neither.
  package init?(beginning bytes: some Collection<UInt8>) {
    // A byte order mark and blanks may stand first, and tags in any case.
    let text = String(decoding: bytes.prefix(512), as: UTF8.self).lowercased()
      .drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    if text.hasPrefix("version https://git-lfs.github.com/spec/") {
      self = .lfsPointer
    } else if text.hasPrefix("<!doctype html") || text.hasPrefix("<html")
      || (text.hasPrefix("<!--") && text.contains("<html"))
    {
      self = .webPage
    } else {
      return nil
    }
  }

  /// What it is and what to do, to follow "is".
  package var advice: String {
    switch self {
    case .lfsPointer:
      "a Git LFS pointer, not the file itself; run `git lfs pull` where it came from"
    case .webPage:
      "a web page, not the file itself; download it again, perhaps after logging in"
    }
  }
}
