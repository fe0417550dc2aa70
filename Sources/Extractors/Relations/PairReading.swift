import Corpora
import Encoders
import Tensors

/// How pairs of mentions are read as pieces with markers around head and tail, and which labels
/// they may have: what relation experts on a text encoder share.
package struct PairReading: Sendable, Hashable, Codable {
  /// The labels.
  package var scheme: RelationScheme
  /// The control tokens around head and tail.
  package var markers: RelationMarkers
  /// Pieces of the longest input.
  package var longest: Int

  /// A reading by its parts.
  package init(scheme: RelationScheme, markers: RelationMarkers, longest: Int) {
    self.scheme = scheme
    self.markers = markers
    self.longest = longest
  }

  /// The training's labels, and markers that are put into the base.
  ///
  /// - Throws: `TokenizerError` when the vocabulary is full.
  init(
    _ training: SeededTraining, _ base: inout TextBase, _ generator: inout SeededGenerator
  ) throws {
    self.init(
      scheme: RelationScheme(fitting: training.job.posts.relationLabels),
      markers: try RelationMarkers(addedTo: &base, &generator), longest: training.longest(base))
  }

  /// The pairs of a post; labels that the scheme does not know are left out.
  package func pairs(of post: Post, tokenizer: Tokenizer) -> [MarkedPair] {
    let words = post.tokens.map(\.text)
    return post.relations.compactMap { relation in
      scheme.index(of: relation.label).map { label in
        markers.markedPair(
          words, head: relation.head, tail: relation.tail, label: label, tokenizer,
          longest: longest)
      }
    }
  }
}

extension PairReading {
  /// Sizes come from strangers: they are bounded before anything is allocated.
  func validate(_ folder: String) throws {
    guard ModelLimits.relations.contains(scheme.labels.count),
      Set(scheme.labels).count == scheme.labels.count, markers.pieces.count == 4,
      Set(markers.ids).count == 4, markers.ids.count == 4, ModelLimits.pieces.contains(longest)
    else {
      throw ModelFolderError(
        folder: folder, problem: "has labels, markers or a length in config.json that are not read")
    }
  }

  /// The folder's tokenizer with the markers in it.
  ///
  /// - Throws: `TokenizerError`; `ModelFolderError` when it does not fit.
  func tokenizer(_ folder: String, _ encoder: TextConfiguration) throws -> Tokenizer {
    var tokenizer = try Tokenizer(folder: folder)
    let ids = try tokenizer.addControlTokens(markers.pieces)
    guard ids == markers.ids, tokenizer.vocabularySize <= encoder.vocabulary else {
      throw ModelFolderError(
        folder: folder, problem: "has a tokenizer that does not fit its markers and encoder")
    }
    return tokenizer
  }
}

extension RelationMarkers {
  /// Markers that a base knows from then on.
  ///
  /// - Throws: `TokenizerError` when the vocabulary is full.
  package init(addedTo base: inout TextBase, _ generator: inout SeededGenerator) throws {
    let pieces = RelationMarkers.pieces(for: base.tokenizer)
    self.init(pieces: pieces, ids: try base.addControlTokens(pieces, &generator))
  }
}
