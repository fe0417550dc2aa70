import Corpora
import Inspection
import Traces
import Workbench

extension LessonFile {
  /// Reads a lesson's file.
  /// - Throws: `SessionError`, `LessonProblems`.
  package static func read(_ path: String) throws -> (lesson: LessonFile, text: String) {
    let text = try Session.text(of: path)
    return (try LessonFile(text, file: path), text)
  }

  /// Compares all that the lesson names with the dataset and, where it names experts or their
  /// signals, with the models.
  /// - Throws: `LessonProblems` with everything that is not there, and what opening throws.
  package func check(_ options: SessionOptions, shared: SharedFiles = SharedFiles()) throws {
    let dataset = try Dataset.open(try Session.path(options, shared))
    let lesson = try fitting(dataset)
    guard lesson.asksModels else { return }
    let choice = ModelFolderChoice(options: options, dataset: dataset, shared: shared)
    let models = try ModelOpening(folder: choice.folder, options, store: nil).open(for: dataset)
    var known: [Post.ID: [Shown]] = [:]
    let problems = lesson.problems { id in
      guard let post = id.flatMap(dataset.post) ?? dataset.posts.first else { return [] }
      if let found = known[post.id] { return found }
      let found = models.shown(of: post, in: dataset)
      known[post.id] = found
      return found
    }
    guard problems.isEmpty else { throw LessonProblems(problems) }
  }
}

extension Roster {
  /// What every expert shows of a post, and the reasons of its route.
  fileprivate func shown(of post: Post, in dataset: Dataset) -> [LessonFile.Shown] {
    let seen = see(post, of: dataset)
    let analysis = analyse(seen)
    var shown: [LessonFile.Shown] = analysis.mentionAnswers.map {
      ($0.expert, $0.mentions?.trace.signals ?? [])
    }
    for answer in analysis.relationAnswers {
      let pairs = post.relations.compactMap { answer.relations?[$0.head, $0.tail] }
      shown.append((answer.expert, pairs.flatMap(\.trace.signals)))
    }
    if let reasons = explainRoute(seen, analysis) {
      shown.append((LessonFile.router, reasons.trace.signals))
    }
    return shown
  }
}
