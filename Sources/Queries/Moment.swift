/// A point in time as a query gives it: a day, a minute, or so long ago. Days and minutes are those
/// of UTC, as `twinlens annotations log` prints them.
package struct Moment: Sendable, Equatable {
  /// What was typed.
  package let text: String
  private let kind: Kind

  private enum Kind: Sendable, Equatable {
    /// Milliseconds since 1970.
    case at(Int64)
    /// So many milliseconds before now.
    case ago(Int64)
  }

  /// Reads `2026-11-21`, `2026-11-21T08:30`, `2026-11-21T08:30:12Z`, `90m`, `2h`, `3d`, `1w`, in
  /// lower case; nil for anything else.
  package init?(_ text: String) {
    guard let kind = Self.ago(text) ?? Self.date(text) else { return nil }
    self.text = text
    self.kind = kind
  }

  /// Milliseconds since 1970, now being `now`.
  package func milliseconds(now: Int64) -> Int64 {
    switch kind {
    case .at(let time): time
    case .ago(let span): now - span
    }
  }

  private static let units: [Character: Int64] = ["m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60]

  private static func ago(_ text: String) -> Kind? {
    guard let last = text.last, let minutes = units[last], let count = number(text.dropLast()),
      count <= 1_000_000
    else { return nil }
    return .ago(Int64(count) * minutes * 60_000)
  }

  private static func date(_ text: String) -> Kind? {
    let parts = text.split(separator: "t", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count) else { return nil }
    let days = parts[0].split(separator: "-", omittingEmptySubsequences: false).map(number)
    guard days.count == 3, let year = days[0], let month = days[1], let day = days[2],
      (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    var seconds = 24 * 3600 * Self.days(year, month, day)
    if parts.count == 2 {
      let time = parts[1].hasSuffix("z") ? parts[1].dropLast() : parts[1]
      var clock = time.split(separator: ":", omittingEmptySubsequences: false).map(number)
      if clock.count == 2 { clock.append(0) }
      guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2],
        hour < 24, minute < 60, second < 60
      else { return nil }
      seconds += 3600 * hour + 60 * minute + second
    }
    return .at(1000 * Int64(seconds))
  }

  private static func number(_ text: Substring) -> Int? {
    text.count <= 9 && !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isNumber }
      ? Int(text) : nil
  }

  /// Days since 1 January 1970 (https://howardhinnant.github.io/date_algorithms.html).
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = y / 400
    let ofEra = y - 400 * era
    let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return 146_097 * era + 365 * ofEra + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }
}
