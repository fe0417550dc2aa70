import Corpora
import Inspection
import Routing
import Screen

/// The whole dataset as its models see it, a page at a time: a plot or the numbers behind it, with
/// a cursor from which Enter leads to the posts.
struct DatasetLayer: Layer {
  let place = LayerPlace.over
  let isOfModels = true
  /// The part of the dataset; `all` for every post.
  var split = Split.all
  /// Which page, as far as there are so many.
  var page = 0
  /// The page's kind and title, so that it is found again where pages came or went.
  var wanted: StudyPage.Kind?
  var row = 0
  var column = 0
  /// Whether numbers take the place of the plot.
  var showsNumbers = false

  static let actions = [
    Action(
      "dataset", .routing, keys: ["d"],
      "the whole dataset: p, gates, calibration, confusion, who is right, thresholds, words, a map of "
        + "the posts, how experts learned; Enter goes to the posts behind a number",
      parameters: [.optional("PAGE", .word(StudyPage.Kind.allCases.map(\.rawValue)))],
      unavailable: { $0.opened.hasModels ? nil : Action.noModels }
    ) { state, arguments in
      var layer = state.layers.earlier(DatasetLayer.self) ?? DatasetLayer()
      if let name = arguments.text(0), let kind = StudyPage.Kind(rawValue: name) {
        (layer.wanted, layer.row, layer.column) = (kind, 0, 0)
      }
      state.layers.open(layer)
      return []
    }.leading(to: .layer).ofModels()
  ]

  func requests(_ state: inout WorkbenchState) -> [Effect] {
    guard state.showsModels else { return [] }
    let (posts, labels) = (state.posts, state.labels)
    let request = state.study.ask(split, edit: state.history.nextSequence) {
      var edited: [Int: Post] = [:]
      for (index, post) in posts.enumerated() {
        let now = labels.history.annotated(post)
        if now.mentions != post.mentions || now.relations != post.relations { edited[index] = now }
      }
      return edited
    }
    return request.map { [.study($0)] } ?? []
  }

  // MARK: Pages

  /// All pages: those of the study, and how the router learned here.
  func pages(_ state: WorkbenchState) -> [StudyPage] {
    (state.study.found?.pages ?? []) + [StudyPage.objective(state.training)].compactMap(\.self)
  }

  /// The page on screen with its number; nil while there is none.
  func current(_ state: WorkbenchState) -> (number: Int, page: StudyPage)? {
    let pages = pages(state)
    guard !pages.isEmpty else { return nil }
    guard let wanted else {
      let number = min(page, pages.count - 1)
      return (number, pages[number])
    }
    return pages.firstIndex { $0.kind == wanted }.map { ($0, pages[$0]) }
  }

  /// Why the page that was asked for is not there; nil where it is, or may still come.
  func missing(_ state: WorkbenchState) -> String? {
    guard let wanted, state.study.found != nil, !pages(state).contains(where: { $0.kind == wanted })
    else { return nil }
    return "there is nothing on the page \(wanted.rawValue): it needs a router, two experts that "
      + "answer, or posts with pictures; Tab turns to the pages that there are"
  }

  // MARK: Keys

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    state.notice = nil
    switch key {
    case .escape, .control("c"), .character("q"), .character("d"): return .leaves([])
    case .character("s"): return .stays(changeSplit(&state))
    default: break
    }
    guard let (number, shown) = current(state) else {
      let turns = [.tab, .backTab, .character("."), .character(",")].contains(key)
      guard turns, missing(state) != nil, !pages(state).isEmpty else { return .stays([.bell]) }
      wanted = nil
      turn(to: 0)
      return .stays([])
    }
    let count = pages(state).count
    wanted = nil
    page = number
    let rows = Self.tableRows(state, shown)
    switch key {
    case .tab, .character("."): turn(to: (number + 1) % count)
    case .backTab, .character(","): turn(to: (number + count - 1) % count)
    case .character("#"): showsNumbers.toggle()
    case .enter: return follow(shown, &state)
    case .up, .character("k"), .down, .character("j"), .left, .character("h"), .right,
      .character("l"):
      move(key, shown, state)
    case .pageUp: row = max(0, row - rows)
    case .pageDown: row = min(max(0, shown.rows.count - 1), row + rows)
    case .home: row = 0
    case .end: row = max(0, shown.rows.count - 1)
    case .scroll(_, let up): row = max(0, min(shown.rows.count - 1, row + (up ? -3 : 3)))
    default: return .stays([.bell])
    }
    return .stays([])
  }

  private mutating func turn(to page: Int) {
    (self.page, row, column) = (page, 0, 0)
  }

  private mutating func changeSplit(_ state: inout WorkbenchState) -> [Effect] {
    let there = Set(state.posts.map(\.split))
    let splits = [.all] + Split.allCases.filter { $0 != .all && there.contains($0) }
    guard splits.count > 2 else {
      return state.refuse("all posts are of one split: \(there.first?.rawValue ?? "none")")
    }
    let at = splits.firstIndex(of: split) ?? 0
    split = splits[(at + 1) % splits.count]
    return []
  }

  private mutating func move(_ key: Key, _ shown: StudyPage, _ state: WorkbenchState) {
    let last = max(0, shown.rows.count - 1)
    row = min(row, last)
    if !shown.points.isEmpty, !showsNumbers {
      let (dx, dy): (Double, Double) =
        switch key {
        case .up, .character("k"): (0, 1)
        case .down, .character("j"): (0, -1)
        case .left, .character("h"): (-1, 0)
        default: (1, 0)
        }
      row = Plane(shown.points).neighbour(of: row, dx: dx, dy: dy) ?? row
      return
    }
    switch key {
    case .up, .character("k"): row = max(0, row - 1)
    case .down, .character("j"): row = min(last, row + 1)
    case .left, .character("h"): column = max(0, min(column, shown.lastColumn) - 1)
    default: column = min(shown.lastColumn, column + 1)
    }
  }

  // MARK: To the posts

  /// What Enter leads to from the cursor.
  func target(_ shown: StudyPage) -> StudyPage.Target? {
    guard shown.rows.indices.contains(row) else { return nil }
    let cells = shown.rows[row].cells
    guard shown.hasColumns else { return cells.lazy.compactMap(\.target).first }
    return cells.indices.contains(column + 1) ? cells[column + 1].target : nil
  }

  private func follow(_ shown: StudyPage, _ state: inout WorkbenchState) -> LayerReply {
    switch target(shown) {
    case nil: return .stays(state.refuse("no posts stand behind this"))
    case .query(let text)?: return .leaves(state.search(text, adopt: true))
    case .posts(let places, let words)?:
      state.picked = Set(places)
      let effects = state.search("is:picked", adopt: true)
      state.notice = Notice(text: "is:picked: \(words)")
      return .leaves(effects)
    case .post(let place)?:
      guard state.posts.indices.contains(place) else { return .stays([.bell]) }
      state.show(post: place)
      return .leaves([])
    }
  }
}

extension StudyPage {
  /// Whether the cursor chooses a column too: each number has posts of its own.
  var hasColumns: Bool { kind == .confusion || kind == .cells }

  /// The last column that the cursor can be in, behind the first with the names.
  var lastColumn: Int {
    guard hasColumns, let row = rows.first else { return 0 }
    return max(0, row.cells.count - 2)
  }
}

/// The points of a plane of posts.
struct Plane {
  private let points: [StudyPage.PlanePoint]
  /// The extent along both directions.
  let x: ClosedRange<Double>
  let y: ClosedRange<Double>

  init(_ points: [StudyPage.PlanePoint]) {
    self.points = points
    func range(_ values: [Double]) -> ClosedRange<Double> {
      let (low, high) = (values.min() ?? 0, values.max() ?? 1)
      return low...max(high, low + 1e-9)
    }
    (x, y) = (range(points.map(\.x)), range(points.map(\.y)))
  }

  /// Where a point lies, 0 … 1 from the left and from the top.
  func place(_ index: Int) -> (across: Double, down: Double) {
    func share(_ distance: Double, _ range: ClosedRange<Double>) -> Double {
      let width = range.upperBound - range.lowerBound
      return width > 0 ? min(1, max(0, distance / width)) : 0.5
    }
    return (share(points[index].x - x.lowerBound, x), share(y.upperBound - points[index].y, y))
  }

  /// The nearest point in a direction, what lies aside counting twice; nil where there is none.
  func neighbour(of index: Int, dx: Double, dy: Double) -> Int? {
    guard points.indices.contains(index) else { return nil }
    let here = place(index)
    var best: (distance: Double, index: Int)?
    for other in points.indices where other != index {
      let there = place(other)
      let (across, down) = (there.across - here.across, there.down - here.down)
      let along = across * dx - down * dy
      let aside = abs(across * dy) + abs(down * dx)
      guard along > 0 || (along == 0 && aside == 0 && other > index), along >= aside / 2 else {
        continue
      }
      let distance = along + 2 * aside
      if best.map({ distance < $0.distance }) ?? true { best = (distance, other) }
    }
    return best?.index
  }
}
