import Corpora
import Extractors
import Files
import Foundation
import Inspection
import Routing
import Tensors

/// A split of a dataset with the labels that models give it in place of its own.
package struct DatasetPredictions: Sendable {
  /// Who answers.
  package enum Answerer: Sendable, Hashable {
    /// The expert that the router chooses for each post.
    case router
    /// The text expert, whatever the router says.
    case text
    /// The multimodal expert, whatever the router says.
    case multimodal
    /// The expert of a name.
    case expert(String)
  }

  /// What was answered: mentions, or the labels of the posts' pairs.
  package let task: ExpertTask
  /// The posts of the split with the answers as their labels, in order.
  package let posts: [Post]
  /// What was found out about each of them.
  package let judgements: [Roster.Judgement]
  /// What must stand beside every number made with the answers; nil when nothing.
  package let mark: String?
  /// How many of them an expert answered that looks at the picture.
  package let byMultimodal: Int
  /// Pairs that were answered although head or tail lies behind the encoder's last position.
  package let cutOff: Int

  /// Asks the experts about a split.
  ///
  /// - Parameters:
  ///   - task: what is asked for; a router for something else is not used.
  ///   - progress: called with the share that is done, 0 … 1, from any thread.
  /// - Throws: `JudgingError` when a model or the split is missing; what the experts throw.
  package init(
    _ dataset: Dataset, split: Split, models: Roster, task: ExpertTask, by answerer: Answerer,
    progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) throws {
    let posts = dataset.posts(in: split)
    guard !posts.isEmpty else {
      throw StudyError.emptySplit(split.rawValue, Set(dataset.posts.map(\.split.rawValue)).sorted())
    }
    try models.checkBoxes(posts, split: split)
    let asked: Roster.Answerer
    switch answerer {
    case .router: asked = .router
    case .expert(let name): asked = .expert(name)
    case .text, .multimodal:
      let route = answerer == .text ? Route.text : .multimodal
      let pair = models.pair(task)
      guard let expert = route == .text ? pair.text : pair.multimodal else {
        throw JudgingError.noExpert(models.folder, task, route, models.notices)
      }
      asked = .expert(expert.name)
    }
    let judgements =
      try models.judge(
        posts.map { models.see($0, of: dataset) }, task, by: asked, Asking(confidences: true)
      ) { done in
        progress(Double(done) / Double(posts.count))
        return true
      } ?? []
    self.task = task
    self.judgements = judgements
    self.posts = zip(posts, judgements).map { $1.answer.map($0.answered) ?? $0 }
    let used = Set(judgements.compactMap(\.chosen))
    let asking = models.experts.filter { used.contains($0.name) }
    mark = asking.reversed().compactMap(models.mark).first
    // What the multimodal part is played by need not look at pictures itself: a file of answers.
    let part = answerer == .router || answerer == .multimodal ? models.pair(task).multimodal : nil
    let seeing = Set((asking.filter(\.seesPicture) + [part].compactMap(\.self)).map(\.name))
    byMultimodal = judgements.count { $0.chosen.map(seeing.contains) ?? false }
    cutOff = judgements.reduce(0) { sum, judgement in
      sum + (judgement.answer?.relations?.count { !$0.cutOff.isEmpty } ?? 0)
    }
  }
}

extension Post {
  /// The post with an answer as its labels.
  fileprivate func answered(_ labels: Labels) -> Post {
    var result = self
    switch labels {
    case .mentions(let mentions, _): result.mentions = mentions
    case .relations(let answers):
      result.relations = zip(relations, answers).map {
        RelationMention(head: $0.head, tail: $0.tail, label: $1.label)
      }
    }
    return result
  }
}

/// One line of `predictions.jsonl`: who answered a post, how it was routed, and how sure the answer
/// is.
struct PredictionLine: Encodable {
  let post: String
  let tokens: [String]
  let split: String
  let expert: String?
  /// Fingerprint of the expert's weights.
  let weights: String?
  /// What the expert computed in; nil for float32.
  let precision: Precision?
  let route: String?
  let p: Float?
  let mentions: [Mention]?
  let pairs: [Pair]?

  struct Mention: Encodable {
    let start: Int
    let end: Int
    let type: String
    let confidence: Float?
  }

  struct Pair: Encodable {
    let head: [Int]
    let tail: [Int]
    let label: String
    let confidence: Float?
  }

  init(
    _ post: Post, _ judgement: Roster.Judgement, fingerprints: [String: String],
    precision: Precision
  ) {
    self.post = post.id
    tokens = post.tokens.map(\.text)
    split = post.split.rawValue
    expert = judgement.chosen
    weights = judgement.chosen.flatMap { fingerprints[$0] }
    self.precision = precision == .float32 ? nil : precision
    route = judgement.decision?.route.rawValue
    p = judgement.decision?.scores?.probability
    switch judgement.answer {
    case .mentions(let found, let confidences):
      mentions = found.enumerated().map { i, mention in
        Mention(
          start: mention.range.lowerBound, end: mention.range.upperBound,
          type: mention.type.rawValue, confidence: confidences.flatMap { $0[i] })
      }
      pairs = nil
    case .relations(let found):
      mentions = nil
      pairs = found.map {
        Pair(
          head: [$0.head.lowerBound, $0.head.upperBound],
          tail: [$0.tail.lowerBound, $0.tail.upperBound], label: $0.label,
          confidence: $0.confidence)
      }
    case nil: (mentions, pairs) = (nil, nil)
    }
  }
}

extension DatasetPredictions {
  /// Writes `predictions.jsonl`, a line per post.
  ///
  /// - Throws: `DurableFileError`.
  package static func write(
    _ all: [DatasetPredictions], models: Roster, into folder: String
  ) throws {
    var fingerprints: [String: String] = [:]
    for expert in models.experts {
      fingerprints[expert.name] = ModelFolder.fingerprint(of: models.folder + "/" + expert.name)
    }
    var data = Data()
    for predictions in all {
      for (post, judgement) in zip(predictions.posts, predictions.judgements) {
        let line = PredictionLine(
          post, judgement, fingerprints: fingerprints, precision: models.precision)
        data += try StableJSON.encode(line) + Data("\n".utf8)
      }
    }
    try DurableFile.write(data, to: folder + "/predictions.jsonl")
  }
}
