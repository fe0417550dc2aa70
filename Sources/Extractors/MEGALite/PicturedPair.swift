import Encoders
import Tensors
import Traces

/// A pair as mega-lite reads it: the marked text and ten objects.
package struct PicturedPair: PieceSequence {
  /// The text with markers, and where head and tail begin in it.
  package let pair: MarkedPair
  /// 10×C: a 3×3 grid and everything, or regions of a file.
  package let objects: PictureRegions
  /// Where the objects are; nil: the grid and everything.
  let places: [ImageRegion]?
  /// Where the grid's objects are in the source picture; empty where objects are of a file.
  var gridPlaces: [ImageRegion] = []
  /// The pieces as a person reads them; empty where nobody does.
  var pieces: [String] = []

  /// A pair by its parts, the objects being the grid's.
  ///
  /// - Parameter regions: of the post's picture, N×C.
  package init(_ pair: MarkedPair, _ regions: PictureRegions) {
    self.init(pair, objects: regions.objects)
    gridPlaces = regions.objectPlaces
  }

  init(_ pair: MarkedPair, objects: PictureRegions, places: [ImageRegion]? = nil) {
    self.pair = pair
    self.objects = objects
    self.places = places
  }

  /// T piece ids with special tokens and markers.
  package var ids: [Int] { pair.ids }
  /// The gold label's number; −1 where there is none.
  package var label: Int { pair.label }
}
