import Corpora
import Extractors
import Inspection
import Routing
import Screen
import Tensors
import TestSupport
import Testing
import Traces

@testable import Workbench

/// A broken model must not take the screen with it.
@Suite struct HostileModelTests {
  static let signals: [Signal] = [
    Signal(
      name: "nan", caption: "not a number", kind: .imageMap(rows: 2, columns: 2, region: .whole),
      tensor: Tensor([2, 2], [.nan, .infinity, -.infinity, 0])),
    Signal(
      name: "short", caption: "", kind: .imageMap(rows: 7, columns: 7, region: .whole),
      steps: [.head(8)], tensor: Tensor([3], [1, 2, 3])),
    Signal(
      name: "none", caption: "\u{1B}[2J", kind: .imageMap(rows: 0, columns: 0, region: .whole),
      steps: [.layer(0)], tensor: Tensor([0], [])),
    Signal(
      name: "wide", caption: "many columns", kind: .imageMap(rows: 40, columns: 60, region: .whole),
      tensor: Tensor([40, 60], repeating: -1e30)),
    Signal(
      name: "words", caption: "by word", kind: .wordsByImage(rows: 3, columns: 3, region: .whole),
      steps: [.layer(2), .slot(["a", "b"])], tensor: Tensor([2, 2, 2, 3, 3], repeating: 0.5)),
    Signal(
      name: "regions", caption: "regions", kind: .regions([.whole, .whole]),
      tensor: Tensor([2], [0.2, 0.8])),
    Signal(
      name: "gate", caption: "gate",
      kind: .scalar(
        low: .nan, high: 1, threshold: .nan, percentile: .nan), tensor: Tensor(scalar: .nan)),
    Signal(
      name: "empty gate", caption: "gate",
      kind: .scalar(
        low: 1, high: 0, threshold: 7, percentile: 7), tensor: Tensor([0], [])),
    Signal(name: "words", caption: "few words", kind: .words, tensor: Tensor([1], [.nan])),
    Signal(name: "series", caption: "series", kind: .series, tensor: Tensor([0], [])),
    Signal(
      name: "matrix", caption: "matrix", kind: .matrix(rows: ["r"], columns: []),
      tensor: Tensor([3], [1, .nan, 3])),
    Signal(
      name: "distribution", caption: "choice", kind: .distribution(labels: ["\u{202E}x"]),
      tensor: Tensor([2], [.nan, 1])),
  ]

  @Test func nothingTraps() {
    let post = Samples.posts[0]
    var trace = Trace()
    for signal in Self.signals { trace.append(signal) }
    let answer = Prediction(
      expert: "broken\u{7}",
      mentions: [
        ScoredMention(EntityMention(12..<99, .person), confidence: .nan),
        ScoredMention(EntityMention(-4..<2, .person), confidence: 2),
        ScoredMention(EntityMention(2..<3, EntityType("\u{1B}]0;x")), confidence: -.infinity),
      ],
      labels: ["O", "\u{1B}[0m"], marginals: [[.nan], [], [1, 2, 3]], path: [9], trace: trace)
    var desk = Desk(Samples.state())
    desk.send(
      .analysed(
        PostAnalysis(
          post: post.id, text: nil, multimodal: answer,
          decision: RouteDecision(probability: .nan, percentile: .infinity, cosine: .nan),
          notices: ["\u{1B}[31m"])))
    desk.send(
      .analysed(PostAnalysis(post: "elsewhere", text: answer, multimodal: nil, decision: nil)))
    var report = TrainingReport(state: .running(step: 9, of: 0, secondsLeft: -.infinity))
    report.objective = [.nan, .infinity, 1]
    report.heldOutBefore = .nan
    report.heldOutAfter = .infinity
    desk.send(.training(report))
    for size in GoldenFrameTests.sizes {
      desk.send(.resized(size))
      for key in [
        ".", ",", "m", "#", "m", ".", "m", ".", "#", "m", "m", "w", "$", "a", "z", "z", "z", "z",
      ] {
        desk.press(key)
        let raw = desk.text.unicodeScalars.filter { $0 != "\n" }
        #expect(!raw.contains { $0.value < 0x20 || $0.value == 0x202E })
      }
    }
    expectInvariants(desk.state)
  }

  @Test("an answer without mentions does not read for ever")
  func noExpertForMentions() {
    var desk = Desk(Samples.state(), answers: false)
    #expect(desk.text.contains("the models are reading …"))
    desk.send(
      .analysed(
        PostAnalysis(post: Samples.posts[0].id, text: nil, multimodal: nil, decision: nil)),
      answers: false)
    #expect(!desk.text.contains("the models are reading"))
    #expect(desk.text.contains("no model answered for"))
  }
}
