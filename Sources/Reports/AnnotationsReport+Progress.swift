import Annotations
import Foundation
import Workbench

extension AnnotationsReport {
  /// Pace, what is done and left, and when it will be done, as `:stats` in the workbench shows it.
  /// - Parameters:
  ///   - now: milliseconds since 1970.
  ///   - timeZone: where days begin.
  package func stats(now: Int64 = Step.now(), timeZone: TimeZone = .current) -> String {
    ([ProgressText(progress(now, timeZone)).text] + findings.map { "note: \($0)" })
      .joined(separator: "\n")
  }

  /// The same as JSON, with the seconds of each post that somebody worked on.
  package func statsJSON(now: Int64 = Step.now(), timeZone: TimeZone = .current) -> String {
    let progress = progress(now, timeZone)
    let estimate = progress.estimate.map {
      JSONText.object([
        ("like", .string($0.like)), ("postsPerDay", .int($0.perDay)), ("date", .string($0.date)),
      ])
    }
    let seconds = history.secondsPerPost().sorted { $0.key < $1.key }
    return JSONText.object([
      ("posts", .int(progress.posts)), ("accepted", .int(progress.accepted)),
      ("rejected", .int(progress.rejected)), ("left", .int(progress.left)),
      ("secondsPerPost", number(progress.pace)), ("secondsPerPostOf", .int(progress.paceOf)),
      ("secondsLeft", number(progress.secondsLeft)), ("done", estimate ?? .null),
      ("today", .string(progress.today)), ("timeZone", .string(timeZone.identifier)),
      ("days", .list(progress.days.map(json))),
      (
        "annotators",
        .list(
          progress.people.map { person in
            .object([
              ("name", .string(person.name)), ("accepted", .int(person.accepted)),
              ("steps", .int(person.steps)), ("seconds", .double(person.seconds)),
              ("secondsPerPost", number(person.pace)), ("days", .list(person.days.map(json))),
            ])
          })
      ),
      ("seconds", .object(seconds.map { ($0.key, .double($0.value)) })),
      ("notes", .strings(findings.map(\.description))),
    ]).text()
  }

  private func progress(_ now: Int64, _ timeZone: TimeZone) -> AnnotationProgress {
    AnnotationProgress(history, posts: dataset.posts.map(\.id), now: now, timeZone: timeZone)
  }

  private func json(_ day: AnnotationProgress.Day) -> JSONText {
    .object([
      ("date", .string(day.date)), ("accepted", .int(day.accepted)),
      ("seconds", .double(day.seconds)), ("secondsPerPost", number(day.median)),
    ])
  }

  private func number(_ value: Double?) -> JSONText { value.map(JSONText.double) ?? .null }
}
