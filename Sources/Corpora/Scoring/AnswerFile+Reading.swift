import Foundation

extension AnswerFile {
  /// Reads the labels of a file; what cannot be read is an error, since leaving it out would change
  /// the score.
  /// - Throws: `CorporaError` with file and line, `AnswerError`.
  public init(path: String, task: ScoredTask, reading: BIO.Reading = .lenient) throws {
    let bytes = try FileBytes.read(path)
    self.path = path
    self.reading = reading
    try bytes.withUnsafeBufferPointer { bytes in
      switch (DataFormat.guess(bytes), task) {
      case (.format(.mner), .ner):
        add(
          try MNERText.read(bytes, file: path, strict: true, reading: reading), offset: 1)
      case (.format(.jsonLines), _):
        let parsed = try JSONLines.read(bytes, file: path, strict: true, reading: reading)
        add(parsed, offset: nil)
        if task == .re { addPairs(of: parsed.posts) }
        isGrouped = task == .re
      case (.format(.mnre), .re): try addPairs(bytes)
      case (.format(.mner), .re), (.format(.mnre), .ner):
        throw AnswerError.otherTask(file: path, wanted: task)
      case (_, .ner): try addTags(bytes)
      case (_, .re): try addLabels(bytes)
      }
    }
    if task == .ner ? posts.isEmpty : pairs.isEmpty {
      throw task == .re && !posts.isEmpty
        ? AnswerError.otherTask(file: path, wanted: .re) : AnswerError.empty(file: path)
    }
  }

  private mutating func add(_ parsed: ParsedFile, offset: Int?) {
    for finding in parsed.findings {
      switch finding.problem {
      case .tag(_, .unreadable): noteUnreadable(line: finding.location.line)
      default: break
      }
    }
    posts = parsed.posts.map { post in
      Post(
        line: post.line, name: post.imageID ?? post.id, tokens: post.tokens.map(\.text),
        count: post.tokens.count, mentions: post.mentions, tokenOffset: offset)
    }
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

  /// One tag a line, perhaps behind a word and a tab; blank lines between posts.
  private mutating func addTags(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    var tags: [BIO.Tag] = []
    var words: [String] = []
    var lines: [Int] = []
    var all: [BIO.Tag] = []
    var number = 0
    func close() {
      guard let first = lines.first else { return }
      posts.append(
        Post(
          line: first, name: nil, tokens: words.count == tags.count ? words : nil,
          count: tags.count, mentions: BIO.mentions(of: tags, reading: reading).mentions,
          tokenOffset: 0))
      tags.removeAll(keepingCapacity: true)
      words.removeAll(keepingCapacity: true)
      lines.removeAll(keepingCapacity: true)
    }
    try forEachLine(bytes) { content, _ in
      number += 1
      let range = trim(bytes, content)
      if range.isEmpty { return close() }
      let (line, _) = text(bytes, content.prefix(Bounds.line))
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      let spelled = (fields.last ?? "").trimmingCharacters(in: .whitespaces)
      let tag = BIO.Tag(spelled)
      if tag == .unreadable {
        throw AnswerError.notALabel(
          file: path, line: number, text: line, wanted: "a tag; write O, B-TYPE or I-TYPE")
      }
      if fields.count > 1 { words.append(String(fields[0])) }
      tags.append(tag)
      all.append(tag)
      lines.append(number)
    }
    close()
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
    case .outside, .begin, .inside: false
    case .foreign, .unreadable: true
    }
  }
}
