import Foundation
import Routing
import Screen
import Services
import Synchronization
import Tensors
import Terminal
import Workbench

/// Random keys at a real workbench, as fast as it takes them, with its models and pictures at work
/// behind it: what `KeyBench` starts in a terminal of its own.
package struct KeyPlay {
  package let dataset: String
  package let models: String?
  package let store: String
  /// The experts to open; empty opens those that a session opens.
  package let experts: [String]
  /// Whether a training runs at the same time.
  package let training: Bool

  package init(
    dataset: String, models: String?, store: String, experts: [String], training: Bool
  ) {
    self.experts = experts
    self.dataset = dataset
    self.models = models
    self.store = store
    self.training = training
  }

  /// The times of all keys.
  package func run() throws -> KeyTimes {
    let training = training ? try Training() : nil
    defer { training?.stop() }
    return try measure()
  }

  private func measure() throws -> KeyTimes {
    var options = SessionOptions(dataset: dataset, annotator: "bench")
    options.models = models
    options.withoutModels = models == nil
    options.store = store
    options.experts = experts
    let session = try Session(options)
    let environment = ProcessInfo.processInfo.environment
    let terminal = NcursesTerminal(
      capabilities: TerminalProbe.run(environment: environment),
      options: TerminalOptions(environment: environment))
    try terminal.start()
    defer { terminal.stop() }
    let style = PictureService.Style(rung: terminal.graphics.rung)
    let services = WorkbenchServices(session, style: style)
    defer { services.shutDown() }
    var play = Play(
      state: try session.workbench(
        size: terminal.size,
        look: Look(theme: terminal.capabilities.suggestedTheme, glyphs: terminal.glyphs)),
      terminal: terminal, services: services)
    return play.run()
  }
}

/// A person in great haste.
private struct Play {
  var state: WorkbenchState
  let terminal: NcursesTerminal
  let services: WorkbenchServices
  private var times = KeyTimes()
  private var resumes = false

  /// Keys in all, and the seconds that they may take.
  private static let (keys, seconds) = (2_000, 5.0)

  init(state: WorkbenchState, terminal: NcursesTerminal, services: WorkbenchServices) {
    self.state = state
    self.terminal = terminal
    self.services = services
  }

  mutating func run() -> KeyTimes {
    terminal.present(view(state))
    services.inference.start()
    carryOut(Workbench.start(&state))
    // The models are loaded and the first answers are there when a person begins.
    let start = ContinuousClock.now
    while Stopwatch.milliseconds(since: start) < 700 { answer(waiting: 50) }
    var generator = SeededGenerator(seed: 1, stream: "keys")
    let first = ContinuousClock.now
    while times.view.count < Self.keys, Stopwatch.milliseconds(since: first) < 1000 * Self.seconds {
      for key in generator.pick(Gestures.all) {
        press(key)
        answer(waiting: 0)
      }
    }
    return times
  }

  private mutating func press(_ key: Key) {
    times.update.append(Stopwatch.milliseconds { carryOut(update(&state, .key(key))) })
    var frame = Frame(size: state.size)
    times.view.append(Stopwatch.milliseconds { frame = view(state) })
    times.present.append(Stopwatch.milliseconds { terminal.present(frame) })
  }

  /// Takes the answers that came, as the workbench does between keys.
  private mutating func answer(waiting milliseconds: Int) {
    _ = terminal.wait(wake: services.mailbox.wake, milliseconds: milliseconds)
    var messages = services.mailbox.take()
    if resumes {
      resumes = false
      messages.append(.resume)
    }
    guard !messages.isEmpty else { return }
    for message in messages { carryOut(update(&state, message)) }
    terminal.present(view(state))
  }

  private mutating func carryOut(_ effects: [Effect]) {
    for effect in effects {
      switch effect {
      case .resume: resumes = true
      case .redraw: terminal.redraw()
      case .quit, .suspend, .bell: break
      default: services.perform(effect)
      }
    }
  }
}

/// What people type, each a few keys that leave no prompt open. Nothing here accepts a post: that
/// would let the router train.
private enum Gestures {
  static let all: [[Key]] =
    "jjjjkkkhhllwwwb0$vx[]{}a1234urHHH#.,mszzfgG".map { [.character($0)] } + [
      [.down], [.down], [.up], [.left], [.right], [.home], [.end], [.pageDown], [.pageUp],
      [.control("r")], [.control("l")], [.escape], [.tab], [.backTab],
      [.character("?"), .character("n"), .character("e"), .down, .down, .escape, .escape],
      [.character(":"), .character("t"), .character("y"), .tab, .backspace, .escape],
      [.character("/"), .character("t"), .character("h"), .character("e"), .escape, .escape],
    ]
}

/// A router that trains over and over on a thread of its own, as the workbench trains one.
private final class Training: Sendable {
  private let stopped = Atomic(false)
  private let queue = DispatchQueue(label: "twinlens.bench.training", qos: .utility)

  init() throws {
    let data = try RouterBench.posts()
    let configuration = RouterConfiguration.paper
    let start = try configuration.makeDiscriminator(for: data, seed: 1)
    let trainer = RouterTrainer(
      configuration: configuration, seed: 1, parallel: RetrainingOptions().parallel)
    queue.async { [self] in
      while !stopped.load(ordering: .relaxed) {
        _ = try? trainer.train(from: start, on: data, dev: nil) { _ in
          !stopped.load(ordering: .relaxed)
        }
      }
    }
  }

  func stop() {
    stopped.store(true, ordering: .relaxed)
    queue.sync {}
  }
}
