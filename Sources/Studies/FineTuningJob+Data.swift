import Corpora
import Encoders
import Extractors
import Foundation
import Tensors

extension FineTuningJob {
  /// What all seeds read: the regions of both lists of posts.
  struct Material {
    let source: RegionSource?
    let train: [PictureRegions]
    let dev: [PictureRegions]
  }

  /// Computes the regions once for all seeds; nothing for text experts.
  func readMaterial() throws -> Material {
    guard task.needsPictures else { return Material(source: nil, train: [], dev: []) }
    guard let pictures else {
      throw FineTuningError.noPictures(system: task.system)
    }
    if task.needsBoxes {
      guard let boxes = posts.pictures.boxes else {
        throw FineTuningError.noBoxes(system: task.system)
      }
      for (split, some) in [(Split.train, posts.train), (.dev, posts.dev)]
      where !boxes.covers(some) {
        throw FineTuningError.noBoxesOf(split: split.rawValue, files: boxes.description)
      }
    }
    let source = try source ?? RegionSource(folder: pictures)
    let all = posts.train + posts.dev
    let observe = self.observe
    let regions = try source.regions(of: all, posts.pictures) { done in
      done % 64 != 0 || observe(.preparing("looking at pictures", Double(done) / Double(all.count)))
    }
    guard let regions else { throw TrainingStopped(model: name) }
    return Material(
      source: source, train: Array(regions.prefix(posts.train.count)),
      dev: Array(regions.suffix(posts.dev.count)))
  }

  /// The options in words, for the origin; nil where the task has none.
  func options(_ base: TextBase) -> String? {
    func text(_ value: some Encodable) -> String? {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
    }
    switch task {
    case .bertCRF, .mtb: return nil
    case .umt(_, let options): return text(options)
    case .maf(_, let options): return text(fitting(options, base))
    case .megaLite(let options): return text(options)
    }
  }

  /// MAF's options, or those that fit the encoder's size.
  func fitting(_ options: MAFOptions?, _ base: TextBase) -> MAFOptions {
    options ?? .fitting(hiddenSize: base.encoder.configuration.stack.hiddenSize)
  }

  /// The standard types and whatever else the training posts have.
  ///
  /// - Throws: `FineTuningError.nothingToLearn` when there is no mention at all.
  static func tagScheme(of posts: TrainingPosts) throws -> TagScheme {
    let seen = Set(posts.train.flatMap { $0.mentions.map(\.type.rawValue) })
    guard !seen.isEmpty else {
      throw FineTuningError.nothingToLearn(
        dataset: posts.name, split: Split.train.rawValue, wanted: "entity mentions")
    }
    let standard = TagScheme.standard.types
    return TagScheme(types: standard + seen.subtracting(standard).sorted())
  }

  /// Items of both lists; there must be some in each.
  func both<Item>(
    _ wanted: String, _ material: Material,
    _ make: (Post, PictureRegions?) -> [Item]
  ) throws -> (train: [Item], dev: [Item]) {
    func items(_ split: Split, _ regions: [PictureRegions]) throws -> [Item] {
      let items = posts.posts(in: split).enumerated().flatMap { i, post in
        make(post, regions.isEmpty ? nil : regions[i])
      }
      guard !items.isEmpty else { throw nothing(wanted, in: split) }
      return items
    }
    return (try items(.train, material.train), try items(.dev, material.dev))
  }

  private func nothing(_ wanted: String, in split: Split) -> FineTuningError {
    .nothingToLearn(dataset: posts.name, split: split.rawValue, wanted: wanted)
  }
}
