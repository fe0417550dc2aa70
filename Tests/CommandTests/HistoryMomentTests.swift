import Annotations
import Testing

@testable import Reports

/// What `show --at` takes.
@Suite("Moments of a history") struct HistoryMomentTests {
  @Test func stepsAndTimes() throws {
    #expect(HistoryMoment("12") == .step(12))
    #expect(HistoryMoment("#12") == .step(12))
    #expect(HistoryMoment("2026-11-21T14:02:00Z") == .time(1_795_269_720_000))
    // Another zone's clock.
    #expect(HistoryMoment("2026-11-21T15:02:00+01:00") == .time(1_795_269_720_000))
    // As a query has it: to the minute, in UTC.
    #expect(HistoryMoment("2026-11-21T14:02") == .time(1_795_269_720_000))
    // The end of a day.
    #expect(HistoryMoment("2026-11-21") == .time(1_795_305_599_999))
    let now = Step.now()
    guard case .time(let ago)? = HistoryMoment("2h") else {
      Issue.record("2h is no moment")
      return
    }
    #expect(abs(now - 7_200_000 - ago) < 60_000)
    for wrong in ["", "-1", "yesterday", "2026-13-01", "2026-11-21T25:00", "h", "12x"] {
      #expect(HistoryMoment(wrong) == nil, "\(wrong)")
    }
  }
}
