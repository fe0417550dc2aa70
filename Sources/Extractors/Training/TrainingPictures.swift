import Corpora
import Files
import Foundation
import Tensors

/// What is known of the pictures of some posts before an expert looks at them: how many are there,
/// and a hash that tells them from all others.
package struct TrainingPictures: Sendable, Hashable {
  /// Posts looked up.
  package let posts: Int
  /// Posts whose picture is a file that can be read.
  package let found: Int
  /// Posts that name no picture.
  package let unnamed: Int
  /// Ids of posts whose picture is not there, in order, the first few.
  package let examples: [String]
  /// SHA-256 over names and bytes of the pictures, in order of name.
  package let hash: String

  /// Posts that name a picture which is not there.
  package var missing: Int { posts - found - unnamed }

  private static let shown = 3
  /// Bytes of a picture that count; larger files are told apart by their beginning and size.
  private static let most = 64 << 20

  /// Looks pictures up and reads their bytes; nothing is decoded.
  package init(_ posts: [Post], _ look: (Post) -> ImageLookup) {
    var (found, unnamed): (Int, Int) = (0, 0)
    var examples: [String] = []
    var files: [String: String?] = [:]
    for post in posts {
      switch look(post) {
      case .file(let path):
        found += 1
        files[post.imageID ?? post.id] = path
      case .none: unnamed += 1
      case .missing, .refused:
        if examples.count < Self.shown { examples.append(post.id) }
        files[post.imageID ?? post.id] = .some(nil)
      }
    }
    self.posts = posts.count
    (self.found, self.unnamed, self.examples) = (found, unnamed, examples)
    var hash = SHA256()
    func add(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { hash.update($0) } }
    for (name, path) in files.sorted(by: { $0.key < $1.key }) {
      add(Array(name.utf8) + [0])
      add(Array(path.map { Self.sum(of: $0) }.map { "\($0)" }?.utf8 ?? "missing".utf8) + [0])
    }
    self.hash = hash.hexDigest()
  }

  /// A sum over size and content of a file, a word at a time: against mistakes, not against
  /// forgers.
  private static func sum(of path: String) -> UInt64 {
    guard let file = FileHandle(forReadingAtPath: path) else { return 0 }
    defer { try? file.close() }
    let data = (try? file.read(upToCount: most)) ?? Data()
    let size = (try? file.seekToEnd()) ?? 0
    var sum: UInt64 = 0xCBF2_9CE4_8422_2325 ^ size
    data.withUnsafeBytes { bytes in
      let words = bytes.count / 8
      for i in 0..<words {
        let word = UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * i, as: UInt64.self))
        sum = (sum ^ word) &* 0x0000_0100_0000_01B3
        sum ^= sum >> 29
      }
      for i in (8 * words)..<bytes.count { sum = (sum ^ UInt64(bytes[i])) &* 0x0000_0100_0000_01B3 }
    }
    return sum
  }

  /// What a person should know before a training; nil when every post has its picture.
  package var notice: String? {
    guard found < posts else { return nil }
    var parts: [String] = []
    if missing > 0 {
      let more = missing > examples.count ? " …" : ""
      parts.append(
        "the pictures of \(missing) of \(posts) posts are not there "
          + "(\(examples.joined(separator: ", "))\(more))")
    }
    if unnamed > 0 { parts.append("\(unnamed) of \(posts) posts name no picture") }
    return parts.joined(separator: "; ")
      + "; experts that look at pictures learn these as posts without one"
      + (missing > 0 ? ". --images DIR names another folder to look in" : "")
  }

  /// Refuses posts of which none has a picture.
  ///
  /// - Throws: `TrainingError.noPictureFound`.
  package func check(dataset: String, system: String) throws(TrainingError) {
    guard found == 0, posts > 0 else { return }
    throw .noPictureFound(system: system, dataset: dataset, posts: posts, named: missing)
  }
}
