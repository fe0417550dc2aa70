import Corpora
import Extractors
import Files
import Foundation
import Inspection
import Screen
import Tensors
import Traces

/// Rectangles that are put on the picture by hand, and what the experts that look at regions answer
/// with them in place of those they find: in the place of the tables under the text.
struct RegionLayer: Layer {
  let place = LayerPlace.details
  let isOfModels = true
  var heat: Bool? = true
  /// What was drawn on each post so far.
  private var drawn: [Post.ID: [ImageRegion]] = [:]
  private var chosen = 0
  /// Where the mouse was pressed on the picture, and what was there before.
  private var pressed: (at: Position, regions: [ImageRegion], chosen: Int)?

  /// Most rectangles of one post where no expert says how many it reads.
  static let most = 8
  private static let step = 0.05
  private static let smallest = 0.05

  static let actions = [
    Action(
      "regions", .looking, keys: ["B"],
      "put rectangles on the picture and see what experts that look at regions answer",
      // Who is open is known with the first answer.
      needsAnswer: true,
      unavailable: { state in
        Action.needsPost(state)
          ?? (state.opened.hasModels ? nil : Action.noModels)
          // What is open can always be closed.
          ?? (state.layers[RegionLayer.self] == nil
            ? lackOfExpert(state) ?? state.lackOfPicture : nil)
      }
    ) { state, _ in
      state.layers.toggle(RegionLayer())
      state.requested.regions = nil
      // What is drawn must be seen.
      if state.layers[RegionLayer.self] != nil { state.layers.close { $0 is NumbersLayer } }
      if Panes.picture(state) == nil { state.choice.fullScreen = nil }
      return []
    }.ofModels()
  ]

  /// Why rectangles would change nothing; nil where an expert looks at them, and where nobody knows
  /// yet who is open.
  @Sendable private static func lackOfExpert(_ state: WorkbenchState) -> String? {
    state.members.isEmpty || state.members.contains(where: \.takesRegions)
      ? nil : "no expert that is open looks at regions; --system NAME opens one that does"
  }

  /// The rectangles of the post on screen: those drawn, else those that the expert on screen
  /// looked at, else the first with some, each in its own place, else one in the middle.
  func regions(_ state: WorkbenchState) -> [ImageRegion] {
    guard let post = state.currentPost else { return [] }
    if let own = drawn[post.id] { return own }
    for (_, signal) in Self.slotted(state) {
      guard case .regions(let all) = signal.kind else { continue }
      let found = signal.slots.map { $0.place.flatMap { all.indices.contains($0) ? all[$0] : nil } }
      // What is missing between others is the whole picture, as the experts see it.
      if let last = found.lastIndex(where: { $0 != nil }) {
        return found[...last].map { $0 ?? .whole }
      }
    }
    return [ImageRegion(left: 0.25, top: 0.25, width: 0.5, height: 0.5)]
  }

  /// The signals whose rectangles can be put elsewhere, with their systems.
  private static func slotted(_ state: WorkbenchState) -> [(system: String, signal: Signal)] {
    // One that sees the whole in every slot has some, too.
    let others = state.members.filter { !$0.takesRegions }.map(\.name)
    let shown = state.traced?.system
    let all = state.tracedSystems.filter { !others.contains($0.system) }
    // The one on screen first: what it looked at is what is moved.
    return (all.filter { $0.system == shown } + all.filter { $0.system != shown }).compactMap {
      system, trace in
      trace.signals.first { !$0.slots.isEmpty }.map { (system, $0) }
    }
  }

  /// What a rectangle is to the experts that read it, e.g. `head`; with several, whose.
  private static func name(_ place: Int, _ state: WorkbenchState) -> String {
    let all = slotted(state)
    return all.compactMap { system, signal in
      guard signal.slots.indices.contains(place) else { return nil }
      let name = state.safe(signal.slots[place].name)
      return all.count == 1 ? name : "\(state.safe(system)) \(name)"
    }.joined(separator: ", ")
  }

  /// How many rectangles are read.
  private static func most(_ state: WorkbenchState) -> (count: Int, reason: String) {
    let counts = slotted(state).map { (state.safe($0.system), $0.signal.slots.count) }
    guard let largest = counts.map(\.1).max() else {
      return (most, "\(most) rectangles are the most on one picture")
    }
    return (
      largest,
      counts.map { "\($0) reads \($1.counted("rectangle"))" }.joined(separator: ", ") + ", no more"
    )
  }

  // MARK: Keys

  /// Those that put rectangles elsewhere.
  private static let keys: Set<Key> = [
    .left, .right, .up, .down, .tab, .backTab, .delete, .character(">"), .character("<"),
    .character("+"), .character("-"), .character("o"), .character("x"), .character("u"),
  ]

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    guard let post = state.currentPost else { return .passes }
    state.notice = nil
    if key == .escape { return .leaves([]) }
    if key == .enter {
      let isDrawn = drawn[post.id] != nil && state.layers[WhatIfLayer.self] != nil
      return .leaves(isDrawn ? state.takeIntoWhatIf(regions(state)) : [])
    }
    if let reason = state.lackOfPicture {
      // Beneath, some of them would change labels.
      return Self.keys.contains(key) ? .stays(state.refuse(reason)) : .passes
    }
    var regions = regions(state)
    let at = min(chosen, regions.count - 1)
    func change(_ edit: (inout ImageRegion) -> Void) {
      guard regions.indices.contains(at) else { return }
      edit(&regions[at])
      regions[at] = Self.inside(regions[at])
    }
    let step = Self.step
    switch key {
    case .left: change { $0 = $0.moved(-step, 0) }
    case .right: change { $0 = $0.moved(step, 0) }
    case .up: change { $0 = $0.moved(0, -step) }
    case .down: change { $0 = $0.moved(0, step) }
    case .character(">"): change { $0 = $0.grown(step, 0) }
    case .character("<"): change { $0 = $0.grown(-step, 0) }
    case .character("+"): change { $0 = $0.grown(0, step) }
    case .character("-"): change { $0 = $0.grown(0, -step) }
    case .tab: chosen = regions.isEmpty ? 0 : (at + 1) % regions.count
    case .backTab: chosen = regions.isEmpty ? 0 : (at + regions.count - 1) % regions.count
    case .character("o"):
      let most = Self.most(state)
      guard regions.count < most.count else { return .stays(state.refuse(most.reason)) }
      regions.append(Self.fresh(beside: regions))
      chosen = regions.count - 1
    case .character("x"), .delete:
      guard regions.indices.contains(at) else { return .stays([]) }
      // Each has its place with the experts: those behind it keep theirs, and in its own the whole
      // picture is seen, as in all places behind the last.
      regions[at] = .whole
      regions.removeLast(regions.reversed().prefix { $0 == .whole }.count)
      chosen =
        regions.indices.dropFirst(at).first { regions[$0] != .whole }
        ?? regions.lastIndex { $0 != .whole } ?? 0
    case .character("u"):
      drawn[post.id] = nil
      chosen = 0
      return .stays([])
    case .click(let position):
      pressed = nil
      guard let point = state.picturePoint(at: position) else { return .passes }
      pressed = (position, regions, at)
      if let other = Self.other(than: at, under: point, regions) {
        chosen = other
      } else {
        change { $0 = $0.centred(on: point) }
      }
    case .release(let position):
      guard let start = pressed else { return .stays([]) }
      pressed = nil
      guard position != start.at, let from = state.picturePoint(at: start.at),
        let to = state.picturePoint(at: position)
      else { return .stays([]) }
      // Drawn from corner to corner, in the place of the rectangle that was chosen before.
      (regions, chosen) = (start.regions, start.chosen)
      guard regions.indices.contains(chosen) else { return .stays([]) }
      regions[chosen] = Self.inside(ImageRegion(from, to))
    default: return .passes
    }
    if regions != self.regions(state) { drawn[post.id] = regions }
    return .stays([])
  }

  /// The smallest other rectangle under a point, where the chosen one is not under it.
  private static func other(
    than chosen: Int, under point: (x: Double, y: Double), _ regions: [ImageRegion]
  ) -> Int? {
    let under = regions.indices.filter { regions[$0].contains(point) }
    return under.contains(chosen)
      ? nil
      : under.min {
        regions[$0].width * regions[$0].height < regions[$1].width * regions[$1].height
      }
  }

  /// A new rectangle, near the middle, where none lies yet.
  private static func fresh(beside others: [ImageRegion]) -> ImageRegion {
    let places = [(0, 0), (1, 1), (-1, -1), (1, -1), (-1, 1), (2, 0), (-2, 0), (0, 2), (0, -2)]
    let all = places.map { x, y in
      ImageRegion(
        left: 0.25 + 0.1 * Double(x), top: 0.25 + 0.1 * Double(y), width: 0.5, height: 0.5)
    }
    return all.first { place in
      !others.contains { abs($0.left - place.left) + abs($0.top - place.top) < 0.05 }
    } ?? all[0]
  }

  /// A rectangle that is not too small and stays on the picture.
  private static func inside(_ region: ImageRegion) -> ImageRegion {
    let width = min(1, max(smallest, region.width))
    let height = min(1, max(smallest, region.height))
    // The middle stays where it is when a rectangle cannot get smaller or larger.
    let left = region.left + (region.width - width) / 2
    let top = region.top + (region.height - height) / 2
    return ImageRegion(
      left: min(max(0, left), 1 - width), top: min(max(0, top), 1 - height), width: width,
      height: height)
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    HintLine(
      state.lackOfPicture != nil
        ? []
        : [
          Hint(label: "arrows", words: "move", key: nil),
          Hint(label: "<>", words: "width", key: nil),
          Hint(label: "-+", words: "height", key: nil),
          Hint(label: "Tab", words: "next", key: .tab),
          Hint(label: "o", words: "add", key: .character("o")),
          Hint(label: "x", words: "drop", key: .character("x")),
          Hint(label: "u", words: "as found", key: .character("u")),
        ],
      last: state.layers[WhatIfLayer.self] == nil
        ? state.hint("regions", "done") : Hint(label: "Enter", words: "into what if", key: .enter),
      in: box)
  }

  // MARK: Answers

  func requests(_ state: inout WorkbenchState) -> [Effect] {
    // Until something is drawn the experts' answers are what they are.
    guard let post = state.currentPost, let own = drawn[post.id] else { return [] }
    let question = RegionQuestion(post: post.id, regions: own)
    guard state.requested.regions != question else { return [] }
    state.requested.regions = question
    return [.askWithRegions(question)]
  }

  /// The answers to what is on screen now; nil while they are due.
  private func answers(_ state: WorkbenchState) -> [Answer]? {
    guard let post = state.currentPost, let known = state.regionAnswers,
      known.question == RegionQuestion(post: post.id, regions: regions(state))
    else { return nil }
    return known.answers
  }

  func signals(_ state: WorkbenchState) -> (of: String, all: [Signal])? {
    let regions = regions(state)
    guard !regions.isEmpty else { return nil }
    let at = min(chosen, regions.count - 1)
    return (
      "drawn by hand",
      [
        Signal(
          // Only to show which one is chosen: its values mean nothing.
          name: "drawn/regions", caption: "the chosen rectangle",
          kind: .regions(regions),
          tensor: Tensor([regions.count], regions.indices.map { $0 == at ? 1 : 0 }))
      ]
    )
  }

  func legend(_ state: WorkbenchState) -> String? {
    let count = regions(state).count
    guard count > 0, state.lackOfPicture == nil else { return "" }
    let at = min(chosen, count - 1)
    let name = Self.name(at, state)
    return "region \(at + 1) of \(count)" + (name.isEmpty ? "" : ", \(name)")
  }

  /// The chosen rectangle, what the experts say with all of them, and the other rectangles: where
  /// rows are few, the answer counts more than these.
  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    guard !box.isEmpty, let post = state.currentPost else { return }
    let regions = regions(state)
    let at = min(chosen, regions.count - 1)
    var row = 0
    if regions.indices.contains(at) { row = draw(at, regions[at], true, state, &pen, box, row: 0) }
    row = drawAnswers(post, state, &pen, box, row: row)
    guard state.lackOfPicture == nil else { return }
    for (i, region) in regions.enumerated() where i != at {
      row = draw(i, region, false, state, &pen, box, row: row)
    }
  }

  private func draw(
    _ place: Int, _ region: ImageRegion, _ isChosen: Bool, _ state: WorkbenchState,
    _ pen: inout Pen, _ box: Box, row: Int
  ) -> Int {
    func percent(_ share: Double) -> String { "\(Int((100 * share).rounded()))" }
    let name = Self.name(place, state)
    let words =
      "\(percent(region.width)) × \(percent(region.height)) % "
      + "at \(percent(region.left)), \(percent(region.top)) %"
    pen.line([pen.piece(isChosen ? pen.look.glyphs.pointer : " ", .title)], in: box, row: row)
    let rest = Box(
      column: box.column + 1, row: box.row, columns: box.columns - 1, rows: box.rows)
    return pen.wrap(
      "region \(place + 1)" + (name.isEmpty ? "" : ", \(name)") + ": \(words)",
      isChosen ? .title : .text, in: rest, row: row)
  }

  /// What the experts answer, or why they do not; the row behind it.
  private func drawAnswers(
    _ post: Post, _ state: WorkbenchState, _ pen: inout Pen, _ box: Box, row: Int
  ) -> Int {
    if let reason = state.lackOfPicture ?? Self.lackOfExpert(state) {
      return pen.wrap(reason, .warning, in: box, row: row)
    }
    guard drawn[post.id] != nil else {
      return pen.wrap(
        "as found, nothing is drawn yet: arrows move the chosen one, o adds one", .muted, in: box,
        row: row)
    }
    guard let answers = answers(state) else {
      return pen.wrap(
        "the experts are asked \(pen.look.glyphs.ellipsis)", .muted, in: box, row: row)
    }
    if answers.isEmpty {
      return pen.wrap(
        "no expert that is open looks at regions; --system NAME opens one that does", .warning,
        in: box, row: row)
    }
    return answers.reduce(row) { draw($1, post, state, &pen, box, row: $0) }
  }

  private func draw(
    _ answer: Answer, _ post: Post, _ state: WorkbenchState, _ pen: inout Pen, _ box: Box, row: Int
  ) -> Int {
    if let failure = answer.failure {
      return pen.wrap(state.safe(failure), .warning, in: box, row: row)
    }
    let before = state.current.flatMap { state.analyses[$0] }.flatMap { try? $0.get() }?
      .answers.first { $0.expert == answer.expert }
    let (old, new) = (before.map { lines($0, post, state) }, lines(answer, post, state))
    var row = row
    for (i, line) in new.enumerated() {
      let was = old.flatMap { $0.indices.contains(i) ? $0[i] : nil }
      let isSame = was == line
      row = pen.wrap(
        "\(state.safe(answer.expert)): \(line)"
          + (isSame ? "" : ", with its own \(was ?? "nothing")"),
        isSame ? .text : .title, in: box, row: row)
    }
    if new.isEmpty {
      row = pen.wrap("\(state.safe(answer.expert)): nothing", .text, in: box, row: row)
    }
    return row
  }

  /// What an expert says, a line a mention or pair.
  private func lines(_ answer: Answer, _ post: Post, _ state: WorkbenchState) -> [String] {
    // A rectangle often moves an answer by less than one percent.
    func percent(_ confidence: Float?) -> String {
      confidence.map { String(format: " %.2f%%", 100 * $0) } ?? ""
    }
    if let found = answer.mentions {
      return found.mentions.map {
        "\(state.safe($0.mention.type.rawValue)) "
          + "\(state.safe(post.quote($0.mention.range)))\(percent($0.confidence))"
      }
    }
    return (answer.relations?.answers ?? []).map {
      "\(state.safe(post.quote($0.head))) \(state.look.glyphs.arrow) "
        + "\(state.safe(post.quote($0.tail))) \(state.safe($0.label))\(percent($0.confidence))"
    }
  }
}
