import Files
import Foundation

/// Bytes on their way somewhere: handed on a million at a time, so that whoever makes a large file
/// never holds it.
struct BytePipe {
  private var bytes: [UInt8] = []
  private let take: ([UInt8]) throws -> Void
  private static let most = 1 << 20

  init(to take: @escaping ([UInt8]) throws -> Void) { self.take = take }

  mutating func append(_ more: some Collection<UInt8>) throws {
    bytes.append(contentsOf: more)
    if bytes.count >= Self.most { try flush() }
  }

  /// Hands on what is left.
  mutating func flush() throws {
    guard !bytes.isEmpty else { return }
    try take(bytes)
    bytes.removeAll(keepingCapacity: true)
  }

  /// All that `body` appends, as one array.
  static func collecting(_ body: (inout BytePipe) throws -> Void) rethrows -> [UInt8] {
    let all = Collected()
    var pipe = BytePipe { all.bytes += $0 }
    try body(&pipe)
    // What only collects fails at nothing.
    try? pipe.flush()
    return all.bytes
  }

  private final class Collected { var bytes: [UInt8] = [] }
}

/// A file of an export while it is made: in memory as long as it is small, else on the disk, where
/// it has no name until the whole export is made and may be put in place.
final class ExportOutput {
  let name: String
  private let path: String
  private var small: [UInt8] = []
  private var large: NewFile?
  private var hash = SHA256()

  /// Bytes that are kept in memory.
  private static let most = 4 << 20

  /// - Parameter folder: of the export; the name may have folders in it.
  init(_ name: String, in folder: String) {
    self.name = name
    path = "\(folder)/\(name)"
  }

  /// SHA-256 of all that was added.
  var digest: String { hash.hexDigest() }

  /// Adds bytes.
  /// - Throws: `CorporaError`.
  func add(_ bytes: [UInt8]) throws {
    hash.update(bytes)
    if large == nil {
      small += bytes
      guard small.count > Self.most else { return }
      try FileBytes.makeFolder(FilePath.parent(of: path))
    }
    do {
      if large == nil {
        large = try NewFile(at: path)
        try small.withUnsafeBytes { try large?.write($0) }
        small = []
      } else {
        try bytes.withUnsafeBytes { try large?.write($0) }
      }
    } catch let error as NewFileError { throw CorporaError.cannotWrite(path, code: error.code) }
  }

  /// Puts the file in place of whatever has its name.
  /// - Throws: `CorporaError`.
  func put() throws {
    guard let file = large.take() else {
      try FileBytes.makeFolder(FilePath.parent(of: path))
      return try FileBytes.write(small, to: path)
    }
    do { try file.finish() } catch let error as NewFileError {
      throw CorporaError.cannotWrite(path, code: error.code)
    }
  }
}
