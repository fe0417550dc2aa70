import Foundation
import Tensors
import Testing

@testable import Encoders

/// One folder of reference outputs: weights, inputs and what PyTorch gives for them.
struct ParityFixture {
  let folder: String
  let io: Safetensors

  /// The tensors of a folder under `../shared/fixtures`, or under `TWINLENS_PARITY` when that names
  /// a folder with fixtures of real sizes.
  init(_ name: String) throws {
    folder = try #require(Self.path(name))
    io = try Safetensors(path: folder + "/io.safetensors")
  }

  static func path(_ name: String) -> String? {
    if let root = ProcessInfo.processInfo.environment["TWINLENS_PARITY"] {
      let path = root + "/" + name
      return FileManager.default.fileExists(atPath: path) ? path : nil
    }
    return Shared.folder("fixtures/" + name)
  }

  static func isPresent(_ name: String) -> Bool { path(name) != nil }

  /// A B×T batch of the fixture's ids, mask and segments.
  func batch() throws -> TextBatch {
    let shape = try #require(io.entries["in.input_ids"]?.shape)
    let types =
      io.entries["in.token_type_ids"] == nil ? nil : try io.integers("in.token_type_ids")
    return TextBatch(
      ids: try io.integers("in.input_ids"), count: shape[0], length: shape[1],
      mask: try io.integers("in.attention_mask").map { $0 == 1 }, tokenTypes: types)
  }

  /// Compares with a reference: within 1e-4 × max(1, largest absolute value of the reference).
  func expect(
    _ found: Tensor, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let wanted = try io.tensor(name)
    #expect(found.shape == wanted.shape, "\(name)", sourceLocation: sourceLocation)
    let (error, limit) = compare(found.array, wanted.array)
    #expect(error <= limit, "\(name)", sourceLocation: sourceLocation)
  }

  /// The same for weights of every layer, stacked.
  func expect(
    stacked found: [Tensor], _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let shape = [found.count] + (found.first?.shape ?? [])
    try expect(
      Tensor(shape, found.flatMap(\.array)), name, sourceLocation: sourceLocation)
  }
}

/// Largest absolute difference, and what is allowed.
func compare(_ found: [Float], _ wanted: [Float]) -> (error: Float, limit: Float) {
  guard found.count == wanted.count else { return (.infinity, 0) }
  var (error, largest): (Float, Float) = (0, 1)
  for (a, b) in zip(found, wanted) {
    let difference = abs(a - b)
    // A NaN must not pass as small.
    error = difference <= error ? error : difference.isNaN ? .infinity : difference
    largest = max(largest, abs(b))
  }
  return (error, 1e-4 * largest)
}

/// A folder that is deleted with the value that holds it.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "twinlens-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func write(_ name: String, _ data: Data) throws {
    try data.write(to: URL(fileURLWithPath: path + "/" + name))
  }

  func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
