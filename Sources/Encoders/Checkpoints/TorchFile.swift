import Files
import Tensors

/// `pytorch_model.bin`: the zip archive that `torch.save` writes since 1.6, or the older plain
/// file, read without running any of it.
struct TorchFile: TensorFile {
  let path: String
  let stored: [String: StoredTensor]
  private let tensors: [String: PickledTensor]
  private let storages: [PickledStorage]
  private let places: [Range<Int>]
  private let source: ByteSource

  var byteCount: Int { places.reduce(0) { $0 + $1.count } }

  /// Reads what the file holds, but no numbers.
  ///
  /// - Throws: `CheckpointError`.
  init(path: String) throws {
    let source: ByteSource
    do { source = try ByteSource(path: path) } catch {
      throw CheckpointError.file(
        path: path, problem: "cannot be opened; check the path and permissions")
    }
    try self.init(source: source, path: path)
  }

  init(source: ByteSource, path: String) throws(CheckpointError) {
    if let mistake = MistakenFile(beginning: source.copy(0..<min(512, source.count))) {
      throw .file(path: path, problem: "is \(mistake.advice)")
    }
    let reader = LittleEndianReader(source: source)
    let contents =
      ZipArchive.isZip(reader)
      ? try Self.archive(reader, path: path) : try Self.plain(reader, path: path)
    let pickle = contents.pickle
    guard let named = pickle.named else {
      throw .archive(path: path, offset: 0, problem: "it is no dictionary of named tensors")
    }
    var stored: [String: StoredTensor] = [:]
    for (name, tensor) in named {
      let storage = pickle.storages[tensor.storage]
      guard tensor.fits(storage.count) else {
        throw .archive(
          path: path, offset: contents.places[tensor.storage].lowerBound,
          problem: "the tensor \(name.prefix(80).debugDescription) \(tensor.shape) "
            + "is not inside its storage of \(storage.count) numbers")
      }
      stored[name] = StoredTensor(type: storage.type.numbers, shape: tensor.shape)
    }
    self.path = path
    self.stored = stored
    tensors = named
    storages = pickle.storages
    places = contents.places
    self.source = source
  }

  private typealias Contents = (pickle: TensorPickle, places: [Range<Int>])

  private static func archive(
    _ reader: LittleEndianReader, path: String
  ) throws(CheckpointError) -> Contents {
    func fail(_ offset: Int, _ problem: String) -> CheckpointError {
      .archive(path: path, offset: offset, problem: problem)
    }
    let zip = try ZipArchive(reader, path: path)
    let pickles = zip.entries.filter { $0.key == "data.pkl" || $0.key.hasSuffix("/data.pkl") }
    guard pickles.count == 1, let (name, range) = pickles.first else {
      throw fail(0, "it holds \(pickles.count) entries data.pkl in place of one")
    }
    guard range.count <= TensorPickle.byteLimit else {
      throw fail(range.lowerBound, "data.pkl has \(range.count) bytes")
    }
    let folder = name.dropLast("data.pkl".count)
    if let order = zip.entries[folder + "byteorder"], order.count < 20,
      reader.text(order.lowerBound, order.count) != "little"
    {
      throw fail(order.lowerBound, "its numbers are not little-endian")
    }
    let bytes = reader.bytes(range.lowerBound, range.count) ?? []
    let pickle = try TensorPickle(bytes, path: path + ":" + name)
    var places: [Range<Int>] = []
    for storage in pickle.storages {
      guard let place = zip.entries[folder + "data/" + storage.key] else {
        throw fail(0, "the storage \(storage.key.prefix(40).debugDescription) is missing")
      }
      guard place.count / storage.type.numbers.size == storage.count else {
        throw fail(
          place.lowerBound,
          "a storage of \(storage.count) numbers has \(place.count) bytes")
      }
      places.append(place)
    }
    return (pickle, places)
  }

  /// The format before 1.6: three small pickles, the dictionary, the storages' keys, then each
  /// storage with its length in front.
  private static func plain(
    _ reader: LittleEndianReader, path: String
  ) throws(CheckpointError) -> Contents {
    func fail(_ offset: Int, _ problem: String) -> CheckpointError {
      .archive(path: path, offset: offset, problem: problem)
    }
    // PROTO 2, LONG1 of 10 bytes: the magic number of torch.save.
    let magic: [UInt8] = [
      0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
    ]
    let head = reader.bytes(0, min(reader.count, TensorPickle.byteLimit)) ?? []
    guard head.starts(with: magic) else { throw fail(0, "it is no file of torch.save") }
    let version = try TensorPickle(head, from: magic.count, path: path)
    guard version.result == .int(1001) else { throw fail(magic.count, "it has another version") }
    // Endianness and sizes of C's types, as the writer had them.
    let system = try TensorPickle(head, from: version.end, path: path)
    if system.isBigEndian { throw fail(version.end, "its numbers are not little-endian") }
    let pickle = try TensorPickle(head, from: system.end, path: path)
    let list = try TensorPickle(head, from: pickle.end, path: path)
    guard let keys = list.texts else { throw fail(pickle.end, "it has no list of storages") }
    var byKey: [String: Int] = [:]
    for (i, storage) in pickle.storages.enumerated() {
      guard byKey.updateValue(i, forKey: storage.key) == nil else {
        throw fail(pickle.end, "two storages have one key")
      }
    }
    var places = [Range<Int>?](repeating: nil, count: pickle.storages.count)
    var at = list.end
    for key in keys {
      guard let index = byKey[key], let count = reader.int64(at),
        count == pickle.storages[index].count
      else { throw fail(at, "a storage is not what the dictionary says") }
      let size = pickle.storages[index].type.numbers.size
      guard count <= (reader.count - at - 8) / size else {
        throw fail(at, "a storage of \(count) numbers ends past the file")
      }
      places[index] = (at + 8)..<(at + 8 + count * size)
      at += 8 + count * size
    }
    let found = places.compactMap { $0 }
    guard found.count == places.count else { throw fail(at, "a storage is missing") }
    return (pickle, found)
  }

  func floats(_ name: String) throws -> Tensor {
    guard let tensor = tensors[name] else {
      throw CheckpointError.file(path: path, problem: "has no tensor \(name)")
    }
    let type = storages[tensor.storage].type.numbers
    let place = places[tensor.storage]
    let count = tensor.shape.reduce(1, *)
    guard count > 0 else { return Tensor(tensor.shape, []) }
    if tensor.isContiguous {
      let start = place.lowerBound + tensor.offset * type.size
      return Tensor(tensor.shape, source.floats(start..<(start + count * type.size), type))
    }
    // A transposed or cut view: gathered from the part of its storage that it spans.
    let span = zip(tensor.shape, tensor.strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
    let start = place.lowerBound + tensor.offset * type.size
    let all = source.floats(start..<(start + span * type.size), type)
    var array: [Float] = []
    array.reserveCapacity(count)
    var index = [Int](repeating: 0, count: tensor.shape.count)
    for _ in 0..<count {
      array.append(all[zip(index, tensor.strides).reduce(0) { $0 + $1.0 * $1.1 }])
      for axis in index.indices.reversed() {
        index[axis] += 1
        if index[axis] < tensor.shape[axis] { break }
        index[axis] = 0
      }
    }
    return Tensor(tensor.shape, array)
  }
}

extension PickledTensor {
  /// Whether every element lies in a storage of `count` numbers, and the tensor is no larger than
  /// it (steps of 0 could make any size from nothing).
  func fits(_ count: Int) -> Bool {
    var (elements, last) = (1, offset)
    for (side, step) in zip(shape, strides) {
      let (product, overflow) = elements.multipliedReportingOverflow(by: side)
      guard !overflow, product <= count else { return false }
      elements = product
      guard side > 0 else { continue }
      let (reach, wide) = (side - 1).multipliedReportingOverflow(by: step)
      let (sum, over) = last.addingReportingOverflow(reach)
      guard !wide, !over else { return false }
      last = sum
    }
    return elements == 0 ? true : last < count
  }

  /// Whether the elements follow one another.
  var isContiguous: Bool {
    var step = 1
    for (side, stride) in zip(shape, strides).reversed() {
      if side != 1 && stride != step { return false }
      step *= side
    }
    return true
  }
}

extension PickleGlobal.StorageType {
  /// The numbers of such a storage.
  var numbers: NumberType {
    switch self {
    case .float: .float32
    case .half: .float16
    case .bfloat16: .bfloat16
    case .double: .float64
    case .long: .int64
    case .int: .int32
    case .short: .int16
    case .char: .int8
    case .byte: .uint8
    case .bool: .bool
    }
  }
}
