import Files
import Foundation
import Synchronization

/// Where the members of tar shards are, so that a record can name one: a shard is gone through
/// once, header by header, when it is first named.
final class ShardIndex: Sendable {
  private struct Place {
    let offset: Int
    let size: Int
  }

  private struct Shard {
    let places: [String: Place]
    var lastUse: Int
  }

  /// Shards whose members are known at once, and members of a shard that are known.
  private static let most = (shards: 16, members: 500_000)

  private let held = Mutex((shards: [String: Shard](), uses: 0))

  /// The bytes of a member.
  ///
  /// - Throws: `PictureFolder.Absence`.
  func bytes(of member: String, in path: String) throws(PictureFolder.Absence) -> [UInt8] {
    let handle = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    var info = stat()
    guard handle >= 0 else { throw PictureFolder.Absence("the shard cannot be read") }
    defer { close(handle) }
    guard fstat(handle, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      throw PictureFolder.Absence("the shard is no plain file")
    }
    // The shard is gone through under the lock, so that no other thread does the same.
    let place = held.withLock { held -> Place? in
      held.uses += 1
      if held.shards[path] == nil {
        if held.shards.count >= Self.most.shards,
          let oldest = held.shards.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
        {
          held.shards[oldest] = nil
        }
        held.shards[path] = Shard(places: Self.places(handle), lastUse: 0)
      }
      held.shards[path]?.lastUse = held.uses
      return held.shards[path]?.places[member]
    }
    guard let place else { throw .missing }
    guard place.size <= StreamRecord.Most.picture else {
      throw PictureFolder.Absence(
        "the picture is larger than \(StreamRecord.Most.picture >> 20) MiB")
    }
    let bytes = [UInt8](unsafeUninitializedCapacity: place.size) { buffer, count in
      while count < place.size, let base = buffer.baseAddress {
        let got = pread(handle, base + count, place.size - count, off_t(place.offset + count))
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { break }
        count += got
      }
    }
    guard bytes.count == place.size else {
      throw PictureFolder.Absence("the shard ends within the picture")
    }
    return bytes
  }

  /// The members of an open archive; of members of the same name the last, as `tar` has it.
  private static func places(_ handle: Int32) -> [String: Place] {
    let stream = ByteStream(descriptor: handle, name: "the shard")
    var archive = TarStream(stream) { lseek(handle, off_t($0), SEEK_CUR) >= 0 }
    var places: [String: Place] = [:]
    while places.count < most.members, let event = try? archive.next(takes: { _, _ in false }) {
      guard case .member(let member) = event else { continue }
      places[member.name] = Place(offset: member.offset, size: member.size)
    }
    return places
  }
}
