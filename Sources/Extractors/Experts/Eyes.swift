import Corpora
import Dispatch
import Encoders
import Foundation
import Pictures
import Synchronization
import Tensors
import Traces

/// What posts are seen with: the frozen encoders that experts and router name, opened once, and the
/// regions from files. A value whose copies share the encoders and what they saw before.
package struct Eyes: Sendable {
  /// Networks whose regions experts read, by folder name.
  private let sources: [String: RegionSource]
  /// Encoders of text and picture in one space, by folder name.
  private let duals: [String: any DualEncoding]
  /// Regions from files; nil when none are open.
  package var boxes: PairBoxes?
  /// What is decoded of pictures, so that everybody has enough.
  package let decoding: DecodingPurpose

  /// Encoders that were opened before.
  ///
  /// - Parameter sights: what is looked at beside regions and embeddings.
  package init(
    sources: [RegionSource] = [], duals: [any DualEncoding] = [], boxes: PairBoxes? = nil,
    sights: [Sight] = []
  ) {
    self.sources = Dictionary(sources.map { ($0.name, $0) }) { first, _ in first }
    self.duals = Dictionary(duals.map { ($0.name, $0) }) { first, _ in first }
    self.boxes = boxes
    let needsPixels = sights.contains {
      switch $0 {
      case .pixels, .crops, .frames, .tower: true
      case .grid, .boxes, .embedding, .view, .patches: false
      }
    }
    let purposes =
      sources.map(\.decoding) + duals.map(\.decoding) + (needsPixels ? [.reference] : [])
    decoding = purposes.reduce(.shortSide(8)) { $0.joined(with: $1) }
  }

  /// The network of a folder; nil when it is not open.
  package func source(_ name: String) -> RegionSource? { sources[name] }

  /// The dual encoder of a folder; nil when it is not open.
  package func dual(_ name: String) -> (any DualEncoding)? { duals[name] }

  /// A post of a dataset.
  package func see(_ post: Post, of dataset: Dataset) -> SeenPost {
    see(post, PictureProvider(dataset, boxes: boxes))
  }

  /// A post whose picture comes from anywhere.
  package func see(_ post: Post, _ pictures: PictureProvider) -> SeenPost {
    SeenPost(
      post, self, key: pictures.key(post), boxes: (pictures.boxes ?? boxes).map { $0[post.id] },
      file: pictures.file?(post)
    ) { pictures.picture(post, $0) }
  }

  /// A post that is seen once: nothing of its picture is remembered for posts to come.
  ///
  /// - Parameter file: where its picture is on disk, for those who read it themselves.
  package func seeOnce(
    _ post: Post, file: String?,
    picture: @escaping @Sendable (DecodingPurpose) -> Result<Picture, PictureNotice>
  ) -> SeenPost {
    SeenPost(post, self, key: nil, boxes: boxes.map { $0[post.id] }, file: file, open: picture)
  }

  /// A post without any picture, with the reason.
  package func see(_ post: Post, without notice: String) -> SeenPost {
    SeenPost(post, self, key: nil, boxes: boxes.map { $0[post.id] }) { _ in
      .failure(PictureNotice(sentence: notice))
    }
  }

  /// What is missing for a sight of a post.
  func lack(_ sight: Sight, of post: Post) -> ExpertError {
    .noRegions(expert: "an expert", post: post.id, source: sight.folder ?? "")
  }

  /// Looks at posts over all cores, so that their sights are there when they are asked for.
  /// Failures are kept and thrown where the sight is asked for. Pixels are forgotten afterwards.
  ///
  /// - Parameter progress: called with the number of posts done, from any thread; false stops.
  /// - Returns: false when stopped.
  @discardableResult
  package static func look(
    at sights: [Sight], of posts: [SeenPost],
    progress: @escaping @Sendable (Int) -> Bool = { _ in true }
  ) -> Bool {
    let wanted = Array(Set(sights))
    // Blocks of one size whatever the machine, so that the numbers are the same everywhere.
    let size = wanted.contains(where: \.isEmbedding) ? 64 : 4
    let blocks = (posts.count + size - 1) / size
    let state = Mutex((done: 0, isStopped: false))
    DispatchQueue.concurrentPerform(iterations: blocks) { number in
      guard !state.withLock({ $0.isStopped }) else { return }
      let part = Array(posts[(number * size)..<min(posts.count, (number + 1) * size)])
      for sight in wanted { look(at: sight, of: part) }
      for post in part { post.releasePicture() }
      let done = state.withLock { state in
        state.done += part.count
        return state.done
      }
      if !progress(done) { state.withLock { $0.isStopped = true } }
    }
    return state.withLock { !$0.isStopped }
  }

  private static func look(at sight: Sight, of posts: [SeenPost]) {
    let new = posts.filter { !$0.has(sight) }
    guard let eyes = new.first?.eyes else { return }
    switch sight {
    case .grid(let name): for post in new { _ = try? post.grid(name) }
    case .pixels(let recipe): for post in new { _ = try? post.pixels(recipe) }
    case .crops(let proposals, let recipe):
      for post in new { _ = try? post.crops(proposals, recipe) }
    case .frames(let proposals, let recipe):
      for post in new { _ = try? post.frames(proposals, recipe) }
    case .view(let view, let name): for post in new { _ = try? post.view(view, by: name) }
    // What is looked for there is known to those who ask.
    case .boxes, .patches, .tower: break
    case .embedding(let name):
      guard let dual = eyes.dual(name) else { return }
      do {
        for (post, found) in zip(new, try eyes.embed(new, dual)) {
          post.keep(sight, .success(.embedding(found)))
        }
      } catch {
        // One of them is to blame: the others have their vectors.
        for post in new { _ = try? post.embedding(name) }
      }
    }
  }

  /// Vectors of several posts at once.
  ///
  /// - Throws: `EncoderInputError`.
  func embed(
    _ posts: [SeenPost], _ dual: any DualEncoding
  ) throws(EncoderInputError) -> [Embedding] {
    var prepared: [PreparedPicture] = []
    let slots = posts.map { post -> Int? in
      guard case .success(let picture) = post.picture() else { return nil }
      prepared.append(dual.prepare(picture))
      return prepared.count - 1
    }
    let pictures = try dual.encode(prepared: prepared)
    let texts = try dual.encode(texts: posts.map(\.words))
    try EncoderInputError.check(
      pictures.flatMap { $0 } + texts.flatMap { $0 }, "the vectors of text and picture")
    return zip(texts, slots).map { text, slot in
      Embedding(text: text, picture: slot.map { pictures[$0] })
    }
  }
}
