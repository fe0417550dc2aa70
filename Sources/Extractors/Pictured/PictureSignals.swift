import Tensors
import Traces

/// Signals that several multimodal experts show, of the first post of a batch.
enum PictureSignals {
  /// A gate on the picture: the mean over all dimensions of a B×T×D value at each word's first
  /// piece; NaN where words were cut off, since nothing was computed there.
  static func words(_ name: String, _ caption: String, _ value: Tensor, _ item: PicturedPieces)
    -> Signal
  {
    let width = value.shape.last ?? 1
    var means = [Float](repeating: .nan, count: item.wordCount)
    for (word, piece) in item.wordPieces.enumerated() {
      means[word] =
        value.array[(piece * width)..<((piece + 1) * width)].reduce(0, +) / Float(width)
    }
    return Signal(
      name: name, caption: caption, kind: .words, ofPicture: true,
      tensor: Tensor([means.count], means))
  }

  /// Weights B×h×T×N of words over regions: heads × words × rows × columns.
  static func attention(
    _ name: String, _ caption: String, _ weights: Tensor, _ item: PicturedPieces
  ) -> Signal {
    let (heads, length, cells) = (weights.shape[1], weights.shape[2], weights.shape[3])
    let side = item.regions.grid
    var maps: [Float] = []
    maps.reserveCapacity(heads * item.wordCount * cells)
    for head in 0..<heads {
      for piece in item.wordPieces {
        let row = (head * length + piece) * cells
        maps += weights.array[row..<(row + cells)]
      }
      // Nothing was computed where words were cut off.
      maps += repeatElement(.nan, count: (item.wordCount - item.wordPieces.count) * cells)
    }
    return Signal(
      name: name, caption: caption,
      kind: .wordsByImage(rows: side, columns: side, region: item.regions.seen),
      steps: [.head(heads)], tensor: Tensor([heads, item.wordCount, side, side], maps))
  }
}
