import Corpora
import Foundation

/// How far the annotation of a dataset has come, by whom and how fast: all from the steps of its
/// store, so that it is the same for everybody who reads it.
package struct AnnotationProgress: Sendable, Equatable {
  /// Posts of the dataset.
  package let posts: Int
  /// Posts that are accepted now.
  package let accepted: Int
  /// Posts that are thrown out now.
  package let rejected: Int
  /// Median seconds per post of those accepted last, whoever did it; nil before a few were.
  package let pace: Double?
  /// Accepted posts that the pace is the median of.
  package let paceOf: Int
  /// The days on which somebody did something, oldest first.
  package let days: [Day]
  /// Everybody who did something, by name.
  package let people: [Person]
  /// When it will be done; nil where nobody has accepted anything, and when all is done.
  package let estimate: Estimate?
  /// The day on which this is told.
  package let today: String

  /// Posts that are to be decided on.
  package var left: Int { posts - accepted - rejected }
  /// Seconds of work that are left at the pace.
  package var secondsLeft: Double? { pace.map { $0 * Double(left) } }

  /// A day in the time zone of who asks.
  package struct Day: Sendable, Equatable {
    /// `2026-11-28`
    package let date: String
    /// Posts accepted on it, each once, but for those taken back or thrown out.
    package let accepted: Int
    /// Seconds of work, pauses left out.
    package let seconds: Double
    /// Median seconds of the posts accepted on it; nil where none was measured.
    package let median: Double?
  }

  /// What one person did.
  package struct Person: Sendable, Equatable {
    /// The name under which the steps were made.
    package let name: String
    /// Posts accepted, each once, but for those taken back or thrown out.
    package let accepted: Int
    /// Edits, and the taking back and repeating of them.
    package let steps: Int
    /// Seconds of work, pauses left out.
    package let seconds: Double
    /// Median seconds of the posts accepted last; nil before a few were.
    package let pace: Double?
    /// Days with steps, oldest first.
    package let days: [Day]
  }

  /// When all posts will be accepted if every day is like one that was.
  package struct Estimate: Sendable, Equatable {
    /// The day: the last working day before today, else today.
    package let like: String
    /// Posts accepted on that day.
    package let perDay: Int
    /// The day on which nothing will be left.
    package let date: String
  }

  /// - Parameters:
  ///   - history: the steps over the dataset.
  ///   - posts: ids of the dataset's posts.
  ///   - now: milliseconds since 1970; a step later than this counts for its own day all the same.
  ///   - timeZone: where days begin.
  package init(
    _ history: EditHistory, posts: some Collection<Post.ID>, now: Int64 = Step.now(),
    timeZone: TimeZone = .current
  ) {
    let calendar = Days(timeZone)
    var paces: [String: Pace] = [:]
    var work: [String: [Int: Int64]] = [:]
    var steps: [String: Int] = [:]
    for step in history.steps {
      let spent = paces[step.annotator, default: Pace(of: step.annotator)].take(step)
      work[step.annotator, default: [:]][calendar.day(of: step.time), default: 0] += spent ?? 0
      steps[step.annotator, default: 0] += 1
    }
    let all = paces.values.flatMap(\.accepted).sorted {
      ($0.time, $0.sequence) < ($1.time, $1.sequence)
    }
    let today = calendar.day(of: now)
    let merged = work.values.reduce(into: [Int: Int64]()) { $0.merge($1, uniquingKeysWith: +) }
    self.posts = posts.count
    accepted = posts.count { history.states[$0]?.review.isAccepted == true }
    rejected = posts.count { history.states[$0]?.review == .rejected }
    pace = Pace.median(of: all)
    paceOf = min(Pace.window, all.count { $0.spent != nil })
    days = calendar.days(merged, all)
    people = paces.values.sorted { $0.annotator < $1.annotator }.map { pace in
      let own = work[pace.annotator] ?? [:]
      return Person(
        name: pace.annotator, accepted: Set(pace.accepted.map(\.post)).count,
        steps: steps[pace.annotator] ?? 0,
        seconds: Double(own.values.reduce(0, +)) / 1_000, pace: pace.median,
        days: calendar.days(own, pace.accepted))
    }
    self.today = Days.date(today)
    let counts = Dictionary(grouping: all) { calendar.day(of: $0.time) }
      .mapValues { Set($0.map(\.post)).count }
    estimate = Self.estimate(counts, left: self.posts - accepted - rejected, today)
  }

  /// What was done today; nil where nothing was.
  package var todaysWork: Day? { days.last { $0.date == today } }

  private static func estimate(_ counts: [Int: Int], left: Int, _ today: Int) -> Estimate? {
    // Today may have just begun; it is asked only where there is no day before it.
    guard left > 0, let like = counts.keys.filter({ $0 < today }).max() ?? counts.keys.max(),
      let perDay = counts[like], perDay > 0
    else { return nil }
    let restOfToday = max(0, perDay - (counts[today] ?? 0))
    let days = left <= restOfToday ? 0 : (left - restOfToday + perDay - 1) / perDay
    return Estimate(like: Days.date(like), perDay: perDay, date: Days.date(today + days))
  }
}

/// Days of a time zone, as numbers: those since the beginning of 1970.
private struct Days {
  let timeZone: TimeZone

  init(_ timeZone: TimeZone) { self.timeZone = timeZone }

  /// The day of a time in milliseconds since 1970. Times out of all reason fall on its first day.
  func day(of time: Int64) -> Int {
    // Steps come from anywhere; the year 9999 is far enough.
    guard (0..<253_402_300_800_000).contains(time) else { return 0 }
    let seconds = Int(time / 1_000)
    let offset = timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
    return Int((Double(seconds + offset) / 86_400).rounded(.down))
  }

  /// `2026-11-28`
  static func date(_ day: Int) -> String {
    Date(timeIntervalSince1970: Double(day) * 86_400)
      .formatted(Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day())
  }

  func days(_ work: [Int: Int64], _ accepted: [Pace.Acceptance]) -> [AnnotationProgress.Day] {
    let byDay = Dictionary(grouping: accepted) { day(of: $0.time) }
    return Set(work.keys).union(byDay.keys).sorted().map { day in
      let found = byDay[day] ?? []
      return AnnotationProgress.Day(
        date: Self.date(day), accepted: Set(found.map(\.post)).count,
        seconds: Double(work[day] ?? 0) / 1_000, median: Pace.median(of: found, atLeast: 1))
    }
  }
}
