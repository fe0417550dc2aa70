import Corpora
import Queries
import Routing

/// What must hold for a step of a lesson to be done. A closed set: what a lesson's file can ask
/// for is `LessonCheck.Kind.all`. Each looks at what is there, whatever keys were pressed.
enum LessonCheck: Sendable, Equatable {
  /// The labels of the task's posts are the right ones.
  case labels
  case post(Post.ID)
  case layer(LessonLayer)
  case system(String)
  case map(String)
  /// A head, layer or slot of what is on screen, counted from 1; 0 for their mean.
  case head(Int)
  case heat(Bool)
  /// A signal that the system on screen shows, with a value in a range.
  case signal(String, ClosedRange<Float>)
  /// The threshold that is asked about.
  case cut(Float)
  case query(Query)
  case label(words: String, type: EntityType)
  /// The step's post is accepted.
  case accepted
  case acceptedPosts(Int)
  case flagged
  case noted
  /// The route of the post on screen; nil for any that is known.
  case route(Route?)
  case router(RouterStage)
  case models(Bool)
  /// The quiz of the step is revealed, and the right answer known.
  case revealed

  /// Where the training of the router stands.
  enum RouterStage: String, Sendable, CaseIterable {
    case waits, installed, dropped
  }
}

/// A layer that a lesson can ask for, by the command that opens it.
struct LessonLayer: Sendable, Equatable {
  let name: String
  let isOpen: @Sendable (LayerStack) -> Bool

  static func == (a: Self, b: Self) -> Bool { a.name == b.name }

  private static func of<L: Layer>(_ name: String, _ type: L.Type) -> LessonLayer {
    LessonLayer(name: name) { $0[type] != nil }
  }

  static let all: [LessonLayer] = [
    of("explain", ExplanationLayer.self), of("numbers", NumbersLayer.self),
    of("regions", RegionLayer.self), of("history", HistoryLayer.self), of("help", HelpLayer.self),
    of("what-if", WhatIfLayer.self), of("router-history", RouterHistoryLayer.self),
    of("heads", HeadsLayer.self), of("witness", WitnessLayer.self),
    of("look-back", RegionCursorLayer.self), of("dataset", DatasetLayer.self),
    LessonLayer(name: "attention") { $0[PageLayer.self]?.name == "attention" },
  ]
}

extension LessonCheck {
  /// Whether it holds now.
  func isMet(_ state: WorkbenchState, _ task: LessonTask) -> Bool {
    let index = state.indexOfID[task.post]
    return switch self {
    case .labels: task.posts.allSatisfy { state.indexOfID[$0].map(state.isRight) ?? true }
    case .post(let id): state.current.map { state.posts[$0].id } == id
    case .layer(let layer): layer.isOpen(state.layers)
    case .system(let name): state.traced?.system == name && !state.isOfRouter
    case .map(let name): state.spatialSignal?.name == name
    case .head(let number): state.stepCount > 0 && (state.choice.slice ?? -1) + 1 == number
    case .heat(let isOn): state.showsHeat == isOn && (!isOn || state.heat != nil)
    case .signal(let name, let range):
      state.shownSignals.first { $0.name == name }?.mean.first.map { range.contains($0) } ?? false
    case .cut(let cut): abs(state.cut - cut) < 0.005
    case .query(let query): state.queue.query.flatMap(state.parsed) == query
    case .label(let words, let type):
      index.map { index in
        state.post(index).mentions.contains {
          $0.type == type && state.posts[index].words($0.range) == words
        }
      } ?? false
    case .accepted: index.map { state.review($0).isAccepted } ?? true
    case .acceptedPosts(let count): state.labels.accepted >= count
    case .flagged: index.map { state.labels.remarks[$0]?.marks.contains(.flag) == true } ?? true
    case .noted: index.map { state.labels.remarks[$0]?.note != nil } ?? true
    case .route(let route):
      state.current.flatMap(state.shownRoute).map { route == nil || $0.route == route } ?? false
    case .router(let stage): stage == RouterStage(state.training.state)
    case .models(let isShown): state.showsModels == isShown
    case .revealed: state.lesson?.quizzes[task.number]?.outcome != nil
    }
  }

  /// What is still to be done.
  func words(_ state: WorkbenchState, _ task: LessonTask) -> String {
    switch self {
    case .labels: "the labels are not right"
    case .post(let id): "\(state.safe(id)) is not on screen"
    case .layer(let layer): "\(layer.name) is not open"
    case .system(let name): "\(state.safe(name)) is not on screen"
    case .map(let name): "the map \(state.safe(name)) is not on screen"
    case .head(0): "the mean is not on screen"
    case .head(let number): "number \(number) of the heads, layers or slots is not on screen"
    case .heat(let isOn): isOn ? "no heat lies over the picture" : "heat lies over the picture"
    case .signal(let name, let range):
      range == Self.anyValue
        ? "\(state.safe(name)) is not on screen"
        : "\(state.safe(name)) is not \(Self.words(range)) here"
    case .cut(let cut): "the threshold asked about is not \(Digits.fine(cut))"
    case .query(let query): "the list is not that of /\(state.safe(query.description))"
    case .label(let words, let type):
      "'\(state.safe(words))' is not labelled \(state.safe(type.rawValue))"
    case .accepted:
      (task.checks.contains(.labels) ? "the labels are right; " : "") + "the post is not accepted"
    case .acceptedPosts(let count):
      "\(state.labels.accepted) of \(count) posts are accepted"
    case .flagged: "the post is not flagged"
    case .noted: "the post has no note"
    case .route(nil): "the route of this post is not known"
    case .route(let route?): "this post does not go to the \(route.rawValue) expert"
    case .router(.waits): "no new router waits"
    case .router(.installed): "no new router is in use"
    case .router(.dropped): "no new router was dropped"
    case .models(let isShown):
      isShown ? "what the models say is hidden" : "what the models say is on screen"
    case .revealed:
      state.lesson?.quizzes[task.number]?.isRevealed == true
        ? "the models have not answered yet" : "the answer is not revealed"
    }
  }

  /// What a signal's value may be where a lesson gives no bounds.
  static let anyValue = -Float.infinity...Float.infinity

  private static func words(_ range: ClosedRange<Float>) -> String {
    switch (range.lowerBound.isFinite, range.upperBound.isFinite) {
    case (true, true):
      "from \(Digits.short(range.lowerBound)) to \(Digits.short(range.upperBound))"
    case (true, false): "above \(Digits.short(range.lowerBound))"
    default: "below \(Digits.short(range.upperBound))"
    }
  }
}

extension LessonCheck.RouterStage {
  /// The stage that a report of the trainer says; nil for those that no lesson asks for.
  fileprivate init?(_ state: TrainingReport.State) {
    switch state {
    case .candidate: self = .waits
    case .installed: self = .installed
    case .dropped, .rolledBack: self = .dropped
    case .idle, .queued, .running, .refused: return nil
    }
  }
}

extension Post {
  /// The words of a range with blanks between them.
  func words(_ range: Range<Int>) -> String {
    tokens[range.clamped(to: 0..<tokens.count)].map(\.text).joined(separator: " ")
  }

  /// Where words, given with blanks between them, stand first.
  func range(ofWords words: String) -> Range<Int>? {
    let wanted = words.split(separator: " ").map(String.init)
    guard !wanted.isEmpty, wanted.count <= tokens.count else { return nil }
    return (0...(tokens.count - wanted.count)).first { start in
      zip(tokens[start...], wanted).allSatisfy { $0.text == $1 }
    }.map { $0..<($0 + wanted.count) }
  }
}
