import Annotations
import Corpora
import Files
import Foundation
import Queries

/// Where the saved queries of a dataset are kept: `queries.toml` in its `.twinlens`, or in the
/// person's own folder for it where that cannot be written, which then counts beside the dataset's.
struct SavedQueriesFile: Sendable {
  /// The file that is written.
  let path: String
  /// The dataset's own, where it cannot be written.
  let shared: String?

  private static let name = "queries.toml"
  private static let mostBytes = 1 << 20

  /// - Throws: `StoreError.leadsOut` when the dataset brings a link to somewhere else.
  init(
    of dataset: Dataset, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    // Whatever store is in use: queries belong to the dataset.
    let location = try StoreLocation.resolve(dataset: dataset, environment: environment)
    path = FilePath.parent(of: location.path) + "/" + Self.name
    shared =
      location.reason == .besideDataset ? nil : "\(dataset.root)/.twinlens/\(Self.name)"
  }

  /// Reads both files. One that cannot be read counts as empty and is named.
  func read() -> (queries: SavedQueries, problems: [String]) {
    var problems: [String] = []
    func list(_ path: String) -> [SavedQuery] {
      do throws(SavedQueriesFileError) { return try Self.read(path) } catch {
        problems.append(error.description)
        return []
      }
    }
    let queries = SavedQueries(own: list(path), shared: shared.map(list) ?? [])
    for query in queries.all {
      if let problem = query.problem {
        problems.append("the saved query \(query.name) cannot be used: \(problem)")
      }
    }
    return (queries, problems)
  }

  /// Keeps a query under a name, or with no text removes it; other processes may do so at the same
  /// time.
  /// - Returns: the queries, and what was done.
  /// - Throws: `SavedQueriesFileError`; the file is then as it was.
  func save(
    _ name: String, _ text: String?
  ) throws(SavedQueriesFileError) -> (queries: SavedQueries, words: String) {
    let folder = FilePath.parent(of: path)
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch { throw SavedQueriesFileError("\(folder) cannot be made") }
    let lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard lock >= 0, flock(lock, LOCK_EX) == 0 else {
      if lock >= 0 { close(lock) }
      throw SavedQueriesFileError("\(folder) cannot be locked")
    }
    defer {
      flock(lock, LOCK_UN)
      close(lock)
    }
    var own = try Self.read(path)
    let before = own.first { $0.name == name }
    own.removeAll { $0.name == name }
    if let text {
      guard own.count < SavedQueries.most else {
        throw SavedQueriesFileError("\(path) has \(own.count) queries already; remove some (Q)")
      }
      own.append(SavedQuery(name, text))
    }
    do {
      try DurableFile.write(Data(SavedQueriesText.written(own).utf8), to: path)
    } catch { throw SavedQueriesFileError("\(error)") }
    let words: String =
      switch (before, text) {
      case (nil, let text?): "\(name) is saved: \(text)"
      case (let before?, let text?): "\(name) is saved: \(text) (before: \(before.text))"
      case (let before?, nil): "\(name) is removed; it was \(before.text)"
      case (nil, nil): "there was no query \(name)"
      }
    let others = shared.flatMap { try? Self.read($0) } ?? []
    return (SavedQueries(own: own, shared: others), words)
  }

  private static func read(_ path: String) throws(SavedQueriesFileError) -> [SavedQuery] {
    var info = stat()
    guard stat(path, &info) == 0 else { return [] }
    guard info.st_mode & S_IFMT == S_IFREG, info.st_size <= mostBytes,
      let data = FileManager.default.contents(atPath: path)
    else { throw SavedQueriesFileError("\(path): not a readable file of at most 1 MB") }
    do throws(SavedQueriesError) {
      return try SavedQueriesText.read(String(decoding: data, as: UTF8.self))
    } catch {
      let line = error.line > 0 ? ":\(error.line)" : ""
      throw SavedQueriesFileError("\(path)\(line): \(error.reason); correct it or move it away")
    }
  }
}

/// A file of saved queries that cannot be read or written.
struct SavedQueriesFileError: Error, CustomStringConvertible {
  /// What is wrong and what to do.
  let description: String
  init(_ description: String) { self.description = description }
}
