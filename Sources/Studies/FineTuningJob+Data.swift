import Corpora
import Encoders
import Extractors
import Tensors

extension FineTuningJob {
  typealias EntityItems = (train: [TaggedPieces], dev: [TaggedPieces])
  typealias PairItems = (train: [MarkedPair], dev: [MarkedPair])

  /// A fresh BERT-CRF and the posts as it reads them.
  func entities(
    _ base: TextBase, _ labels: LabelScheme, _ longest: Int, _ generator: inout SeededGenerator
  ) throws -> (network: BERTCRF, items: EntityItems) {
    let seen = Set(dataset.posts(in: .train).flatMap { $0.mentions.map(\.type.rawValue) })
    guard !seen.isEmpty else { throw nothing("entity mentions", in: .train) }
    let standard = TagScheme.standard.types
    let scheme = TagScheme(types: standard + seen.subtracting(standard).sorted())
    let configuration = BERTCRFModel.Configuration(scheme: scheme, labels: labels, longest: longest)
    func items(_ split: Split) throws -> [TaggedPieces] {
      let posts = dataset.posts(in: split)
      guard !posts.isEmpty else { throw nothing("posts", in: split) }
      return posts.map { post in
        BERTCRFModel.pieces(
          post.tokens.map(\.text),
          tags: scheme.indices(of: post.mentions, count: post.tokens.count),
          tokenizer: base.tokenizer, configuration)
      }
    }
    let network = BERTCRF(
      base.encoder, prefix: base.prefix, scheme: scheme, labels: labels, &generator)
    return (network, (try items(.train), try items(.dev)))
  }

  /// A fresh MTB, with the markers in the base, and the pairs as it reads them.
  func pairs(
    _ base: inout TextBase, _ longest: Int, _ generator: inout SeededGenerator
  ) throws -> (network: MTB, configuration: MTBModel.Configuration, items: PairItems) {
    let markers = try MTBModel.addMarkers(to: &base, &generator)
    let scheme = RelationScheme(fitting: dataset.relationLabels)
    let configuration = MTBModel.Configuration(scheme: scheme, markers: markers, longest: longest)
    let tokenizer = base.tokenizer
    func items(_ split: Split) throws -> [MarkedPair] {
      let pairs = dataset.posts(in: split).flatMap {
        MTBModel.pairs(of: $0, tokenizer: tokenizer, configuration)
      }
      guard !pairs.isEmpty else { throw nothing("labelled pairs", in: split) }
      return pairs
    }
    let network = MTB(base.encoder, prefix: base.prefix, scheme: scheme, &generator)
    return (network, configuration, (try items(.train), try items(.dev)))
  }

  private func nothing(_ wanted: String, in split: Split) -> FineTuningError {
    .nothingToLearn(dataset: dataset.name, split: split.rawValue, wanted: wanted)
  }
}
