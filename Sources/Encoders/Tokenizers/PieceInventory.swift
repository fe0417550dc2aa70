/// The pieces of a vocabulary by id, their spelling, and which of them are control tokens.
///
/// Spellings stand in one block of bytes; a vocabulary of 50,000 pieces is a handful of arrays.
struct PieceInventory: Sendable {
  private var bytes: [UInt8] = []
  /// Where the spelling of an id starts; negative where the id has no piece.
  private var starts: [Int32] = []
  private var lengths: [Int32] = []
  private var control: [Bool] = []
  private var table: ByteTable

  /// An inventory with room for `count` pieces.
  init(capacity count: Int = 0) {
    table = ByteTable(capacity: count)
  }

  /// Ids are 0..<count; some may have no piece.
  var count: Int { starts.count }

  /// What stood in the way of a new piece.
  typealias Problem = TokenizerError.Problem

  /// Adds a piece with its id.
  mutating func insert(_ piece: String, id: Int) throws(Refusal) {
    guard (0..<TokenizerBounds.pieces).contains(id) else { throw Refusal(.idOutOfRange(id)) }
    guard id >= count || starts[id] < 0 else { throw Refusal(.duplicateID(id)) }
    guard table.insert(piece, id) else { throw Refusal(.duplicatePiece(piece)) }
    place(piece, id: id)
  }

  /// Adds an id whose spelling no text can match and no name finds.
  mutating func insertNameless(id: Int) { place("", id: id) }

  private mutating func place(_ piece: String, id: Int) {
    if id >= count {
      let missing = id + 1 - count
      starts.append(contentsOf: repeatElement(-1, count: missing))
      lengths.append(contentsOf: repeatElement(0, count: missing))
      control.append(contentsOf: repeatElement(false, count: missing))
    }
    starts[id] = Int32(bytes.count)
    bytes.append(contentsOf: piece.utf8)
    lengths[id] = Int32(bytes.count) - starts[id]
  }

  /// A piece that could not be added.
  struct Refusal: Error {
    let problem: Problem
    init(_ problem: Problem) { self.problem = problem }
  }

  /// The id of a piece by its spelling in the vocabulary.
  func id(of piece: some StringProtocol) -> Int? { table.value(piece) }

  /// The spelling of an id; nil when it has none.
  func piece(_ id: Int) -> String? {
    guard starts.indices.contains(id), starts[id] >= 0 else { return nil }
    return withBytes(id) { String(decoding: $0, as: UTF8.self) }
  }

  /// The bytes of a spelling; none for an id without piece.
  func withBytes<Result>(_ id: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    let start = max(0, Int(starts[id]))
    return bytes.withUnsafeBufferPointer {
      body(UnsafeBufferPointer(rebasing: $0[start..<(start + Int(lengths[id]))]))
    }
  }

  /// True for ids that no text may produce.
  func isControl(_ id: Int) -> Bool { control.indices.contains(id) && control[id] }

  /// Makes an id a control token.
  mutating func markControl(_ id: Int) {
    if control.indices.contains(id) { control[id] = true }
  }
}
