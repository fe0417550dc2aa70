import Annotations
import Files
import Foundation

/// What `annotations verify` and `annotations repair` print.
package enum StoreReport {
  /// What was found out about a store, for people.
  package static func text(_ found: StoreVerification) -> String {
    var lines = [found.isSound ? "\(found.path): sound" : "\(found.path): damaged"]
    let people = found.annotators.map { "\($0.name) \($0.steps)" }.joined(separator: ", ")
    lines.append(
      "\(found.steps.counted("step"))"
        + (people.isEmpty ? "" : " (\(people))")
        + (found.last > Int64(found.steps) ? ", the last is number \(found.last)" : ""))
    if let log = found.log {
      lines.append(
        "log: \(log.frames.counted("page")) of \(log.commits.counted("edit")) not yet in the file")
    }
    for backup in found.backups {
      lines.append(
        "backup \(FilePath.name(of: backup.path)): "
          + (backup.problem ?? backup.steps.counted("step")))
    }
    for problem in found.problems {
      lines.append("")
      lines.append(
        [place(problem), problem.post.map { "post \($0)" }, problem.what]
          .compactMap(\.self).joined(separator: ": "))
      lines.append("  lost: \(problem.lost)")
      lines.append("  do: \(problem.remedy)")
    }
    lines += found.remarks.map { "note: \($0)" }
    return lines.map(visible).joined(separator: "\n")
  }

  /// The same for programs.
  package static func json(_ found: StoreVerification) -> String {
    JSONText.object([
      ("store", .string(found.path)), ("sound", .bool(found.isSound)),
      ("readable", .bool(found.isReadable)), ("steps", .int(found.steps)),
      ("last", .int(Int(found.last))),
      ("annotators", .object(found.annotators.map { ($0.name, .int($0.steps)) })),
      (
        "problems",
        .list(
          found.problems.map { problem in
            .object([
              ("kind", .string(problem.kind.rawValue)),
              ("first", number(problem.steps?.lowerBound)),
              ("last", number(problem.steps?.upperBound)),
              ("post", problem.post.map(JSONText.string) ?? .null),
              ("what", .string(problem.what)), ("lost", .string(problem.lost)),
              ("do", .string(problem.remedy)),
            ])
          })
      ),
      (
        "log",
        found.log.map { log in
          .object([
            ("bytes", .int(log.bytes)), ("frames", .int(log.frames)),
            ("commits", .int(log.commits)), ("ignored", .int(log.ignored)),
          ])
        } ?? .null
      ),
      (
        "backups",
        .list(
          found.backups.map { backup in
            .object([
              ("path", .string(backup.path)), ("steps", .int(backup.steps)),
              ("last", .int(Int(backup.last))), ("same", .bool(backup.isOfThisHistory)),
              ("problem", backup.problem.map(JSONText.string) ?? .null),
            ])
          })
      ),
      ("notes", .strings(found.remarks)),
    ]).text()
  }

  /// What a repair took and what it could not, for people.
  package static func text(_ repair: StoreRepair) -> String {
    var lines = ["\(repair.output): \(repair.steps.counted("step"))"]
    lines += repair.sources.map {
      "  \($0.steps.counted("step")) from \($0.path), \($0.what)"
    }
    lines += repair.losses.map { loss in
      "missing: \(range(loss.steps))"
        + (loss.post.map { " (post \($0), by what is left of it)" } ?? "")
    }
    if repair.losses.isEmpty {
      lines.append("nothing is missing")
    } else {
      lines.append(
        "check the posts that were edited around these; the numbers stay free, so the new store names them too"
      )
    }
    lines += repair.remarks.map { "note: \($0)" }
    lines.append("go on with --store '\(repair.output)', or put it in the old one's place")
    return lines.map(visible).joined(separator: "\n")
  }

  /// The same for programs.
  package static func json(_ repair: StoreRepair) -> String {
    JSONText.object([
      ("store", .string(repair.output)), ("steps", .int(repair.steps)),
      (
        "sources",
        .list(
          repair.sources.map {
            .object([
              ("path", .string($0.path)), ("how", .string($0.what)), ("steps", .int($0.steps)),
            ])
          })
      ),
      (
        "missing",
        .list(
          repair.losses.map { loss in
            .object([
              ("first", number(loss.steps.lowerBound)), ("last", number(loss.steps.upperBound)),
              ("post", loss.post.map(JSONText.string) ?? .null),
            ])
          })
      ),
      ("notes", .strings(repair.remarks)),
    ]).text()
  }

  private static func place(_ problem: StoreVerification.Problem) -> String {
    problem.steps.map(range) ?? "the file"
  }

  private static func range(_ steps: ClosedRange<Int64>) -> String {
    steps.count == 1
      ? "step \(steps.lowerBound)" : "steps \(steps.lowerBound) to \(steps.upperBound)"
  }

  private static func number(_ number: Int64?) -> JSONText {
    number.map { JSONText.int(Int($0)) } ?? .null
  }

  /// Names in a store may come from anywhere.
  private static func visible(_ line: String) -> String {
    String(
      String.UnicodeScalarView(
        line.unicodeScalars.filter {
          ![.control, .format, .lineSeparator, .paragraphSeparator]
            .contains($0.properties.generalCategory)
        }))
  }
}
