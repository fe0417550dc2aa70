import Tensors
import Traces

/// Collects the attention weights of a stack, layer by layer, and puts others in their place where
/// a probe asks for it.
///
/// It lives for one forward pass. Without one, nothing is collected.
package final class AttentionWatch {
  /// B×h×Tq×Tk of every layer so far.
  package private(set) var weights: [Tensor] = []
  let substitute: (_ layer: Int) -> (@Sendable (Tensor) -> Tensor)?

  /// A watch that only collects.
  package init() { substitute = { _ in nil } }

  /// A watch that also takes the probe's replacements, named `name/LAYER` (from 0) or, for all
  /// layers, `name`.
  package init(_ probe: Probe, _ name: String) {
    substitute = { probe.substitute("\(name)/\($0)") ?? probe.substitute(name) }
  }

  func note(_ layer: Tensor) { weights.append(layer) }

  /// Layers × heads × queries × keys of one item of the batch.
  package func maps(ofItem item: Int) -> Tensor {
    guard let shape = weights.first?.shape, shape.count == 4, item < shape[0] else {
      return Tensor([0, 0, 0, 0], [])
    }
    let size = shape[1] * shape[2] * shape[3]
    var all: [Float] = []
    all.reserveCapacity(weights.count * size)
    for layer in weights { all += layer.array[(item * size)..<((item + 1) * size)] }
    return Tensor([weights.count] + shape.dropFirst(), all)
  }

  /// Pieces of a text whose attention is shown: longer ones would show millions of numbers.
  package static let mostPieces = 128

  /// What the pieces of an item attend to: a matrix per layer and head.
  package func signal(_ name: String, caption: String, item: Int, pieces: [String]) -> Signal {
    let maps = maps(ofItem: item)
    let (real, heads, all) = (pieces.count, maps.shape[1], maps.shape[3])
    var cut: [Float] = []
    for row in 0..<(maps.shape[0] * heads * maps.shape[2]) where row % maps.shape[2] < real {
      cut += maps.array[(row * all)..<(row * all + min(real, all))]
    }
    return Signal(
      name: name, caption: caption, kind: .matrix(rows: pieces, columns: pieces),
      steps: [.layer(maps.shape[0]), .head(heads)],
      tensor: Tensor([maps.shape[0], heads, real, real], cut))
  }

  /// What the class position attends to: a map over the patches per layer and head.
  package func signal(
    _ name: String, caption: String, item: Int, grid: Int, region: ImageRegion
  ) -> Signal {
    let maps = maps(ofItem: item)
    let (layers, heads, positions) = (maps.shape[0], maps.shape[1], maps.shape[3])
    var cut: [Float] = []
    for map in 0..<(layers * heads) {
      // The first row belongs to the class position, the first column too.
      let row = map * maps.shape[2] * positions
      cut += maps.array[(row + 1)..<(row + positions)]
    }
    return Signal(
      name: name, caption: caption,
      kind: .imageMap(rows: grid, columns: grid, region: region),
      steps: [.layer(layers), .head(heads)], tensor: Tensor([layers, heads, grid, grid], cut))
  }
}
