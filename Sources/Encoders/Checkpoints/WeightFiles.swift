import Foundation
import Tensors

/// One file of tensors.
protocol TensorFile: Sendable {
  var path: String { get }
  /// What the file holds.
  var stored: [String: StoredTensor] { get }
  /// Bytes of numbers in the file.
  var byteCount: Int { get }
  /// One tensor as float32.
  func floats(_ name: String) throws -> Tensor
}

/// A tensor as its file describes it.
package struct StoredTensor: Sendable, Hashable {
  /// The number type in the file.
  package let type: NumberType
  /// The shape in the file.
  package let shape: [Int]

  /// Number of elements.
  package var count: Int { shape.reduce(1, *) }
  /// Size in the file.
  package var byteCount: Int { count * type.size }
}

/// The tensors of a folder, from one file or several, by the names in the files.
package struct WeightFiles: Sendable {
  private let files: [any TensorFile]
  private let places: [String: Int]

  /// Opens the first of `model.safetensors`, its index, `pytorch_model.bin`, its index.
  ///
  /// - Throws: `CheckpointError`, `SafetensorsError`.
  package init(folder: String) throws {
    let names = ["model.safetensors", "pytorch_model.bin"]
    for name in names {
      let path = folder + "/" + name
      if FolderFiles.exists(path) {
        try self.init([Self.open(path)], folder: folder)
        return
      }
      if FolderFiles.exists(path + ".index.json") {
        let shards = try Self.shards(path + ".index.json")
        try self.init(try shards.map { try Self.open(folder + "/" + $0) }, folder: folder)
        return
      }
    }
    throw CheckpointError.file(
      path: folder, problem: "has no model.safetensors or pytorch_model.bin; download one of them")
  }

  init(_ files: [any TensorFile], folder: String) throws(CheckpointError) {
    var places: [String: Int] = [:]
    var problems: [TensorProblem] = []
    for (i, file) in files.enumerated() {
      for name in file.stored.keys {
        if let other = places[name], other != i {
          problems.append(.twice(name: name, first: files[other].path, second: file.path))
        }
        places[name] = i
      }
    }
    guard problems.isEmpty else { throw .tensors(path: folder, problems: problems) }
    self.files = files
    self.places = places
  }

  private static func open(_ path: String) throws -> any TensorFile {
    path.hasSuffix(".bin") ? try TorchFile(path: path) : try SafetensorsFile(path: path)
  }

  /// The file names in an index, which must lie in the folder itself.
  private static func shards(_ path: String) throws(CheckpointError) -> [String] {
    let fields = try ConfigReader.fields(path: path)
    guard let map = fields["weight_map"] as? [String: String], !map.isEmpty else {
      throw .configuration(path: path, problems: ["it has no weight_map of names to files"])
    }
    let names = Set(map.values).sorted()
    let suffix = path.hasSuffix(".bin.index.json") ? ".bin" : ".safetensors"
    let strange = names.filter {
      $0.contains("/") || $0.contains("\0") || $0.hasPrefix(".") || !$0.hasSuffix(suffix)
    }
    guard strange.isEmpty else {
      throw .configuration(
        path: path,
        problems: strange.map { "\($0.prefix(80).debugDescription) is no file of this folder" })
    }
    guard names.count <= 1000 else {
      throw .configuration(path: path, problems: ["it names \(names.count) files"])
    }
    return names
  }

  /// All names, sorted.
  package var names: [String] { places.keys.sorted() }

  /// What the files say of a tensor.
  package subscript(name: String) -> StoredTensor? {
    places[name].flatMap { files[$0].stored[name] }
  }

  /// Paths of the files.
  package var paths: [String] { files.map(\.path) }

  /// Bytes of all numbers.
  package var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }

  /// A tensor as float32, copied out of its file.
  ///
  /// - Throws: `SafetensorsError`, `CheckpointError`.
  package func floats(_ name: String) throws -> Tensor {
    guard let place = places[name] else {
      throw CheckpointError.file(path: files.first?.path ?? "", problem: "has no tensor \(name)")
    }
    return try files[place].floats(name)
  }
}

/// A safetensors file as a file of tensors.
private struct SafetensorsFile: TensorFile {
  let file: Safetensors
  let stored: [String: StoredTensor]
  var path: String { file.path }
  var byteCount: Int { stored.values.reduce(0) { $0 + $1.byteCount } }

  init(path: String) throws {
    file = try Safetensors(path: path)
    stored = file.entries.compactMapValues { entry in
      NumberType(rawValue: entry.type).map { StoredTensor(type: $0, shape: entry.shape) }
    }
  }

  func floats(_ name: String) throws -> Tensor { try file.tensor(name) }
}
