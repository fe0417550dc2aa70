import Files

extension DataFormat {
  /// brat's standoff files: `N.txt` with the text of a post, `N.ann` with its labels.
  package static let brat: DataFormat = {
    var format = DataFormat(
      name: "brat", title: "brat standoff files", fileExtension: "ann",
      // A file of labels is told by the text beside it.
      recognises: { _ in false },
      read: { try Brat.read($0, $1) },
      rewrite: { bytes, request in
        guard let post = request.places[0], let text = request.text else { return bytes }
        return BratLabels(bytes, text: text).rewritten(bytes, to: post, misc: request.misc)
      },
      write: nil,
      holds: { new, _ in Brat.lacks(new) == nil },
      lacks: { JoinedWords.unreadable($0) ?? Brat.lacks($0) ?? Brat.lacksName($0) })
    format.isOnePost = true
    format.textExtension = "txt"
    format.documents = { posts, request in Brat.documents(posts, request) }
    return format
  }()
}

/// brat's standoff format (brat.nlplab.org/standoff.html): a post is a document.
///
/// Offsets are code points, as Python counts, which brat is written in; it reads a line end of two
/// characters as one.
enum Brat {
  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ request: DataFormat.ReadingRequest
  ) throws -> ParsedFile {
    var result = ParsedFile()
    var findings = FindingCollector(file: request.file, strict: request.strict)
    let stem = DataFile.stem(of: FilePath.name(of: request.file))
    guard bytes.count <= Bounds.line, let text = request.text, text.count <= Bounds.line else {
      try findings.add(
        .lineTooLong(bytes: max(bytes.count, request.text?.count ?? 0)), line: 1)
      result.findings = findings.all
      return result
    }
    var labels = BratLabels(Array(bytes), text: text)
    for (line, problem) in labels.problems { try findings.add(problem, line: line) }
    labels.record.id = stem
    labels.record.image = stem
    var misc = MiscWord()
    misc.note(labels.record)
    if let post = try SpanReading(labels.record).post(labels.record, line: 1, &findings) {
      result.posts.append(post)
    }
    result.misc = misc.misc
    result.findings = findings.all
    return result
  }

  /// A label that brat cannot spell: blanks end a type.
  static func lacks(_ post: Post) -> String? {
    if let lost = SpanRecord.lacks(post) { return lost }
    func isType(_ text: String) -> Bool {
      !text.isEmpty && !text.unicodeScalars.contains { $0.properties.isWhitespace }
    }
    return post.mentions.first { !isType($0.type.rawValue) }
      .map { "the type \($0.type.rawValue), which has a blank," }
      ?? post.relations.first { !isType($0.label) }
      .map { "the relation \($0.label), which has a blank," }
  }

  /// A name that no file can have.
  static func lacksName(_ post: Post) -> String? {
    let name = post.imageID ?? post.id
    let isName =
      !name.isEmpty && !name.hasPrefix(".") && name.utf8.count < 200
      && !name.unicodeScalars.contains { $0 == "/" || $0.properties.generalCategory == .control }
    return isName ? nil : "the name \(name.prefix(60)), which no file can have,"
  }

  /// The files of some posts, named as their pictures, and what brat is to offer for them.
  static func documents(
    _ posts: [Post], _ request: DataFormat.WritingRequest
  ) -> [DataFormat.Document] {
    var taken: Set<String> = []
    // Many posts may have one picture.
    var next: [String: Int] = [:]
    var documents: [DataFormat.Document] = []
    for post in posts {
      let base = post.imageID ?? post.id
      var name = base
      while !taken.insert(name.lowercased()).inserted {
        let number = next[base, default: 2]
        next[base] = number + 1
        name = "\(base)-\(number)"
      }
      let joined = JoinedWords(post.tokens)
      documents.append(
        .init(name: "\(name).txt", post: post.id, bytes: Array((joined.text + "\n").utf8)))
      documents.append(
        .init(
          name: "\(name).ann", post: post.id,
          bytes: Array(annotations(post, joined, misc: request.misc).utf8)))
    }
    let types = posts.flatMap { $0.mentions.map { $0.type.spelled(misc: request.misc) } }
    let relations = posts.flatMap { $0.relations.map(\.label) }
    let hasUntyped = posts.contains { post in
      post.relations.flatMap { [$0.head, $0.tail] }
        .contains { range in !post.mentions.contains { $0.range == range } }
    }
    let untyped = hasUntyped ? [SpanRecord.untyped] : []
    documents.append(
      .init(
        name: "annotation.conf", post: nil,
        bytes: Array(configuration(types + untyped, relations).utf8)))
    return documents
  }

  private static func annotations(_ post: Post, _ joined: JoinedWords, misc: String) -> String {
    let text = CharacterText(joined.text, unit: .codePoints)
    let edit = SpanEdit(post, misc: misc) { "T\($0 + 1)" }
    let spans = edit.spans.map { span in
      let bytes = joined.bytes(of: span.range)
      return BratLabels.line(span, text.places(bytes), text.slice(bytes)) + "\n"
    }
    let relations = edit.relations.enumerated().map { i, relation in
      BratLabels.line("R\(i + 1)", relation, edit) + "\n"
    }
    return (spans + relations).joined()
  }

  /// brat's own file of labels. It takes letters, digits, `_` and `-` for names there; it shows
  /// others that stand in a document, and does not offer them.
  private static func configuration(_ types: [String], _ relations: [String]) -> String {
    func isOffered(_ name: String) -> Bool {
      name.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || $0 == 0x5F || $0 == 0x2D
      }
    }
    let entities = Set(types).filter(isOffered).sorted()
    let pairs = Set(relations).filter(isOffered).sorted()
      .map { "\($0)\tArg1:<ENTITY>, Arg2:<ENTITY>" }
    return (["[entities]"] + entities + ["[relations]"] + pairs + ["[events]", "[attributes]"])
      .joined(separator: "\n") + "\n"
  }
}
