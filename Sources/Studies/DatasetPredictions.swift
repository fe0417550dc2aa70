import Corpora
import Extractors
import Files
import Foundation
import Inspection
import Routing
import Synchronization
import Tensors

/// A split of a dataset with the labels that models give it in place of its own.
package struct DatasetPredictions: Sendable {
  /// What was answered: mentions, or the labels of the posts' pairs.
  package let task: ExpertTask
  /// The posts of the split with the answers as their labels, in order.
  package let posts: [Post]
  /// What was found out about each of them.
  package let judgements: [Roster.Judgement]
  /// Why the picture of each could not be looked at; nil where it could.
  let notices: [String?]
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
    _ dataset: Dataset, split: Split, models: Roster, task: ExpertTask,
    by asked: Roster.Asked,
    progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) throws {
    let posts = dataset.posts(in: split)
    guard !posts.isEmpty else {
      throw StudyError.emptySplit(split.rawValue, Set(dataset.posts.map(\.split.rawValue)).sorted())
    }
    try models.checkBoxes(posts, split: split)
    let answerer = try models.answerer(asked, for: task)
    _ = try models.judge([], task, by: answerer)
    var (judgements, notices): ([Roster.Judgement], [String?]) = ([], [])
    let places = Mutex(posts.indices.makeIterator())
    try OrderedWindow().run(
      next: { places.withLock { $0.next() }.map { ($0, bytes: 0) } },
      work: { place in
        let post = dataset.seen(posts[place], by: models)
        return Result { (try models.judge(post, task, by: answerer), post.notice) }
      }
    ) { answers in
      for answer in answers {
        let (judgement, notice) = try answer.get()
        judgements.append(judgement)
        notices.append(notice)
      }
      progress(Double(judgements.count) / Double(posts.count))
    }
    self.task = task
    (self.judgements, self.notices) = (judgements, notices)
    self.posts = zip(posts, judgements).map { $1.answer.map($0.answered) ?? $0 }
    let used = Set(judgements.compactMap(\.chosen))
    let asking = models.experts.filter { used.contains($0.name) }
    mark = asking.reversed().compactMap(models.mark).first
    // What the multimodal part is played by need not look at pictures itself: a file of answers.
    let part = asked == .router || asked == .multimodal ? models.pair(task).multimodal : nil
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

extension Dataset {
  /// A post by itself, so that answers for it are the same here and in a stream.
  fileprivate func seen(_ post: Post, by models: Roster) -> LonePost {
    var (file, absence): (String?, PictureFolder.Absence?) = (nil, nil)
    switch image(for: post) {
    case .none: return models.seeAlone(post, file: nil, picture: nil)
    case .file(let path): file = path
    case .missing: absence = .missing
    case .refused: absence = .refused
    }
    let found: Result<String, PictureFolder.Absence> =
      file.map { .success($0) } ?? .failure(absence ?? .missing)
    return models.seeAlone(post, file: file) {
      found.flatMap { path in
        Result { () throws(PictureFolder.Absence) in try PictureFolder.bytes(path) }
      }
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
    let marks = ModelMarks(models)
    var data = Data()
    for predictions in all {
      for (i, post) in predictions.posts.enumerated() {
        var line = AnswerLine(
          post.id, tokens: post.tokens.map(\.text), predictions.judgements[i])
        (line.split, line.notice) = (post.split, predictions.notices[i])
        data += Data((line.text(marks) + "\n").utf8)
      }
    }
    try DurableFile.write(data, to: folder + "/predictions.jsonl")
  }
}
