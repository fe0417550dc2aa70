import Corpora
import Encoders
import Files
import Foundation
import Pictures
import Synchronization
import Tensors

/// What is known of the pictures of some posts before an expert looks at them: how many are there
/// and can be decoded, and a hash that tells them from all others.
package struct TrainingPictures: Sendable, Hashable {
  /// Posts looked up.
  package let posts: Int
  /// Posts whose picture is a file that can be read.
  package let found: Int
  /// Posts that name no picture.
  package let unnamed: Int
  /// Posts whose picture is not there.
  package let missing: Group
  /// Posts whose picture may not be opened, such as one behind a link out of the dataset's folder.
  package let refused: Group
  /// Posts whose picture is there and cannot be decoded; empty before `decoded()`.
  package private(set) var broken = Group()
  /// SHA-256 over names and bytes of the pictures, in order of name.
  package let hash: String
  /// The posts of each file.
  private let files: [String: [Post.ID]]

  /// Posts that have something in common.
  package struct Group: Sendable, Hashable {
    /// How many they are.
    package private(set) var count = 0
    /// Their ids, the first few.
    package private(set) var examples: [String] = []
    /// Why, of the first of them; nil where there is nothing to say.
    package private(set) var reason: String?

    private static let shown = 3

    mutating func add(_ id: String, _ reason: String? = nil) {
      if count == 0 { self.reason = reason }
      count += 1
      if count <= Self.shown { examples.append(VisibleText.name(id)) }
    }

    /// `a, b, c …`.
    var list: String {
      examples.joined(separator: ", ") + (count > examples.count ? " …" : "")
    }
  }

  /// Posts that will be learned from with their picture, as far as it is known.
  package var usable: Int { found - broken.count }

  /// Bytes of a picture that count; larger files are told apart by their beginning and size.
  private static let most = 64 << 20

  /// Looks pictures up and reads their bytes; nothing is decoded.
  package init(_ posts: [Post], _ look: (Post) -> ImageLookup) {
    var (found, unnamed) = (0, 0)
    var (missing, refused) = (Group(), Group())
    var names: [String: String?] = [:]
    var files: [String: [Post.ID]] = [:]
    for post in posts {
      switch look(post) {
      case .file(let path):
        found += 1
        names[post.imageID ?? post.id] = path
        files[path, default: []].append(post.id)
      case .none: unnamed += 1
      case .missing:
        missing.add(post.id)
        names[post.imageID ?? post.id] = .some(nil)
      case .refused(let reason):
        refused.add(post.id, reason)
        names[post.imageID ?? post.id] = .some(nil)
      }
    }
    self.posts = posts.count
    (self.found, self.unnamed, self.files) = (found, unnamed, files)
    (self.missing, self.refused) = (missing, refused)
    var hash = SHA256()
    func add(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { hash.update($0) } }
    for (name, path) in names.sorted(by: { $0.key < $1.key }) {
      add(Array(name.utf8) + [0])
      add(Array(path.map { Self.sum(of: $0) }.map { "\($0)" }?.utf8 ?? "missing".utf8) + [0])
    }
    self.hash = hash.hexDigest()
  }

  /// The same after every picture was decoded once, over all cores: those that cannot be are known
  /// then.
  ///
  /// - Parameter progress: called from any thread with the share that is done.
  package func decoded(
    _ progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) -> TrainingPictures {
    let paths = files.keys.sorted()
    let state = Mutex<(done: Int, reasons: [String: String])>((0, [:]))
    Parallel.tasks(paths.count) { task, _ in
      var reason: String?
      // The smallest side will do: the whole file is read all the same.
      do { _ = try Picture.decode(file: paths[task], for: .shortSide(8)) } catch {
        reason = "\(error)"
      }
      let done = state.withLock { state in
        state.done += 1
        state.reasons[paths[task]] = reason
        return state.done
      }
      progress(Double(done) / Double(paths.count))
    }
    var result = self
    result.broken = Group()
    for (path, reason) in state.withLock({ $0.reasons }).sorted(by: { $0.key < $1.key }) {
      for id in files[path] ?? [] { result.broken.add(id, reason) }
    }
    return result
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
  ///
  /// - Parameter verb: what experts do with the posts.
  package func notice(_ verb: String = "learn") -> String? {
    guard usable < posts else { return nil }
    let without = posts - usable
    return parts.joined(separator: "; ")
      + "; experts that look at pictures \(verb) \(without.counted("post")) of \(posts) without one"
      + (missing.count > 0 ? ". --images DIR names another folder to look in" : "")
  }

  /// Why posts have no picture, a clause for each reason.
  private var parts: [String] {
    func of(_ group: Group, _ what: String) -> String {
      group.count == 1
        ? "the picture of 1 of \(posts.counted("post")) \(what) (\(group.list))"
        : "the pictures of \(group.count) of \(posts.counted("post")) \(what) (\(group.list))"
    }
    var parts: [String] = []
    if missing.count > 0 {
      parts.append(of(missing, missing.count == 1 ? "is not there" : "are not there"))
    }
    if refused.count > 0 {
      parts.append(of(refused, "may not be opened") + Self.because(refused))
    }
    if broken.count > 0 {
      parts.append(of(broken, "cannot be decoded") + Self.because(broken))
    }
    if unnamed > 0 {
      parts.append(
        "\(unnamed) of \(posts.counted("post")) \(unnamed == 1 ? "names" : "name") no picture")
    }
    return parts
  }

  private static func because(_ group: Group) -> String {
    guard var reason = group.reason else { return "" }
    if reason.hasSuffix(".") { reason.removeLast() }
    return ": " + VisibleText.sentence(reason)
  }

  /// Refuses posts of which none has a picture that can be used.
  ///
  /// - Throws: `TrainingError.noPictureFound`.
  package func check(dataset: String, system: String) throws(TrainingError) {
    guard usable == 0, posts > 0 else { return }
    throw .noPictureFound(
      system: system, dataset: dataset, posts: posts, reasons: unnamed == posts ? [] : parts)
  }
}
