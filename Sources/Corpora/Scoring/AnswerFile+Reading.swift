import Files
import Foundation

extension AnswerFile {
  /// Reads the labels of a file; what cannot be read is an error, since leaving it out would change
  /// the score.
  /// - Throws: `CorporaError` with file and line, `AnswerError`.
  package init(
    path: String, task: ScoredTask, reading: BIO.Reading = .lenient,
    encoding: TextEncoding? = nil
  ) throws {
    let stored = try FileBytes.read(path)
    let settings = DatasetSettings.beside(path)
    let bytes =
      TextEncoding(of: stored, named: encoding ?? settings.encoding).utf8(stored) ?? stored
    self.path = path
    self.reading = reading
    try bytes.withUnsafeBufferPointer { bytes in
      guard let format = DataFormat.guess(bytes) else {
        return task == .ner ? try addTags(bytes) : try addLabels(bytes)
      }
      if format == .mnre {
        guard task == .re else { throw AnswerError.otherTask(file: path, wanted: task) }
        return try addPairs(bytes)
      }
      guard task == .ner || !format.hasWordLines else {
        throw AnswerError.otherTask(file: path, wanted: task)
      }
      let parsed = try format.read(
        bytes,
        DataFormat.ReadingRequest(
          file: path, strict: true, reading: reading, tagNames: settings.tags))
      try add(parsed)
      if task == .re { addPairs(of: parsed.posts) }
      isGrouped = task == .re
    }
    if task == .ner ? posts.isEmpty : pairs.isEmpty {
      throw task == .re && !posts.isEmpty
        ? AnswerError.otherTask(file: path, wanted: .re) : AnswerError.empty(file: path)
    }
  }

  private mutating func add(_ parsed: ParsedFile) throws {
    scheme = parsed.scheme
    for finding in parsed.findings {
      guard case .tag(let tag, let kind) = finding.problem else { continue }
      if kind == .unreadable { noteUnreadable(line: finding.location.line) }
      if kind == .unknownPrefix, case .foreign = scheme.tag(tag) {
        throw notATag(tag, line: finding.location.line)
      }
    }
    posts = parsed.posts.map { post in
      Post(
        line: post.line, name: post.imageID ?? post.id, tokens: post.tokens.map(\.text),
        count: post.tokens.count, mentions: post.mentions, tokenOffset: parsed.wordOffset)
    }
  }

  private func notATag(_ text: String, line: Int) -> AnswerError {
    .notALabel(
      file: path, line: line, text: text,
      wanted: "a tag; write O, B-TYPE or I-TYPE, or another of IO, BIOES, BILOU and BMES")
  }

  private mutating func noteUnreadable(line: Int) {
    unreadable = ((unreadable?.count ?? 0) + 1, unreadable?.firstLine ?? line)
  }

  private mutating func addPairs(of parsed: [ParsedPost]) {
    for (i, post) in parsed.enumerated() {
      for relation in post.relations {
        pairs.append(
          Pair(
            line: post.line, post: i,
            ends: .init(head: relation.head, tail: relation.tail), label: relation.label))
      }
    }
  }

  /// MNRE's lines; posts gather those with the same words and picture.
  private mutating func addPairs(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    var places: [MNREText.Line.Group: Int] = [:]
    var collector = FindingCollector(file: path, strict: true)
    try MNREText.walk(bytes) {
      try collector.add($0, line: $1)
    } _: { line, pair, number, _ in
      let place = places[line.group] ?? posts.count
      if place == posts.count {
        places[line.group] = place
        posts.append(
          Post(
            line: number, name: MNREText.stem(of: line.image),
            tokens: line.tokens, count: line.tokens.count, mentions: [], tokenOffset: nil))
      }
      pairs.append(
        Pair(
          line: number, post: place, ends: .init(head: pair.head, tail: pair.tail),
          label: pair.label))
    }
  }

  /// One tag a line, perhaps after other columns; blank lines between posts.
  private mutating func addTags(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    var read: [(line: Int, word: String?, tag: String)?] = []
    var tally = TaggingScheme.Tally()
    var outsides = 0
    var number = 0
    try forEachLine(bytes) { content, _ in
      number += 1
      let range = trim(bytes, content.prefix(Bounds.line))
      if range.isEmpty || MNERLine.isDocumentStart(bytes, range) {
        tally.addOutside()
        return read.append(nil)
      }
      let fields = ColumnLayout.fields(bytes, range)
      let tag = text(bytes, fields.last ?? range).text
      guard BIO.Tag(tag) != .unreadable || TaggingScheme.io.tag(tag) != .unreadable else {
        throw notATag(text(bytes, range).text, line: number)
      }
      if tag == "O" { outsides += 1 }
      tally.add(tag)
      read.append(
        (number, fields.count > 1 ? fields.first.map { text(bytes, $0).text } : nil, tag))
    }
    scheme = tally.scheme
    var all: [BIO.Tag] = []
    for post in read.split(whereSeparator: { $0 == nil }) {
      let lines = post.compactMap(\.self)
      let tags = lines.map { scheme.tag($0.tag) }
      // A file of nothing but names holds other labels than tags.
      if let wrong = zip(lines, tags).first(where: { line, tag in
        if case .foreign = tag { return true }
        return tag == .unreadable || (scheme == .io && outsides == 0)
      }) {
        throw notATag(wrong.0.tag, line: wrong.0.line)
      }
      let words = lines.compactMap(\.word)
      posts.append(
        Post(
          line: lines.first?.line ?? 1, name: nil,
          tokens: words.count == tags.count ? words : nil, count: tags.count,
          mentions: BIO.mentions(of: tags, reading: reading, scheme: scheme).mentions,
          tokenOffset: 0))
      all += tags
    }
    if posts.count == 1, posts[0].tokens == nil { flatTags = all }
  }

  /// One relation a line.
  private mutating func addLabels(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    var number = 0
    try forEachLine(bytes) { content, _ in
      number += 1
      let range = trim(bytes, content)
      if range.isEmpty { return }
      let (label, valid) = text(bytes, range.prefix(Bounds.id + 1))
      guard valid, label.utf8.count <= Bounds.id, !label.contains("\t"), BIO.Tag(label).isNoTag
      else {
        throw AnswerError.notALabel(
          file: path, line: number, text: label,
          wanted: "a relation; write one a line, such as None or /per/org/member_of")
      }
      pairs.append(Pair(line: number, post: nil, ends: nil, label: label))
    }
  }
}

extension BIO.Tag {
  /// Whether a text is surely no tag: `O` and `B-PER` among relations mean the wrong file.
  fileprivate var isNoTag: Bool {
    switch self {
    case .outside, .begin, .inside, .end, .single: false
    case .foreign, .unreadable: true
    }
  }
}
