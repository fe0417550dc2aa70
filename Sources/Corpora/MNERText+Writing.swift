extension MNERText {
  /// The file's bytes with the tags of edited posts changed, and nothing else.
  /// - Parameters:
  ///   - edited: edited posts by the line of their `IMGID:`.
  ///   - reading: how the file was read.
  ///   - misc: the file's word for MISC.
  static func rewrite(
    _ bytes: [UInt8], edited: [Int: Post], reading: BIO.Reading, misc: String
  ) -> [UInt8] {
    BytePipe.collecting { output in
      bytes.withUnsafeBufferPointer {
        // What only collects fails at nothing.
        try? rewrite($0, edited: edited, reading: reading, misc: misc, into: &output)
      }
    }
  }

  /// The same, handed on as it is made.
  static func rewrite(
    _ buffer: UnsafeBufferPointer<UInt8>, edited: [Int: Post], reading: BIO.Reading, misc: String,
    progress: (_ line: Int) -> Void = { _ in }, into output: inout BytePipe
  ) throws {
    var copied = 0
    var tags: [String]?
    var original = Tokens.none
    var token = 0
    var isOpen = false
    let layout = ColumnLayout(buffer) ?? ColumnLayout()
    func begin(_ number: Int) {
      tags = edited[number].map { $0.tagTexts(reading: reading, misc: misc) }
      original = edited[number]?.tokens ?? .none
      token = 0
      isOpen = true
    }
    try MNERLine.walk(buffer, layout) { line, number, range in
      // In large pieces, also where nothing changes.
      if range.lowerBound - copied >= 1 << 18 {
        try output.append(buffer[copied..<range.lowerBound])
        copied = range.lowerBound
      }
      if number % 4_096 == 0 { progress(number) }
      switch line {
      case .header: begin(number)
      case .blank:
        if layout.hasBlankAfterHeader, token == 0 { return }
        tags = nil
        isOpen = false
      case .word(_, let range, _):
        if !layout.hasHeaders, !isOpen { begin(number) }
        guard let new = tags, token < new.count else { return }
        if new[token] != original[token].originalTag {
          try output.append(buffer[copied..<range.lowerBound])
          try output.append(new[token].utf8)
          copied = range.upperBound
        }
        token += 1
      case .malformed:
        break
      }
    }
    try output.append(buffer[copied...])
  }

  /// Posts as a new file in this format.
  /// - Throws: `CorporaError.unwritableToken` for a word or id that holds a tab or a line break.
  /// - Parameter headers: false: no `IMGID:` lines, as in CoNLL-2003.
  package static func bytes(
    of posts: [Post], _ request: DataFormat.WritingRequest = .init(), headers: Bool = true
  ) throws -> [UInt8] {
    func fits(_ text: String) -> Bool {
      !text.isEmpty && !text.utf8.contains { $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    }
    var output: [UInt8] = []
    for post in posts {
      let id = post.imageID ?? post.id
      guard fits(id) else { throw CorporaError.unwritableToken(post: post.id, token: 0) }
      if headers { output.append(contentsOf: "IMGID:\(id)\n".utf8) }
      let tags = request.tags(of: post)
      for (i, (token, tag)) in zip(post.tokens, tags).enumerated() {
        guard fits(token.text) else {
          throw CorporaError.unwritableToken(post: post.id, token: i)
        }
        output.append(contentsOf: "\(token.text)\t\(tag)\n".utf8)
      }
      output.append(0x0A)
    }
    return output
  }
}
