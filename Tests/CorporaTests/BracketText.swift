@testable import Corpora
@testable import Files

/// The toy format: a post on each line, `[PER Ann Lee] met [ORG Acme]`; no ids, no pictures.
extension DataFormat {
  static let bracketText: DataFormat = {
    var format = DataFormat(
      name: "brackets", title: "bracketed text", fileExtension: "txt",
      recognises: { bytes in
        let lines = String(decoding: bytes.prefix(1 << 12), as: UTF8.self).split(separator: "\n")
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
            let (words, mentions) = try BracketText.parse(line)
            result.posts.append(
              ParsedPost(
                tokens: words.map { Token($0) }, mentions: mentions, line: number))
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
          lines[number - 1] = Array(BracketText.line(post).utf8)
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

  /// The words and the mentions of a line.
  static func parse(_ line: String) throws -> (words: [String], mentions: [EntityMention]) {
    var words: [String] = []
    var mentions: [EntityMention] = []
    var open: (type: String, start: Int)?
    for part in line.split(separator: " ") {
      if part.hasPrefix("[") {
        guard open == nil, part.count > 1, part.dropFirst().allSatisfy({ $0.isLetter || $0 == "-" })
        else {
          throw Problem(reason: "a bracket within another")
        }
        open = (String(part.dropFirst()), words.count)
        continue
      }
      let closes = part.hasSuffix("]")
      words.append(String(closes ? part.dropLast() : part))
      guard closes else { continue }
      guard let (type, start) = open, !words[words.count - 1].isEmpty else {
        throw Problem(reason: "a `]` without its `[`")
      }
      mentions.append(EntityMention(start..<words.count, EntityType(type)))
      open = nil
    }
    guard open == nil else { throw Problem(reason: "a `[` without its `]`") }
    return (words, mentions)
  }

  /// A post as a line.
  static func line(_ post: Post) -> String {
    post.tokens.indices.map { i in
      let begin = post.mentions.first { $0.range.lowerBound == i }.map { "[\($0.type.rawValue) " }
      let end = post.mentions.contains { $0.range.upperBound == i + 1 } ? "]" : ""
      return (begin ?? "") + post.tokens[i].text + end
    }.joined(separator: " ")
  }
}
