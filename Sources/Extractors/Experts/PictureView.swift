import Corpora
import Encoders
import Pictures
import Tensors
import Traces

/// One way to look at a post's picture through a frozen network.
package enum PictureView: Sendable, Hashable {
  /// All of it, cut to the network's square as its recipe says.
  case whole
  /// All of it, left and right exchanged.
  case mirrored
  /// A rectangle cut out of it and stretched to so many cells on each side; nil: to the network's
  /// own square.
  case crop(ImageRegion, cells: Int?)
  /// All of it stretched to the network's square, with the outline of a rectangle on it.
  case frame(ImageRegion, FrameColor, FrameDrawing = .stretched)
  /// What a visual prefix reads of a rectangle, or of all of it.
  case quadrants(ImageRegion?)

  /// When an outline is drawn (MODELS §7.2).
  package enum FrameDrawing: String, Sendable, Hashable, Codable, CaseIterable {
    /// On the stretched square, two pixels of 224 wide: nothing of it is lost.
    case stretched
    /// On the picture as it comes, three pixels wide, which is then stretched.
    case native
    /// The same, and then cut to the square as the network's recipe says: what lies at the long
    /// sides is lost, as in the released code.
    case centred
  }

  /// The colour of an outline, as FocalMRE draws it.
  package enum FrameColor: Sendable, Hashable {
    /// Around what a text was grounded to.
    case red
    /// Around what a detector found.
    case blue

    var rgb: RGB { self == .red ? RGB(255, 0, 0) : RGB(0, 0, 255) }
  }

  /// What it shows of the picture before the recipe cuts anything.
  package var region: ImageRegion {
    switch self {
    case .whole, .mirrored, .quadrants(nil), .frame: .whole
    case .crop(let region, _), .quadrants(let region?): region
    }
  }
}

extension RegionSource {
  /// A picture, or a part of it, as the network sees it: N×C, for `quadrants` 5×F.
  ///
  /// - Throws: `EncoderInputError`.
  package func regions(
    of picture: Picture, _ view: PictureView
  ) throws(EncoderInputError) -> PictureRegions {
    switch view {
    case .whole: return try regions(of: picture)
    case .mirrored: return try regions(of: picture.mirrored)
    case .crop(let region, let cells):
      guard let cells else {
        let seen = try regions(of: picture.cut(region))
        return PictureRegions(seen.tensor, seen: seen.seen.inside(region))
      }
      let side = cells * max(1, self.side / max(1, grid))
      return try regions(of: picture.cut(region), stretchedTo: side, showing: region)
    case .frame(let region, let color, let drawing):
      switch drawing {
      case .stretched:
        let square = picture.resized(
          to: PixelSize(width: side, height: side), filter: .bilinear)
        let framed = square.framed(region, with: color.rgb)
        return try regions(of: framed, stretchedTo: side, showing: .whole)
      case .native:
        let framed = picture.framed(region, with: color.rgb, wide: Picture.nativeFrame)
        return try regions(of: framed, stretchedTo: side, showing: .whole)
      case .centred:
        return try regions(
          of: picture.framed(region, with: color.rgb, wide: Picture.nativeFrame))
      }
    case .quadrants(let region):
      return try quadrants(of: region.map { picture.cut($0) } ?? picture, inside: region ?? .whole)
    }
  }

  /// The same for a post without a usable picture.
  ///
  /// - Throws: `EncoderInputError`.
  package func missing(
    _ view: PictureView, _ notice: String
  ) throws(EncoderInputError) -> PictureRegions {
    let grey = Picture(width: side, height: side, color: RGB(128, 128, 128))
    let shown: PictureRegions
    switch view {
    case .whole, .mirrored, .frame, .crop(_, cells: nil): shown = try missing(notice)
    // Missing crops of a prefix and of a lock-step encoder are zeros, as in the references.
    case .crop, .quadrants:
      let shape = try regions(of: grey, view).shape
      return PictureRegions(Tensor(shape), notice: notice)
    }
    return shown
  }

  /// The regions that stand for a picture's colours in a view: no shapes are seen.
  func colours(of picture: Result<Picture, PictureNotice>, _ view: PictureView) -> PictureRegions {
    let all = colours(of: picture)
    let (rows, width): (Int, Int)
    switch view {
    case .quadrants: (rows, width) = (VisualPrefix.rows + 1, featureWidth)
    case .crop(_, let cells?): (rows, width) = (cells * cells, shape[1])
    case .whole, .mirrored, .frame, .crop(_, cells: nil): return all
    }
    let row = (0..<width).map { all.array[$0 % all.shape[1]] }
    return PictureRegions(
      Tensor([rows, width], (0..<rows).flatMap { _ in row }), notice: all.notice)
  }
}

extension Picture {
  /// Left and right exchanged.
  var mirrored: Picture {
    var result = self
    for y in 0..<height { for x in 0..<width { result[x, y] = self[width - 1 - x, y] } }
    return result
  }
}

// MARK: Regions without a label

extension PictureRegions {
  /// Rectangles that stand out of the picture, those that stand out most first: connected cells
  /// whose features lie farther from the picture's mean than most. No label and no text is read
  /// (MODELS §7.3).
  ///
  /// - Returns: at most `most` rectangles of the source picture; none where nothing stands out.
  package func salient(most: Int) -> [ImageRegion] {
    guard !isMissing else { return [] }
    let (cells, width) = (shape[0], shape[1])
    let numbers = array
    var mean = [Float](repeating: 0, count: width)
    for i in numbers.indices { mean[i % width] += numbers[i] / Float(cells) }
    let distances = (0..<cells).map { cell in
      (0..<width).reduce(Float(0)) {
        let d = numbers[cell * width + $1] - mean[$1]
        return $0 + d * d
      }.squareRoot()
    }
    return Self.places(of: distances, side: grid, seen: seen, above: 0.5, most: most)
  }

  /// Rectangles around connected cells whose value is high, by the sum of what lies above the
  /// threshold.
  ///
  /// - Parameters:
  ///   - values: side × side numbers, row by row.
  ///   - seen: the part of the source picture that the cells cover.
  ///   - share: the threshold, from the mean (0) to the largest value (1).
  static func places(
    of values: [Float], side: Int, seen: ImageRegion, above share: Float, most: Int
  ) -> [ImageRegion] {
    guard side > 0, values.count >= side * side, let top = values.max() else { return [] }
    let mean = values.reduce(0, +) / Float(values.count)
    let least = mean + share * (top - mean)
    guard top > mean else { return [] }
    var open = Set((0..<(side * side)).filter { values[$0] >= least })
    var found: [(score: Float, region: ImageRegion)] = []
    while let first = open.min() {
      open.remove(first)
      var (members, edge) = ([first], [first])
      while let cell = edge.popLast() {
        let (row, column) = (cell / side, cell % side)
        for (r, c) in [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
        where (0..<side).contains(r) && (0..<side).contains(c) {
          if open.remove(r * side + c) != nil {
            members.append(r * side + c)
            edge.append(r * side + c)
          }
        }
      }
      let (rows, columns) = (members.map { $0 / side }, members.map { $0 % side })
      let (up, left) = (rows.min() ?? 0, columns.min() ?? 0)
      let (height, width) = ((rows.max() ?? 0) - up + 1, (columns.max() ?? 0) - left + 1)
      let cell = (across: seen.width / Double(side), down: seen.height / Double(side))
      found.append(
        (
          members.reduce(0) { $0 + values[$1] - least },
          ImageRegion(
            left: seen.left + Double(left) * cell.across, top: seen.top + Double(up) * cell.down,
            width: Double(width) * cell.across, height: Double(height) * cell.down)
        ))
    }
    // Equals in reading order: the sort is stable.
    return found.sorted { $0.score > $1.score }.prefix(most).map(\.region)
  }
}

// MARK: What a post shows

extension SeenPost {
  /// The picture in some view through a frozen network.
  ///
  /// - Throws: `ExpertError.noRegions` when the network is not there; `EncoderInputError`.
  package func view(_ view: PictureView, by name: String) throws -> PictureRegions {
    let seen = try remembered(.view(view, by: name)) {
      guard let source = eyes.source(name) else { throw eyes.lack(.grid(name), of: post) }
      if seesColoursOnly { return .grid(source.colours(of: picture(), view)) }
      switch picture() {
      case .success(let picture): return .grid(try source.regions(of: picture, view))
      case .failure(let notice): return .grid(try source.missing(view, notice.sentence))
      }
    }
    guard case .grid(let regions) = seen else { preconditionFailure("a view is a grid") }
    return regions
  }

  /// Rectangles that stand out of the picture for a frozen network, at most `most`.
  ///
  /// - Throws: as `grid`.
  package func salient(most: Int, by name: String) throws -> [ImageRegion] {
    try grid(name).salient(most: most)
  }

  /// Places of the picture in the space of an encoder of text and picture; nil without a picture.
  ///
  /// - Throws: `ExpertError.noRegions` when the encoder is not there; `EncoderInputError`.
  package func patches(by name: String) throws -> PictureRegions? {
    let seen = try remembered(.patches(name)) {
      guard let dual = eyes.dual(name) else { throw eyes.lack(.embedding(name), of: post) }
      guard case .success(let picture) = picture() else { return .pixels([]) }
      let (pixels, seen) = dual.prepare(picture)
      return .grid(PictureRegions(try dual.patches((pixels, seen)), seen: seen))
    }
    if case .grid(let patches) = seen { return patches }
    return nil
  }

  /// The rectangle of the picture that is most like some words, for an encoder of both; nil without
  /// a picture, and where no place is more like them than others.
  ///
  /// - Throws: `ExpertError.noRegions` when the encoder is not there; `EncoderInputError`.
  package func grounded(_ words: [String], by name: String) throws -> ImageRegion? {
    guard let patches = try patches(by: name), let dual = eyes.dual(name),
      let text = try dual.encode(texts: [words]).first
    else { return nil }
    let width = patches.shape[1]
    let numbers = patches.array
    let likeness = (0..<patches.shape[0]).map { cell in
      (0..<min(width, text.count)).reduce(Float(0)) {
        $0 + numbers[cell * width + $1] * text[$1]
      }
    }
    return PictureRegions.places(
      of: likeness, side: patches.grid, seen: patches.seen, above: 0.5, most: 1
    ).first
  }
}
