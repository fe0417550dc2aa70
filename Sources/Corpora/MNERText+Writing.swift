extension MNERText {
  /// The file's bytes with the tags of edited posts changed, and nothing else.
  /// - Parameters:
  ///   - edited: edited posts by the line of their `IMGID:`.
  ///   - reading: how the file was read.
  ///   - misc: the file's word for MISC.
  static func rewrite(
    _ bytes: [UInt8], edited: [Int: Post], reading: BIO.Reading, misc: String
  ) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + 1024)
    bytes.withUnsafeBufferPointer { buffer in
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
      MNERLine.walk(buffer, layout) { line, number, _ in
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
            output.append(contentsOf: buffer[copied..<range.lowerBound])
            output.append(contentsOf: new[token].utf8)
            copied = range.upperBound
          }
          token += 1
        case .malformed:
          break
        }
      }
      output.append(contentsOf: buffer[copied...])
    }
    return output
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
