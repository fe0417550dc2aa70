import Foundation

/// Writes a safetensors file one tensor at a time, so that a model larger than the memory can be
/// copied: to a temporary name, synced, then renamed, so that a crash leaves the old or no file.
public struct SafetensorsWriter: ~Copyable {
  private let path: String
  private let temporary: String
  private let file: Int32
  private var left: [(name: String, shape: [Int])]

  /// Begins a file of float32 tensors, which must then be appended in this order.
  ///
  /// - Throws: `DurableFileError`.
  public init(
    path: String, tensors: [(name: String, shape: [Int])], metadata: [String: String] = [:]
  ) throws {
    self.path = path
    temporary = path + ".writing-\(getpid())"
    left = tensors
    file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else {
      throw DurableFileError(path: path, problem: "cannot be created: \(Self.reason)")
    }
    try write(Safetensors.header(tensors, metadata: metadata, size: 4, type: "F32"))
  }

  /// Appends the next tensor.
  ///
  /// - Throws: `DurableFileError`.
  public mutating func append(_ tensor: Tensor) throws {
    precondition(left.first?.shape == tensor.shape, "tensors come in the order of the header")
    left.removeFirst()
    try tensor.array.withUnsafeBytes { try write($0) }
  }

  /// Ends the file and gives it its name.
  ///
  /// - Throws: `DurableFileError`.
  public consuming func finish() throws {
    precondition(left.isEmpty, "\(left.count) tensors were not written")
    guard fsync(file) == 0, rename(temporary, path) == 0 else {
      throw DurableFileError(path: path, problem: "cannot be written: \(Self.reason)")
    }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws {
    var at = 0
    while at < bytes.count {
      let n = Foundation.write(file, bytes.baseAddress.map { $0 + at }, bytes.count - at)
      if n < 0 && errno == EINTR { continue }
      guard n > 0 else {
        throw DurableFileError(path: path, problem: "cannot be written: \(Self.reason)")
      }
      at += n
    }
  }

  private func write(_ data: Data) throws { try data.withUnsafeBytes { try write($0) } }

  private static var reason: String { String(cString: strerror(errno)) }

  deinit {
    close(file)
    // After `finish` the name is gone already.
    unlink(temporary)
  }
}
