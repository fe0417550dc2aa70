import Files
import Foundation

/// The folder that the pictures of a stream lie in: what records name must not lead out of it.
package struct PictureFolder: Sendable {
  private let boundary: String
  private let index: ImageIndex

  /// The pictures of a folder, and of `images` in it.
  ///
  /// - Throws: `CorporaError.noImageFolder`.
  package init(_ path: String) throws {
    var info = stat()
    guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR,
      let real = FileBytes.realPath(path)
    else { throw CorporaError.noImageFolder(path) }
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

  /// The file of a picture.
  ///
  /// - Throws: `Absence`.
  package func file(_ name: String) throws(Absence) -> String {
    // Some write whole paths; those inside the folder are taken.
    let own = boundary == "/" ? "/" : boundary + "/"
    let inside = name.hasPrefix(own) ? String(name.dropFirst(own.count)) : name
    switch index.lookup(inside) {
    case .file(let path): return path
    case .none, .missing: throw .missing
    case .refused: throw .refused
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
