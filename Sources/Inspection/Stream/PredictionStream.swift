import Corpora
import Extractors
import Foundation
import Synchronization
import Tensors

/// Answers to records that come one after the other: what `twinlens predict -` does between its
/// source and its sink.
///
/// There is exactly one line for each record, in the order of the records. A record that is wrong,
/// or that a model fails on, has a line that says so, and the stream goes on. Each post is asked
/// about by itself, over all cores: a line depends on its record and the models alone.
package struct PredictionStream: Sendable {
  /// The models.
  let models: Roster
  /// What is asked for.
  let task: ExpertTask
  /// Who answers.
  let answerer: Roster.Answerer
  /// Where pictures are that records name.
  let pictures: PictureFolder
  private let marks: ModelMarks
  /// What is told beside the answer, as an object of JSON on one line; nil: nothing.
  package var signals: (@Sendable (LonePost) -> String)?
  /// What is between source and sink.
  package var window = OrderedWindow()
  /// The number of the source's first record, for what is said of it.
  package var firstLine = 1

  /// Answers by models.
  ///
  /// - Throws: `JudgingError` when somebody is missing who would have to answer.
  package init(
    _ models: Roster, task: ExpertTask, by asked: Roster.Asked, pictures: PictureFolder
  ) throws {
    self.models = models
    self.task = task
    answerer = try models.answerer(asked, for: task)
    self.pictures = pictures
    marks = ModelMarks(models)
    // Nobody is asked about nothing, but who is missing is said before the first record.
    _ = try models.judge([], task, by: answerer)
  }

  /// What came of a stream.
  package struct Summary: Sendable, Hashable {
    /// Records that were passed over at the beginning.
    package var skipped = 0
    /// Lines that were written.
    package var written = 0
    /// How many of them tell of a failure.
    package var failed = 0
    /// The number of the first record that failed.
    package var firstFailed: Int?
    /// The most that was between source and sink.
    package var passed = OrderedWindow.Passed()
  }

  /// A line, and whether it tells of a failure.
  package struct Reply: Sendable, Hashable {
    /// The line without its line feed.
    package let line: String
    /// Whether there is no answer in it.
    package let isFailure: Bool
    /// The record's number.
    package let number: Int
  }

  /// The answer to one record.
  package func reply(to item: StreamItem) -> Reply {
    func failure(_ reason: String, _ id: String?) -> Reply {
      Reply(
        line: AnswerLine.failure(reason, line: item.number, post: id), isFailure: true,
        number: item.number)
    }
    let record: StreamRecord
    switch item.content {
    case .broken(let error): return failure(error.reason, error.id)
    case .sample(let sample):
      do { record = try StreamRecord(sample) } catch { return failure(error.reason, error.id) }
    case .line(let line):
      do { record = try StreamRecord(line) } catch { return failure(error.reason, error.id) }
    }
    do {
      let lone = try see(record)
      let judgement = try models.judge(lone, task, by: answerer)
      guard judgement.answer != nil else {
        return failure("the router could not choose an expert", record.id)
      }
      var answer = AnswerLine(record.id, tokens: record.tokens, judgement)
      answer.signals = signals?(lone)
      answer.notice = lone.notice
      return Reply(line: answer.text(marks), isFailure: false, number: item.number)
    } catch {
      return failure("\(error)", record.id)
    }
  }

  private func see(_ record: StreamRecord) throws -> LonePost {
    let post = record.post(id: "-")
    switch record.picture {
    case .none: return models.seeAlone(post, file: nil, picture: nil)
    case .bytes(let bytes): return models.seeAlone(post, file: nil) { .success(bytes) }
    case .named(let name):
      let place = Result { () throws(PictureFolder.Absence) in try pictures.place(name) }
      return models.seeAlone(post, file: (try? place.get())?.file) { [pictures] in
        place.flatMap { place in
          Result { () throws(PictureFolder.Absence) in try pictures.bytes(at: place) }
        }
      }
    }
  }

  /// Answers until the source ends or somebody stops.
  ///
  /// - Parameters:
  ///   - resume: how many records are passed over, because somebody has their answers.
  ///   - goesOn: asked several times a second; false ends the stream behind a whole line.
  ///   - told: called with the lines that are written so far.
  ///   - write: takes whole lines.
  /// - Throws: what the source throws, behind the lines of the records before; what `write` throws.
  package func run(
    _ source: some RecordSource, resume: Int = 0, goesOn: () -> Bool = { true },
    told: (Summary) -> Void = { _ in }, write: ([UInt8]) throws -> Void
  ) throws -> Summary {
    var source = source
    var summary = Summary()
    summary.skipped = try source.skip(resume)
    let held = Mutex((source: source as any RecordSource, number: firstLine + summary.skipped))
    summary.passed = try window.run(
      next: {
        try held.withLock { held in
          guard let content = try held.source.next() else { return nil }
          defer { held.number += 1 }
          let item = StreamItem(held.number, content)
          return (item, item.bytes)
        }
      },
      work: { reply(to: $0) }, goesOn: goesOn
    ) { replies in
      var lines: [UInt8] = []
      for reply in replies {
        lines += reply.line.utf8
        lines.append(0x0A)
      }
      try write(lines)
      for reply in replies {
        summary.written += 1
        guard reply.isFailure else { continue }
        summary.failed += 1
        if summary.firstFailed == nil { summary.firstFailed = reply.number }
      }
      told(summary)
    }
    return summary
  }
}
