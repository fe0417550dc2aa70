import Corpora
import Dispatch
import Encoders
import Pictures
import Synchronization
import Tensors
import Traces

/// Turns posts into what the experts and the router take: finds and decodes the picture once, and
/// encodes it with the experts' picture encoder (regions) and the router's dual encoder (one vector
/// for the picture, one for the text).
public struct PostReader: Sendable {
  /// The experts' picture encoder; nil: posts have no regions.
  public let pictures: PictureEncoderModel?
  /// The router's encoder; nil: posts have no embeddings.
  public let dual: (any DualEncoding)?

  /// A reader that sees pictures through these encoders; a part whose encoder is missing stays
  /// empty.
  public init(pictures: PictureEncoderModel?, dual: (any DualEncoding)?) {
    self.pictures = pictures
    self.dual = dual
  }

  /// A post with everything the experts and the router need.
  public struct Read: Sendable {
    /// What the experts read.
    public var input: TaggerInput
    /// Unit vector of the text; empty without a dual encoder.
    public let text: [Float]
    /// Unit vector of the picture; nil without a dual encoder or a picture.
    public let picture: [Float]?
    /// Why there is no picture, for the screen.
    public let notice: String?
    /// What the router's encoder could not read; nil when nothing.
    public var problem: EncoderInputError?
    /// What a region source saw, for experts that stand on one; nil without such an expert.
    public var regions: PictureRegions?

    /// The same post with another input: an intervention, or a control.
    public func replacing(input: TaggerInput) -> Read {
      Read(input: input, text: text, picture: picture, notice: notice)
    }

    /// The same post with the picture of another one, for experts and router alike.
    public func replacingPicture(by other: Read) -> Read {
      var input = input
      input.regions = other.input.regions
      return Read(input: input, text: text, picture: other.picture, notice: other.notice)
    }
  }

  /// Decodes a post's picture, or says why not.
  public static func picture(
    of post: Post, in dataset: Dataset, fitting side: Int
  ) -> Result<Picture, PictureNotice> {
    switch dataset.image(for: post) {
    case .file(let path):
      // Twice the side leaves the resampler enough to average.
      let box = PixelSize(width: 2 * side, height: 2 * side)
      do {
        return .success(try Picture.decode(file: path, fitting: box).picture)
      } catch {
        return .failure(PictureNotice(sentence: "\(error)"))
      }
    case .none: return .failure(PictureNotice(sentence: "the post names no picture"))
    case .missing(let reason), .refused(let reason):
      return .failure(PictureNotice(sentence: reason))
    }
  }

  /// Reads posts in blocks over the cores.
  ///
  /// - Parameter progress: called with the number of posts done, from any thread.
  public func read(
    _ posts: [Post], of dataset: Dataset, scheme: TagScheme,
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) -> [Read] {
    let block = 64
    let blocks = (posts.count + block - 1) / block
    let results = Mutex([Int: [Read]]())
    DispatchQueue.concurrentPerform(iterations: blocks) { b in
      let part = Array(posts[(b * block)..<min(posts.count, (b + 1) * block)])
      let read = readBlock(part, of: dataset, scheme: scheme)
      let done = results.withLock { all in
        all[b] = read
        return all.values.reduce(0) { $0 + $1.count }
      }
      progress(done)
    }
    return results.withLock { all in (0..<blocks).flatMap { all[$0] ?? [] } }
  }

  /// Pixels of the short side that pictures are decoded to, so that both encoders have enough.
  public var decodedSide: Int {
    max(pictures?.recipe.shortSide ?? 0, dual?.decodedSide ?? 0, 8)
  }

  private func readBlock(_ posts: [Post], of dataset: Dataset, scheme: TagScheme) -> [Read] {
    var decoded: [Picture] = []
    var slots: [Int?] = []
    var notices: [String?] = []
    let side = decodedSide
    for post in posts {
      switch Self.picture(of: post, in: dataset, fitting: side) {
      case .success(let picture):
        slots.append(decoded.count)
        notices.append(nil)
        decoded.append(picture)
      case .failure(let notice):
        slots.append(nil)
        notices.append(notice.sentence)
      }
    }
    let prepared = pictures.map { model in decoded.map { model.recipe.prepare($0) } } ?? []
    let regions = pictures?.regions(prepared) ?? []
    var (embeddings, texts, problem): ([[Float]]?, [[Float]]?, EncoderInputError?)
    do throws(EncoderInputError) {
      if let dual {
        let isSame = (dual as? DualEncoderModel)?.recipe == pictures?.recipe && pictures != nil
        embeddings = try dual.encode(
          prepared: isSame ? prepared : decoded.map { dual.prepare($0) })
        texts = try dual.encode(texts: posts.map { $0.tokens.map(\.text) })
      }
    } catch {
      (embeddings, texts, problem) = (nil, nil, error)
    }
    return posts.indices.map { i in
      let post = posts[i]
      let adds: Bool? =
        switch post.attributes["imageAdds"] {
        case "yes": true
        case "no": false
        default: nil
        }
      let slot = slots[i]
      let input = TaggerInput(
        tokens: post.tokens.map(\.text),
        regions: slot.flatMap { regions.indices.contains($0) ? regions[$0] : nil }
          ?? Tensor(pictures?.regionShape ?? [1, 1]),
        seen: slot.flatMap { prepared.indices.contains($0) ? prepared[$0].seen : nil },
        tags: scheme.indices(of: post.mentions, count: post.tokens.count), imageAdds: adds)
      return Read(
        input: input, text: texts?[i] ?? [], picture: slot.flatMap { embeddings?[$0] },
        notice: notices[i] ?? problem.map { "\(dual?.name ?? ""): \($0)" }, problem: problem)
    }
  }
}

/// Why a post has no picture.
public struct PictureNotice: Error, Sendable, Hashable {
  /// The reason, ready to be shown.
  public let sentence: String
}
