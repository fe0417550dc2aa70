import Corpora
import Pictures

/// Where the pictures of posts come from: a dataset's files, or a generator's memory.
package struct PictureProvider: Sendable {
  /// Tells these pictures from others of the same names, e.g. the dataset's path.
  package let name: String
  /// A post's picture, or why there is none, with the pixels that its reader needs.
  /// Called from several threads.
  package let picture: @Sendable (Post, DecodingPurpose) -> Result<Picture, PictureNotice>

  /// Regions of the posts' pairs, for experts that look at regions from files.
  package var boxes: PairBoxes?

  /// Where a post's picture is on disk; nil for pictures that are not.
  package var file: (@Sendable (Post) -> String?)?

  /// Whether posts that name the same picture may show different ones.
  package var isByPost = false

  /// Pictures by a function.
  package init(
    name: String,
    _ picture: @escaping @Sendable (Post, DecodingPurpose) -> Result<Picture, PictureNotice>
  ) {
    self.name = name
    self.picture = picture
  }

  /// A dataset's pictures.
  package init(_ dataset: Dataset, boxes: PairBoxes? = nil) {
    self.init(name: dataset.path) { dataset.picture(of: $0, for: $1) }
    file = { post in
      if case .file(let path) = dataset.image(for: post) { path } else { nil }
    }
    self.boxes = boxes
  }

  /// Names a post's picture among all others; a post without a picture's name stands for itself.
  package func key(_ post: Post) -> String {
    let shared = isByPost ? nil : post.imageID
    return name + (shared.map { "\ni" + $0 } ?? "\np" + post.id)
  }
}

/// Why a post has no picture.
package struct PictureNotice: Error, Sendable, Hashable {
  /// The reason, ready to be shown.
  package let sentence: String

  /// A notice with its sentence.
  package init(sentence: String) { self.sentence = sentence }
}

extension Dataset {
  /// Decodes a post's picture, or says why not.
  package func picture(of post: Post, for purpose: DecodingPurpose) -> Result<
    Picture, PictureNotice
  > {
    switch image(for: post) {
    case .file(let path):
      do {
        return .success(try Picture.decode(file: path, for: purpose).picture)
      } catch {
        return .failure(PictureNotice(sentence: "\(error)"))
      }
    case .none: return .failure(PictureNotice(sentence: "the post names no picture"))
    case .missing(let reason), .refused(let reason):
      return .failure(PictureNotice(sentence: reason))
    }
  }
}
