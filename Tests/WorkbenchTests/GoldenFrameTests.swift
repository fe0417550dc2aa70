import Routing
import Screen
import TestSupport
import Testing

@testable import Workbench

/// Whole screens as text, at the smallest, a usual and the largest size.
@Suite struct GoldenFrameTests {
  static let sizes = [
    Size(columns: 80, rows: 24), Size(columns: 120, rows: 36),
    Size(columns: 300, rows: 90),
  ]

  private func golden(_ name: String, _ size: Size, _ desk: Desk) throws {
    try expectGolden(desk.text, "\(name)-\(size.columns)x\(size.rows)")
  }

  private func desk(_ size: Size, hasModels: Bool = true) -> Desk {
    Desk(Samples.state(size.columns, size.rows, hasModels: hasModels))
  }

  @Test(arguments: sizes) func plain(_ size: Size) throws {
    try golden("plain", size, desk(size))
  }

  @Test(arguments: sizes) func selection(_ size: Size) throws {
    var desk = desk(size)
    desk.press("j", "j", "v", "l", "l")
    try golden("selection", size, desk)
  }

  @Test(arguments: sizes) func help(_ size: Size) throws {
    var desk = desk(size)
    desk.press("question")
    desk.type("train")
    try golden("help", size, desk)
  }

  @Test(arguments: sizes) func commandError(_ size: Size) throws {
    var desk = desk(size)
    desk.command("span 3 99 PER")
    try golden("command-error", size, desk)
  }

  @Test(arguments: sizes) func edited(_ size: Size) throws {
    var desk = desk(size)
    desk.press("w", "O", "Return", "u")
    try golden("undo", size, desk)
  }

  @Test(arguments: sizes) func placeholder(_ size: Size) throws {
    let sentence = "picture hb_0001 is cut off after 312 bytes; the post is shown without it"
    let desk = Desk(Samples.state(size.columns, size.rows)) { _ in .placeholder(sentence) }
    try golden("placeholder", size, desk)
  }

  @Test(arguments: sizes) func loading(_ size: Size) throws {
    try golden("loading", size, Desk(Samples.state(size.columns, size.rows), answers: false))
  }

  @Test(arguments: sizes) func noModels(_ size: Size) throws {
    try golden("no-models", size, desk(size, hasModels: false))
  }

  /// What `z` gives the screen to, one after the other.
  @Test(arguments: sizes) func fullScreens(_ size: Size) throws {
    var desk = desk(size)
    var texts: [String] = []
    for _ in FullScreen.allCases {
      desk.press("z")
      texts.append(desk.text)
    }
    try expectGolden(
      texts.joined(separator: "\n\n"), "full-\(size.columns)x\(size.rows)")
    desk.press("z")
    #expect(desk.state.fullScreen == nil)
  }

  @Test(arguments: sizes) func hiddenModels(_ size: Size) throws {
    var desk = desk(size)
    desk.press("Z", "h")
    try golden("hidden-models", size, desk)
  }

  @Test(arguments: sizes) func suggestion(_ size: Size) throws {
    var desk = desk(size)
    desk.press("j", "j", ">", ">")
    try golden("suggestion", size, desk)
  }

  @Test(arguments: sizes) func hostileTokens(_ size: Size) throws {
    var desk = desk(size)
    desk.press("G")
    try golden("hostile", size, desk)
    let raw = desk.text.unicodeScalars.filter { $0 != "\n" }
    #expect(!raw.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) })
    #expect(!raw.contains { (0x202A...0x202E).contains($0.value) })
  }

  @Test(arguments: sizes) func numbers(_ size: Size) throws {
    var desk = desk(size)
    desk.press("#", ".", ".", ".")
    try golden("numbers", size, desk)
  }

  @Test(arguments: sizes) func training(_ size: Size) throws {
    var texts: [String] = []
    for report in Self.reports {
      var desk = desk(size)
      desk.send(.training(report))
      let panes = Panes(desk.state)
      let box = panes.panels.last.flatMap { $0 } ?? panes.right
      let lines = view(desk.state).lines
      let part = (box.row..<box.endRow).map { String(lines[$0].dropFirst(box.column)) }
      texts.append((part + [lines[size.rows - 2], lines[size.rows - 1]]).joined(separator: "\n"))
    }
    try expectGolden(
      texts.joined(separator: "\n\n"), "training-\(size.columns)x\(size.rows)")
  }

  static let reports: [TrainingReport] = {
    var running = TrainingReport(state: .running(step: 120, of: 600, secondsLeft: 3.6))
    running.objective = (0..<40).map { 70 + Float($0) * 0.08 }
    running.heldOutBefore = 71.2
    running.pending = true
    var candidate = running
    candidate.state = .candidate(worse: false)
    candidate.heldOutAfter = 72.9
    candidate.flips = ["hb_0002", "hb_0003"]
    candidate.trainedOn = 12
    candidate.heldOut = 3
    candidate.judgedOn = 103
    candidate.difference = .init(value: 0.9, low: -0.4, high: 2.1)
    candidate.failures = ["hb_0004": "riva: the picture cannot be decoded"]
    var worse = candidate
    worse.state = .candidate(worse: true)
    worse.heldOutAfter = 69.8
    let refusals: [TrainingReport.Refusal] = [
      .tooFewCorrections(teaching: 3, accepted: 4, need: 10), .nothingHeldOut(accepted: 6),
      .foreignLabels(["BOAT", "DOG"]),
      .noCachedCounts("models/rds"), .noRouter,
      .failed("the objective is not a number"),
    ]
    return [
      .init(state: .queued), running, candidate, worse, .init(state: .installed),
      .init(state: .rolledBack),
    ] + refusals.map { .init(state: .refused($0)) }
  }()

  /// Without Unicode and without colour nothing is lost: the same screens in plain ASCII.
  @Test(arguments: sizes) func ascii(_ size: Size) throws {
    var state = Samples.state(size.columns, size.rows)
    state.look = Look(glyphs: .ascii, sanitizer: Sanitizer(ascii: true))
    var desk = Desk(state)
    try golden("ascii", size, desk)
    for keys in [
      ["w", "O"], ["G"], ["?"], ["Escape", ":", "x", "Return"], ["#"], ["G", "/", "a"],
    ] {
      for key in keys { desk.press(key) }
      let foreign = desk.text.filter { !$0.isASCII }
      #expect(foreign.isEmpty, "\(foreign)")
    }
    for report in Self.reports {
      desk.send(.training(report))
      let foreign = desk.text.filter { !$0.isASCII }
      #expect(foreign.isEmpty, "\(foreign)")
    }
  }

  @Test func tooSmall() throws {
    #expect(Desk(Samples.state(59, 24)).text.contains("too small: 59x24"))
    #expect(Desk(Samples.state(80, 19)).text.contains("needs 60x20"))
  }
}
