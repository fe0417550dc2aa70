import Screen

/// Runs a key script against a workbench and prints a frame after each step.
package struct ScriptRunner {
  private var workbench: HeadlessWorkbench
  private let output: (String) -> Void
  private let keep: (String, Frame) -> Void
  private let record: ((Frame, Double) -> Void)?
  /// Seconds that a person would have taken for what was done so far.
  private var time = 0.0

  /// Seconds for a key, for a letter of a text and for a look at what a wait brought.
  private static let pace = (key: 0.6, letter: 0.15, look: 1.5)

  /// The workbench as it stands.
  package var state: WorkbenchState { workbench.state }
  /// True once an effect asked to quit; the rest of the script is not run.
  package var hasQuit: Bool { workbench.hasQuit }

  /// - Parameters:
  ///   - performer: carries effects out.
  ///   - output: takes one or more whole lines, without the last line feed; should write at once.
  ///   - keep: takes the frames that the script gives a name.
  ///   - record: takes every frame with its time, at the pace of a person who shows something.
  package init(
    state: WorkbenchState, performer: any EffectPerformer, output: @escaping (String) -> Void,
    keep: @escaping (String, Frame) -> Void = { _, _ in },
    record: ((Frame, Double) -> Void)? = nil
  ) {
    workbench = HeadlessWorkbench(state, performer) { output("committed \($0)") }
    self.output = output
    self.keep = keep
    self.record = record
  }

  /// Runs the steps: after each, `== frame N: STEP` (from 1) and the frame as text. A durable edit
  /// prints `committed SEQUENCE` as soon as its answer came; the frame after a step stands only
  /// when its edits are answered, so that it is the same in every run. A key whose outcome depends
  /// on the models waits for them, as it does on a terminal.
  package mutating func run(_ script: KeyScript) {
    workbench.begin()
    show(after: 0)
    for (i, step) in script.steps.enumerated() where !hasQuit {
      run(step.action)
      if case .picture = step.action { continue }
      output("== frame \(i + 1): \(step.source)")
      output(view(state).text)
    }
    workbench.wait()
    show(after: Self.pace.look)
  }

  /// Runs a command of the workbench, without its colon, and waits for all that it brings.
  package mutating func run(command: String) {
    workbench.send(.command(command))
    workbench.settle()
    workbench.wait()
  }

  private mutating func show(after seconds: Double) {
    guard let record else { return }
    time += seconds
    record(view(state), time)
  }

  /// Goes on when no work is pending. A replay has no clock here: its steps come one after the
  /// other, each once all that the one before set off is done.
  private mutating func wait() {
    workbench.wait()
    while let replay = workbench.state.replay, let seconds = replay.interval, !hasQuit {
      workbench.send(.replayGoesOn(replay.wait))
      workbench.wait()
      show(after: seconds)
    }
  }

  private mutating func run(_ action: KeyScript.Action) {
    switch action {
    case .key(let key): workbench.send(.key(key))
    case .text(let text):
      for character in text where !hasQuit {
        workbench.send(.key(.character(character)))
        show(after: Self.pace.letter)
      }
    case .size(let size): workbench.send(.resized(size))
    case .wait: wait()
    case .picture(let name):
      workbench.wait()
      keep(name, view(state))
    }
    workbench.settle()
    show(after: action == .wait ? Self.pace.look : Self.pace.key)
  }
}
