import Files
import Records

extension DataFormat {
  /// MNRE's pairs: a Python dict per line.
  package static let mnre = DataFormat(
    name: "mnre", title: "MNRE text", fileExtension: "txt",
    recognises: { RecordKind(of: $0) == .pair },
    read: { try MNREText.read($0, file: $1.file, strict: $1.strict) },
    rewrite: { MNREText.rewrite($0, edited: $1.edited) },
    write: { posts, _ in MNREText.bytes(of: posts) },
    // A post stands there by its pairs.
    holds: { new, old in new.mentions == old.mentions && !new.relations.isEmpty },
    lacks: { post in
      let ends = post.relations.flatMap { [$0.head, $0.tail] }
      if let lost = post.mentions.first(where: { !ends.contains($0.range) }) {
        return "the mention \(post.tokens[lost.range].map(\.text).joined(separator: " "))"
      }
      return post.relations.isEmpty ? "the words, since there is no pair," : nil
    })

  /// Twinlens JSON Lines.
  package static let jsonLines: DataFormat = {
    var format = DataFormat(
      name: "twinlens", title: "Twinlens JSON Lines", fileExtension: "jsonl",
      recognises: { RecordKind(of: $0) == .tokens },
      read: {
        try JSONLines.read(
          $0, file: $1.file, strict: $1.strict, reading: $1.reading, tagNames: $1.tagNames)
      },
      rewrite: {
        JSONLines.rewrite(
          $0, originals: $1.originals, edited: $1.edited, reading: $1.reading, misc: $1.misc,
          tagNames: $1.tagNames)
      },
      write: { JSONLines.bytes(of: $0, $1) },
      holds: { _, _ in true }, lacks: { _ in nil })
    format.otherNames = ["jsonl"]
    format.rewriteInto = {
      try JSONLines.rewrite(
        $0, originals: $1.originals, edited: $1.edited, reading: $1.reading, misc: $1.misc,
        tagNames: $1.tagNames, progress: $1.progress, into: &$2)
    }
    format.joins = true
    format.carriesState = true
    format.cut = cutLines
    return format
  }()

  /// JSON Lines as Hugging Face's datasets have them: `tokens` and `ner_tags`. They are read as
  /// Twinlens JSON Lines, which they nearly are.
  package static let huggingFace: DataFormat = {
    var format = DataFormat(
      name: "huggingface", title: "Hugging Face JSON Lines", fileExtension: "jsonl",
      recognises: { _ in false }, read: jsonLines.read, rewrite: jsonLines.rewrite,
      write: { posts, request in
        var output: [UInt8] = []
        for post in posts { output += (huggingFaceLine(post, request) + "\n").utf8 }
        return output
      },
      holds: jsonLines.holds,
      lacks: { post in
        post.relations.first { $0.label != RelationInventory.none }.map {
          "the relation \($0.label)"
        }
      })
    format.otherNames = ["hf"]
    format.joins = true
    format.keepsEmptyPairs = false
    format.hasTags = true
    format.carriesState = true
    return format
  }()

  private static func huggingFaceLine(_ post: Post, _ request: WritingRequest) -> String {
    let tags = request.tags(of: post).map(JSONScanner.quoted)
    let words = post.tokens.map { JSONScanner.quoted($0.text) }
    var fields = ["\"id\":\(JSONScanner.quoted(post.id))"]
    if let image = post.imageID { fields.append("\"image\":\(JSONScanner.quoted(image))") }
    fields.append("\"tokens\":[\(words.joined(separator: ","))]")
    fields.append("\"ner_tags\":[\(tags.joined(separator: ","))]")
    // A table has all of its columns from the first row on.
    if let mark = request.mark(of: post) {
      fields.append("\"state\":\(JSONScanner.quoted(mark.state))")
      fields.append("\"annotator\":\(JSONScanner.quoted(mark.annotator ?? ""))")
      fields.append("\"time\":\(JSONScanner.quoted(mark.date ?? ""))")
    }
    return "{\(fields.joined(separator: ","))}"
  }

  /// A text of one post beside its picture; told by the picture, not by its content.
  package static let bareText: DataFormat = {
    var format = DataFormat(
      name: "text", title: "a bare text", fileExtension: "txt", recognises: { _ in false },
      read: {
        try Pairs.read($0, file: $1.file, stem: DataFile.stem(of: $1.file), strict: $1.strict)
      },
      rewrite: { bytes, _ in bytes }, write: nil,
      holds: { new, old in new.relations == old.relations && new.mentions == old.mentions },
      lacks: { _ in nil })
    format.isOnePost = true
    return format
  }()

  /// Keeps the lines of some posts, and what stands before the first post. Lines between posts
  /// belong to the post above them.
  static func cutLines(_ bytes: [UInt8], _ request: CuttingRequest) -> [UInt8] {
    bytes.withUnsafeBufferPointer { buffer in
      var output: [UInt8] = []
      var number = 0
      var place = -1
      forEachLine(buffer) { _, range in
        number += 1
        while place + 1 < request.lines.count, request.lines[place + 1] <= number { place += 1 }
        if place < 0 || request.kept.contains(place) { output.append(contentsOf: buffer[range]) }
      }
      return output
    }
  }
}
