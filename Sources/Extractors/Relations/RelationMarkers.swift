import Corpora
import Encoders

/// The four control tokens around head and tail (MODELS §2.9). Closing ones are always there, also
/// at the end of the text.
package struct RelationMarkers: Sendable, Hashable, Codable {
  /// Their spellings in the vocabulary: head's two, tail's two.
  package var pieces: [String]
  /// Their ids, in the same order.
  package var ids: [Int]

  /// Spellings that a vocabulary does not know yet: RoBERTa has an `<s>` and a `</s>` of its own.
  static func pieces(for tokenizer: Tokenizer) -> [String] {
    let usual = ["<s>", "</s>", "<o>", "</o>"]
    if usual.allSatisfy({ tokenizer.id(ofPiece: $0) == nil }) { return usual }
    return ["<head>", "</head>", "<tail>", "</tail>"]
  }

  /// A pair as MTB reads it.
  ///
  /// - Parameters:
  ///   - label: its gold label's number; −1 where there is none.
  ///   - longest: pieces with special tokens; a marker that is cut off is read at the last piece.
  func markedPair(
    _ words: [String], head: Range<Int>, tail: Range<Int>, label: Int, _ tokenizer: Tokenizer,
    longest: Int
  ) -> MarkedPair {
    // Where one mention ends and the other begins, the end comes first.
    let markers = [
      Marker(before: head.upperBound, id: ids[1]), Marker(before: tail.upperBound, id: ids[3]),
      Marker(before: head.lowerBound, id: ids[0]), Marker(before: tail.lowerBound, id: ids[2]),
    ]
    let encoding = tokenizer.encode(
      words: words, markers: markers, options: EncodingOptions(maximumLength: longest))
    let last = max(0, encoding.count - 1)
    // A mention was read when the marker behind it was.
    let cutOff = [(PairPart.head, ids[1]), (PairPart.tail, ids[3])].filter {
      !encoding.ids.contains($0.1)
    }
    let starts = [0, 2].map { encoding.ids.firstIndex(of: ids[$0]) ?? last }
    /// The pieces between two markers; the one behind the first where the second was cut off.
    func span(_ start: Int, _ end: Int) -> Range<Int> {
      let first = min(start + 1, last)
      let close = encoding.ids.firstIndex(of: ids[end]) ?? first + 1
      return first..<max(first + 1, close)
    }
    let read = encoding.firstPieces(ofWords: words.count).prefix { $0 != nil }
    return MarkedPair(
      ids: encoding.ids, head: starts[0], tail: starts[1], label: label,
      cutOff: cutOff.map(\.0), headSpan: span(starts[0], 1), tailSpan: span(starts[1], 3),
      wordPieces: read.compactMap(\.self))
  }
}

/// A pair as MTB reads it: the text with markers, and where head and tail begin in it.
package struct MarkedPair: PieceSequence, Hashable {
  /// T piece ids with special tokens and markers.
  package let ids: [Int]
  /// Position of the marker before the head.
  package let head: Int
  /// Position of the marker before the tail.
  package let tail: Int
  /// The gold label's number; −1 where there is none.
  package let label: Int
  /// What of the pair lies, wholly or in part, behind the encoder's last position.
  package let cutOff: [PairPart]
  /// The pieces between the head's markers, one at least.
  package var headSpan: Range<Int> = 0..<1
  /// The pieces between the tail's markers, one at least.
  package var tailSpan: Range<Int> = 0..<1
  /// The first piece of each word that was read.
  package var wordPieces: [Int] = []
}

/// One of the two mentions of a pair.
package enum PairPart: String, Sendable, Hashable, Codable, CaseIterable {
  case head
  case tail
}

/// Relation labels by number, as a classifier knows them.
package struct RelationScheme: Sendable, Hashable, Codable {
  /// Names in the order of their numbers.
  package let labels: [String]

  /// The number of the largest score; the first of equals.
  static func best(_ logits: [Float]) -> Int {
    var best = 0
    for i in logits.indices where logits[i] > logits[best] { best = i }
    return best
  }

  /// Labels in a fixed order.
  package init(labels: [String]) { self.labels = labels }

  /// The public files' 23 in their numbers (MODELS §2.1).
  package static let mnre = RelationScheme(labels: RelationInventory.mnre)

  /// MNRE's when it holds all the labels of a dataset, else the dataset's own.
  package init(fitting labels: [String]) {
    self = Set(labels).isSubset(of: Self.mnre.labels) ? .mnre : RelationScheme(labels: labels)
  }

  /// The number of a label; nil when it is not known.
  package func index(of label: String) -> Int? { labels.firstIndex(of: label) }
}
