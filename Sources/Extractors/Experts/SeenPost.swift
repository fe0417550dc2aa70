import Corpora
import Encoders
import Pictures
import Synchronization
import Tensors
import Traces

/// A post with its picture, as experts and router see it. The picture is decoded once; sights are
/// computed when they are asked for, and remembered. May be used from several threads at once.
package final class SeenPost: Sendable {
  /// Words, and the pairs that relation experts are asked about (their labels are not read).
  package let post: Post
  /// What it is seen with.
  package let eyes: Eyes
  private let open: @Sendable (DecodingPurpose) -> Result<Picture, PictureNotice>
  /// Which picture it is, for what is remembered across posts; nil for one that was changed.
  private let key: String?
  /// Regions from files, for its pairs; nil when no such file is open.
  package let boxes: PairBoxes.OfPost?
  private let coloursOnly: Bool
  /// Whether nothing but colours is seen of the picture.
  var seesColoursOnly: Bool { coloursOnly }
  private let held = Mutex(Held())

  private struct Held {
    var picture: Result<Picture, PictureNotice>?
    var seen: [Sight: Result<Seen, any Error>] = [:]
  }

  /// A post whose picture comes from somewhere.
  init(
    _ post: Post, _ eyes: Eyes, key: String?, boxes: PairBoxes.OfPost?, coloursOnly: Bool = false,
    file: String? = nil, hasOtherWords: Bool = false, regionChange: RegionChange? = nil,
    open: @escaping @Sendable (DecodingPurpose) -> Result<Picture, PictureNotice>
  ) {
    self.post = post
    self.eyes = eyes
    self.key = key
    self.boxes = boxes
    self.coloursOnly = coloursOnly
    self.file = file
    self.hasOtherWords = hasOtherWords
    self.regionChange = regionChange
    self.open = open
  }

  /// The picture's file, for those who read it themselves; nil for a post without one, and where
  /// the picture was changed.
  package let file: String?

  /// What was done to the regions that experts find; nil: nothing.
  let regionChange: RegionChange?

  /// Regions that somebody put in the place of those that experts find; nil: nobody did.
  package var drawn: [ImageRegion]? {
    if case .drawn(let regions) = regionChange { regions } else { nil }
  }

  /// Whether words were changed or left out since it was read.
  package let hasOtherWords: Bool

  /// Its words.
  package var words: [String] { post.tokens.map(\.text) }

  /// The pairs that relation experts are asked about.
  package var pairs: [TokenPair] {
    post.relations.map { TokenPair(head: $0.head, tail: $0.tail) }
  }

  // MARK: The picture

  /// The picture with as many pixels as every encoder needs, or why there is none.
  package func picture() -> Result<Picture, PictureNotice> {
    held.withLock { held in
      if let picture = held.picture { return picture }
      let picture = open(eyes.decoding)
      held.picture = picture
      return picture
    }
  }

  /// Why there is no picture; nil when there is one.
  package var notice: String? {
    if case .failure(let notice) = picture() { notice.sentence } else { nil }
  }

  /// Forgets the pixels; what was seen stays.
  func releasePicture() { held.withLock { $0.picture = nil } }

  // MARK: Sights

  /// Regions of the picture by a frozen network, those of the mean colour without a picture.
  ///
  /// - Throws: `ExpertError.noRegions` when the network is not there; `EncoderInputError`.
  package func grid(_ name: String) throws -> PictureRegions {
    let seen = try remembered(.grid(name)) { .grid(try computeGrid(name)) }
    guard case .grid(let regions) = seen else { preconditionFailure("a grid is a grid") }
    return regions
  }

  private func computeGrid(_ name: String) throws -> PictureRegions {
    guard let source = eyes.source(name) else { throw eyes.lack(.grid(name), of: post) }
    if coloursOnly { return source.colours(of: picture()) }
    if let key, let known = source.known(key) { return known }
    let regions: PictureRegions
    switch picture() {
    case .success(let picture): regions = try source.regions(of: picture)
    case .failure(let notice): regions = try source.missing(notice.sentence)
    }
    if let key { source.keep(regions, key) }
    return regions
  }

  /// The picture as numbers for a network, 3×S×S; zeros, which are the mean colour, without one.
  ///
  /// - Throws: `ExpertError.noRegions` when the network is not there.
  func pixels(for name: String) throws -> Tensor {
    guard let source = eyes.source(name) else { throw eyes.lack(.grid(name), of: post) }
    guard case .success(let picture) = picture() else {
      return Tensor([3, source.side, source.side])
    }
    return source.pixels(of: picture)
  }

  /// The whole picture as numbers; nil without one.
  package func pixels(_ recipe: ImageRecipe) throws -> SeenPixels? {
    try images(.pixels(recipe)) { picture in
      let (pixels, seen) = recipe.prepare(picture)
      return [SeenPixels(pixels: pixels, seen: seen, region: nil)]
    }.first
  }

  /// Regions cut out of the picture, each prepared by a recipe; none without a picture.
  ///
  /// - Throws: `ExpertError.noBoxes` for regions from files where none is open.
  package func crops(_ proposals: Sight.Proposals, _ recipe: ImageRecipe) throws -> [SeenPixels] {
    let regions = try regions(proposals)
    return try images(.crops(proposals, recipe)) { picture in
      regions.map { region in
        let (pixels, seen) = recipe.prepare(picture.cut(region))
        return SeenPixels(pixels: pixels, seen: seen.inside(region), region: region)
      }
    }
  }

  /// The whole picture once for each region, with its outline drawn on it; none without a picture.
  ///
  /// - Throws: as `crops`.
  package func frames(_ proposals: Sight.Proposals, _ recipe: ImageRecipe) throws -> [SeenPixels] {
    let regions = try regions(proposals)
    return try images(.frames(proposals, recipe)) { picture in
      regions.map { region in
        let (pixels, seen) = recipe.prepare(picture.framed(region, with: Self.frame))
        return SeenPixels(pixels: pixels, seen: seen, region: region)
      }
    }
  }

  /// As FocalMRE draws regions that a text was grounded to.
  private static let frame = RGB(255, 0, 0)

  /// Rectangles of the picture that a proposal names.
  ///
  /// - Throws: `ExpertError.noBoxes` for regions from files where none is open.
  package func regions(_ proposals: Sight.Proposals) throws -> [ImageRegion] {
    switch proposals {
    case .cells(let rows, let columns):
      return (0..<max(0, rows * columns)).map { i in
        ImageRegion(
          left: Double(i % columns) / Double(columns), top: Double(i / columns) / Double(rows),
          width: 1 / Double(columns), height: 1 / Double(rows))
      }
    case .files(let most):
      guard let boxes else { throw ExpertError.noBoxes(expert: post.id) }
      return PictureRegions.largest(boxes.all).prefix(most).map(PictureRegions.place)
    }
  }

  private func images(
    _ sight: Sight, _ make: (Picture) -> [SeenPixels]
  ) throws -> [SeenPixels] {
    let seen = try remembered(sight) {
      if case .success(let picture) = picture() { .pixels(make(picture)) } else { .pixels([]) }
    }
    guard case .pixels(let pixels) = seen else { preconditionFailure("pixels are pixels") }
    return pixels
  }

  /// Text and picture in the router's space.
  ///
  /// - Throws: `ExpertError.noRegions` when the encoder is not there; `EncoderInputError` when it
  ///   failed on the post.
  package func embedding(_ name: String) throws -> Embedding {
    let seen = try remembered(.embedding(name)) {
      guard let dual = eyes.dual(name) else { throw eyes.lack(.embedding(name), of: post) }
      return .embedding(try eyes.embed([self], dual)[0])
    }
    guard case .embedding(let embedding) = seen else {
      preconditionFailure("an embedding is an embedding")
    }
    return embedding
  }

  /// What was seen before, or is seen now; a failure is remembered too.
  func remembered(_ sight: Sight, _ look: () throws -> Seen) throws -> Seen {
    if let known = held.withLock({ $0.seen[sight] }) { return try known.get() }
    // Not under the lock: an encoder takes its time, and the same twice is only wasted time.
    let found = Result { try look() }
    held.withLock { if $0.seen[sight] == nil { $0.seen[sight] = found } }
    return try found.get()
  }

  /// Whether a sight was computed.
  func has(_ sight: Sight) -> Bool { held.withLock { $0.seen[sight] != nil } }

  func keep(_ sight: Sight, _ found: Result<Seen, any Error>) {
    held.withLock { $0.seen[sight] = found }
  }

  // MARK: Interventions

  /// The post with something changed; values at taps are the expert's business and change nothing
  /// here.
  ///
  /// - Parameter other: finds the posts whose pictures are swapped in.
  /// - Throws: `InterventionError` when the post cannot take one.
  package func changed(
    _ interventions: some Sequence<Intervention>, other: (Post.ID) -> SeenPost? = { _ in nil }
  ) throws -> SeenPost {
    try interventions.reduce(self) { try $0.changed($1, other: other) }
  }

  private func changed(
    _ intervention: Intervention, other: (Post.ID) -> SeenPost?
  ) throws -> SeenPost {
    func picture(
      _ change: @escaping @Sendable (Picture) -> Picture
    ) -> SeenPost {
      SeenPost(
        post, eyes, key: nil, boxes: boxes, coloursOnly: coloursOnly,
        hasOtherWords: hasOtherWords, regionChange: regionChange
      ) { [self] purpose in
        (purpose == eyes.decoding ? self.picture() : open(purpose)).map(change)
      }
    }
    /// Other words, the same picture: what was seen of it is not looked at again.
    func words(_ post: Post) -> SeenPost {
      let result = SeenPost(
        post, eyes, key: key, boxes: boxes, coloursOnly: coloursOnly, file: file,
        hasOtherWords: true, regionChange: regionChange
      ) { [self] in $0 == eyes.decoding ? self.picture() : open($0) }
      for (sight, seen) in held.withLock({ $0.seen }) where !sight.isEmbedding {
        result.keep(sight, seen)
      }
      return result
    }
    switch intervention {
    case .withoutPicture:
      return SeenPost(
        post, eyes, key: nil, boxes: boxes, hasOtherWords: hasOtherWords, regionChange: regionChange
      ) { _ in
        .failure(PictureNotice(sentence: "the picture is left out"))
      }
    case .blankPicture:
      return picture { Picture(width: $0.width, height: $0.height, color: $0.meanColor) }
    case .coloursOnly:
      return SeenPost(
        post, eyes, key: nil, boxes: boxes, coloursOnly: true, hasOtherWords: hasOtherWords,
        regionChange: regionChange
      ) { [self] in
        $0 == eyes.decoding ? self.picture() : open($0)
      }
    case .maskPicture(let region): return picture { $0.masked(region, with: $0.meanColor) }
    case .swapPicture(let id):
      guard let other = other(id) else {
        throw InterventionError(
          "there is no post \(id.debugDescription) whose picture could be swapped in")
      }
      let result = SeenPost(
        post, eyes, key: other.key, boxes: boxes, coloursOnly: coloursOnly, file: other.file,
        hasOtherWords: hasOtherWords, regionChange: regionChange
      ) { $0 == other.eyes.decoding ? other.picture() : other.open($0) }
      for (sight, seen) in other.held.withLock({ $0.seen }) where !sight.isEmbedding {
        result.keep(sight, seen)
      }
      return result
    case .dropWords(let places): return words(try post.dropping(places))
    case .editWord(let place, let word): return words(try post.editing(place, word))
    case .regions(let regions):
      return SeenPost(
        post, eyes, key: key, boxes: PairBoxes.OfPost(regions.map(RegionFile.Box.init)),
        coloursOnly: coloursOnly, file: file, hasOtherWords: hasOtherWords,
        regionChange: .drawn(regions)
      ) { [self] in $0 == eyes.decoding ? self.picture() : open($0) }
    case .disturbRegions(let share, let seed):
      return SeenPost(
        post, eyes, key: key, boxes: boxes, coloursOnly: coloursOnly, file: file,
        hasOtherWords: hasOtherWords, regionChange: .disturbed(share: share, seed: seed)
      ) { [self] in $0 == eyes.decoding ? self.picture() : open($0) }
    case .set: return self
    }
  }
}

/// What is done to the regions that experts find by themselves.
enum RegionChange: Sendable, Hashable {
  /// Others take their place.
  case drawn([ImageRegion])
  /// A share of them, drawn by a seed, is moved anywhere or left out, half each.
  case disturbed(share: Double, seed: UInt64)
}

extension RegionFile.Box {
  /// The box that covers a rectangle.
  init(_ region: ImageRegion) {
    self.init(
      centerX: region.left + region.width / 2, centerY: region.top + region.height / 2,
      width: region.width, height: region.height)
  }
}

extension ImageRegion {
  /// This rectangle of a part of a picture, as a rectangle of the picture.
  func inside(_ part: ImageRegion) -> ImageRegion {
    ImageRegion(
      left: part.left + left * part.width, top: part.top + top * part.height,
      width: width * part.width, height: height * part.height)
  }
}
