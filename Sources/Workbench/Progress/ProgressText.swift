import Annotations
import Corpora
import Screen

/// The progress of a dataset as `:stats` and `twinlens annotations stats` show it.
package struct ProgressText: Sendable {
  private let progress: AnnotationProgress
  private let glyphs: Glyphs

  /// - Parameter glyphs: what bars are drawn with.
  package init(_ progress: AnnotationProgress, glyphs: Glyphs = .unicode) {
    self.progress = progress
    self.glyphs = glyphs
  }

  /// What is done and left, with the words for how that is known.
  package var summary: [String] {
    let p = progress
    var lines = [
      "\(number(p.posts)) \(p.posts == 1 ? "post" : "posts"): \(number(p.accepted)) accepted, "
        + (p.rejected > 0 ? "\(number(p.rejected)) rejected, " : "") + "\(number(p.left)) left"
    ]
    if let pace = p.pace {
      lines.append(
        "pace: \(duration(pace)) a post, the median of the latest \(p.paceOf) accepted; pauses over "
          + "ten minutes are left out")
    }
    if let seconds = p.secondsLeft, p.left > 0 {
      lines.append("work left: \(duration(seconds)) at that pace")
    }
    if let estimate = p.estimate {
      let like = estimate.like == p.today ? "today so far" : estimate.like
      lines.append(
        "done on \(estimate.date), if every day is like \(like): \(posts(estimate.perDay)) accepted"
      )
    }
    if let today = p.todaysWork {
      lines.append(
        "today: \(posts(today.accepted)) accepted in \(duration(today.seconds)) of work"
          + (today.median.map { ", \(duration($0)) a post" } ?? ""))
    }
    return lines
  }

  /// A row for each day with a bar of its accepted posts, under a heading.
  package var days: [String] {
    guard !progress.days.isEmpty else { return [] }
    let most = progress.days.map(\.accepted).max() ?? 0
    return ["day         accepted  " + cell("", Self.bar) + "  " + right("worked", 7) + "  a post"]
      + progress.days.map { day in
        cell(day.date, 10) + "  " + right(number(day.accepted), 8) + "  "
          + cell(bar(day.accepted, of: most), Self.bar) + "  " + right(duration(day.seconds), 7)
          + "  " + (day.median.map(duration) ?? "")
      }
  }

  /// A row for each person, under a heading.
  package var people: [String] {
    guard !progress.people.isEmpty else { return [] }
    let names = progress.people.map { TextWidth.columns(of: safe($0.name)) }
    let width = min(30, max(9, names.max() ?? 0))
    return [cell("annotator", width) + "  accepted    steps   worked  a post"]
      + progress.people.map { person in
        cell(safe(person.name), width) + "  " + right(number(person.accepted), 8) + "  "
          + right(number(person.steps), 7) + "  " + right(duration(person.seconds), 7) + "  "
          + (person.pace.map(duration) ?? "")
      }
  }

  /// All of it, for a terminal without a workbench.
  package var text: String {
    [summary, days, people].filter { !$0.isEmpty }.map { $0.map(trimmed).joined(separator: "\n") }
      .joined(separator: "\n\n")
  }

  /// Columns of the longest bar.
  private static let bar = 24

  private func bar(_ value: Int, of most: Int) -> String {
    let steps = glyphs.horizontalEighths.count - 1
    guard most > 0, steps > 0, let full = glyphs.horizontalEighths.last else { return "" }
    // A day with a single post shows something.
    let parts = max(
      value > 0 ? 1 : 0, Int((Double(value * Self.bar * steps) / Double(most)).rounded()))
    return String(repeating: full, count: parts / steps)
      + (parts % steps == 0 ? "" : glyphs.horizontalEighths[parts % steps])
  }

  private func posts(_ count: Int) -> String { count == 1 ? "1 post" : "\(number(count)) posts" }
  private func number(_ value: Int) -> String { RegionVerdict.grouped(value) }
  private func duration(_ seconds: Double) -> String { Digits.duration(seconds) }
  private func safe(_ text: String) -> String { Sanitizer(ascii: !glyphs.isUnicode).visible(text) }
  private func cell(_ text: String, _ columns: Int) -> String {
    TextWidth.padded(text, columns: columns, ellipsis: glyphs.ellipsis)
  }
  private func right(_ text: String, _ columns: Int) -> String {
    String(repeating: " ", count: max(0, columns - TextWidth.columns(of: text))) + text
  }
  private func trimmed(_ line: String) -> String {
    line.last == " " ? String(line.reversed().drop { $0 == " " }.reversed()) : line
  }
}
