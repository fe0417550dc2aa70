/// Encodings of equal length, laid out for a model: B×T values, row-major.
package struct EncodingBatch: Sendable, Hashable {
  /// The encodings with their padding, B of them.
  package let encodings: [Encoding]
  /// T.
  package let length: Int

  /// Pads to the longest, or to `length` positions if that is more; a folder without a padding
  /// token pads with id 0.
  package init(_ encodings: [Encoding], tokenizer: Tokenizer, length: Int? = nil) {
    let longest = max(encodings.map(\.count).max() ?? 0, length ?? 0)
    self.length = longest
    self.encodings = encodings.map { encoding in
      var padded = encoding
      padded.pad(to: longest, id: tokenizer.special.padding ?? 0)
      return padded
    }
  }

  /// B and T.
  package var shape: [Int] { [encodings.count, length] }
  /// B×T piece ids.
  package var ids: [Int] { encodings.flatMap(\.ids) }
  /// B×T: 1 for what counts, 0 for padding.
  package var attentionMask: [Int] { encodings.flatMap(\.attentionMask) }
  /// B×T segment ids.
  package var typeIDs: [Int] { encodings.flatMap(\.typeIDs) }
  /// Positions of each encoding before its padding.
  package var lengths: [Int] { encodings.map { $0.count - $0.paddingCount } }
}
