/// One thing a person can do. The table of these (`Action.all`) is the only source of the keymap,
/// the command line, the help list and the printed manual.
struct Action: Sendable {
  /// What the command line and keymap files call it.
  let name: String
  let group: Group
  /// Default keys, as `KeyName` spells them.
  let keys: [String]
  /// One sentence without a full stop, for help and manual.
  let summary: String
  let parameters: [Parameter]
  /// True when its outcome depends on what the models say of the post on screen: it is run once
  /// they have answered, and so are the keys typed after it.
  let needsAnswer: Bool
  /// Whether its outcome depends on the signals on screen too, which may be those of a layer.
  let ofSignals: Bool
  /// Where in the list of posts it goes; nil for actions that do not move in it.
  let place: Place?
  /// What a number typed before its key means.
  var counting = Counting.none
  /// Whether it is about what the models say, which can be hidden (`panels`).
  private(set) var isOfModels: Bool
  /// What the keys after it are typed for; nil where they mean what they always do. Where it did
  /// not come about, they must not change the labels of the post on screen.
  private(set) var leadsTo: Goal?
  /// Why it cannot be done now; nil when it can.
  let unavailable: @Sendable (WorkbenchState) -> String?
  let run: @Sendable (inout WorkbenchState, Arguments) -> [Effect]

  init(
    _ name: String, _ group: Group, keys: [String] = [], _ summary: String,
    parameters: [Parameter] = [], needsAnswer: Bool = false, ofSignals: Bool = false,
    place: Place? = nil,
    unavailable: @escaping @Sendable (WorkbenchState) -> String? = { _ in nil },
    run: @escaping @Sendable (inout WorkbenchState, Arguments) -> [Effect]
  ) {
    self.name = name
    self.group = group
    self.keys = keys
    self.summary = summary
    self.parameters = parameters
    self.needsAnswer = needsAnswer
    isOfModels = needsAnswer
    self.ofSignals = ofSignals
    self.place = place
    self.unavailable = unavailable
    self.run = run
  }

  /// What a number before a command means.
  enum Counting: Sendable, Equatable {
    /// Nothing: it is refused.
    case none
    /// To do it so many times.
    case times
    /// Which one: the command reads it, counted from 1.
    case which
  }

  /// The same, with a meaning of numbers before it.
  func counting(_ counting: Counting) -> Action {
    var result = self
    result.counting = counting
    return result
  }

  /// The same, about what the models say.
  func ofModels() -> Action {
    var result = self
    result.isOfModels = true
    return result
  }

  /// What keys are typed ahead for.
  enum Goal: Sendable {
    /// A list or another layer.
    case layer
    /// A list in which Enter alone changes something.
    case history
    /// Another post, or another place of this one.
    case place
  }

  /// The same, with keys after it that are typed for something.
  func leading(to goal: Goal) -> Action {
    var result = self
    result.leadsTo = goal
    return result
  }

  /// Whether it changes labels or the state of the post on screen, and is no undoing.
  var changesPost: Bool { Self.changing.contains(name) }

  /// Whether it can lead to an edit, or take one back.
  var editsPosts: Bool {
    changesPost
      || [
        "undo", "undo-any", "redo", "note", "remove-note", "label-pair", "relate", "everywhere",
        "adjudicate", "history",
      ].contains(name)
  }

  /// Names of those that do.
  static let changing: Set<String> = [
    "type", "span", "clear", "extend", "shrink", "extend-left", "shrink-left", "take", "adopt",
    "adopt-shown", "repeat", "same", "fix", "accept", "reopen", "reject", "skip", "flag",
    "drop-pair", "swap-pair", "relation",
  ]

  /// Why nothing can be asked of models.
  static let noModels =
    "no models are loaded; start without --no-models, or with a folder of some after --models"

  /// Why it cannot be done now; nil when it can. What is hidden cannot be acted on.
  func obstacle(_ state: WorkbenchState) -> String? {
    if editsPosts, state.layers[WhatIfLayer.self] != nil { return WhatIfLayer.guarding(state) }
    return isOfModels ? state.hidingOfModels ?? unavailable(state) : unavailable(state)
  }

  /// A place in the list of posts, by what must be known of a list that still grows.
  enum Place: Sendable {
    case next
    case nextUnreviewed
    /// Any other: the list must be final.
    case anywhere
  }

  /// Headings of help and manual.
  enum Group: String, Sendable, CaseIterable {
    case moving = "Moving"
    case labelling = "Labelling"
    case relations = "Relations"
    case looking = "Looking"
    case routing = "Routing"
    case program = "Program"
  }

  /// One argument on the command line.
  struct Parameter: Sendable, Equatable {
    let name: String
    let kind: Kind
    let isOptional: Bool

    enum Kind: Sendable, Equatable {
      /// A token number, counted from 0.
      case token
      /// The end of a range: the number of the token behind it.
      case end
      /// A place in the list of posts, counted from 1.
      case place
      /// An entity type of the dataset.
      case type
      /// A relation label of the dataset.
      case relation
      /// An entity type or a relation label of the dataset.
      case label
      /// The id of a post.
      case post
      /// The name of a system that answered for this post.
      case system
      /// The name of an expert that is open, hidden ones too.
      case expert
      /// A head or slice, counted from 1, or `mean`.
      case slice
      /// One of these words.
      case word([String])
      /// Everything up to the end of the line.
      case rest
      /// A setting and its value, up to the end of the line.
      case setting
    }

    static func required(_ name: String, _ kind: Kind) -> Self {
      Self(name: name, kind: kind, isOptional: false)
    }

    static func optional(_ name: String, _ kind: Kind) -> Self {
      Self(name: name, kind: kind, isOptional: true)
    }
  }

  /// `span START END TYPE`, optional arguments in brackets.
  var usage: String {
    ([name] + parameters.map { $0.isOptional ? "[\($0.name)]" : $0.name }).joined(separator: " ")
  }

  /// True when it can be run without typing anything.
  var needsArguments: Bool { parameters.contains { !$0.isOptional } }

  /// Every action, by group, in the order of the manual.
  static let all: [Action] =
    moving + suspicion + labelling + guidelines + remarks + relations + looking + routing
    + DatasetLayer.actions + program + settings + progress + practising + learning

  /// The action of that name.
  static func named(_ name: String) -> Action? {
    byName[name] ?? earlier[name].flatMap { byName[$0] }
  }

  /// What names were called before, as keymap files and scripts may still have it, and what vi
  /// calls them.
  private static let earlier = [
    "q": "quit", "q!": "quit!", "unreviewed": "unaccepted",
    "previous-unreviewed": "previous-unaccepted",
  ]

  private static let byName = Dictionary(
    all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
}

/// The arguments of one call, already checked against their parameters.
struct Arguments: Sendable, Equatable {
  let values: [Value]
  /// The number before the command.
  var count: Int?

  enum Value: Sendable, Equatable {
    case number(Int)
    case text(String)
  }

  static let none = Arguments(values: [])

  init(values: [Value], count: Int? = nil) {
    self.values = values
    self.count = count
  }

  /// The number at a place, nil when it was left out.
  func number(_ at: Int) -> Int? {
    guard values.indices.contains(at), case .number(let n) = values[at] else { return nil }
    return n
  }

  /// The text at a place, nil when it was left out.
  func text(_ at: Int) -> String? {
    guard values.indices.contains(at), case .text(let t) = values[at] else { return nil }
    return t
  }
}
