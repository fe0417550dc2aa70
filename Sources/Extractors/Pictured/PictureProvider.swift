import Corpora
import Pictures

/// Where the pictures of posts come from: a dataset's files, or a generator's memory.
public struct PictureProvider: Sendable {
  /// Tells these pictures from others of the same names, e.g. the dataset's path.
  public let name: String
  /// A post's picture, or why there is none, with the pixels that its reader needs.
  /// Called from several threads.
  public let picture: @Sendable (Post, DecodingPurpose) -> Result<Picture, PictureNotice>

  /// Regions of the posts' pairs, for experts that look at regions from files.
  public var boxes: PairBoxes?

  /// Pictures by a function.
  public init(
    name: String,
    _ picture: @escaping @Sendable (Post, DecodingPurpose) -> Result<Picture, PictureNotice>
  ) {
    self.name = name
    self.picture = picture
  }

  /// A dataset's pictures.
  public init(_ dataset: Dataset, boxes: PairBoxes? = nil) {
    self.init(name: dataset.path) { PostReader.picture(of: $0, in: dataset, for: $1) }
    self.boxes = boxes
  }
}
