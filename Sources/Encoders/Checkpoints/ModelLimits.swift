/// Everything that the files of a model folder may ask for, in one place: above all published
/// models, and small enough that no product of them overflows.
///
/// Weights need no bound of their own: their shapes are compared with the header of the file before
/// anything is allocated. What a forward pass makes of them does, because a few weights can ask for
/// a huge pass (patches of one pixel, many channels over large pictures).
package enum ModelLimits {
  /// Bytes of a `config.json`: class names and quantiles are in it, weights are not.
  package static let configurationBytes = 16 << 20
  /// Bytes of a `words.txt`, `characters.txt` or a file of a tokenizer.
  package static let vocabularyBytes = 64 << 20

  /// Rows of a table of words or pieces.
  package static let vocabulary = 1...2_000_000
  /// Rows of a table of characters.
  package static let characters = 1...100_000
  /// Numbers of a vector in an encoder of this program.
  package static let vector = 1...4096
  /// Numbers of a state in a published encoder.
  package static let hidden = 1...16384
  /// Numbers of the middle layer of a published encoder.
  package static let intermediate = 1...65536
  /// Layers in a row.
  package static let layers = 1...200
  /// Layers of a transformer over pictures; none where an expert has taken them over.
  package static let pictureLayers = 0...200
  /// Heads of attention.
  package static let heads = 1...512
  /// Rows of a table of positions.
  package static let positions = 1...1_000_000
  /// Stages of a residual network.
  package static let stages = 1...8
  /// Channels of a residual network.
  package static let channels = 4...16384
  /// Numbers of one region of a picture; a head's file gives them.
  package static let regionSize = 1...8192
  /// Regions of a picture.
  package static let regions = 1...4096
  /// Pixels of a picture's side.
  package static let side = 1...2048
  /// Entity types; each has two tags.
  package static let types = 1...200
  /// Relation labels.
  package static let relations = 2...10_000
  /// Names that a picture encoder can give.
  package static let classes = 1...100_000
  /// Pieces of the longest input that a folder may ask for; the encoder's positions bound it too.
  package static let pieces = 3...100_000
  /// Numbers of the attention of one layer over one input: heads × pieces².
  package static let attention = 1 << 28
  /// Numbers of all maps that one picture needs in a residual network.
  package static let maps = 1 << 28
  /// Numbers of all regions of one picture.
  package static let regionNumbers = 1 << 22

  /// The longest input whose attention stays within bounds.
  package static func pieces(heads: Int) -> Int {
    Int((Double(attention) / Double(max(1, heads))).squareRoot())
  }
}
