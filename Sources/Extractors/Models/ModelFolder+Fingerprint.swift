import Files
import Foundation
import Tensors

extension ModelFolder {
  /// Tells a folder's weights from all others that are likely to stand in its place: over the size,
  /// the beginning and pages spread evenly over each file of weights, so that half a gigabyte costs
  /// a few milliseconds. Against mistakes, not against forgers. Nil when there are no weights.
  package static func fingerprint(of folder: String) -> String? {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
      $0.hasSuffix(".safetensors") || $0 == "pytorch_model.bin"
    }
    guard !names.isEmpty else { return nil }
    var sum = FNV1a()
    for name in names.sorted() {
      guard let file = FileHandle(forReadingAtPath: folder + "/" + name),
        let size = try? file.seekToEnd()
      else { return nil }
      defer { try? file.close() }
      sum.add(size)
      let stride = max(page, size / samples / page * page)
      for offset in Swift.stride(from: 0, to: min(size, beginning), by: Int(page)).map({ $0 })
        + Swift.stride(from: beginning, to: size, by: Int(stride))
      {
        guard (try? file.seek(toOffset: offset)) != nil,
          let data = try? file.read(upToCount: Int(page))
        else { return nil }
        data.withUnsafeBytes { bytes in
          for at in Swift.stride(from: 0, to: bytes.count - bytes.count % 8, by: 8) {
            sum.add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
          }
        }
      }
    }
    return sum.digits
  }

  /// A folder's name with its fingerprint: what trainings note of what they stand on.
  package static func namedFingerprint(of folder: String) -> String {
    FilePath.name(of: folder) + (fingerprint(of: folder).map { " " + $0 } ?? "")
  }

  /// Whether a model stands beside other weights of a name than it was trained with, by its
  /// provenance. False where that does not tell.
  package static func hasOtherWeights(_ folder: String, of name: String) -> Bool {
    let mark = name + " "
    guard let basis = provenance(of: folder)?.basis?.first(where: { $0.hasPrefix(mark) }),
      let found = fingerprint(of: FilePath.parent(of: folder) + "/" + name)
    else { return false }
    return basis.dropFirst(mark.count) != found
  }

  private static let page: UInt64 = 4096
  private static let beginning: UInt64 = 65536
  private static let samples: UInt64 = 256
}
