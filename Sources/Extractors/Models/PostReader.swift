import Corpora
import Dispatch
import Encoders
import Pictures
import Synchronization
import Tensors
import Traces

/// Turns posts into tagger inputs: finds and decodes the picture, and encodes it once with the dual encoder.
public struct PostReader: Sendable {
  public let encoder: DualEncoderModel

  /// A reader that sees pictures through an encoder.
  public init(encoder: DualEncoderModel) { self.encoder = encoder }

  /// A post with everything the experts and the router need.
  public struct Read: Sendable {
    public let input: TaggerInput
    /// Unit vectors of the text and of the picture (nil without a picture).
    public let text: [Float]
    public let picture: [Float]?
    /// Why there is no picture, for the screen.
    public let notice: String?
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

  private func readBlock(_ posts: [Post], of dataset: Dataset, scheme: TagScheme) -> [Read] {
    var prepared: [(pixels: [Float], seen: ImageRegion)] = []
    var slots: [Int?] = []
    var notices: [String?] = []
    for post in posts {
      switch Self.picture(of: post, in: dataset, fitting: encoder.recipe.shortSide) {
      case .success(let picture):
        slots.append(prepared.count)
        notices.append(nil)
        prepared.append(encoder.recipe.prepare(picture))
      case .failure(let notice):
        slots.append(nil)
        notices.append(notice.sentence)
      }
    }
    let encoded = encoder.encode(prepared: prepared)
    let texts = encoder.encode(texts: posts.map { $0.tokens.map(\.text) })
    return posts.indices.map { i in
      let post = posts[i]
      let picture = slots[i].map { encoded[$0] }
      let adds: Bool? =
        switch post.attributes["imageAdds"] {
        case "yes": true
        case "no": false
        default: nil
        }
      let input = TaggerInput(
        tokens: post.tokens.map(\.text),
        regions: picture?.regions ?? Tensor(encoder.regionShape), seen: picture?.seen,
        tags: scheme.indices(of: post.mentions, count: post.tokens.count), imageAdds: adds)
      return Read(
        input: input, text: texts[i], picture: picture?.embedding, notice: notices[i])
    }
  }
}

/// Why a post has no picture.
public struct PictureNotice: Error, Sendable, Hashable {
  public let sentence: String
}
