import Files
import Records

extension MNREText {
  /// The file's bytes with the pairs of edited posts changed, and nothing else: where a pair has
  /// another label only the label's bytes differ; the line of a pair that is gone is left out; a
  /// new pair has a line behind the post's last one.
  /// - Parameter edited: edited posts by the line of their first pair.
  static func rewrite(_ bytes: [UInt8], edited: [Int: Post]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + 1024)
    bytes.withUnsafeBufferPointer { buffer in
      var copied = 0
      for patch in patches(buffer, edited) {
        output.append(contentsOf: buffer[copied..<patch.range.lowerBound])
        output.append(contentsOf: patch.bytes)
        copied = patch.range.upperBound
      }
      output.append(contentsOf: buffer[copied...])
    }
    return output
  }

  private typealias Patch = (range: Range<Int>, bytes: [UInt8])
  private typealias Written = (line: Line, pair: RelationMention, range: Range<Int>)

  /// What to change, in the order of the bytes.
  private static func patches(
    _ bytes: UnsafeBufferPointer<UInt8>, _ edited: [Int: Post]
  ) -> [Patch] {
    var first: [Line.Group: Int] = [:]
    var lines: [Int: [Written]] = [:]
    // What cannot be read was noted when the file was opened, and stays as it is.
    try? walk(bytes) { _, _ in
    } _: { line, pair, number, range in
      let post = first[line.group] ?? number
      first[line.group] = post
      if edited[post] != nil { lines[post, default: []].append((line, pair, range)) }
    }
    var patches: [Patch] = []
    for (number, post) in edited {
      guard let written = lines[number] else { continue }
      patches += self.patches(bytes, written, post)
    }
    // A line that is added stands before the next post's first one, which may be left out.
    return patches.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
  }

  private static func patches(
    _ bytes: UnsafeBufferPointer<UInt8>, _ written: [Written], _ post: Post
  ) -> [Patch] {
    var patches: [Patch] = []
    var left = post.relations
    for (line, pair, range) in written {
      let place = left.firstIndex { $0.head == pair.head && $0.tail == pair.tail }
      if let place {
        let label = left.remove(at: place).label
        if label != pair.label, let spot = line.ranges["relation"] {
          patches.append((spot, Array(line.quoted(label).utf8)))
        }
      } else {
        patches.append((range, []))
      }
    }
    guard !left.isEmpty, let last = written.last else { return patches }
    let endsLine = bytes[last.range.upperBound - 1] == 0x0A
    var added: [UInt8] = []
    for pair in left {
      if !endsLine { added.append(0x0A) }
      added += text(of: pair, in: post, like: last.line, bytes)
      if endsLine { added.append(0x0A) }
    }
    patches.append((last.range.upperBound..<last.range.upperBound, added))
    return patches
  }

  /// A pair as a line of its own; tokens and picture are spelled as on another line of the post.
  private static func text(
    of pair: RelationMention, in post: Post, like line: Line, _ bytes: UnsafeBufferPointer<UInt8>
  ) -> [UInt8] {
    func raw(_ key: String) -> String {
      line.ranges[key].map { String(decoding: bytes[$0], as: UTF8.self) } ?? line.quoted("")
    }
    return Array(
      text(
        of: pair, in: post, tokens: raw("token"),
        image: line.ranges["img_id"] == nil ? nil : raw("img_id"), quoted: line.quoted
      ).utf8)
  }

  private static func text(
    of pair: RelationMention, in post: Post, tokens: String, image: String?,
    quoted: (String) -> String
  ) -> String {
    func span(_ range: Range<Int>) -> String {
      let name = post.tokens[range.clamped(to: post.tokens.indices)].map(\.text)
        .joined(separator: " ")
      return "{\(quoted("name")): \(quoted(name)), "
        + "\(quoted("pos")): [\(range.lowerBound), \(range.upperBound)]}"
    }
    let fields = [
      ("token", tokens), ("h", span(pair.head)), ("t", span(pair.tail)), ("img_id", image),
      ("relation", quoted(pair.label)),
    ]
    return "{"
      + fields.compactMap { key, value in value.map { "\(quoted(key)): \($0)" } }
      .joined(separator: ", ") + "}"
  }

  /// Posts as a new file in this format, a line per pair; posts without pairs have none.
  package static func bytes(of posts: [Post]) -> [UInt8] {
    var output: [UInt8] = []
    for post in posts {
      let tokens = post.tokens.map { PythonScanner.quoted($0.text) }.joined(separator: ", ")
      let image = PythonScanner.quoted(post.imageID.map { $0 + ".jpg" } ?? "")
      for pair in post.relations {
        output +=
          text(
            of: pair, in: post, tokens: "[\(tokens)]", image: image, quoted: PythonScanner.quoted
          ).utf8
        output.append(0x0A)
      }
    }
    return output
  }
}
