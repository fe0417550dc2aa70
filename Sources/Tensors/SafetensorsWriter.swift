import Files
import Foundation

/// Writes a safetensors file one tensor at a time, so that a model larger than the memory can be
/// copied: to a temporary name, synced, then renamed, so that a crash leaves the old or no file.
package struct SafetensorsWriter: ~Copyable {
  private let path: String
  private let file: NewFile
  private var left: [(name: String, shape: [Int])]

  /// Begins a file of float32 tensors, which must then be appended in this order.
  ///
  /// - Throws: `DurableFileError`.
  package init(
    path: String, tensors: [(name: String, shape: [Int])], metadata: [String: String] = [:]
  ) throws {
    let header = Safetensors.header(tensors, metadata: metadata)
    file = try Self.begin(path, header)
    self.path = path
    left = tensors
  }

  private static func begin(_ path: String, _ header: Data) throws -> NewFile {
    do {
      let file = try NewFile(at: path)
      try header.withUnsafeBytes { try file.write($0) }
      return file
    } catch {
      throw DurableFileError(path: path, problem: "cannot be created: \(error)")
    }
  }

  /// Appends the next tensor.
  ///
  /// - Throws: `DurableFileError`.
  package mutating func append(_ tensor: Tensor) throws {
    precondition(left.first?.shape == tensor.shape, "tensors come in the order of the header")
    left.removeFirst()
    try tensor.array.withUnsafeBytes { try write($0) }
  }

  /// Ends the file and gives it its name.
  ///
  /// - Throws: `DurableFileError`.
  package consuming func finish() throws {
    precondition(left.isEmpty, "\(left.count) tensors were not written")
    do {
      try file.finish()
    } catch {
      throw DurableFileError(path: path, problem: "cannot be written: \(error)")
    }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws {
    do {
      try file.write(bytes)
    } catch {
      throw DurableFileError(path: path, problem: "cannot be written: \(error)")
    }
  }
}
