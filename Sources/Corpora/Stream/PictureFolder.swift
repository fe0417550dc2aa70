import Files
import Foundation

/// The folder that the pictures of a stream lie in: what records name must not lead out of it.
package struct PictureFolder: Sendable {
  private let folder: String
  private let boundary: String
  private let shards = ShardIndex()
  private let index: ImageIndex

  /// The pictures of a folder, and of `images` in it.
  ///
  /// - Throws: `CorporaError.noImageFolder`.
  package init(_ path: String) throws {
    var info = stat()
    guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR,
      let real = FileBytes.realPath(path)
    else { throw CorporaError.noImageFolder(path) }
    folder = path
    boundary = real
    let folders = [path, path + "/images"].map { ImageIndex.Folder(path: $0, boundary: real) }
    index = ImageIndex(folders: folders, lists: false)
  }

  /// Why a picture that a record names is not used, in words that are the same on every machine.
  package struct Absence: Error, Hashable, CustomStringConvertible {
    /// A part of a sentence.
    package let description: String

    /// An absence with its reason.
    package init(_ description: String) { self.description = description }

    /// Nothing is there.
    package static let missing = Absence("the picture is not there")
    /// It is not to be opened.
    package static let refused = Absence(
      "the picture's name leads out of the folder of pictures, or to no plain file")
  }

  /// Where a picture is.
  package enum Place: Sendable, Hashable {
    /// A file by itself.
    case file(String)
    /// A member of a tar shard.
    case member(String, shard: String)

    /// Its own file; nil for a member of a shard.
    package var file: String? { if case .file(let path) = self { path } else { nil } }
  }

  /// The place of a picture: `NAME`, with or without its ending, or `SHARD.tar:MEMBER`.
  ///
  /// - Throws: `Absence`.
  package func place(_ name: String) throws(Absence) -> Place {
    if let mark = name.range(of: ".tar:") {
      let shard = String(name[..<name.index(before: mark.upperBound)])
      return .member(String(name[mark.upperBound...]), shard: try plainFile(shard))
    }
    switch index.lookup(inside(name)) {
    case .file(let path): return .file(path)
    case .none, .missing: throw .missing
    case .refused: throw .refused
    }
  }

  /// Some write whole paths; those inside the folder are taken.
  private func inside(_ name: String) -> String {
    let own = boundary == "/" ? "/" : boundary + "/"
    return name.hasPrefix(own) ? String(name.dropFirst(own.count)) : name
  }

  private func plainFile(_ name: String) throws(Absence) -> String {
    let name = inside(name)
    guard ImageIndex.isInside(name) else { throw .refused }
    let path = folder + "/" + name
    guard access(path, F_OK) == 0 else { throw .missing }
    guard FolderBoundary(folder)?.escape(of: path) == nil else { throw .refused }
    return path
  }

  /// The bytes of a picture.
  ///
  /// - Throws: `Absence`.
  package func bytes(at place: Place) throws(Absence) -> [UInt8] {
    switch place {
    case .file(let path): try Self.bytes(path)
    case .member(let name, let shard): try shards.bytes(of: name, in: shard)
    }
  }

  /// The bytes of a picture's file.
  ///
  /// - Throws: `Absence`.
  package static func bytes(_ file: String) throws(Absence) -> [UInt8] {
    do { return try Dataset.pictureBytes(file) } catch {
      throw Absence("the picture's file cannot be read")
    }
  }
}
