import Foundation
import Tensors

/// A reader of what strangers write, as something to throw damaged files at.
///
/// Campaigns, libFuzzer and the ordinary tests go over `FuzzTarget.all`, the only list of them.
struct FuzzTarget: Sendable {
  /// What a target belongs to in docs/reliability.md.
  enum Kind: String, Sendable, CaseIterable {
    case pictures, datasets, models, regions, lessons, settings, keymaps, themes, queries, scripts
    case notes, terminals, posts
  }

  /// Its name on the command line, and of its folder in `Seeds`.
  let name: String
  let kind: Kind
  /// Files of the checkout that are seeds beside those in its own folder.
  var files: [String] = []
  /// Words that mean something to the reader: put in by mutations, and libFuzzer's dictionary.
  var tokens: [String] = []
  /// Whether rounds are made from their seed alone, of eight bytes, not from seeds of files.
  var isGenerated = false
  /// What a round counts for, such as posts drawn.
  var weight = 1
  /// Reads the bytes. What it throws is a refusal, which is well, except for a `Fault`.
  let read: @Sendable ([UInt8]) throws -> Void

  /// Something that must not be, although nothing crashed.
  struct Fault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  /// All of them.
  static let all: [FuzzTarget] =
    pictures + datasets + models + texts + workbench + [query, terminal, posts]

  static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }

  /// Requires something of what was read.
  static func require(_ holds: Bool, _ words: @autoclosure () -> String) throws {
    if !holds { throw Fault(words()) }
  }

  /// The folder of the checkout.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// The seeds that people made, smallest first; one of a blank where there is none.
  ///
  /// What libFuzzer found is left out: most of it is refused, and a round of a number would be
  /// another with each input that is added.
  func seeds() -> [[UInt8]] {
    let paths = files.map { "\(Self.root)/\($0)" } + stored.filter { !Self.isFound($0) }
    let all = paths.compactMap { FileManager.default.contents(atPath: $0).map { [UInt8]($0) } }
    return all.isEmpty ? [[0x20]] : all.sorted { $0.count < $1.count }
  }

  /// What libFuzzer found and was kept.
  func found() -> [[UInt8]] {
    stored.filter(Self.isFound).compactMap {
      FileManager.default.contents(atPath: $0).map { [UInt8]($0) }
    }
  }

  private var stored: [String] {
    let folder = "\(Self.root)/Tests/FuzzingTests/Seeds/\(name)"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() ?? []
    return names.map { "\(folder)/\($0)" }
  }

  private static func isFound(_ path: String) -> Bool {
    (path as NSString).lastPathComponent.hasPrefix("found-")
  }

  /// What a round reads.
  func input(_ seed: UInt64, of seeds: [[UInt8]]) -> [UInt8] {
    if isGenerated { return withUnsafeBytes(of: seed.littleEndian) { [UInt8]($0) } }
    var mutation = Mutation(SeededGenerator(seed: seed, stream: name), tokens)
    return mutation.damaged(seeds)
  }

  /// Reads once.
  /// - Returns: whether it was taken.
  /// - Throws: `Fault`.
  func round(_ bytes: [UInt8]) throws(Fault) -> Bool {
    do {
      try read(bytes)
      return true
    } catch let fault as Fault {
      throw fault
    } catch {
      // Every refusal says something, and can be said.
      guard !"\(error)".isEmpty else { throw Fault("a refusal without words") }
      return false
    }
  }
}

/// Several files in one input: a line `%% NAME` before each.
struct InputParts {
  private(set) var files: [(name: String, bytes: [UInt8])] = []

  init(_ bytes: [UInt8]) {
    let mark = Array("\n%% ".utf8)
    var rest = ArraySlice([0x0A] + bytes)
    while rest.starts(with: mark) {
      rest = rest.dropFirst(mark.count)
      let name = rest.prefix { $0 != 0x0A }
      // From the end of the name's line, which may be the beginning of the next mark.
      rest = rest.dropFirst(name.count)
      var end = rest.startIndex
      while end < rest.endIndex, rest[end] != 0x0A || !rest[end...].starts(with: mark) { end += 1 }
      files.append((String(decoding: name, as: UTF8.self), Array(rest[..<end].dropFirst())))
      rest = rest[end...]
    }
  }

  subscript(name: String) -> [UInt8]? { files.first { $0.name == name }?.bytes }
}

/// A folder in memory where there is one, for readers that open paths; empty before each round.
struct ScratchFolder {
  let path: String

  /// One for each process.
  static let own: ScratchFolder = {
    let memory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()
    return ScratchFolder(path: "\(memory)/twinlens-fuzzing-\(getpid())")
  }()

  /// Empties it and writes files; names are kept to plain ones, in folders one deep.
  func fill(_ files: [(name: String, bytes: [UInt8])]) throws {
    try? FileManager.default.removeItem(atPath: path)
    mkdir(path, 0o700)
    for (name, bytes) in files.prefix(12) {
      let parts = name.split(separator: "/").prefix(2).map(Self.plain)
      guard let last = parts.last else { continue }
      let folder = parts.count == 2 ? "\(path)/\(parts[0])" : path
      if parts.count == 2 { mkdir(folder, 0o700) }
      let handle = open("\(folder)/\(last)", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600)
      guard handle >= 0 else { continue }
      defer { close(handle) }
      bytes.withUnsafeBytes { _ = write(handle, $0.baseAddress, $0.count) }
    }
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  private static func plain(_ name: Substring) -> String {
    let letters = name.prefix(40).filter {
      $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0))
    }
    return letters.isEmpty || letters.hasPrefix(".") ? "x" + letters : letters
  }
}
