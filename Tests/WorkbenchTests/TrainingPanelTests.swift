import Routing
import Screen
import Testing

@testable import Workbench

/// What the training panel says of accepted posts.
@Suite struct TrainingPanelTests {
  private func text(_ report: TrainingReport) -> String {
    var desk = Desk(Samples.state(200, 50))
    desk.send(.training(report))
    return desk.text
  }

  /// When training is refused, it matters most which posts took no part and why.
  @Test func refusalsNameThePostsThatFailed() {
    var report = TrainingReport(
      state: .refused(.tooFewCorrections(teaching: 0, accepted: 2, need: 5)))
    report.failures = ["hb_0004": "riva: broken", "hb_0003": "riva: blind"]
    let shown = text(report)
    #expect(shown.contains("of 2 accepted posts 0 teach"))
    #expect(shown.contains("left out: hb_0003, riva: blind"))
    #expect(shown.contains("and 1 more"))
  }

  @Test func everyAcceptedPostIsInOneCount() {
    var report = TrainingReport(state: .candidate(worse: false))
    (report.trainedOn, report.heldOut, report.withoutPicture) = (12, 3, 4)
    report.failures = ["hb_0004": "riva: broken"]
    #expect(report.accepted == 20)
    let shown = text(report)
    #expect(shown.contains("20 accepted: 12 teach, 3 held out"))
    #expect(shown.contains("4 without a"))
    #expect(shown.contains("left out: hb_0004"))
    report.withoutPicture = 0
    #expect(!text(report).contains("without a"))
  }
}
