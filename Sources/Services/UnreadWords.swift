import Annotations
import Corpora
import Foundation

/// What others did since somebody was last here, in one sentence.
enum UnreadWords {
  /// More names than these are counted.
  private static let mostNames = 3
  /// Names come from whoever wrote into the store.
  private static let mostCharacters = 40

  /// The sentence, where there is anything to tell.
  static func notices(
    _ history: EditHistory, of dataset: Dataset, since stopped: PlaceMemory.Kept?,
    for annotator: String, now: Date = Date(), calendar: Calendar = .current
  ) -> [Session.Notice] {
    guard let stopped else { return [] }
    let unread = history.changes(after: stopped.seen, byOthersThan: annotator) {
      dataset.post(id: $0) != nil
    }
    let since = moment(Double(stopped.time) / 1000, now: now, calendar)
    return sentence(unread, since: since).map { [Session.Notice(text: $0, isWarning: false)] } ?? []
  }

  /// `bo accepted 12 posts and changed 3 since yesterday 17:04; /since:me lists them`; nil when
  /// nobody did anything.
  static func sentence(_ unread: UnreadChanges, since moment: String) -> String? {
    guard !unread.isEmpty else { return nil }
    var parts: [String] = []
    var isFirst = true
    for person in unread.people.prefix(mostNames) {
      func posts(_ count: Int) -> String {
        defer { isFirst = false }
        return isFirst ? "\(count) \(count == 1 ? "post" : "posts")" : "\(count)"
      }
      var deeds: [String] = []
      if !person.accepted.isEmpty { deeds.append("accepted \(posts(person.accepted.count))") }
      if !person.changed.isEmpty { deeds.append("changed \(posts(person.changed.count))") }
      parts.append("\(person.annotator.prefix(mostCharacters)) \(deeds.joined(separator: " and "))")
    }
    let others = unread.people.count - parts.count
    if others > 0 {
      parts.append("\(others) more \(others == 1 ? "person" : "people") did something")
    }
    return "\(parts.joined(separator: ", ")) since \(moment); /since:me lists them"
  }

  /// `17:04`, `yesterday 17:04`, `2026-11-03 17:04`.
  static func moment(_ seconds: Double, now: Date, _ calendar: Calendar) -> String {
    let date = Date(timeIntervalSince1970: seconds)
    let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date)
    let clock = String(format: "%02d:%02d", parts.hour ?? 0, parts.minute ?? 0)
    if calendar.isDate(date, inSameDayAs: now) { return clock }
    if let before = calendar.date(byAdding: .day, value: -1, to: now),
      calendar.isDate(date, inSameDayAs: before)
    {
      return "yesterday \(clock)"
    }
    let day = String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
    return "\(day) \(clock)"
  }
}
