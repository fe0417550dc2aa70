import Foundation
import Tensors
import Testing

@testable import Routing

/// A small world of posts made from a seed, for tests that need any.
enum World {
  /// Possible counts of one post: at most `limit` gold answers.
  static func counts(_ generator: inout SeededGenerator, limit: Int = 4) -> ExpertCounts {
    let gold = generator.index(below: limit)
    func one() -> MatchCounts {
      let predicted = generator.index(below: limit)
      return MatchCounts(
        correct: generator.index(below: min(gold, predicted) + 1), predicted: predicted, gold: gold)
    }
    return ExpertCounts(text: one(), multimodal: one())
  }

  /// Posts with random embeddings and counts that have nothing to do with them.
  static func random(
    _ posts: Int, dimensions: Int, seed: UInt64, prefix: String = "p"
  ) throws -> RouterData {
    var generator = SeededGenerator(seed: seed)
    return try RouterData(
      dimensions: dimensions, ids: (0..<posts).map { "\(prefix)\($0)" },
      x: (0..<posts * dimensions).map { _ in generator.normal() * 0.2 },
      counts: (0..<posts).map { _ in counts(&generator) })
  }

  /// Posts where the first embedding entry tells which expert is right. `multimodalWins` and
  /// `textWins` are the chances that the expert on its own side answers rightly, `foreign` on the
  /// other side.
  static func separable(
    _ posts: Int, dimensions: Int = 8, seed: UInt64, own: Float = 0.9, foreign: Float = 0.4,
    prefix: String = "p"
  ) throws -> RouterData {
    var generator = SeededGenerator(seed: seed)
    var x = [Float]()
    var counts = [ExpertCounts]()
    var adds = [Bool?]()
    for _ in 0..<posts {
      let picture = generator.chance(0.5)
      x.append((picture ? 0.3 : -0.3) + generator.normal() * 0.1)
      x += (1..<dimensions).map { _ in generator.normal() * 0.2 }
      func answers(_ chance: Float) -> MatchCounts {
        MatchCounts(
          correct: (0..<2).count { _ in generator.chance(chance) }, predicted: 2, gold: 2)
      }
      counts.append(
        ExpertCounts(
          text: answers(picture ? foreign : own), multimodal: answers(picture ? own : foreign)))
      adds.append(picture)
    }
    return try RouterData(
      dimensions: dimensions, ids: (0..<posts).map { "\(prefix)\($0)" }, x: x, counts: counts,
      imageAdds: adds)
  }
}

/// Numbers of a safetensors file of F32 tensors, read for tests only.
struct Fixture {
  let tensors: [String: (shape: [Int], values: [Float])]

  /// `../shared/fixtures` beside the package, found from this file; nil where it is absent.
  static let folder: URL? = {
    var url = URL(fileURLWithPath: #filePath)
    while url.path != "/" {
      url.deleteLastPathComponent()
      let candidate = url.appendingPathComponent("../shared/fixtures").standardizedFileURL
      if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
    }
    return nil
  }()

  init(_ path: String) throws {
    let url = try #require(Self.folder).appendingPathComponent(path)
    let data = try Data(contentsOf: url)
    let length = data.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let header = try #require(
      try JSONSerialization.jsonObject(with: data[8..<8 + length]) as? [String: [String: Any]])
    var result = [String: (shape: [Int], values: [Float])]()
    for (name, entry) in header where name != "__metadata__" {
      let offsets = try #require(entry["data_offsets"] as? [Int])
      let shape = try #require(entry["shape"] as? [Int])
      let bytes = [UInt8](data[8 + length + offsets[0]..<8 + length + offsets[1]])
      let values = stride(from: 0, to: bytes.count, by: 4).map { i in
        Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[i + $1]) << (8 * $1) })
      }
      result[name] = (shape, values)
    }
    tensors = result
  }

  func values(_ name: String) throws -> [Float] { try #require(tensors[name]).values }
}

/// The largest absolute difference of two arrays.
func largestDifference(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Float {
  precondition(a.count == b.count)
  return zip(a, b).map { abs($0 - $1) }.max() ?? 0
}
