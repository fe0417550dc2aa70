import Files
import Records

extension JSONLines {
  /// The file's bytes with the labels of edited posts changed, and nothing else: on an edited line
  /// the values of `mentions`, `relations` and `tags` are replaced where they stand, if they
  /// changed.
  /// - Parameters:
  ///   - originals: the edited posts as they were read, by line.
  ///   - edited: the same posts as they are now.
  static func rewrite(
    _ bytes: [UInt8], originals: [Int: Post], edited: [Int: Post], reading: BIO.Reading,
    misc: String, tagNames: [String] = []
  ) -> [UInt8] {
    BytePipe.collecting { output in
      bytes.withUnsafeBufferPointer {
        // What only collects fails at nothing.
        try? rewrite(
          $0, originals: originals, edited: edited, reading: reading, misc: misc,
          tagNames: tagNames, into: &output)
      }
    }
  }

  /// The same, handed on as it is made.
  static func rewrite(
    _ buffer: UnsafeBufferPointer<UInt8>, originals: [Int: Post], edited: [Int: Post],
    reading: BIO.Reading, misc: String, tagNames: [String] = [],
    progress: (_ line: Int) -> Void = { _ in }, into output: inout BytePipe
  ) throws {
    var copied = 0
    var number = 0
    var tokens = TokenBuilder()
    try forEachLine(buffer) { content, range in
      number += 1
      // In large pieces, also where nothing changes.
      if range.lowerBound - copied >= 1 << 18 {
        try output.append(buffer[copied..<range.lowerBound])
        copied = range.lowerBound
      }
      if number % 4_096 == 0 { progress(number) }
      guard let post = edited[number], let original = originals[number] else { return }
      var line = Line()
      defer { tokens.dropPost() }
      guard (try? line.read(buffer, content, into: &tokens, tagNames: tagNames)) != nil else {
        return
      }
      for patch in patches(line, original, post, reading, misc) {
        try output.append(buffer[copied..<patch.range.lowerBound])
        try output.append(patch.text.utf8)
        copied = patch.range.upperBound
      }
    }
    try output.append(buffer[copied...])
  }

  /// What to change on one line, in the order of the bytes.
  private static func patches(
    _ line: Line, _ original: Post, _ post: Post, _ reading: BIO.Reading, _ misc: String
  ) -> [Patch] {
    var patches: [Patch] = []
    func put(_ key: String, _ text: String) { patches.append(line.fields.putting(key, text)) }
    if post.mentions != original.mentions, line.mentionsKey != nil || line.tags == nil {
      put(
        line.mentionsKey ?? "mentions", text(of: post.mentions, misc: misc, typeKey: line.typeKey))
    }
    if let key = line.tagsKey,
      post.mentions != original.mentions || post.respelled != original.respelled
    {
      let tags = post.tagTexts(reading: reading, misc: misc)
      if let names = line.tagNames {
        let numbers = tags.compactMap { names.firstIndex(of: $0) }
        if numbers.count == tags.count {
          put(key, "[\(numbers.map(String.init).joined(separator: ", "))]")
        }
      } else {
        put(key, array(tags))
      }
    }
    if post.relations != original.relations { put("relations", text(of: post.relations)) }
    // Insertions share one place and keep their order: the sort is stable.
    return patches.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// One post as a line, without its LF; keys always in this order.
  package static func line(
    _ post: Post, _ request: DataFormat.WritingRequest = .init()
  ) -> String {
    let (reading, misc) = (request.reading, request.misc)
    var parts = ["\"id\":\(JSONScanner.quoted(post.id))"]
    parts.append("\"image\":\(post.imageID.map(JSONScanner.quoted) ?? "null")")
    parts.append("\"tokens\":\(array(post.tokens.map(\.text)))")
    parts.append("\"mentions\":\(text(of: post.mentions, misc: misc))")
    parts.append("\"relations\":\(text(of: post.relations))")
    let attributes = post.attributes.sorted { $0.key < $1.key }
      .map { "\(JSONScanner.quoted($0.key)):\(JSONScanner.quoted($0.value))" }
    parts.append("\"attributes\":{\(attributes.joined(separator: ","))}")
    if post.tokens.contains(where: { $0.originalTag != nil }) {
      parts.append("\"tags\":\(array(post.tagTexts(reading: reading, misc: misc)))")
    }
    return "{\((parts + request.fields(of: post)).joined(separator: ","))}"
  }

  /// Posts as a new file in this format.
  package static func bytes(
    of posts: [Post], _ request: DataFormat.WritingRequest = .init()
  ) -> [UInt8] {
    var output: [UInt8] = []
    for post in posts {
      output.append(contentsOf: line(post, request).utf8)
      output.append(0x0A)
    }
    return output
  }

  private static func array(_ texts: [String]) -> String {
    "[\(texts.map(JSONScanner.quoted).joined(separator: ","))]"
  }

  private static func text(
    of mentions: [EntityMention], misc: String, typeKey: String = "type"
  ) -> String {
    let items = mentions.map { mention in
      let type = mention.type == .miscellaneous ? misc : mention.type.rawValue
      return "{\"start\":\(mention.range.lowerBound),\"end\":\(mention.range.upperBound),"
        + "\"\(typeKey)\":\(JSONScanner.quoted(type))}"
    }
    return "[\(items.joined(separator: ","))]"
  }

  private static func text(of relations: [RelationMention]) -> String {
    let items = relations.map {
      "{\"head\":[\($0.head.lowerBound),\($0.head.upperBound)],"
        + "\"tail\":[\($0.tail.lowerBound),\($0.tail.upperBound)],"
        + "\"label\":\(JSONScanner.quoted($0.label))}"
    }
    return "[\(items.joined(separator: ","))]"
  }
}
