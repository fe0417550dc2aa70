import Annotations
import Corpora
import Extractors
import Foundation
import Inspection
import Pictures
import Screen
import Services
import Tensors
import Terminal
import Workbench

/// One post with everything that is known of it: what `twinlens show` prints.
package struct PostReport: Sendable {
  let dataset: Dataset
  /// The post with the labels it has now.
  let post: Post
  let review: ReviewState
  /// What people left on the post, as of then; nil where nobody touched it.
  let state: LabelState?
  let analysis: PostAnalysis
  /// What the models computed in.
  let precision: Precision
  /// Nil without a router.
  let explanation: RouteExplanation?
  let store: String
  /// Where the models' folders are; nil where no model was asked.
  let modelsFolder: String?
  /// The saved what-if whose changes they are; nil when they were given one by one.
  let whatIf: SavedWhatIf?
  /// What the models say after a change; nil when none was asked for.
  let changed: WhatIfAnswer?
  /// What each part of the post is worth to each expert; empty when it was not asked for.
  let occluded: [Occluded]
  /// What the corrections did to the router; nil when it was not asked for.
  let corrections: RouteHistory?
  /// Experts that were asked for by name and answer for relations, where the post has no pair.
  let waiting: [String]
  /// How long each expert takes, milliseconds; empty when it was not asked for.
  let times: [(expert: String, milliseconds: Double)]

  /// Opens a dataset and its annotations for reading, loads the models and asks them.
  /// - Parameters:
  ///   - shared: where the embedded sample is.
  ///   - post: an id; nil takes the post of the what-if, else the first.
  ///   - changes: what is changed before the models are asked again.
  ///   - whatIf: the name of a saved what-if whose changes are made; nil: none.
  ///   - moment: up to when edits count; nil = all.
  ///   - corrections: called with the share that is done, to find out what each correction did to
  ///     the router; nil leaves that.
  ///   - isTimed: whether each expert is asked again to measure how long it takes.
  /// - Throws: `CorporaError`, `StoreError`, `SessionError`, `ModelFolderError`,
  ///   `InterventionError`.
  package init(
    _ options: SessionOptions, post id: String?, changes: PostChanges = PostChanges(),
    whatIf name: String? = nil, at moment: HistoryMoment? = nil,
    corrections: ((Double) -> Void)? = nil, isTimed: Bool = false,
    shared: SharedFiles = SharedFiles()
  ) throws {
    let dataset = try Dataset.open(
      try Session.path(options, shared), images: options.images, strict: options.strict,
      encoding: options.encoding)
    self.dataset = dataset
    let first = dataset.posts.first
    let location = try StoreLocation.resolve(dataset: dataset, explicit: options.store)
    store = location.name
    var changes = changes
    whatIf = try name.map {
      try WhatIfReport.named($0, post: id, in: WhatIfFile(besideStore: location.workPath))
    }
    let id = id ?? whatIf?.whatIf.post
    changes.interventions += whatIf?.whatIf.changes.interventions ?? []
    guard let base = id.map({ dataset.post(id: $0) }) ?? first else {
      throw SessionError.noPost(id ?? "", nearest: first?.id)
    }
    // A store that is not there yet holds nothing; one that cannot be read must be named.
    let isThere = options.store.map(StoreAddress.isThere) ?? true
    let history =
      isThere ? try StoredAnnotations(at: location, over: dataset).history : EditHistory()
    if let moment { try moment.check(history) }
    let state =
      moment.map { moment in history.labels(of: base, when: { moment.includes($0) }) }
      ?? history.states[base.id]
    self.state = state
    precision = options.precision
    let labelled = state?.applied(to: base) ?? base
    post = labelled
    review = state?.review ?? .untouched
    let choice = ModelFolderChoice(options: options, dataset: dataset, shared: shared)
    let hasFolder = choice.folder != nil && (choice.hasModels || options.models != nil)
    modelsFolder = hasFolder ? choice.folder : nil
    if hasFolder || options.hasOutsideExperts {
      let models = try ModelOpening(
        folder: hasFolder ? choice.folder : nil, options, store: location.workPath
      ).open(for: dataset)
      let seen = models.see(labelled, of: dataset)
      let found = models.analyse(seen)
      analysis = found
      explanation = models.explainRoute(seen, found)
      changed = try Self.changed(seen, found, changes, models, dataset)
      occluded = changes.occludes ? Self.occluded(seen, found, models) : []
      self.corrections = try corrections.flatMap {
        try Self.corrections(seen, models, dataset, progress: $0)
      }
      waiting =
        labelled.relations.isEmpty && !found.answers.isEmpty
        ? options.experts.filter { models.expert($0)?.task == .relations } : []
      times = isTimed ? Self.times(labelled, of: dataset, found, models) : []
    } else {
      let reason =
        options.withoutModels
        ? "no models are asked, because of --no-models"
        : "no models: give a folder of models to --models"
      guard changes == PostChanges() else {
        throw InterventionError("\(reason); so nobody can say what a change does")
      }
      analysis = PostAnalysis(post: base.id, notices: [reason])
      explanation = nil
      (changed, occluded, self.corrections, waiting, times) = (nil, [], nil, [], [])
    }
  }

  /// How many times an expert is asked for its time.
  static let timings = 5

  /// The median times of experts that answered, from the decoding of the picture to the answer with
  /// all its signals: nothing that was seen before is used again.
  private static func times(
    _ post: Post, of dataset: Dataset, _ found: PostAnalysis, _ models: Roster
  ) -> [(expert: String, milliseconds: Double)] {
    let answered = Set(found.answers.filter { $0.failure == nil }.map(\.expert))
    return models.experts.filter { answered.contains($0.name) }.map { expert in
      var times = (0..<timings).map { round in
        let pictures = PictureProvider(name: "\(dataset.path) \(round) for \(expert.name)") {
          dataset.picture(of: $0, for: $1)
        }
        let seen = models.eyes.see(post, pictures)
        let start = ContinuousClock.now
        _ = expert.ask(seen)
        return (ContinuousClock.now - start) / .milliseconds(1)
      }
      times.sort()
      return (expert.name, times[timings / 2])
    }
  }

  /// The picture for the terminal of standard output, with the mean of the first map over it; nil
  /// without a terminal.
  package func picture(graphics: GraphicsMode?, environment: [String: String]) -> [UInt8]? {
    guard TerminalSession.isPossible(environment: environment) else { return nil }
    let capabilities = TerminalProbe.run(environment: environment)
    let depth = ColorDepth(
      term: capabilities.term, noColor: !(environment["NO_COLOR"] ?? "").isEmpty)
    let choice = GraphicsChoice(
      mode: graphics ?? GraphicsMode(option: nil, environment: environment),
      capabilities: capabilities, depth: depth)
    let style = PictureService.Style(rung: choice.rung, capabilities)
    let service = PictureService(dataset, style: style, mailbox: Mailbox())
    let map = analysis.answers.lazy.compactMap { answer in
      answer.trace().signals.first(where: \.isSpatial)
    }.first
    let request = PictureRequest(
      post: post.id, box: Size(columns: 60, rows: 20), heat: map?.heat(slice: nil, word: 0))
    switch service.picture(request, style) {
    case .pixels(let encoded, let columns, let rows):
      let way = choice.rung.pixels
      return (way?.printed(encoded, columns: columns, rows: rows) ?? []) + Array("\n".utf8)
    case .cells(let cells, let columns, _):
      return Array(CellText.lines(cells, columns: columns, depth: depth).utf8)
    case .placeholder(let words):
      return Array((Sanitizer(emoji: .base).visible(words) + "\n").utf8)
    }
  }
}

/// Cells as lines with colours, for output that scrolls.
enum CellText {
  static func lines(_ cells: [Cell], columns: Int, depth: ColorDepth) -> String {
    guard columns > 0 else { return "" }
    var out = ""
    for start in stride(from: 0, to: cells.count, by: columns) {
      var last: ReducedStyle?
      for cell in cells[start..<min(cells.count, start + columns)] {
        let style =
          cell.text == PictureCells.halfBlock
          ? depth.nearest(cell.style) : depth.reduce(cell.style, darkBackground: true)
        if style != last {
          out += "\u{1B}[0"
          if style.foreground >= 0 { out += ";38;5;\(style.foreground)" }
          if style.background >= 0 { out += ";48;5;\(style.background)" }
          out += "m"
          last = style
        }
        out += cell.text
      }
      out += "\u{1B}[0m\n"
    }
    return out
  }
}
