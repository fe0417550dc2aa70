/// What a pickle of tensors may hold. Containers are numbers into `TensorPickle`'s arena, so that
/// no nesting, however deep or circular, costs stack or memory of its own.
enum PickleValue: Sendable, Hashable {
  case mark
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case text(String)
  case global(PickleGlobal)
  /// A tuple, list or set of pairs.
  case container(Int)
  case storage(Int)
  case tensor(Int)
}

/// The only names a pickle may mention. Nothing is ever called: each stands for a fixed meaning.
enum PickleGlobal: Sendable, Hashable {
  case orderedDictionary
  case rebuildTensor
  case rebuildParameter
  case storage(StorageType)

  /// The number types of torch's storages.
  enum StorageType: String, Sendable, Hashable, CaseIterable {
    case float = "FloatStorage"
    case half = "HalfStorage"
    case bfloat16 = "BFloat16Storage"
    case double = "DoubleStorage"
    case long = "LongStorage"
    case int = "IntStorage"
    case short = "ShortStorage"
    case char = "CharStorage"
    case byte = "ByteStorage"
    case bool = "BoolStorage"
  }

  /// The meaning of `module.name`, nil for everything that is refused.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", _):
      guard let type = StorageType(rawValue: name) else { return nil }
      self = .storage(type)
    default: return nil
    }
  }
}

/// A block of numbers that a pickle refers to by key.
struct PickledStorage: Sendable, Hashable {
  let key: String
  let type: PickleGlobal.StorageType
  let count: Int
}

/// A view of a storage.
struct PickledTensor: Sendable, Hashable {
  let storage: Int
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}

/// A tensor-only reading of a pickle: an own small machine for the opcodes that `torch.save`
/// writes, which knows no code, only containers, numbers, texts, storages and tensors.
struct TensorPickle {
  private(set) var storages: [PickledStorage] = []
  private(set) var tensors: [PickledTensor] = []
  private(set) var arena: [[PickleValue]] = []
  /// What the pickle as a whole is.
  private(set) var result = PickleValue.none
  /// Where the pickle ends.
  private(set) var end = 0

  private var stack: [PickleValue] = []
  private var memo: [Int: PickleValue] = [:]
  private var known: [PickledStorage: Int] = [:]
  private var reader: PickleReader
  private let path: String

  /// Most values on the stack, remembered or in containers.
  static let valueLimit = 1_000_000
  /// Largest pickle that is read, in bytes, storages not counted.
  static let byteLimit = 16 << 20

  /// Reads one pickle.
  ///
  /// - Parameter offset: where it begins, for messages.
  /// - Throws: `CheckpointError.archive` with the offset of the opcode that is refused.
  init(_ bytes: [UInt8], from start: Int = 0, path: String) throws(CheckpointError) {
    reader = PickleReader(bytes: bytes, at: start)
    self.path = path
    var values = 0
    while true {
      let at = reader.at
      do {
        if try step() { break }
      } catch {
        throw .archive(path: path, offset: at, problem: error.problem)
      }
      values += 1
      guard values <= 4 * Self.valueLimit, stack.count <= Self.valueLimit else {
        throw .archive(path: path, offset: at, problem: "it holds too many values")
      }
    }
    end = reader.at
  }

  /// A problem whose place is added by the loop.
  private struct Refusal: Error {
    let problem: String
  }

  /// Carries out one opcode; true at the end.
  private mutating func step() throws(Refusal) -> Bool {
    guard let opcode = reader.byte() else { throw Refusal(problem: "the pickle ends too early") }
    switch opcode {
    case UInt8(ascii: "."):
      result = try pop()
      return true
    case 0x80:  // PROTO
      let version = try need(reader.byte())
      guard (2...5).contains(version) else {
        throw Refusal(problem: "pickle protocol \(version) is not read here")
      }
    case 0x95: _ = try need(reader.integer(8))  // FRAME
    case UInt8(ascii: "("): stack.append(.mark)
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "2"): stack.append(try top())
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.bool(true))
    case 0x89: stack.append(.bool(false))
    case UInt8(ascii: "J"): stack.append(.int(try need(reader.signed(4))))
    case UInt8(ascii: "K"): stack.append(.int(try need(reader.integer(1))))
    case UInt8(ascii: "M"): stack.append(.int(try need(reader.integer(2))))
    case 0x8A: stack.append(.int(try need(reader.signed(try need(reader.integer(1))))))
    case UInt8(ascii: "G"): stack.append(.float(try need(reader.double())))
    case UInt8(ascii: "X"): stack.append(.text(try text(4)))
    case 0x8C: stack.append(.text(try text(1)))
    case 0x8D: stack.append(.text(try text(8)))
    case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): try push([])
    case UInt8(ascii: "t"), UInt8(ascii: "l"), UInt8(ascii: "d"): try push(try popToMark())
    case 0x85, 0x86, 0x87: try push(try pop(Int(opcode) - 0x84))
    case UInt8(ascii: "a"): try extend([try pop()])
    case UInt8(ascii: "e"), UInt8(ascii: "u"): try extend(try popToMark())
    case UInt8(ascii: "s"): try extend(try pop(2))
    case UInt8(ascii: "q"): try remember(try need(reader.integer(1)))
    case UInt8(ascii: "r"): try remember(try need(reader.integer(4)))
    case 0x94: try remember(memo.count)
    case UInt8(ascii: "h"): try recall(try need(reader.integer(1)))
    case UInt8(ascii: "j"): try recall(try need(reader.integer(4)))
    case UInt8(ascii: "c"):
      try pushGlobal(module: try need(reader.line()), name: try need(reader.line()))
    case 0x93:
      let names = try pop(2)
      guard case .text(let module) = names[0], case .text(let name) = names[1] else {
        throw Refusal(problem: "a global without a name")
      }
      try pushGlobal(module: module, name: name)
    case UInt8(ascii: "Q"): try pushStorage(try pop())
    case UInt8(ascii: "R"): try reduce()
    // The state of an OrderedDict is its `_metadata`: versions, which nothing here needs.
    case UInt8(ascii: "b"):
      _ = try pop()
      guard case .container = try top() else {
        throw Refusal(problem: "it changes something that is no dictionary")
      }
    default:
      throw Refusal(
        problem: "opcode 0x\(String(opcode, radix: 16)) does not belong into a file of tensors")
    }
    return false
  }
}

extension TensorPickle {
  private func need<T>(_ value: T?) throws(Refusal) -> T {
    guard let value else { throw Refusal(problem: "the pickle ends too early") }
    return value
  }

  private mutating func text(_ width: Int) throws(Refusal) -> String {
    try need(reader.text(try need(reader.integer(width))))
  }

  private func top() throws(Refusal) -> PickleValue {
    guard let value = stack.last, value != .mark else {
      throw Refusal(problem: "a value is missing")
    }
    return value
  }

  private mutating func pop() throws(Refusal) -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws(Refusal) -> [PickleValue] {
    guard stack.count >= count, !stack.suffix(count).contains(.mark) else {
      throw Refusal(problem: "values are missing")
    }
    let values = Array(stack.suffix(count))
    stack.removeLast(count)
    return values
  }

  private mutating func popToMark() throws(Refusal) -> [PickleValue] {
    guard let mark = stack.lastIndex(of: .mark) else { throw Refusal(problem: "a mark is missing") }
    let values = Array(stack[(mark + 1)...])
    stack.removeSubrange(mark...)
    return values
  }

  private mutating func push(_ values: [PickleValue]) throws(Refusal) {
    guard arena.count < Self.valueLimit else { throw Refusal(problem: "it holds too many values") }
    stack.append(.container(arena.count))
    arena.append(values)
  }

  private mutating func extend(_ values: [PickleValue]) throws(Refusal) {
    guard case .container(let index) = try top() else {
      throw Refusal(problem: "it adds to something that is no list")
    }
    arena[index] += values
  }

  private mutating func remember(_ key: Int) throws(Refusal) {
    guard memo.count < Self.valueLimit else { throw Refusal(problem: "it holds too many values") }
    memo[key] = try top()
  }

  private mutating func recall(_ key: Int) throws(Refusal) {
    guard let value = memo[key] else { throw Refusal(problem: "it recalls what was never stored") }
    stack.append(value)
  }

  private mutating func pushGlobal(module: String, name: String) throws(Refusal) {
    guard let global = PickleGlobal(module: module, name: name) else {
      let full = "\(module.prefix(80)).\(name.prefix(80))".debugDescription
      throw Refusal(problem: "it asks for \(full), and only tensors are read")
    }
    stack.append(.global(global))
  }

  private func items(_ value: PickleValue) -> [PickleValue]? {
    guard case .container(let index) = value else { return nil }
    return arena[index]
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    guard let values = items(value), values.count <= 8 else { return nil }
    let numbers = values.compactMap { if case .int(let n) = $0, n >= 0 { n } else { nil } }
    return numbers.count == values.count ? numbers : nil
  }

  /// ('storage', type, key, location, count), and in the old format what it is a view of.
  private mutating func pushStorage(_ identity: PickleValue) throws(Refusal) {
    guard let parts = items(identity), (5...6).contains(parts.count),
      parts[0] == .text("storage"), case .global(.storage(let type)) = parts[1],
      case .text(let key) = parts[2], case .int(let count) = parts[4], count >= 0,
      parts.count == 5 || parts[5] == .none
    else { throw Refusal(problem: "it refers to something that is no storage") }
    let storage = PickledStorage(key: key, type: type, count: count)
    if let index = known[storage] {
      stack.append(.storage(index))
    } else {
      guard storages.count < 100_000 else { throw Refusal(problem: "it has too many storages") }
      stack.append(.storage(storages.count))
      known[storage] = storages.count
      storages.append(storage)
    }
  }

  /// "Calls" one of the few known names.
  private mutating func reduce() throws(Refusal) {
    let arguments = try pop()
    guard case .global(let global) = try pop(), let values = items(arguments) else {
      throw Refusal(problem: "it calls something that cannot be called")
    }
    switch global {
    case .orderedDictionary:
      guard values.isEmpty else { throw Refusal(problem: "a dictionary comes with arguments") }
      try push([])
    case .rebuildTensor:
      guard values.count >= 4, case .storage(let storage) = values[0],
        case .int(let offset) = values[1], offset >= 0, let shape = integers(values[2]),
        let strides = integers(values[3]), shape.count == strides.count
      else { throw Refusal(problem: "a tensor has parts that do not make one") }
      guard tensors.count < 200_000 else { throw Refusal(problem: "it has too many tensors") }
      stack.append(.tensor(tensors.count))
      tensors.append(
        PickledTensor(storage: storage, offset: offset, shape: shape, strides: strides))
    case .rebuildParameter:
      guard case .tensor(let tensor)? = values.first else {
        throw Refusal(problem: "a parameter without a tensor")
      }
      stack.append(.tensor(tensor))
    case .storage: throw Refusal(problem: "it makes a storage, which only the file may hold")
    }
  }

  /// The tensors of a dictionary by name; entries that are no tensors are left out. Nil when the
  /// pickle is no dictionary with texts as keys.
  var named: [String: PickledTensor]? {
    guard let values = items(result), values.count % 2 == 0 else { return nil }
    var named: [String: PickledTensor] = [:]
    for i in stride(from: 0, to: values.count, by: 2) {
      guard case .text(let name) = values[i] else { return nil }
      if case .tensor(let index) = values[i + 1] { named[name] = tensors[index] }
    }
    return named
  }

  /// Whether a dictionary of the writer's traits says that its numbers are big-endian.
  var isBigEndian: Bool {
    guard let values = items(result), let at = values.firstIndex(of: .text("little_endian")),
      at + 1 < values.count
    else { return false }
    return values[at + 1] == .bool(false)
  }

  /// The texts of a list.
  var texts: [String]? {
    items(result)?.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }
}
