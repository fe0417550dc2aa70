import Corpora
import Files
import Foundation
import Tensors
import Traces

/// Any system's answers, from a file of predictions: an expert that was asked elsewhere.
///
/// The file has the posts of the dataset in any format that a dataset may have, or is the
/// `predictions.jsonl` of `twinlens predict`; a post is found by its id, else by its words and,
/// where the file names pictures, its picture. What the file does not say is absent: confidences,
/// and answers for posts that it does not have.
package struct FileAnswers: Expert {
  /// What it is.
  package let card: ModelCard
  private let path: String
  private let byID: [Post.ID: Entry]
  private let byText: [String: Entry]
  /// Whether the file names pictures; else words alone tell posts apart.
  private let namesPictures: Bool

  private struct Entry: Sendable {
    let words: [String]?
    let mentions: [ScoredMention]?
    let pairs: [RelationAnswer]?
    var signals: [ShownWords] = []
  }

  /// Most bytes of a file.
  private static let most = 256 << 20

  /// Reads a file.
  ///
  /// - Parameter images: as of the dataset; pictures are only names here.
  /// - Throws: `CorporaError`; `ModelFolderError` when the file answers nothing.
  package init(name: String, path: String, encoding: TextEncoding? = nil) throws {
    self.path = path
    guard FileManager.default.fileExists(atPath: path) else {
      throw ModelFolderError(
        folder: path, problem: "is not there", advice: "give a file or folder of answers")
    }
    var (byID, byText): ([Post.ID: Entry], [String: Entry]) = ([:], [:])
    var task = ExpertTask.entities
    var (namesPictures, sum) = (true, "")
    var origin = AnswerOrigin.beside(path)
    // What `twinlens predict` writes has confidences beside the files with the labels.
    let inside = path + "/predictions.jsonl"
    let file = FileManager.default.fileExists(atPath: inside) ? inside : path
    if let (lines, hash) = try Self.predictions(file) {
      sum = hash
      task = lines.contains { $0.pairs != nil } ? .relations : .entities
      if let said = lines.lazy.compactMap(\.precision).first {
        origin = AnswerOrigin(precision: said, mark: origin.mark)
      }
      for (i, line) in lines.enumerated() {
        func refuse(_ problem: String) -> ModelFolderError {
          ModelFolderError(
            folder: "\(file):\(i + 1)", problem: problem,
            advice: "words are counted from 0, and an end lies behind its last word")
        }
        if let problem = line.problem { throw refuse(problem) }
        guard byID[line.post] == nil else { throw refuse("answers for \(line.post) again") }
        byID[line.post] = Entry(
          words: line.tokens, mentions: line.scored, pairs: line.answers,
          signals: line.signals ?? [])
      }
    } else {
      let dataset = try Dataset.open(path, encoding: encoding)
      task =
        2 * dataset.posts.count { !$0.relations.isEmpty } > dataset.posts.count
        ? .relations : .entities
      namesPictures = dataset.posts.contains { $0.imageID != nil }
      sum = dataset.contentHash
      for post in dataset.posts {
        let entry = Entry(
          words: post.tokens.map(\.text),
          mentions: post.mentions.map { ScoredMention($0, confidence: nil) },
          pairs: post.relations.map {
            RelationAnswer(
              head: $0.head, tail: $0.tail, label: $0.label)
          })
        byID[post.id] = entry
        byText[Self.key(post, withPicture: namesPictures)] = entry
      }
    }
    (self.byID, self.byText, self.namesPictures) = (byID, byText, namesPictures)
    let labels: Set<String> = Set(
      byID.values.flatMap { entry in
        task == .entities
          ? entry.mentions?.map(\.mention.type.rawValue) ?? [] : entry.pairs?.map(\.label) ?? []
      })
    guard !byID.isEmpty else {
      throw ModelFolderError(
        folder: path, problem: "has no answers", advice: "give a file of predictions")
    }
    var card = ModelCard(
      name: name, system: Self.system, task: task, sights: [], labels: labels.sorted())
    card.origin = .content(sum)
    let marks = [origin.precision.map { "answers computed in \($0.prefix(40))" }, origin.mark]
    card.mark = marks.compactMap(\.self).first
    self.card = card
  }

  /// What model cards call it.
  package static let system = "answers from a file"

  private static func key(_ post: Post, withPicture: Bool) -> String {
    (withPicture ? post.imageID ?? "" : "") + "\u{1}"
      + post.tokens.map(\.text).joined(separator: "\u{1}")
  }

  /// Nothing is read, so nothing is unknown.
  package func unknownCount(of words: [String]) -> Int { 0 }

  private func entry(_ seen: SeenPost) throws -> Entry {
    let (post, words) = (seen.post, seen.words)
    let found = byID[post.id].flatMap { entry in
      entry.words.map { $0 == words } ?? !seen.hasOtherWords ? entry : nil
    }
    guard let entry = found ?? byText[Self.key(post, withPicture: namesPictures)] else {
      throw OutsideError(
        expert: name,
        reason: byID[post.id] == nil
          ? "\(path) has no answer for the post \(post.id)"
          : "\(path) has other words for the post \(post.id), and cannot be asked again")
    }
    return entry
  }

  /// The file's labels.
  package func labels(of posts: [SeenPost], _ asking: Asking) throws -> [Labels] {
    try posts.map { seen in
      let entry = try entry(seen)
      guard task == .entities else { return .relations(try pairs(entry, seen)) }
      let found = try mentions(entry, seen)
      return .mentions(
        found.map(\.mention), confidences: asking.confidences ? found.map(\.confidence) : nil)
    }
  }

  /// The file's answer for one post, with what the file shows.
  package func answer(_ post: SeenPost, _ taps: Taps) throws -> Answer.Content {
    let entry = try entry(post)
    let trace = try ShownWords.trace(entry.signals, words: post.words.count) {
      OutsideError(expert: name, reason: "\(path) " + $0)
    }
    guard task == .entities else {
      return .relations(
        RelationAnswers(
          expert: name, labels: card.labels,
          answers: try pairs(entry, post).map { $0.replacing(trace: trace) }))
    }
    return .mentions(
      .spelled(try mentions(entry, post), by: name, post.words.count, trace: trace))
  }

  /// - Throws: `OutsideError` when one reaches beyond the post's words.
  private func mentions(_ entry: Entry, _ post: SeenPost) throws -> [ScoredMention] {
    let all = entry.mentions ?? []
    if let odd = all.first(where: { $0.mention.range.upperBound > post.words.count }) {
      throw OutsideError(
        expert: name,
        reason: "\(path) names the words \(odd.mention.range.lowerBound) to "
          + "\(odd.mention.range.upperBound) of \(post.words.count) of the post \(post.post.id)")
    }
    return all
  }

  private func pairs(_ entry: Entry, _ seen: SeenPost) throws -> [RelationAnswer] {
    try seen.pairs.map { pair in
      guard let found = entry.pairs?.first(where: { $0.head == pair.head && $0.tail == pair.tail })
      else {
        throw OutsideError(
          expert: name, reason: "\(path) has no answer for a pair of the post \(seen.post.id)")
      }
      return found
    }
  }

  // MARK: predictions.jsonl

  private struct Line: Decodable {
    struct Mention: Decodable {
      let start, end: Int
      let type: String
      let confidence: Float?
    }
    struct Pair: Decodable {
      let head, tail: [Int]
      let label: String
      let confidence: Float?
    }
    let post: String
    let tokens: [String]?
    let precision: String?
    let mentions: [Mention]?
    let pairs: [Pair]?
    let signals: [ShownWords]?

    /// What cannot be meant; nil when all can.
    var problem: String? {
      var taken: Set<Int> = []
      for mention in mentions ?? [] {
        guard mention.start >= 0, mention.start < mention.end, mention.end <= 1 << 20 else {
          return "has a mention from \(mention.start) to \(mention.end)"
        }
        let words = mention.start..<mention.end
        guard taken.isDisjoint(with: words) else { return "has mentions that overlap" }
        taken.formUnion(words)
        guard !mention.type.isEmpty else { return "has a mention without a type" }
      }
      for pair in pairs ?? [] where Self.range(pair.head) == nil || Self.range(pair.tail) == nil {
        return "has a pair of \(pair.head) and \(pair.tail)"
      }
      let confidences =
        (mentions ?? []).compactMap(\.confidence) + (pairs ?? []).compactMap(\.confidence)
      return confidences.first { !(0...1).contains($0) }.map {
        "has a confidence of \($0), which is not between 0 and 1"
      }
    }

    var scored: [ScoredMention]? {
      mentions?.compactMap {
        guard $0.start >= 0, $0.start < $0.end else { return nil }
        return ScoredMention(
          EntityMention($0.start..<$0.end, EntityType($0.type)), confidence: $0.confidence)
      }
    }

    var answers: [RelationAnswer]? {
      pairs?.compactMap {
        guard let head = Self.range($0.head), let tail = Self.range($0.tail) else { return nil }
        return RelationAnswer(
          head: head, tail: tail, label: $0.label, confidence: $0.confidence)
      }
    }

    private static func range(_ ends: [Int]) -> Range<Int>? {
      ends.count == 2 && ends[0] >= 0 && ends[0] < ends[1] ? ends[0]..<ends[1] : nil
    }
  }

  /// The lines of a `predictions.jsonl` with the file's checksum; nil when the file is something
  /// else.
  private static func predictions(_ path: String) throws -> (lines: [Line], sum: String)? {
    guard path.hasSuffix(".jsonl") else { return nil }
    let data = Data(try FileBytes.read(path, limit: most))
    var lines: [Line] = []
    for (i, line) in data.split(separator: 10).enumerated() where !line.isEmpty {
      guard let found = try? JSONDecoder().decode(Line.self, from: Data(line)) else {
        guard i > 0 else { return nil }
        throw ModelFolderError(
          folder: "\(path):\(i + 1)", problem: "is no line of predictions",
          advice: "give the file as `twinlens predict` wrote it")
      }
      lines.append(found)
    }
    var hash = SHA256()
    hash.update(Array(data))
    return (lines, hash.hexDigest())
  }
}

/// What an answer from outside shows: a number for each word.
struct ShownWords: Decodable {
  let name: String
  let caption: String?
  let values: [Float]

  /// Most that are shown of one answer.
  private static let most = 64

  /// - Throws: what `failure` makes of a signal that does not have a number for each word.
  static func trace(
    _ all: [ShownWords], words: Int, _ failure: (String) -> OutsideError
  ) throws(OutsideError) -> Trace {
    var trace = Trace()
    for shown in all.prefix(most) {
      guard shown.values.count == words else {
        throw failure(
          "shows \(shown.values.count.counted("value")) of \(shown.name.prefix(60)) for \(words.counted("word"))"
        )
      }
      trace.append(
        Signal(
          name: String(shown.name.prefix(100)),
          caption: String((shown.caption ?? shown.name).prefix(200)), kind: .words,
          tensor: Tensor([shown.values.count], shown.values)))
    }
    return trace
  }
}

/// Why somebody who was asked outside gave no answer.
package struct OutsideError: Error, Hashable, CustomStringConvertible {
  let expert: String
  let reason: String

  package var description: String { "\(expert): \(reason)" }
}

extension Prediction {
  /// Mentions without anything that leads to them: tags are spelled from them, and there are no
  /// probabilities of tags.
  static func spelled(
    _ mentions: [ScoredMention], by expert: String, _ words: Int, trace: Trace = Trace()
  ) -> Prediction {
    var labels = ["O"]
    for scored in mentions {
      for tag in ["B-", "I-"].map({ $0 + scored.mention.type.rawValue }) where !labels.contains(tag)
      {
        labels.append(tag)
      }
    }
    let path = BIO.tags(of: mentions.map(\.mention), count: words).map {
      labels.firstIndex(of: $0.text) ?? 0
    }
    return Prediction(
      expert: expert, mentions: mentions, labels: labels, marginals: [], path: path, trace: trace)
  }
}
