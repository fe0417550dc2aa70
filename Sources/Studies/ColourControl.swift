import Encoders
import Extractors
import Pictures
import Routing
import Tensors

/// The protocol's posts with every picture reduced to its colours: each region holds the picture's
/// 4×4×4 colour histogram. An expert trained on these sees all colours and no shapes.
struct ColourControl {
  let parts: RoutingProtocol

  init(trainer: ModelTrainer, parts: RoutingProtocol) throws {
    let dataset = trainer.dataset
    let shape = parts.model.first?.read.input.regions.shape ?? [49, 64]
    func colours(_ item: RoutingProtocol.Item) -> RoutingProtocol.Item {
      var input = item.read.input
      var histogram = [Float](repeating: 0, count: shape[1])
      if case .success(let picture) = PostReader.picture(
        of: item.post, in: dataset, for: .shortSide(64))
      {
        for i in stride(from: 0, to: picture.pixels.count - 2, by: 3) {
          let (r, g, b) = (picture.pixels[i], picture.pixels[i + 1], picture.pixels[i + 2])
          let bin = Int(r >> 6) * 16 + Int(g >> 6) * 4 + Int(b >> 6)
          histogram[bin % shape[1]] += 1
        }
        let most = max(1, histogram.max() ?? 1)
        histogram = histogram.map { 2 * $0 / most }
      }
      input.regions = Tensor(shape, (0..<shape[0]).flatMap { _ in histogram })
      return RoutingProtocol.Item(post: item.post, read: item.read.replacing(input: input))
    }
    self.parts = parts.replacingParts { $0.map(colours) }
  }
}
