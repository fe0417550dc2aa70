import Files

/// Unlabelled posts: `N.txt` with the words beside `N.jpg` with the picture (docs/formats.md).
enum Pairs {
  /// The one post of a text file, as UTF-8, else as GB18030; words are separated by ASCII blanks.
  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, file: String, stem: String, strict: Bool
  ) throws -> ParsedFile {
    var result = ParsedFile()
    var findings = FindingCollector(file: file, strict: strict)
    if bytes.count > Bounds.line {
      try findings.add(.lineTooLong(bytes: bytes.count), line: 1)
    } else {
      var content = text(bytes, 0..<bytes.count)
      if !content.valid, let decoded = TextEncoding.gb18030.utf8(Array(bytes)) {
        content = (String(decoding: decoded, as: UTF8.self), true)
      }
      if !content.valid { try findings.add(.unknownEncoding, line: 1) }
      if content.text.unicodeScalars.first == "\u{FEFF}" {
        content.text.unicodeScalars.removeFirst()
      }
      let tokens = content.text.utf8.split(whereSeparator: isBlank).map { Token(String($0) ?? "") }
      if tokens.isEmpty {
        try findings.add(.postWithoutTokens(id: stem), line: 1)
      } else if tokens.count > Bounds.tokens {
        try findings.add(.tooManyTokens(id: stem), line: 1)
      } else {
        result.posts = [ParsedPost(imageID: stem, tokens: Tokens(tokens), line: 1)]
      }
    }
    result.findings = findings.all
    return result
  }
}
