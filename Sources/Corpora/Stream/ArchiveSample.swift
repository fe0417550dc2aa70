import Files
import Foundation

/// What a tar shard has of one post, as WebDataset writes it: members that follow one another and
/// have the same name up to the first dot, `NAME.json` and `NAME.jpg`, `.jpeg` or `.png`.
package struct ArchiveSample: Sendable, Hashable {
  /// The members' common name.
  package let key: String
  /// The record; nil where the shard has none.
  package fileprivate(set) var json: [UInt8]?
  /// The picture's file.
  package fileprivate(set) var picture: [UInt8]?
  /// What is wrong with it; nil: nothing.
  package fileprivate(set) var problem: String?

  /// The bytes that it holds.
  package var bytes: Int { (json?.count ?? 0) + (picture?.count ?? 0) }
}

extension StreamRecord {
  /// Reads a sample: its record, with its picture in place of one that the record names, and its
  /// key as the id where the record has none.
  ///
  /// - Throws: `StreamRecordError`.
  package init(_ sample: ArchiveSample) throws(StreamRecordError) {
    if let problem = sample.problem { throw StreamRecordError(id: sample.key, reason: problem) }
    guard let json = sample.json else {
      throw StreamRecordError(
        id: sample.key, reason: "the shard has no \(sample.key).json, which the words stand in")
    }
    do { try self.init(json) } catch {
      throw StreamRecordError(id: error.id ?? sample.key, reason: error.reason)
    }
    adopt(id: sample.key)
    if let bytes = sample.picture { picture = .bytes(bytes) }
  }
}

/// The samples of a shard, in order.
package struct ArchiveSamples: Sendable {
  /// A sample, or what is wrong with the archive.
  package enum Found: Sendable, Hashable {
    case sample(ArchiveSample)
    case damage(String)
  }

  private var archive: TarStream
  private var current: ArchiveSample?
  private var waiting: Found?

  /// Samples of an archive.
  package init(_ archive: TarStream) { self.archive = archive }

  private enum Part {
    case record
    case picture
  }

  private static let parts: [String: Part] = [
    "json": .record, "jpg": .picture, "jpeg": .picture, "png": .picture,
  ]

  /// The next sample; nil at the end.
  ///
  /// - Parameter keeps: whether the contents are wanted.
  /// - Throws: what the stream throws.
  package mutating func next(keeping keeps: Bool = true) throws -> Found? {
    if let found = waiting {
      waiting = nil
      return found
    }
    while true {
      // Where a sample is passed over, the member behind it begins one that may be wanted.
      let passed = keeps ? nil : current?.key
      func isWanted(_ key: String) -> Bool { keeps || passed.map { $0 != key } ?? false }
      let event = try archive.next { name, size in
        Self.split(name).map { isWanted($0.key) && size <= Self.most($0.part) } ?? false
      }
      switch event {
      case nil:
        defer { current = nil }
        return current.map(Found.sample)
      case .end:
        guard let whole = current else { continue }
        current = nil
        return .sample(whole)
      case .damage(let reason):
        guard let whole = current else { return .damage(reason) }
        (current, waiting) = (nil, .damage(reason))
        return .sample(whole)
      case .member(let member):
        guard let (key, part) = Self.split(member.name) else { continue }
        let whole = current?.key == key ? nil : current
        var sample = whole == nil ? current ?? ArchiveSample(key: key) : ArchiveSample(key: key)
        Self.add(member, part, isWanted: isWanted(key), to: &sample)
        current = sample
        if let whole { return .sample(whole) }
      }
    }
  }

  private static func most(_ part: Part) -> Int {
    part == .record ? Bounds.line : StreamRecord.Most.picture
  }

  private static func add(
    _ member: TarStream.Member, _ part: Part, isWanted: Bool, to sample: inout ArchiveSample
  ) {
    if isWanted, member.content == nil {
      let limit = most(part) >> 20
      sample.problem =
        sample.problem ?? "\(member.name) has \(member.size) bytes; \(limit) MiB are the most"
    }
    switch part {
    case .record:
      if sample.json != nil { sample.problem = "the shard has two \(sample.key).json" }
      sample.json = member.content
    // The first of several pictures counts.
    case .picture: if sample.picture == nil { sample.picture = member.content }
    }
  }

  /// A name up to the first dot behind its folders, and what the rest says; nil for members that
  /// have nothing to do with a post.
  private static func split(_ name: String) -> (key: String, part: Part)? {
    let base = FilePath.name(of: name)
    guard name.utf8.count <= Bounds.id, let dot = base.firstIndex(of: "."), dot != base.startIndex,
      let part = parts[base[base.index(after: dot)...].lowercased()]
    else { return nil }
    return (String(name.dropLast(base.distance(from: dot, to: base.endIndex))), part)
  }
}
