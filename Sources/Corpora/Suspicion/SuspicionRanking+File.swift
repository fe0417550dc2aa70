import Files
import Records

extension SuspicionRanking {
  /// Bytes of a file that is read or written, 256 MiB: a million posts.
  static let mostBytes = 256 << 20
  /// Suspicions of a post that are kept.
  package static let mostOfPost = 64
  private static let format = 1

  /// Where the ranking of a store is kept: `suspicion.json` in the folder of `annotations.sqlite`;
  /// beside a file of another name the name stands in front, since there may be several.
  package static func path(besideStore store: String) -> String {
    folder(besideStore: store) + ".json"
  }

  /// Where answers that rankings are made from are kept, while they are of use.
  package static func folder(besideStore store: String) -> String {
    let name = FilePath.name(of: store)
    let prefix = name == "annotations.sqlite" ? "" : name + "-"
    return "\(FilePath.parent(of: store))/\(prefix)suspicion"
  }

  /// The ranking beside a store; nil where there is none.
  ///
  /// - Throws: `SuspicionError` for a file that is not one, `CorporaError` for one that cannot be
  ///   read. Nothing is lost by deleting it.
  package static func reading(besideStore store: String) throws -> SuspicionRanking? {
    let path = path(besideStore: store)
    do {
      return try reading(path)
    } catch CorporaError.notFound {
      return nil
    }
  }

  /// Reads a file that `write(to:)` wrote.
  ///
  /// - Throws: as `reading(besideStore:)`; `CorporaError.notFound`.
  package static func reading(_ path: String) throws -> SuspicionRanking {
    let bytes = try FileBytes.read(path, limit: mostBytes)
    do {
      return try bytes.withUnsafeBufferPointer { buffer in
        var scanner = JSONScanner(buffer, in: 0..<buffer.count)
        let ranking = try scanner.suspicionRanking(format: format)
        try scanner.finish()
        return ranking
      }
    } catch let failure as ScanFailure {
      throw SuspicionError(path: path, problem: failure.reason, offset: failure.offset)
    }
  }

  /// Writes the file whole, or leaves what is there.
  ///
  /// - Throws: `CorporaError.cannotWrite`; `CorporaError.tooLarge` for what could not be read
  ///   again.
  package func write(to path: String) throws {
    let bytes = Array(json.utf8)
    guard bytes.count <= Self.mostBytes else {
      throw CorporaError.tooLarge(path, bytes: bytes.count)
    }
    try FileBytes.write(bytes, to: path)
  }

  /// One JSON object, a line for each post, with a line break behind it: what `twinlens suspect
  /// --json` prints and what the file holds.
  package var json: String {
    var text = "{\"format\":\(Self.format),\"dataset\":\(JSONScanner.quoted(origin.dataset)),"
    text += "\"system\":\(JSONScanner.quoted(origin.system)),"
    text += "\"subject\":\(JSONScanner.quoted(origin.subject)),"
    text += "\"folds\":\(origin.folds),\"seed\":\(origin.seed),"
    text += "\"newestEdit\":\(origin.newestEdit),\"posts\":["
    text += posts.map { "\n" + Self.json($0) }.joined(separator: ",")
    return text + "\n]}\n"
  }

  private static func json(_ post: SuspiciousPost) -> String {
    var text = "{\"id\":\(JSONScanner.quoted(post.id)),\"score\":\(post.score),"
    text += "\"why\":\(JSONScanner.quoted(post.why)),\"mark\":\"\(post.mark)\""
    for (key, some) in [("mentions", post.mentions), ("pairs", post.pairs)] {
      text += ",\"\(key)\":[" + some.map(json).joined(separator: ",") + "]"
    }
    return text + "}"
  }

  private static func json(_ suspicion: Suspicion) -> String {
    var parts = ["\"words\":\(json(suspicion.range))"]
    if let tail = suspicion.tail { parts.append("\"tail\":\(json(tail))") }
    parts.append("\"given\":\(suspicion.given.map(JSONScanner.quoted) ?? "null")")
    parts.append("\"suggested\":\(suspicion.suggested.map(JSONScanner.quoted) ?? "null")")
    if let other = suspicion.suggestedRange { parts.append("\"suggestedWords\":\(json(other))") }
    parts.append("\"score\":\(suspicion.score)")
    parts.append("\"why\":\(JSONScanner.quoted(suspicion.why))")
    return "{" + parts.joined(separator: ",") + "}"
  }

  private static func json(_ range: Range<Int>) -> String {
    "[\(range.lowerBound),\(range.upperBound)]"
  }
}

/// A file that holds no ranking.
package struct SuspicionError: Error, Hashable, CustomStringConvertible {
  /// The file.
  package let path: String
  /// What is wrong.
  package let problem: String
  /// The byte at which it was noticed.
  package let offset: Int

  package var description: String {
    "\(path): byte \(offset): \(problem); delete the file, and make it again with "
      + "`twinlens suspect`"
  }
}
