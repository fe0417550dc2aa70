import Files
import Foundation
import Synchronization

/// Where the picture of a post is, or why there is none.
package enum ImageLookup: Sendable, Hashable {
  /// A regular file inside the picture folders, whatever it holds.
  case file(String)
  /// The post names no picture.
  case none
  /// The post names a picture that is not there; a sentence for the screen.
  case missing(String)
  /// The name leads out of the folders or to something that is not a file; a sentence for the
  /// screen.
  case refused(String)
}

/// Finds pictures by id in a dataset's folders, safely and without listing them before it must.
///
/// The usual names are asked for directly; only when none is there is a folder listed, once. A
/// picture whose real path leaves its folder is refused: a dataset from elsewhere must not show
/// other files.
final class ImageIndex: Sendable {
  static let extensions = ["jpg", "jpeg", "png"]

  /// A folder to look in, and the real path that its pictures may not leave.
  struct Folder: Hashable {
    let path: String
    let boundary: String
    /// Where the folder itself lies, when that is outside: nothing in it is opened.
    var outside: String?
  }

  let folders: [Folder]
  /// File names by stem, of the folders that were listed.
  private let listings = Mutex<[String: [String: String]]>([:])

  /// Whether a folder may be listed for a picture that none of the usual names finds.
  private let lists: Bool

  init(folders: [Folder], lists: Bool = true) {
    self.folders = folders
    self.lists = lists
  }

  /// Looks in `--images` and `images/` in it, then `dataset.toml`'s folder, `images/`, `img_org/`
  /// and the root.
  convenience init(root: String, explicit: String?, configured: String?) throws {
    var folders: [Folder] = []
    if let explicit {
      var info = stat()
      guard stat(explicit, &info) == 0, info.st_mode & S_IFMT == S_IFDIR,
        let real = FileBytes.realPath(explicit)
      else { throw CorporaError.noImageFolder(explicit) }
      // The person named this folder, so links in its path are theirs. A whole dataset may be
      // named.
      folders.append(Folder(path: explicit, boundary: real))
      let inside = explicit + "/images"
      if stat(inside, &info) == 0, info.st_mode & S_IFMT == S_IFDIR {
        folders.append(
          Folder(
            path: inside, boundary: real, outside: FolderBoundary(explicit)?.escape(of: inside)))
      }
    }
    if let boundary = FileBytes.realPath(root) {
      for name in [configured, "images", "img_org"].compactMap(\.self) {
        let path = "\(root)/\(name)"
        var info = stat()
        if stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR {
          folders.append(
            Folder(path: path, boundary: boundary, outside: FolderBoundary(root)?.escape(of: path)))
        }
      }
      folders.append(Folder(path: root, boundary: boundary))
    }
    self.init(folders: folders)
  }

  /// The picture of that id.
  func lookup(_ id: String?) -> ImageLookup {
    guard let id, !id.isEmpty else { return .none }
    guard Self.isInside(id) else {
      return .refused(
        "The picture's name \(Self.shown(id)) leads out of the dataset's folder; it is not opened.")
    }
    let ownExtension = DataFile.fileExtension(of: id).lowercased()
    let names =
      (Self.extensions.contains(ownExtension) ? [id] : []) + Self.extensions.map { "\(id).\($0)" }
    for folder in folders {
      for name in names {
        if let result = examine("\(folder.path)/\(name)", folder, id) { return result }
      }
    }
    for folder in folders where lists {
      if let name = listing(of: folder)[id],
        let result = examine("\(folder.path)/\(name)", folder, id)
      {
        return result
      }
    }
    let name = Self.shown(id)
    let wanted = Self.extensions.contains(ownExtension) ? name : "\(name).jpg, .jpeg or .png"
    return .missing("\(wanted) is not in \(folders.map(\.path).joined(separator: ", "))")
  }

  /// Whether any picture may be there for posts that name these; says yes where it would have to
  /// look into folders of folders.
  /// - Parameter inFolders: whether any name may have a folder in it.
  func mayHold(_ ids: some Collection<String>, inFolders: Bool = true) -> Bool {
    guard !ids.isEmpty else { return false }
    // Where there are pictures, one of the first is.
    for id in ids.prefix(50) {
      switch lookup(id) {
      case .file, .refused: return true
      case .missing, .none: break
      }
    }
    return folders.contains { $0.outside != nil || !listing(of: $0).isEmpty }
      || (inFolders && ids.contains { $0.utf8.contains(UInt8(ascii: "/")) })
  }

  /// The file if it may be opened, the reason if it may not, nil if it is not there.
  private func examine(_ path: String, _ folder: Folder, _ id: String) -> ImageLookup? {
    var info = stat()
    guard lstat(path, &info) == 0 else { return nil }
    guard let real = FileBytes.realPath(path), stat(real, &info) == 0 else {
      return .missing("The picture \(Self.shown(id)) is a link to a file that is not there.")
    }
    let boundary = folder.boundary == "/" ? "/" : folder.boundary + "/"
    guard real.hasPrefix(boundary) else {
      if let target = folder.outside { return .refused(Self.sentence(folder.path, target)) }
      let remedy =
        FilePath.name(of: real) == FilePath.name(of: path)
        ? "give --images \(Self.shown(FilePath.parent(of: real), most: 200)) to use it"
        : "copy the file there to use it"
      return .refused(
        "The picture \(Self.shown(id)) is a link out of its folder, to "
          + "\(Self.shown(real, most: 200)); \(remedy).")
    }
    guard info.st_mode & S_IFMT == S_IFREG else {
      return .refused("The picture \(Self.shown(id)) is not a regular file; it is not opened.")
    }
    guard access(real, R_OK) == 0 else {
      return .missing("The picture \(Self.shown(id)) may not be read; check its permissions.")
    }
    return .file(path)
  }

  /// A folder of pictures that leads out of the dataset's, and how it can be used all the same.
  private static func sentence(_ path: String, _ target: String) -> String {
    let target = shown(target, most: 200)
    return "The folder \(shown(path, most: 200)) leads out of the dataset's folder, to \(target); "
      + "give --images \(target) to use it."
  }

  /// What is to be known of folders that lead out of the dataset's, a sentence each.
  var outsideSentences: [String] {
    folders.compactMap { folder in folder.outside.map { Self.sentence(folder.path, $0) } }
  }

  private func listing(of folder: Folder) -> [String: String] {
    listings.withLock { listings in
      if let known = listings[folder.path] { return known }
      var names: [String: String] = [:]
      // Sorted, so that the choice between a.JPG and a.Png does not depend on the file system.
      for name in (FileBytes.names(in: folder.path) ?? []).sorted()
      where Self.extensions.contains(DataFile.fileExtension(of: name).lowercased()) {
        let stem = DataFile.stem(of: name)
        if names[stem] == nil { names[stem] = name }
      }
      listings[folder.path] = names
      return names
    }
  }

  /// A relative path without `..`, without empty parts and without NUL.
  static func isInside(_ path: String) -> Bool {
    guard !path.isEmpty, path.utf8.count <= Bounds.id, !path.utf8.contains(0) else { return false }
    return path.split(separator: "/", omittingEmptySubsequences: false)
      .allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
  }

  /// An id that is fit for a sentence: short, controls escaped.
  private static func shown(_ id: String, most: Int = 60) -> String {
    let short = id.unicodeScalars.prefix(most)
    return short.map { $0.properties.generalCategory == .control ? "?" : String($0) }.joined()
      + (short.count < id.unicodeScalars.count ? "…" : "")
  }
}
