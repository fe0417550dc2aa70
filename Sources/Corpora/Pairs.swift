import Foundation

/// Unlabelled posts: `N.txt` with the words beside `N.jpg` with the picture (docs/formats.md).
enum Pairs {
  /// The one post of a text file, as UTF-8, else as GB18030; words are parted by ASCII blanks.
  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, file: String, stem: String, strict: Bool
  ) throws -> ParsedFile {
    var result = ParsedFile()
    var findings = FindingCollector(file: file, strict: strict)
    if bytes.count > Bounds.line {
      try findings.add(.lineTooLong(bytes: bytes.count), line: 1)
    } else {
      var content = text(bytes, 0..<bytes.count)
      if !content.valid, let decoded = decodeGB18030(bytes) { content = (decoded, true) }
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
        result.posts = [ParsedPost(imageID: stem, tokens: tokens, line: 1)]
      }
    }
    result.findings = findings.all
    return result
  }

  /// The text of GB18030 bytes, nil when they are not GB18030 or the C library cannot read it.
  private static func decodeGB18030(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    let converter = iconv_open("UTF-8", "GB18030")
    // (iconv_t)-1 is the C library's way to say no.
    guard Int(bitPattern: converter) != -1 else { return nil }
    defer { iconv_close(converter) }
    var input = Array(bytes).map { CChar(bitPattern: $0) }
    var output = [CChar](repeating: 0, count: 4 * input.count + 4)
    let capacity = output.count
    let used: Int? = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        var from = source.baseAddress
        var fromLeft = source.count
        var to = target.baseAddress
        var toLeft = target.count
        let failed = iconv(converter, &from, &fromLeft, &to, &toLeft) == -1
        return failed ? nil : capacity - toLeft
      }
    }
    guard let used else { return nil }
    return String(decoding: output[..<used].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
