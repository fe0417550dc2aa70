import Files
import Foundation
import Tensors

extension ModelFolder {
  /// How an encoder's folder comes to stand beside the experts that need it.
  package enum Placement: Sendable {
    /// Its files are copied: the folder of models can then be moved anywhere.
    case copy
    /// A relative link: both can be moved together.
    case link
  }

  /// Files of a model folder: what any of its readers takes.
  private static func isPart(_ name: String) -> Bool {
    !name.hasPrefix(".")
      && [".json", ".txt", ".safetensors", ".bin"].contains { name.hasSuffix($0) }
  }

  /// Makes sure that a folder of models holds an encoder by its own name.
  ///
  /// - Throws: `ModelFolderError` when another encoder has that name there; disk errors.
  package static func place(_ folder: String, in models: String, _ placement: Placement) throws {
    guard let target = try vacancy(for: folder, in: models) else { return }
    try FileManager.default.createDirectory(atPath: models, withIntermediateDirectories: true)
    // A link whose target has gone.
    if (try? FileManager.default.destinationOfSymbolicLink(atPath: target)) != nil {
      try FileManager.default.removeItem(atPath: target)
    }
    switch placement {
    case .copy: try copyFiles(of: folder, to: target)
    case .link:
      try FileManager.default.createSymbolicLink(
        atPath: target, withDestinationPath: relative(real(folder), from: real(models)))
    }
  }

  /// Where an encoder would be placed; nil when it is there already.
  ///
  /// - Throws: `ModelFolderError` when another encoder has that name there.
  package static func vacancy(for folder: String, in models: String) throws -> String? {
    let own = URL(fileURLWithPath: folder).standardizedFileURL.path
    let target = models + "/" + FilePath.name(of: own)
    guard real(target) != real(folder) else { return nil }
    guard absence(of: target) == nil else { return target }
    guard fingerprint(of: target) == fingerprint(of: folder) else {
      throw ModelFolderError(
        folder: target,
        problem:
          "holds other weights than \(folder), which would have to stand there under that name",
        advice: "rename one of them")
    }
    return nil
  }

  /// Copies the files of a model folder, those behind links and those of a picture tower of its own
  /// too; the copy appears whole or not.
  ///
  /// - Parameter precision: that of an expert's weights in the copy; whatever else a folder holds
  ///   stays as it is, since others know it by its fingerprint.
  /// - Throws: `ModelFolderError` when the folder is not there; disk errors.
  package static func copyFiles(
    of folder: String, to target: String, precision: Safetensors.Precision = .float32
  ) throws {
    if let absence = absence(of: folder) {
      throw ModelFolderError(folder: folder, problem: absence)
    }
    let files = FileManager.default
    let aside = FilePath.parent(of: target) + "/.\(FilePath.name(of: target)).\(UUID().uuidString)"
    try files.createDirectory(atPath: aside, withIntermediateDirectories: true)
    do {
      for name in try files.contentsOfDirectory(atPath: folder).sorted() where isPart(name) {
        let source = real(folder + "/" + name)
        let kind = try files.attributesOfItem(atPath: source)[.type] as? FileAttributeType
        guard kind == .typeRegular else { continue }
        try files.copyItem(atPath: source, toPath: aside + "/" + name)
      }
      for part in parts
      where absence(of: folder + "/" + part) == nil {
        try copyFiles(of: folder + "/" + part, to: aside + "/" + part)
      }
      if precision == .float16, let system = try? system(of: folder) {
        let isExpert = System.named(system) != nil
        // A router keeps its own few weights, and so every p.
        try halve(aside + "/model.safetensors") { isExpert || isTable($0) }
      }
      try files.moveItem(atPath: aside, toPath: target)
    } catch {
      try? files.removeItem(atPath: aside)
      throw error
    }
  }

  /// Folders inside a model's that hold what was trained along.
  package static let parts = [PictureTower.folder, EncodedWords.folder]

  /// Whether a tensor of a router is a table of posts: what it sees of them, or the experts'
  /// counts, which are small whole numbers and stay exact.
  private static func isTable(_ name: String) -> Bool {
    name.hasSuffix(".x") || name.contains(".counts.")
  }

  /// Writes a file's weights in half precision, unless one of them would be lost.
  private static func halve(_ path: String, _ isHalved: (String) -> Bool) throws {
    let file = try Safetensors(path: path)
    let tensors = try file.allTensors()
    let halved = tensors.filter { isHalved($0.key) }
    guard !halved.isEmpty,
      halved.values.allSatisfy({ $0.array.allSatisfy { abs($0) < 65504 } })
    else { return }
    try Safetensors.write(tensors, to: path, metadata: file.metadata) {
      isHalved($0) ? .float16 : .float32
    }
  }

  /// Whether two paths lead to one folder.
  static func isSame(_ a: String, _ b: String) -> Bool { real(a) == real(b) }

  private static func real(_ path: String) -> String {
    let standard = URL(fileURLWithPath: path).standardizedFileURL
    return standard.resolvingSymlinksInPath().path
  }

  /// The way from a folder to a path, both absolute.
  static func relative(_ path: String, from folder: String) -> String {
    let (to, here) = (path.split(separator: "/"), folder.split(separator: "/"))
    let common = zip(to, here).prefix { $0 == $1 }.count
    return
      ([String](repeating: "..", count: here.count - common) + to.dropFirst(common).map(String.init))
      .joined(separator: "/")
  }
}
