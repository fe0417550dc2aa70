@testable import Corpora
@testable import Files

/// The toy format: a post on each line, `[PER Ann Lee] met [ORG Acme]`; no ids, no pictures.
extension DataFormat {
  static let bracketText: DataFormat = {
    var format = DataFormat(
      name: "brackets", title: "bracketed text", fileExtension: "txt",
      recognises: { bytes in
        let lines = String(decoding: bytes.prefix(1 << 12), as: UTF8.self).split(
          whereSeparator: \.isNewline)
        return lines.contains { (try? BracketText.parse(String($0)))?.mentions.isEmpty == false }
      },
      read: { bytes, request in
        var result = ParsedFile()
        var findings = FindingCollector(file: request.file, strict: request.strict)
        var number = 0
        try forEachLine(bytes) { content, _ in
          number += 1
          let line = text(bytes, content).text
          if line.isEmpty { return }
          do {
            let (words, mentions, _) = try BracketText.parse(line)
            result.posts.append(
              ParsedPost(
                tokens: Tokens(words.map { Token($0) }), mentions: mentions, line: number))
          } catch let problem as BracketText.Problem {
            try findings.add(.syntax(column: 1, problem.reason), line: number)
          }
        }
        result.findings = findings.all
        return result
      },
      rewrite: { bytes, request in
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        for (number, post) in request.edited {
          let old = String(decoding: lines[number - 1], as: UTF8.self)
          lines[number - 1] = Array(BracketText.line(post, like: old).utf8)
        }
        return Array(lines.joined(separator: [0x0A]))
      },
      write: { posts, _ in posts.flatMap { Array((BracketText.line($0) + "\n").utf8) } },
      holds: { new, old in new.relations == old.relations },
      lacks: { post in
        post.relations.first.map { "the relation \($0.label)" }
          ?? post.tokens.first { word in
            word.text.contains { "[] ".contains($0) } || word.text.hasPrefix("IMGID:")
          }.map {
            "the word \($0.text)"
          }
      })
    format.namesPictures = false
    return format
  }()
}

/// How lines of the toy format are spelled.
enum BracketText {
  struct Problem: Error { let reason: String }

  /// The words and the mentions of a line, and the blanks before each word and at the end.
  static func parse(_ line: String) throws -> (
    words: [String], mentions: [EntityMention], blanks: [String]
  ) {
    var (words, blanks, blank): ([String], [String], String) = ([], [], "")
    // No blank belongs to the first word, nor the one behind a bracket to the word after it.
    var glued = true
    var mentions: [EntityMention] = []
    var open: (type: String, start: Int)?
    // A byte order mark stays before everything.
    if line.hasPrefix("\u{FEFF}") { blank = "\u{FEFF}" }
    let content = line.drop { $0 == "\u{FEFF}" }
    for part in content.split(separator: " ", omittingEmptySubsequences: false) {
      if !glued { blank += " " }
      glued = false
      if part.isEmpty { continue }
      if part.hasPrefix("[") {
        guard open == nil, part.count > 1, part.dropFirst().allSatisfy({ $0.isLetter || $0 == "-" })
        else {
          throw Problem(reason: "a bracket within another")
        }
        open = (String(part.dropFirst()), words.count)
        glued = true
        continue
      }
      let closes = part.hasSuffix("]")
      words.append(String(closes ? part.dropLast() : part))
      blanks.append(blank)
      blank = ""
      guard closes else { continue }
      guard let (type, start) = open, !words[words.count - 1].isEmpty else {
        throw Problem(reason: "a `]` without its `[`")
      }
      mentions.append(EntityMention(start..<words.count, EntityType(type)))
      open = nil
    }
    guard open == nil else { throw Problem(reason: "a `[` without its `]`") }
    return (words, mentions, blanks)
  }

  /// A post as a line, with the blanks of an older one.
  static func line(_ post: Post, like old: String = "") -> String {
    let end = old.hasSuffix("\r") ? "\r" : ""
    let blanks = (try? parse(String(old.dropLast(end.count))))?.blanks ?? []
    return post.tokens.indices.map { i in
      let begin = post.mentions.first { $0.range.lowerBound == i }.map { "[\($0.type.rawValue) " }
      let closing = post.mentions.contains { $0.range.upperBound == i + 1 } ? "]" : ""
      let blank = blanks.indices.contains(i) ? blanks[i] : i == 0 ? "" : " "
      return blank + (begin ?? "") + post.tokens[i].text + closing
    }.joined() + end
  }
}
