import Tensors

/// Sequences of word pieces, padded to one length.
package struct TextBatch: Sendable, Hashable {
  /// B×T piece ids, row-major.
  package var ids: [Int]
  /// B×T, true for real pieces and false for padding; nil when all are real.
  package var mask: [Bool]?
  /// B×T segments; nil means all 0.
  package var tokenTypes: [Int]?
  /// B.
  package var count: Int
  /// T.
  package var length: Int

  /// A batch of B×T ids.
  package init(
    ids: [Int], count: Int, length: Int, mask: [Bool]? = nil, tokenTypes: [Int]? = nil
  ) {
    self.ids = ids
    self.mask = mask
    self.tokenTypes = tokenTypes
    self.count = count
    self.length = length
  }

  /// Sequences of any lengths, filled up with `padding` to the longest, or further to `atLeast`.
  package init(_ sequences: [[Int]], padding: Int, atLeast: Int = 0) {
    let length = max(atLeast, sequences.map(\.count).max() ?? 0)
    var ids: [Int] = []
    var mask: [Bool] = []
    for sequence in sequences {
      ids += sequence
      ids += repeatElement(padding, count: length - sequence.count)
      mask += repeatElement(true, count: sequence.count)
      mask += repeatElement(false, count: length - sequence.count)
    }
    self.init(ids: ids, count: sequences.count, length: length, mask: mask)
  }

  /// Checks a batch against a model's tables, so that nothing later can be out of range.
  func check(vocabulary: Int, longest: Int, tokenTypes rows: Int) throws(EncoderInputError) {
    guard count > 0, length > 0, ids.count == count * length,
      mask.map({ $0.count == ids.count }) ?? true,
      tokenTypes.map({ $0.count == ids.count }) ?? true
    else { throw .batch(ids: ids.count, count: count, length: length) }
    guard length <= longest else { throw .tooLong(length: length, longest: longest) }
    if let id = ids.first(where: { $0 < 0 || $0 >= vocabulary }) {
      throw .unknownPiece(id: id, vocabulary: vocabulary)
    }
    if let type = tokenTypes?.first(where: { $0 < 0 || $0 >= rows }) {
      throw .unknownSegment(segment: type, segments: rows)
    }
  }
}

extension EncoderInputError {
  /// Refuses what a model computed unless all of it is finite, and small enough to be compared.
  ///
  /// - Parameters:
  ///   - numbers: what the model gave.
  ///   - what: the model and what these numbers are, for the message.
  package static func check(
    _ numbers: [Float], _ what: @autoclosure () -> String
  ) throws(EncoderInputError) {
    // False for NaN, too.
    guard numbers.allSatisfy({ abs($0) <= usable }) else { throw .notFinite(what()) }
  }

  /// Sums of larger numbers lose what tells one answer from another: every tag would look certain.
  private static let usable: Float = 1e9
}

/// Input that an encoder cannot read or compute with, and why.
package enum EncoderInputError: Error, Hashable, CustomStringConvertible {
  /// The ids, mask and segments do not fill B×T.
  case batch(ids: Int, count: Int, length: Int)
  /// More pieces than the model has positions.
  case tooLong(length: Int, longest: Int)
  /// A piece outside the model's table.
  case unknownPiece(id: Int, vocabulary: Int)
  /// A segment outside the model's table.
  case unknownSegment(segment: Int, segments: Int)
  /// Pictures of another shape than the model reads.
  case pictures(shape: [Int], expected: String)
  /// A model computed NaN, an infinity or numbers too large to compare: nothing can be read.
  case notFinite(String)

  package var description: String {
    switch self {
    case .batch(let ids, let count, let length):
      "\(ids) ids do not fill \(count) sequences of \(length) pieces; pad them to one length"
    case .tooLong(let length, let longest):
      "a sequence of \(length) pieces is longer than the model's \(longest); shorten it"
    case .unknownPiece(let id, let vocabulary):
      "piece \(id) is outside the model's table of \(vocabulary); "
        + "take the tokenizer that came with the model"
    case .unknownSegment(let segment, let segments):
      "segment \(segment) is outside the model's \(segments); number segments from 0"
    case .pictures(let shape, let expected):
      "pictures of shape \(shape) came where \(expected) is read; prepare them by the model's recipe"
    case .notFinite(let what):
      "\(what) came out as NaN, infinity or beyond 10⁹, so there is no answer; the weights are "
        + "damaged: train or copy the model again"
    }
  }
}
