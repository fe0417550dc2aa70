import Encoders
import Tensors

/// A post as the multimodal entity experts read it: pieces with their states, and frozen regions.
package struct PicturedPieces: PieceSequence {
  /// The words' pieces and gold states.
  package let text: TaggedPieces
  /// N×C of its picture.
  package let regions: PictureRegions

  /// A post by its parts.
  package init(_ text: TaggedPieces, _ regions: PictureRegions) {
    self.text = text
    self.regions = regions
  }

  /// T piece ids with the special tokens.
  package var ids: [Int] { text.ids }
}

/// Posts side by side on a tape, behind the text encoder.
package struct PictureBatch {
  /// The posts.
  package let items: [PicturedPieces]
  /// B×T×D, the text encoder's last states.
  package let states: Tape.Variable
  /// B×N×C.
  package private(set) var regions: Tape.Variable
  /// B×T, true for real pieces.
  package let mask: [Bool]

  /// A batch of posts with regions of one shape.
  ///
  /// - Parameter showsPictures: false puts zeros in place of all regions.
  init(
    _ items: [PicturedPieces], _ states: Tape.Variable, showsPictures: Bool, _ tape: Tape
  ) {
    self.items = items
    self.states = tape.reading(.states, states)
    let shape = items.first?.regions.shape ?? [1, 1]
    regions = tape.reading(
      .regions(view: 0),
      tape.constant(
        showsPictures
          ? PictureRegions.stack(items.map(\.regions)) : Tensor([items.count] + shape)))
    let length = tape.shape(states)[1]
    mask = items.flatMap { item in (0..<length).map { $0 < item.ids.count } }
  }

  /// The same texts, item i with the regions of item `partners[i]`.
  func exchangingRegions(_ partners: [Int], _ tape: Tape) -> PictureBatch {
    let shape = tape.shape(regions)
    let rows = tape.reshape(regions, [shape[0], shape[1] * shape[2]])
    var result = self
    result.regions = tape.reshape(tape.gather(rows, partners, shape: [shape[0]]), shape)
    return result
  }

  /// T, the padded length.
  var length: Int { mask.count / max(1, items.count) }

  /// The steps of the CRF: B×T×D → B×S×D.
  func steps(_ x: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    tape.select(x, items.map(\.text.places))
  }
}

extension PicturedPieces {
  /// The piece at which each word is read; words that were cut off have none.
  var wordPieces: [Int] { text.words.map { text.places[$0] } }

  /// All words, those that were cut off included.
  var wordCount: Int { text.tags.count }
}
