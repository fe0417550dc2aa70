import Corpora
import Files
import Foundation
import Records

/// Where an assignment is kept: `assignment.json` beside the dataset's own store, so that all find
/// it who work on the dataset, whatever store they use.
///
///     {"version": 1, "overlap": 0.2, "perPost": 2, "seed": 1, "shares": {"ada": 2},
///      "annotators": ["ada", "bo"], "posts": {"hb_0001": ["ada"], "hb_0002": ["ada", "bo"]}}
package enum AssignmentFile {
  /// More is no assignment; a million posts take less.
  static let mostBytes = 64 << 20
  private static let version = 1

  /// The file of a dataset.
  /// - Throws: `StoreError.leadsOut` when the dataset brings a link to somewhere else.
  package static func path(
    for dataset: Dataset,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> String {
    let location = try StoreLocation.resolve(dataset: dataset, environment: environment)
    return FilePath.parent(of: location.path) + "/assignment.json"
  }

  /// The assignment of a dataset; nil where there is none. One beside a store that may not be
  /// written is read too.
  /// - Throws: `StoreError.leadsOut`, `AssignmentError`.
  package static func read(
    for dataset: Dataset,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> Assignment? {
    let location = try StoreLocation.resolve(dataset: dataset, environment: environment)
    for store in [location.path, location.unwritable].compactMap({ $0 }) {
      let path = FilePath.parent(of: store) + "/assignment.json"
      if let assignment = try read(path) { return assignment }
    }
    let beside = "\(dataset.root)/.twinlens/assignment.json"
    return location.reason == .stateFolder ? try read(beside) : nil
  }

  /// Reads a file; nil where there is none.
  /// - Throws: `AssignmentError.unreadable`.
  package static func read(_ path: String) throws(AssignmentError) -> Assignment? {
    // A link must not lead elsewhere, and a pipe not be waited for.
    let handle = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard handle >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw .unreadable(path, line: nil, reason: String(cString: strerror(errno)))
    }
    let file = FileHandle(fileDescriptor: handle, closeOnDealloc: true)
    var info = stat()
    guard fstat(handle, &info) == 0, info.st_mode & S_IFMT == S_IFREG,
      info.st_size <= mostBytes
    else { throw .unreadable(path, line: nil, reason: "not a file of assignments") }
    guard let data = try? file.read(upToCount: mostBytes) ?? Data() else {
      throw .unreadable(path, line: nil, reason: "cannot be read")
    }
    return try parse(Array(data), path)
  }

  static func parse(_ bytes: [UInt8], _ path: String) throws(AssignmentError) -> Assignment {
    do {
      return try bytes.withUnsafeBufferPointer { buffer in
        var scanner = JSONScanner(buffer, in: 0..<buffer.count)
        let content = try Content(&scanner)
        try scanner.finish()
        return try content.assignment(scanner)
      }
    } catch let error as ScanFailure {
      let line = bytes.prefix(error.offset).count { $0 == UInt8(ascii: "\n") } + 1
      throw .unreadable(path, line: line, reason: error.reason)
    } catch {
      throw .unreadable(path, line: nil, reason: "\(error)")
    }
  }

  /// Writes a file durably, and its folder where that is not there.
  /// - Throws: `StoreError`, `DurableFileError`.
  package static func write(_ assignment: Assignment, to path: String) throws {
    try StoreFile.makeFolder(of: path)
    try DurableFile.write(Data(text(of: assignment).utf8), to: path)
  }

  static func text(of assignment: Assignment) -> String {
    func quoted(_ names: some Sequence<String>) -> String {
      "[" + names.map(JSONScanner.quoted).joined(separator: ", ") + "]"
    }
    let plan = assignment.plan
    let shares = plan.shares.sorted { $0.key < $1.key }
      .map { "\(JSONScanner.quoted($0.key)): \($0.value)" }.joined(separator: ", ")
    let posts = assignment.posts.map { id, places in
      "    \(JSONScanner.quoted(id)): \(quoted(places.map { assignment.annotators[$0] }))"
    }
    return """
      {
        "version": \(version),
        "overlap": \(plan.overlap), "perPost": \(plan.perPost), "seed": \(plan.seed),
        "shares": {\(shares)},
        "annotators": \(quoted(assignment.annotators)),
        "posts": {
      \(posts.joined(separator: ",\n"))
        }
      }

      """
  }

  /// What a file says, before it is checked.
  private struct Content {
    var version: Int?
    var annotators: [String] = []
    var posts: [(id: String, names: [String])] = []
    var plan = Assignment.Plan(overlap: 0)

    init(_ scanner: inout JSONScanner) throws {
      var seen: Set<String> = []
      try scanner.object { key, scanner in
        switch key {
        case "version": version = try scanner.integer()
        case "annotators":
          try scanner.array { annotators.append(try Self.name(&$0)) }
        case "overlap": plan.overlap = try Self.number(&scanner)
        case "perPost": plan.perPost = try scanner.integer()
        case "seed":
          let text = try scanner.scalarText()
          guard let seed = UInt64(text) else { throw scanner.failure("`\(text)` is no seed") }
          plan.seed = seed
        case "shares":
          try scanner.object { name, scanner in plan.shares[name] = try Self.number(&scanner) }
        case "posts":
          try scanner.object { id, scanner in
            guard seen.insert(id).inserted else {
              throw scanner.failure("post \(id) stands there twice")
            }
            var names: [String] = []
            try scanner.array { names.append(try Self.name(&$0)) }
            posts.append((id, names))
          }
        default: try scanner.skip()
        }
      }
    }

    private static func name(_ scanner: inout JSONScanner) throws -> String {
      let name = try scanner.string()
      guard !name.isEmpty, name.count <= Assignment.longestName else {
        throw scanner.failure(
          "names of annotators have 1 to \(Assignment.longestName) characters")
      }
      return name
    }

    private static func number(_ scanner: inout JSONScanner) throws -> Double {
      let text = try scanner.scalarText()
      guard let number = Double(text), number.isFinite, number >= 0 else {
        throw scanner.failure("`\(text)` is no share")
      }
      return number
    }

    /// - Throws: `ScanFailure` at the end of the file.
    func assignment(_ scanner: JSONScanner) throws -> Assignment {
      guard version == AssignmentFile.version else {
        throw scanner.failure("its version is not \(AssignmentFile.version)")
      }
      guard !annotators.isEmpty, annotators.count <= Assignment.mostAnnotators,
        Set(annotators).count == annotators.count
      else { throw scanner.failure("its annotators are none, too many, or named twice") }
      let places = Dictionary(
        zip(annotators, 0...).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
      let posts = try posts.map { id, names in
        let own = try names.map { name in
          guard let place = places[name] else {
            throw scanner.failure("post \(id) names \(name), who is not among its annotators")
          }
          return place
        }
        guard Set(own).count == own.count else {
          throw scanner.failure("post \(id) names an annotator twice")
        }
        return (id, own.sorted())
      }
      return Assignment(annotators: annotators, posts: posts, plan: plan)
    }
  }
}
