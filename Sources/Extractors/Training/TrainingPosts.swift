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
  package private(set) var hash: String
  /// What provenance says was learned from: a hash by each name.
  package var sources: [String: String]
  /// Path of the dataset's files, for programs that read them on their own; empty when there are
  /// none.
  package let path: String
  /// Posts to train on.
  package private(set) var train: [Post]
  /// Posts to choose the best epoch by.
  package private(set) var dev: [Post]
  /// More posts, of which words and pictures are read and no labels, with their own pictures.
  package private(set) var corpus: (posts: [Post], pictures: PictureProvider)?
  /// The corpus's name with the beginning of a checksum of its files; nil without one.
  package private(set) var corpusMark: String?
  /// The same of the file of judgements that was applied, over what it says of these posts.
  package private(set) var judgementsMark: String?
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

  /// Every tenth post of a dataset to choose by, all others to learn from: for posts without
  /// splits.
  package static func tenths(of dataset: Dataset) -> TrainingPosts {
    var result = TrainingPosts(dataset)
    result.dev = dataset.posts.indices.filter { $0 % 10 == 9 }.map { dataset.posts[$0] }
    result.train = dataset.posts.indices.filter { $0 % 10 != 9 }.map { dataset.posts[$0] }
    return result
  }

  /// The same with a dataset's posts to learn from without their labels.
  package func adding(corpus dataset: Dataset) -> TrainingPosts {
    var result = self
    result.corpus = (dataset.posts, PictureProvider(dataset))
    var sum = FNV1a()
    sum.add(bytes: dataset.contentHash.utf8)
    // In front, where messages about what differs show it.
    result.hash = "corpus \(sum.digits) " + hash
    result.corpusMark = "\(dataset.name) \(sum.digits.prefix(TrainingJob.markDigits))"
    result.sources[dataset.name == name ? name + " corpus" : dataset.name] = dataset.contentHash
    return result
  }

  /// The same with what a file says of their pictures.
  ///
  /// - Throws: `PictureJudgementError.noPost`.
  package func judged(by file: PictureJudgements) throws(PictureJudgementError) -> TrainingPosts {
    var result = self
    result.train = file.applied(to: train)
    result.dev = file.applied(to: dev)
    result.corpus?.posts = file.applied(to: corpus?.posts ?? [])
    var sum = FNV1a()
    for post in result.train + result.dev + (result.corpus?.posts ?? []) {
      sum.add(bytes: "\(post.id)\(post.imageAdds.map { $0 ? "+" : "-" } ?? "")\n".utf8)
    }
    result.hash = "judged \(sum.digits) " + result.hash
    result.judgementsMark =
      "\(FilePath.name(of: file.path)) \(sum.digits.prefix(TrainingJob.markDigits))"
    result.sources["judgements " + FilePath.name(of: file.path)] = sum.digits
    guard result.train != train || result.dev != dev || result.corpus?.posts != corpus?.posts else {
      throw .noPost(file: file.path, dataset: name)
    }
    return result
  }

  /// How many ids of a file of judgements belong to which posts, a sentence.
  package func use(of file: PictureJudgements) -> String {
    func count(_ posts: [Post]) -> Int { file.applied(to: posts).count { $0.imageAdds != nil } }
    let more = corpus.map { ", \(count($0.posts)) of the corpus" } ?? ""
    let lines = file.unreadable
    let lost =
      lines.isEmpty
      ? ""
      : "; left out \(lines.count == 1 ? "is" : "are") \(lines.count.counted("line")) with no id and label "
        + "(\(lines.prefix(5).map(String.init).joined(separator: ", "))\(lines.count > 5 ? " …" : ""))"
    return "\(file.path): \(file.adds.count) ids, of which \(file.adds.values.count { $0 }) add; "
      + "judged are \(count(train)) of \(train.count) train posts, \(count(dev)) of \(dev.count) dev posts\(more)\(lost)"
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
    result.corpus = corpus
    (result.corpusMark, result.judgementsMark) = (corpusMark, judgementsMark)
    return result
  }

  /// The posts of one of the two lists.
  func posts(in split: Split) -> [Post] { split == .dev ? dev : train }
}
