import Routing
import Screen

@testable import Workbench

extension ActionTests {
  static let routing: [String: Check] = [
    "explain": {
      $0.command("explain")
      return $0.effects.contains(.explain(post: "hb_0001")) && $0.state.explanation != nil
    },
    "dataset": {
      $0.command("dataset cells")
      let isAsked = $0.effects.contains { if case .study(.some) = $0 { true } else { false } }
      return isAsked && $0.text.contains("who is right, by route")
    },
    "similar-other": {
      $0.command("similar-other")
      let needsReasons = $0.noticeText.contains("asks why first")
      $0.command("explain")
      $0.command("similar-other")
      return needsReasons && $0.state.current == 2 && $0.state.routes[2]?.route == .text
    },
    "similar-same": {
      $0.command("explain")
      $0.command("similar-same")
      return $0.state.current == 1 && $0.state.routes[1]?.route == .multimodal
    },
    "router-history": {
      $0.command("router-history")
      return $0.state.shownRouterHistory?.points.count == 3
    },
    "correction": {
      $0.command("correction")
      let needsHistory = $0.noticeText.contains("shows the corrections first")
      $0.command("router-history")
      $0.command("correction")
      return needsHistory && $0.state.currentPost?.id == "hb_0003"
    },
    "raise-cut": {
      $0.command("raise-cut")
      let needsReasons = $0.noticeText.contains("asks why first")
      $0.command("explain")
      $0.command("raise-cut")
      return needsReasons && $0.state.cut > 0.5
    },
    "lower-cut": {
      $0.command("explain")
      $0.command("lower-cut")
      return $0.state.cut < 0.5
    },
    "cut": {
      $0.command("explain")
      $0.command("cut 0.42")
      let moved = $0.state.cut == 0.42
      $0.command("cut")
      return moved && $0.state.choice.cut == nil
    },
    "train": {
      $0.command("train"); return $0.effects.contains(.train)
    },
    "training": {
      $0.command("training manual")
      let isOff = $0.effects.last == .trainAutomatically(false)
      $0.command("training sometimes")
      return isOff && !$0.state.trainsAutomatically
        && $0.noticeText == "WHEN is automatic or manual, not \"sometimes\""
    },
    "install": {
      $0.command("install")
      let refused = $0.noticeText.contains("no new router waits")
      $0.send(.training(TrainingReport(state: .candidate(worse: true))))
      $0.command("install")
      return refused && $0.effects.contains(.installCandidate)
    },
    "rollback": {
      var report = TrainingReport(state: .idle)
      $0.send(.training(report))
      $0.command("rollback")
      let refused = $0.noticeText.contains("no new router waits")
      report.hasEarlier = true
      $0.send(.training(report))
      $0.command("rollback")
      return refused && $0.effects.contains(.rollBack)
    },
    "next-flip": {
      var report = TrainingReport(state: .candidate(worse: false))
      report.flips = ["hb_0002", "elsewhere"]
      $0.send(.training(report))
      $0.command("next-flip")
      return $0.state.current == 1
    },
  ]
}
