import Synchronization

/// The growing output and the buffers of one thread that encodes. Kept between texts, so that the
/// steady state allocates nothing but its results.
struct Workspace {
  /// Ids of the pieces so far.
  var ids: [Int32] = []
  /// The word of each piece.
  var words: [Int32] = []
  /// The word that pieces belong to now.
  var word: Int32 = 0
  /// Whether each pretoken begins a word (plain text), or the caller says which word it is.
  var countsPretokens = false

  /// The chunk under way after normalisation, in UTF-8, followed by `slack` bytes.
  var buffer: [UInt8] = []
  /// Hashes of the prefixes of a pretoken.
  var prefixes: [UInt64] = []
  var merging = MergeBuffers()
  var cache = PretokenCache()

  /// Bytes behind the content of `buffer` that may be read, so that keys load in whole words.
  static let slack = 32

  /// Makes ready for a new text.
  mutating func begin(countingPretokens: Bool) {
    ids.removeAll(keepingCapacity: true)
    words.removeAll(keepingCapacity: true)
    word = countingPretokens ? -1 : 0
    countsPretokens = countingPretokens
  }

  /// Says that the next pieces belong to a new pretoken.
  @inline(__always)
  mutating func beginPretoken() {
    if countsPretokens { word &+= 1 }
  }

  /// Adds a piece of the current word.
  @inline(__always)
  mutating func append(_ id: Int32) {
    ids.append(id)
    words.append(word)
  }

  /// Takes back the pieces from `count` on.
  mutating func truncate(to count: Int) {
    ids.removeLast(ids.count - count)
    words.removeLast(words.count - count)
  }

  /// Makes room for `count` bytes of content and the slack.
  @inline(__always)
  mutating func reserveBuffer(_ count: Int) {
    if buffer.count < count + Self.slack {
      buffer = [UInt8](repeating: 0, count: (count + Self.slack) * 2)
    }
  }

  /// Gives back what one huge text made the buffers grow to.
  mutating func shrink() {
    if buffer.count > 1 << 20 { buffer = [] }
    if prefixes.count > 1 << 16 { prefixes = [] }
    if ids.capacity > 1 << 18 {
      ids = []
      words = []
    }
    merging.shrink()
  }
}

/// Workspaces at rest. Encoding takes one and gives it back, so that a tokenizer can be used from
/// any thread and keeps its caches warm; what they hold changes no result.
final class WorkspacePool: Sendable {
  private let resting = Mutex<[Workspace]>([])
  /// More threads than this at once make new ones each time.
  private static let limit = 8

  /// Runs `body` with a workspace of its own.
  func withWorkspace<Result>(_ body: (inout Workspace) throws -> Result) rethrows -> Result {
    var workspace = resting.withLock { $0.popLast() } ?? Workspace()
    defer {
      workspace.shrink()
      resting.withLock { if $0.count < Self.limit { $0.append(workspace) } }
    }
    return try body(&workspace)
  }
}
