import Files
import Records

/// Gold labels and a system's answers, read side by side, a record at a time: JSON Lines of
/// Twinlens, of Hugging Face, or as `predict` writes them. Tags are IOB2, as a stream cannot be
/// read again once another scheme shows.
package struct AnswerStream {
  /// One of the two.
  package struct Side {
    /// What errors call it.
    package let name: String
    private var lines: ByteLines
    private let tagNames: [String]
    /// Lines that were read.
    fileprivate var number = 0
    fileprivate var origins: [AnswerOrigin] = []
    /// The hash of the picture that the last post had inside its record; nil where it had none.
    package private(set) var embeddedPicture: UInt64?

    /// Records of a stream.
    ///
    /// - Parameter tagNames: the tags that numbers stand for.
    package init(_ stream: ByteStream, name: String, tagNames: [String] = []) {
      self.name = name
      self.tagNames = tagNames
      // Records may have their pictures inside them.
      lines = ByteLines(stream, longest: StreamRecord.Most.line)
    }

    /// Records of a file, whose numbers in place of tags `dataset.toml` beside it explains.
    package init(_ stream: ByteStream, file path: String) {
      self.init(stream, name: path, tagNames: DatasetSettings.beside(path).tags)
    }

    /// The next post with its labels, empty lines passed over; nil at the end.
    ///
    /// - Throws: `CorporaError` with the line; the next call goes on behind it.
    package mutating func nextPost() throws -> Post? {
      while let found = try next(.lenient) {
        guard case .post(let post) = found else { continue }
        return Post(
          id: post.id ?? "line \(number)", tokens: post.tokens, imageID: post.imageID,
          mentions: post.mentions, relations: post.relations, split: .all,
          source: SourceLocation(file: name, line: number))
      }
      return nil
    }

    /// What a line holds.
    fileprivate enum Found {
      case post(ParsedPost)
      case blank
      /// An error in place of an answer.
      case failure
    }

    /// Takes down what a line says of itself.
    private mutating func noteOrigin(_ bytes: UnsafeBufferPointer<UInt8>) {
      var scanner = JSONScanner(bytes, in: 0..<bytes.count)
      var precision: String?
      try? scanner.object { key, scanner in
        if key == "precision" { precision = try scanner.string() } else { try scanner.skip() }
      }
      let origin = AnswerOrigin(precision: precision.map { String($0.prefix(40)) })
      guard precision != nil, origins.count < 4, !origins.contains(origin) else { return }
      origins.append(origin)
    }

    fileprivate mutating func next(_ reading: BIO.Reading) throws -> Found? {
      guard let line = try lines.next() else { return nil }
      number += 1
      var findings = FindingCollector(file: name, strict: true)
      guard case .bytes(let bytes) = line else {
        try findings.add(.lineTooLong(bytes: StreamRecord.Most.line + 1), line: number)
        return .failure
      }
      return try bytes.withUnsafeBufferPointer { bytes in
        guard !trim(bytes, 0..<bytes.count).isEmpty else { return .blank }
        let keys = JSONScanner.keys(bytes, in: 0..<bytes.count)
        if keys.contains("error"), !keys.contains("tokens") { return .failure }
        if keys.contains("precision") { noteOrigin(bytes) }
        var line = JSONLines.Line()
        var tokens = TokenBuilder()
        do {
          try line.read(
            bytes, 0..<bytes.count, into: &tokens, tagNames: tagNames, isAnswer: true)
        } catch let failure as JSONScanner.Failure {
          try findings.add(.syntax(column: failure.offset + 1, failure.reason), line: number)
        }
        embeddedPicture = line.embedded
        var post = try JSONLines.post(line, number, reading, .iob2, &findings)
        post.tokens = tokens.alone()
        return .post(post)
      }
    }
  }

  /// How the answers came about, where that is not the usual way.
  package var origins: [AnswerOrigin] { predicted.origins }

  private var gold: Side
  private var predicted: Side
  private let task: ScoredTask
  private let reading: BIO.Reading
  /// Records that have an error in place of an answer, and the line of the first.
  package private(set) var failures: (count: Int, firstLine: Int)?

  /// Posts that both sides have.
  private var posts = 0

  /// Two sides.
  package init(gold: Side, predicted: Side, task: ScoredTask, reading: BIO.Reading) {
    (self.gold, self.predicted, self.task, self.reading) = (gold, predicted, task, reading)
  }

  /// The next post with both answers; nil at the end of both. A record with an error in place of
  /// its answer is answered with nothing.
  ///
  /// - Throws: `CorporaError` with file and line, `AnswerError` where the two differ, or hold no
  ///   post.
  package mutating func next() throws -> MatchedAnswers.Post? {
    while true {
      let (right, answer) = (try gold.next(reading), try predicted.next(reading))
      let (here, there) = ("\(predicted.name):\(predicted.number)", "\(gold.name):\(gold.number)")
      switch (right, answer) {
      case (nil, nil):
        guard posts > 0 else { throw AnswerError.empty(file: gold.name) }
        return nil
      case (nil, _?):
        throw AnswerError.short(
          file: gold.name, after: gold.number.counted("record"), there: here)
      case (_?, nil):
        throw AnswerError.short(
          file: predicted.name, after: predicted.number.counted("record"), there: there)
      case (.blank, .blank), (.blank, .failure), (.failure, .failure): continue
      case (.failure, _):
        throw AnswerError.mismatch(
          here: there, what: "an error in place of labels", there: here, instead: "an answer")
      case (.blank, _), (_, .blank):
        throw AnswerError.mismatch(
          here: here, what: "a record", there: there, instead: "an empty line, or the other way")
      case (.post(let right), .failure):
        failures = ((failures?.count ?? 0) + 1, failures?.firstLine ?? predicted.number)
        posts += 1
        return matched(right, nil)
      case (.post(let right), .post(let answer)):
        try check(answer, like: right, here, there)
        posts += 1
        return matched(right, answer)
      }
    }
  }

  private func matched(_ right: ParsedPost, _ answer: ParsedPost?) -> MatchedAnswers.Post {
    switch task {
    case .ner:
      return MatchedAnswers.Post(gold: right.mentions, predicted: answer?.mentions ?? [])
    case .re:
      let answers = answer?.relations ?? []
      return MatchedAnswers.Post(
        relations: right.relations.enumerated().map { i, pair in
          (pair.label, answers.indices.contains(i) ? answers[i].label : RelationInventory.none)
        })
    }
  }

  private func check(
    _ answer: ParsedPost, like right: ParsedPost, _ here: String, _ there: String
  ) throws {
    let (words, wanted) = (answer.tokens.map(\.text), right.tokens.map(\.text))
    if words != wanted {
      let at = zip(words, wanted).prefix { $0 == $1 }.count
      throw AnswerError.mismatch(
        here: here, what: "word \(at + 1) is `\(words.dropFirst(at).first ?? "")`", there: there,
        instead: "`\(wanted.dropFirst(at).first ?? "")`")
    }
    guard task == .re else { return }
    let (pairs, others) = (answer.relations, right.relations)
    guard pairs.map(\.head) == others.map(\.head), pairs.map(\.tail) == others.map(\.tail) else {
      throw AnswerError.mismatch(
        here: here, what: pairs.count.counted("pair"), there: there,
        instead: "\(others.count), or pairs of other words")
    }
  }
}
