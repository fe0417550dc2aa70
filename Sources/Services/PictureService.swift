import Corpora
import Dispatch
import Extractors
import Pictures
import Screen
import Synchronization
import Terminal
import Workbench

/// Makes pictures ready for their boxes, off the main thread: decode, fit, lay the heat over,
/// encode. The newest request wins; what was decoded or encoded before is kept within bounds.
package final class PictureService: Sendable {
  /// How pictures are shown now.
  package struct Style: Sendable, Hashable {
    /// The way pictures are shown.
    package var rung: GraphicsChoice.Rung
    /// Width of a cell in pixels.
    package var cellWidth = 8
    /// Height of a cell in pixels.
    package var cellHeight = 16
    /// The largest picture in pixels of the terminal, nil when unknown.
    package var mostPixels: WindowSize.Pixels?
    /// Most colours of a picture in pixels; nil for as many as the terminal's protocol carries.
    package var colors: Int?
    /// No sixel palette is larger here, and none is smaller than of two colours.
    static let (fewestColors, mostColors) = (2, 256)
    /// Whether the terminal's background is dark.
    package var darkBackground = true
    /// Writes `[sixel WxH]` in place of pixels, for frames as text.
    package var marksPixels = false

    /// A style for a way of showing pictures.
    package init(rung: GraphicsChoice.Rung) { self.rung = rung }

    /// A style for a way of showing pictures on a terminal.
    package init(rung: GraphicsChoice.Rung, _ capabilities: TerminalCapabilities) {
      self.rung = rung
      cellWidth = capabilities.cellWidth
      cellHeight = capabilities.cellHeight
      mostPixels = rung.pixels?.mostPixels(capabilities)
      darkBackground = capabilities.darkBackground ?? true
    }

    /// The part of a box of cells that a picture fills without losing its shape.
    func box(of picture: Picture, in box: Size) -> Size {
      var (columns, rows) = (box.columns, box.rows)
      if rung.pixels != nil, let mostPixels {
        columns = min(columns, max(1, mostPixels.width / max(1, cellWidth)))
        rows = min(rows, max(1, mostPixels.height / max(1, cellHeight)))
      }
      return PictureCells.fit(
        width: picture.width, height: picture.height, columns: columns, rows: rows,
        cellWidth: cellWidth, cellHeight: cellHeight)
    }
  }

  private struct State {
    var style: Style
    var wanted: [PictureRequest] = []
    var figures: [FigureRequest] = []
    /// Posts whose pictures will probably be wanted next, decoded when nothing else is to do.
    var ahead: [(post: String, box: Size)] = []
    var isRunning = false
    var decoded = RecentCache<String, Decoded>(bound: 96 << 20)
    var encoded = RecentCache<EncodedKey, RenderedPicture>(bound: 32 << 20)
  }

  private struct Decoded: Sendable {
    let picture: Picture
    /// True when the file has no more pixels than this.
    let isWhole: Bool
  }

  private struct EncodedKey: Sendable, Hashable {
    let request: PictureRequest
    let style: Style
  }

  private let dataset: Dataset
  private let mailbox: Mailbox
  private let answersAll: Bool
  private let state: Mutex<State>
  private let queue = DispatchQueue(label: "twinlens.pictures", qos: .userInitiated)

  /// A service over a dataset's pictures; `answersAll` for key scripts.
  package init(_ dataset: Dataset, style: Style, answersAll: Bool = false, mailbox: Mailbox) {
    self.dataset = dataset
    self.mailbox = mailbox
    self.answersAll = answersAll
    state = Mutex(State(style: style))
  }

  /// Changes how pictures are shown; true when it is another way than before.
  @discardableResult
  package func change(_ change: (inout Style) -> Void) -> Bool {
    state.withLock { state in
      let before = state.style
      change(&state.style)
      return state.style != before
    }
  }

  /// Asks for a picture; the answer is `pictureReady`.
  package func render(_ request: PictureRequest) {
    wake { $0.wanted = answersAll ? $0.wanted + [request] : [request] }
  }

  /// Asks for a figure; the answer is `figureReady`.
  package func render(_ request: FigureRequest) {
    wake { $0.figures = answersAll ? $0.figures + [request] : [request] }
  }

  /// Asks for several pictures at once, in their order.
  package func render(_ requests: [PictureRequest]) {
    wake { $0.wanted = answersAll ? $0.wanted + requests : requests }
  }

  /// Decodes pictures that will probably be wanted soon.
  package func lookAhead(_ posts: [String], box: Size) {
    guard !answersAll else { return }
    wake { $0.ahead = posts.reversed().map { ($0, box) } }
  }

  private func wake(_ change: (inout State) -> Void) {
    let starts = state.withLock { state in
      change(&state)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    guard starts else { return }
    mailbox.begin()
    queue.async { self.work() }
  }

  private enum Job {
    case render(PictureRequest, Style)
    case draw(FigureRequest, Style)
    case decode(String, PixelSize)
  }

  private func nextJob() -> Job? {
    state.withLock { state in
      if !state.wanted.isEmpty { return .render(state.wanted.removeFirst(), state.style) }
      if !state.figures.isEmpty { return .draw(state.figures.removeFirst(), state.style) }
      if let (post, box) = state.ahead.popLast() {
        return .decode(post, Self.pixels(of: box, state.style))
      }
      state.isRunning = false
      return nil
    }
  }

  private func work() {
    while let job = nextJob() {
      switch job {
      case .render(let request, let style):
        mailbox.post(.pictureReady(request, picture(request, style)))
      case .draw(let request, let style):
        mailbox.post(.figureReady(request, request.figure.rendered(in: request.box, style)))
      case .decode(let id, let box):
        if let post = dataset.post(id: id) { _ = decoded(post, fitting: box) }
      }
    }
    mailbox.finish()
  }

  /// The picture for a request, from the cache where it is. Waits for the disk; not for the main
  /// thread.
  package func picture(_ request: PictureRequest, _ style: Style) -> RenderedPicture {
    let key = EncodedKey(request: request, style: style)
    if let known = state.withLock({ $0.encoded.value(key) }) { return known }
    guard let post = dataset.post(id: request.post) else { return .placeholder("no such post") }
    // What is wrong with a picture is said even where none is drawn.
    let isDrawn = style.rung != .none
    let size = isDrawn ? Self.pixels(of: request.box, style) : PixelSize(width: 64, height: 64)
    switch changed(post, request.changes, fitting: size) {
    case .failure(let notice): return .placeholder(notice.sentence)
    case .success where !isDrawn:
      return .placeholder("pictures are off; --graphics chooses how to show them")
    case .success(let source):
      let result = source.rendered(for: request, style)
      state.withLock { $0.encoded.insert(result, for: key, cost: result.cost) }
      return result
    }
  }

  /// A box of cells in pixels.
  private static func pixels(of box: Size, _ style: Style) -> PixelSize {
    style.rung.pixels != nil
      ? PixelSize(width: box.columns * style.cellWidth, height: box.rows * style.cellHeight)
      : PixelSize(width: box.columns * 2, height: box.rows * 4)
  }

  /// The picture of a post with what is changed of it.
  private func changed(
    _ post: Post, _ changes: [Intervention], fitting size: PixelSize
  ) -> Result<Picture, Notice> {
    var source = post
    for case .swapPicture(let id) in changes {
      guard let other = dataset.post(id: id) else {
        return .failure(Notice(sentence: "there is no post \(id)"))
      }
      source = other
    }
    if changes.contains(.withoutPicture) {
      return .failure(Notice(sentence: "the picture is left out"))
    }
    return decoded(source, fitting: size).map { picture in
      changes.reduce(picture) { picture, change in
        switch change {
        case .blankPicture:
          Picture(width: picture.width, height: picture.height, color: picture.meanColor)
        case .maskPicture(let region): picture.masked(region, with: picture.meanColor)
        default: picture
        }
      }
    }
  }

  private struct Notice: Error {
    let sentence: String
  }

  private func decoded(_ post: Post, fitting box: PixelSize) -> Result<Picture, Notice> {
    switch dataset.image(for: post) {
    case .none: return .failure(Notice(sentence: "this post has no picture"))
    case .missing(let reason), .refused(let reason): return .failure(Notice(sentence: reason))
    case .file(let path):
      if let known = state.withLock({ $0.decoded.value(path) }),
        known.isWhole || known.picture.width >= box.width || known.picture.height >= box.height
      {
        return .success(known.picture)
      }
      do {
        let decoded = try Picture.decode(file: path, fitting: box)
        let isWhole = decoded.picture.size == decoded.originalSize
        // A PNG is decoded whole; twice the box is all that a zoom can ask of it.
        let kept = decoded.picture.fitted(
          in: PixelSize(width: 2 * box.width, height: 2 * box.height))
        state.withLock {
          $0.decoded.insert(
            Decoded(picture: kept, isWhole: isWhole && kept.size == decoded.picture.size),
            for: path, cost: kept.pixels.count)
        }
        return .success(kept)
      } catch {
        return .failure(Notice(sentence: "picture not shown: \(error)"))
      }
    }
  }
}

extension RenderedPicture {
  /// Bytes, about.
  fileprivate var cost: Int {
    switch self {
    case .pixels(let encoded, _, _): encoded.payload.count
    case .cells(let cells, _, _): cells.count * MemoryLayout<Cell>.size
    case .placeholder(let words): words.utf8.count
    }
  }
}
