import Encoders
import Foundation
import Tensors

@testable import Extractors

/// What networks compute, once more with plain loops over doubles: to be compared with what they
/// show.
enum PlainNumbers {
  /// The rows of a tensor, whatever stands in front of its last axis.
  static func rows(_ tensor: Tensor) -> [[Double]] {
    let width = tensor.shape.last ?? 1
    return stride(from: 0, to: tensor.count, by: width).map { start in
      tensor.array[start..<(start + width)].map { Double($0) }
    }
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  static func softmax(_ scores: [Double]) -> [Double] {
    let powers = scores.map { exp($0 - (scores.max() ?? 0)) }
    return powers.map { $0 / powers.reduce(0, +) }
  }

  static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  static func gelu(_ x: Double) -> Double { 0.5 * x * (1 + erf(x / 2.0.squareRoot())) }
  static func length(_ x: [Double]) -> Double { dot(x, x).squareRoot() }

  /// W x + b.
  static func apply(_ layer: Linear, _ x: [Double]) -> [Double] {
    let bias = layer.bias.map { $0.value.array.map { Double($0) } }
    return rows(layer.weight.value).enumerated().map { dot($1, x) + (bias?[$0] ?? 0) }
  }

  /// Σ weights · rows.
  static func mix(_ weights: [Double], _ rows: [[Double]]) -> [Double] {
    (rows.first ?? []).indices.map { k in
      zip(weights, rows).reduce(0) { $0 + $1.0 * $1.1[k] }
    }
  }

  static func mean(_ rows: [[Double]]) -> [Double] {
    mix(rows.map { _ in 1 / Double(rows.count) }, rows)
  }

  /// The largest difference; infinite where there are not as many numbers.
  static func distance(_ shown: [Float], _ wanted: [Double]) -> Double {
    guard shown.count == wanted.count, !shown.isEmpty else { return .infinity }
    return zip(shown, wanted).map { abs(Double($0) - $1) }.max() ?? .infinity
  }
}

/// A text encoder of eight numbers, with weights so large that words and places differ.
enum TinyText {
  static let width = 8

  static func stack(layers: Int) -> TransformerConfiguration {
    var result = TransformerConfiguration(
      hiddenSize: width, layers: layers, heads: 2, intermediateSize: 12, activation: .gelu,
      norm: .post, epsilon: 1e-12, names: .bert)
    result.deviation = 0.4
    return result
  }

  static func encoder(layers: Int, seed: UInt64 = 3) -> BERTModel {
    var source = WeightSource.random(seed: seed)
    return BERTModel(
      TextConfiguration(
        stack: stack(layers: layers), vocabulary: 12, positions: 16, tokenTypes: 1, padding: 0,
        counting: .fromZero, pooler: false), &source)
  }

  /// A pair of eight pieces: markers at 1 and 5, words at 2, 3 and 6; a fourth word was cut off.
  static func pair(_ pictures: [PictureRegions]) -> MultimodalItem {
    let ids = [1, 5, 2, 7, 3, 6, 4, 8]
    var pair = MarkedPair(ids: ids, head: 1, tail: 5, label: 0, cutOff: [])
    (pair.headSpan, pair.tailSpan) = (2..<4, 6..<7)
    return MultimodalItem(
      ids: ids, tagged: nil, pair: pair, wordPieces: [2, 3, 6], wordCount: 4, pictures: pictures)
  }

  static func batch(_ item: MultimodalItem) -> MultimodalBatch {
    MultimodalBatch([item], padding: 0, showsPictures: true)
  }

  static func sizes(
    layers: Int, regions: [Int], features: Int = 0, task: ExpertTask = .relations
  ) -> MultimodalSizes {
    MultimodalSizes(
      stack: stack(layers: layers), task: task, regions: regions, features: features,
      hasTower: false)
  }

  static func random(_ shape: [Int], _ generator: inout SeededGenerator) -> Tensor {
    Tensor(shape, (0..<shape.reduce(1, *)).map { _ in generator.uniform(-1, 1) })
  }

  static let relations = TaskReading.relations(
    PairReading(
      scheme: RelationScheme(labels: ["None", "a", "b"]),
      markers: RelationMarkers(pieces: [], ids: []), longest: 16))
}
