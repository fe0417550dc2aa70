import Encoders
import Tensors

/// A pair as mega-lite reads it: the marked text and ten objects.
public struct PicturedPair: PieceSequence {
  /// The text with markers, and where head and tail begin in it.
  public let pair: MarkedPair
  /// 10×C: a 3×3 grid and everything.
  public let objects: PictureRegions

  /// A pair by its parts.
  ///
  /// - Parameter regions: of the post's picture, N×C.
  public init(_ pair: MarkedPair, _ regions: PictureRegions) {
    self.init(pair, objects: regions.objects)
  }

  init(_ pair: MarkedPair, objects: PictureRegions) {
    self.pair = pair
    self.objects = objects
  }

  /// T piece ids with special tokens and markers.
  public var ids: [Int] { pair.ids }
  /// The gold label's number; −1 where there is none.
  public var label: Int { pair.label }
}
