import Corpora
import Extractors
import Figures
import Foundation
import Inspection
import Routing
import Screen
import Tensors
import Traces

@testable import Reports
@testable import Services
@testable import Terminal
@testable import Workbench

extension FuzzTarget {
  /// Adversarial posts through the workbench: every frame, as cells, as bytes for a terminal and as
  /// files, and what is said of it line by line.
  static let posts = FuzzTarget(
    name: "posts", kind: .posts, isGenerated: true, weight: postsPerRound
  ) { bytes in
    let seed = bytes.prefix(8).enumerated().reduce(UInt64(0)) {
      $0 | UInt64($1.element) << UInt64(8 * $1.offset)
    }
    try show(SeededGenerator(seed: seed, stream: "posts"))
  }

  /// As many as a list of the tallest screen shows at once.
  private static let postsPerRound = 40

  private static func show(_ generator: SeededGenerator) throws {
    var text = HostileText(generator: generator)
    // A dataset has a handful of types.
    let types = (0..<5).map { _ in EntityType(text.word()) } + [.location]
    let posts = (0..<postsPerRound).map { post($0, types, &text) }
    var state = WorkbenchState(
      opened: opened(posts, &text), posts: posts, size: text.generator.pick(sizes),
      look: look(&text))
    _ = start(&state)
    var browsing = Drawing(state, isUTF8: text.generator.chance(0.9))
    // What a person does with the posts besides: other layers, edits, searches, small screens.
    var wandering = browsing
    for index in posts.indices {
      if index > 0 { browsing.take(.key(.character("j"))) }
      if text.generator.chance(0.5) { browsing.take(.analysed(analysis(posts[index], &text))) }
      // Only a post that stands in the text and in the list counts as drawn.
      try require(browsing.isShowing(index), "post \(index) is not on the screen")
      try browsing.draw()
      if text.generator.chance(0.15) { try wander(&wandering, posts, &text) }
    }
    for drawing in [browsing, wandering] {
      try checkFiles(ScreenCopy(drawing.state), &text)
      for fact in drawing.state.plainFacts {
        let name = fact.id.split(separator: "/").prefix(fact.id.hasPrefix(PlainFact.layer) ? 2 : 1)
        try ShownText.check(fact.text, "what is read aloud as \(name.joined(separator: "/"))")
      }
    }
  }

  private static func wander(
    _ wandering: inout Drawing, _ posts: [Post], _ text: inout HostileText
  ) throws {
    if text.generator.chance(0.1) { wandering.take(.resized(text.generator.pick(allSizes))) }
    if text.generator.chance(0.7) {
      let index = wandering.state.current ?? 0
      wandering.take(.analysed(analysis(posts[index], &text)))
    }
    for _ in 0...text.generator.index(below: 4) {
      if let key = KeyName.parse(text.generator.pick(keys)) { wandering.take(.key(key)) }
      if text.generator.chance(0.1) { wandering.take(.paste(text.sentence(3))) }
      if text.generator.chance(0.1) {
        wandering.take(.notice(text.sentence(4), isError: true))
      }
    }
    try wandering.draw()
  }

  /// Screens with a list of posts beside the post.
  private static let sizes = [
    (80, 24), (78, 20), (80, 24), (78, 20), (80, 24), (78, 20), (80, 24), (100, 30), (120, 36),
    (100, 50),
  ].map { Size(columns: $0.0, rows: $0.1) }
  private static let allSizes =
    sizes + [(40, 12), (24, 8), (9, 3), (60, 20)].map { Size(columns: $0.0, rows: $0.1) }

  private static let keys = [
    "Tab", "Right", "Left", "Down", "Up", "Return", "Escape", "z", "m", "#", ".", "w", "$", "?",
    ":",
    "/", "e", "f", "P", "L", "v", "s", "N", "n", "u", "r", "Z", "G", "g", "d", "D", "h", "Q", "y",
    "a",
    "x", "c", "t", "+", "[", "]", "Space", "1", "o", "M", "O", "A", "B", "C", "E", "F", "H",
    "ctrl+l",
  ]

  private static func look(_ text: inout HostileText) -> Look {
    let isASCII = text.generator.chance(0.2)
    return Look(
      theme: text.generator.chance(0.5) ? .dusk : .paper, glyphs: isASCII ? .ascii : .unicode,
      sanitizer: Sanitizer(
        emoji: text.generator.pick(Sanitizer.EmojiMode.allCases), ascii: isASCII))
  }

  private static func opened(
    _ posts: [Post], _ text: inout HostileText
  ) -> WorkbenchState.Opened {
    let types = Set(posts.flatMap { $0.mentions.map(\.type) } + [.person]).sorted()
    var opened = WorkbenchState.Opened(
      dataset: text.word(), store: text.sentence(2), types: types,
      relations: [text.word(), "/per/per/peer"], annotator: text.word(), clock: { 0 })
    opened.guidelines = Guidelines(
      general: text.sentence(20), [types[0].rawValue: text.sentence(10)])
    opened.notices = [text.sentence(5)]
    opened.findings = [posts[0].id: [text.sentence(5)]]
    return opened
  }

  private static func post(
    _ number: Int, _ types: [EntityType], _ text: inout HostileText
  ) -> Post {
    let count = 1 + text.generator.index(below: text.generator.chance(0.01) ? 300 : 16)
    let tokens = (0..<count).map { _ in
      Token(text.word(), originalTag: text.generator.chance(0.2) ? text.word() : nil)
    }
    var mentions: [EntityMention] = []
    var at = 0
    while at < count, mentions.count < 6 {
      let end = min(count, at + 1 + text.generator.index(below: 3))
      mentions.append(EntityMention(at..<end, text.generator.pick(types)))
      at = end + text.generator.index(below: 4)
    }
    let relations =
      mentions.count < 2
      ? []
      : [
        RelationMention(
          head: mentions[0].range, tail: mentions[1].range,
          label: text.generator.chance(0.5) ? text.word() : "/per/per/peer")
      ]
    return Post(
      id: "\(number)" + text.word(), tokens: tokens,
      imageID: text.generator.chance(0.7) ? text.word() : nil, mentions: mentions,
      relations: relations, split: text.generator.pick(Split.allCases),
      attributes: [text.word(): text.word(), "imageAdds": "yes"],
      source: SourceLocation(file: text.word(), line: number + 1))
  }

  private static func analysis(_ post: Post, _ text: inout HostileText) -> PostAnalysis {
    let labels = ["O", "B-" + text.word(), "I-PER"]
    func answer(_ sees: Bool) -> Answer {
      let row: [Float] = [0.2, 0.5, .nan]
      var trace = Trace()
      trace.append(
        Signal(
          name: text.word(), caption: text.sentence(3),
          kind: .scalar(low: 0, high: 1, threshold: 0.5, percentile: nil), ofPicture: sees,
          tensor: Tensor(scalar: 0.3)))
      trace.append(
        Signal(
          name: "words", caption: text.word(), kind: .words,
          tensor: Tensor([post.tokens.count], [Float](repeating: 0.4, count: post.tokens.count))))
      trace.append(
        Signal(
          name: "choice", caption: text.word(),
          kind: .distribution(labels: [text.word(), text.word()]),
          tensor: Tensor([2], [0.7, 0.3])))
      return Answer(
        expert: text.word(), seesPicture: sees,
        .mentions(
          Prediction(
            expert: text.word(),
            mentions: post.mentions.prefix(2).map { ScoredMention($0, confidence: 0.5) },
            labels: labels, marginals: [[Float]](repeating: row, count: post.tokens.count),
            path: [Int](repeating: 0, count: post.tokens.count), trace: trace)))
    }
    let pairs = RelationAnswers(
      expert: text.word(), labels: [text.word(), "None"],
      answers: post.relations.map {
        RelationAnswer(
          head: $0.head, tail: $0.tail, label: text.word(), probabilities: [0.6, 0.4])
      })
    return PostAnalysis(
      post: post.id,
      answers: [
        answer(false), answer(true),
        Answer(expert: pairs.expert, seesPicture: false, .relations(pairs)),
        Answer(expert: text.word(), seesPicture: true, .failed(text.sentence(3))),
      ], decision: RouteDecision(probability: 0.7, percentile: 0.4, cosine: 0.2),
      notices: [text.sentence(4)])
  }

  /// The screen as files, and posts as JSON.
  private static func checkFiles(_ copy: ScreenCopy, _ text: inout HostileText) throws {
    try ShownText.check(bytes: copy.frame.ansiLines.utf8, ".ansi")
    let provenance = ExportProvenance.lines(
      dataset: copy.dataset, post: copy.post, models: copy.models, folder: nil)
    let svg = copy.frame.svg(copy.theme, description: provenance.joined(separator: " "))
    try ShownText.check(markup: svg, ".svg")
    let page = HTMLPage.document(
      title: copy.dataset, body: svg + provenance.map(HTMLPage.paragraph).joined())
    try ShownText.check(markup: page, ".html")
    let json = JSONText.object([
      (text.word(), .string(text.sentence(5))), ("list", .strings([text.word(), text.word()])),
    ]).text()
    try ShownText.check(json, ".json")
  }
}

/// A workbench whose frames are checked as they follow each other: as cells, as what is recorded,
/// and as what goes to the terminal, through the library and past it.
private struct Drawing {
  private(set) var state: WorkbenchState
  private var planner: ScreenPlanner
  private var last: Frame?

  init(_ state: WorkbenchState, isUTF8: Bool) {
    self.state = state
    planner = ScreenPlanner(
      depth: .indexed256, darkBackground: true, isUTF8: isUTF8, pixels: nil,
      libraryWidth: { Unicode.Scalar($0).map { TextWidth.columns(of: $0) } ?? -1 })
  }

  mutating func take(_ message: Message) { _ = update(&state, message) }

  /// Whether a post is the one on the screen, in the text and in the list.
  func isShowing(_ index: Int) -> Bool {
    let panes = Panes(state)
    return state.current == index && state.layers.isBrowsing && !panes.text.isEmpty
      && panes.queue.map { !$0.isEmpty } == true
  }

  mutating func draw() throws {
    let frame = view(state)
    try ShownText.check(frame)
    try ShownText.check(bytes: frame.ansi(after: last).utf8, "what is recorded")
    let plan = planner.plan(frame, target: state.size)
    for (place, cell) in plan.changes {
      let own = cell.text == " \u{200E}" ? " " : cell.text
      if let found = own.unicodeScalars.first(where: ShownText.isForbidden) {
        throw FuzzTarget.Fault("the cell at \(place) holds U+\(String(found.value, radix: 16))")
      }
    }
    for emission in plan.emissions {
      try ShownText.check(bytes: emission.bytes, "what is sent past the library")
    }
    last = frame
  }
}
