import Annotations
import Corpora
import Screen

/// The steps of a store, shown one after the other as they were made. The labels on screen are
/// those of that moment; nothing is stored.
package struct Replay: Sendable {
  /// In the order of the store; those that do not fit the dataset are left out.
  let steps: [Step]
  /// How many of them are done.
  private(set) var place = 0
  var isPaused = false
  /// How many times as fast as life.
  var speed: Double
  /// The number of the wait that is going on; the ends of others mean nothing.
  var wait = 0
  /// The labels after every so many steps, from none on.
  private var earlier: [Labels] = []

  /// Steps between two of these.
  private static let distance = 128
  /// Seconds between two steps at least, so that each can be seen, and at most: nobody wants to
  /// look on while somebody had lunch.
  static let seconds = 0.2...4.0
  /// What speeds there are, in words.
  package static let speeds = "0.1 to 1000"

  /// A replay that begins before the first step.
  package init(_ steps: [Step], speed: Double) { (self.steps, self.speed) = (steps, speed) }

  /// A speed as it is written; nil for none.
  package static func speed(_ text: String) -> Double? {
    Double(text).flatMap { (0.1...1_000).contains($0) ? $0 : nil }
  }

  /// The step that was done last.
  var last: Step? { place > 0 ? steps[place - 1] : nil }

  /// Whether all are done.
  package var isDone: Bool { place == steps.count }

  /// Seconds until the next step; nil where it does not come by itself.
  var interval: Double? {
    guard !isPaused, !isDone else { return nil }
    guard let last else { return min(1, Self.seconds.upperBound) }
    let passed = Double(max(0, steps[place].time - last.time)) / 1_000 / speed
    return min(max(passed, Self.seconds.lowerBound), Self.seconds.upperBound)
  }

  /// Goes to a number of steps.
  fileprivate mutating func move(
    to wanted: Int, _ labels: inout Labels, _ posts: [Post], _ indexOfID: [String: Int]
  ) {
    if earlier.isEmpty { earlier = [labels] }
    let wanted = max(0, min(wanted, steps.count))
    if wanted < place {
      place = wanted / Self.distance * Self.distance
      labels = earlier[wanted / Self.distance]
    }
    while place < wanted {
      _ = labels.takeUp(
        AnnotationStore.Others([steps[place]]), under: [], posts, indexOfID)
      place += 1
      if place % Self.distance == 0, earlier.count == place / Self.distance {
        earlier.append(labels)
      }
    }
  }
}

extension WorkbenchState {
  /// Rows of the bar of a replay, its heading among them.
  static let replayRows = 2

  /// Plays steps over the posts on screen, which are as their files have them.
  package mutating func begin(_ replay: Replay) {
    self.replay = replay
    keymap.bind(.character(" "), to: "pause")
    keymap.bind(.pageDown, to: "next-step")
    keymap.bind(.pageUp, to: "previous-step")
  }

  /// Why nothing is changed in a replay; nil where none is played.
  var refusalOfReplay: String? {
    replay == nil
      ? nil : "a replay is only looked at; twinlens DATASET opens the posts to label them"
  }

  /// Goes some steps on or back, and stays there.
  mutating func stepReplay(_ by: Int) -> [Effect] {
    guard let replay else { return [] }
    guard (0...replay.steps.count).contains(replay.place + by) else {
      return refuse(by < 0 ? "this is before the first step" : "this was the last step")
    }
    self.replay?.isPaused = true
    moveReplay(to: replay.place + by)
    return []
  }

  /// The time of a step has come.
  mutating func replayGoesOn(_ wait: Int) -> [Effect] {
    guard let replay, replay.wait == wait, !replay.isPaused, !replay.isDone else { return [] }
    moveReplay(to: replay.place + 1)
    return waitForReplay()
  }

  mutating func pauseReplay() -> [Effect] {
    guard let replay else { return [] }
    if replay.isDone {
      // Once more from the beginning.
      moveReplay(to: 0)
      self.replay?.isPaused = false
    } else {
      self.replay?.isPaused.toggle()
    }
    return waitForReplay()
  }

  mutating func setReplay(speed: Double) -> [Effect] {
    replay?.speed = speed
    return waitForReplay()
  }

  /// Asks to be told when the next step is due; an earlier wait has no meaning any more.
  mutating func waitForReplay() -> [Effect] {
    replay?.wait += 1
    guard let replay, let seconds = replay.interval else { return [] }
    return [.waitForReplay(replay.wait, seconds: seconds)]
  }

  private mutating func moveReplay(to place: Int) {
    guard var replay else { return }
    self.replay = nil
    let before = replay.place
    replay.move(to: place, &labels, posts, indexOfID)
    self.replay = replay
    for id in Set(replay.steps[min(before, place)..<max(before, place)].map(\.post)) {
      guard let index = indexOfID[id] else { continue }
      noteDisagreement(index)
      noteMatch(index)
    }
    notice = nil
    guard let step = replay.last, let index = indexOfID[step.post] else { return }
    show(post: index)
    // The cursor stands where something was done.
    if case .edit(.mentions(let range, _, let after, _)) = step.kind {
      token = after.first?.range.lowerBound ?? range.lowerBound
    }
    token = max(0, min(token, posts[index].tokens.count - 1))
  }

  /// Which step is on screen, who made it and when.
  func drawReplay(_ pen: inout Pen, _ box: Box) {
    guard let replay else { return }
    pen.frame.fill(box, style: pen.look.theme[.popup])
    let state =
      replay.isDone
      ? "at its end" : replay.isPaused ? "paused" : "\(Self.times(replay.speed)) times as fast"
    pen.heading("replay: step \(replay.place) of \(replay.steps.count), \(state)", in: box)
    let text = Box(column: box.column + 1, row: box.row, columns: box.columns - 2, rows: box.rows)
    let words =
      replay.last.map { "\($0.annotator)  \(HistoryLayer.time($0.date))  \($0.name)" }
      ?? "as the files have it"
    let pause = keymap.label("pause")
    let hint = "\(pause) \(replay.isDone ? "plays again" : replay.isPaused ? "plays" : "pauses")"
    pen.line(safe(words), .popup, in: text, row: 1)
    pen.rightLine([pen.piece("  \(hint)", .muted)], in: text, row: 1)
    pen.frame.restyle(box) { style in
      style.background == .standard ? style.on(pen.look.theme[.popup].background) : style
    }
  }

  private static func times(_ speed: Double) -> String {
    speed == speed.rounded() ? "\(Int(speed))" : "\(speed)"
  }
}
