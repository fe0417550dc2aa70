import Corpora
import Files
import Foundation
import Tensors

/// What a training learns from: posts to train on, posts to choose the best epoch by, and where
/// their pictures are. A dataset's splits, or any lists: 80 % of a split, generated posts.
package struct TrainingPosts: Sendable {
  /// Names the posts in results, e.g. the dataset's name.
  package let name: String
  /// Tells these posts from all others; a checkpoint of other posts is not taken up.
  package let hash: String
  /// What provenance says was learned from: a hash by each name.
  package var sources: [String: String]
  /// Path of the dataset's files, for programs that read them on their own; empty when there are
  /// none.
  package let path: String
  /// Posts to train on.
  package let train: [Post]
  /// Posts to choose the best epoch by.
  package let dev: [Post]
  /// All relation labels that may come, `None` first.
  package let relationLabels: [String]
  /// Where their pictures are.
  package var pictures: PictureProvider
  /// Where a post's picture file is; nil for posts whose pictures are no files.
  package var look: (@Sendable (Post) -> ImageLookup)?

  /// Posts by their parts.
  package init(
    name: String, hash: String, path: String = "", train: [Post], dev: [Post],
    relationLabels: [String], pictures: PictureProvider
  ) {
    self.name = name
    self.hash = hash
    sources = [name: hash]
    self.path = path
    self.train = train
    self.dev = dev
    self.relationLabels = relationLabels
    self.pictures = pictures
  }

  /// A dataset's train and dev splits.
  ///
  /// - Parameter boxes: regions for experts that look at regions from files.
  package init(_ dataset: Dataset, boxes: PairBoxes? = nil) {
    self.init(
      name: dataset.name, hash: dataset.contentHash, path: dataset.path,
      train: dataset.posts(in: .train), dev: dataset.posts(in: .dev),
      relationLabels: dataset.relationLabels, pictures: PictureProvider(dataset, boxes: boxes))
    look = { dataset.image(for: $0) }
  }

  /// The pictures that an expert on these posts will see; nil where they are no files.
  package var files: TrainingPictures? { look.map { TrainingPictures(train + dev, $0) } }

  /// Other posts of the same source; `part` names them, e.g. `model-1` for the 80 % of seed 1.
  package func replacing(train: [Post], dev: [Post]? = nil, part: String) -> TrainingPosts {
    var sum = FNV1a()
    for id in train.map(\.id) + ["\n"] + (dev ?? self.dev).map(\.id) {
      sum.add(bytes: id.utf8)
      sum.add(0)
    }
    var result = TrainingPosts(
      name: "\(name) \(part)", hash: "\(hash)-\(sum.digits)", path: path, train: train,
      dev: dev ?? self.dev, relationLabels: relationLabels, pictures: pictures)
    result.look = look
    return result
  }

  /// The posts of one of the two lists.
  func posts(in split: Split) -> [Post] { split == .dev ? dev : train }
}
