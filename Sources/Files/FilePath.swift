/// Parts of a path, taken apart by hand: Foundation's own way stops the program at a path of one
/// letter.
package enum FilePath {
  /// The folder that a path lies in: `a` of `a/b`, `/` of `/b`, `.` of `b`. One slash at the end is
  /// passed over.
  package static func parent(of path: String) -> String {
    let path = path.count > 1 && path.hasSuffix("/") ? path.dropLast() : path[...]
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A path that a file names: from the file's folder on, unless it begins at the root.
  package static func resolved(_ path: String, beside file: String) -> String {
    path.hasPrefix("/") ? path : "\(parent(of: file))/\(path)"
  }

  /// What a path ends in: `b` of `a/b`.
  package static func name(of path: String) -> String {
    let path = path.count > 1 && path.hasSuffix("/") ? path.dropLast() : path[...]
    guard let slash = path.lastIndex(of: "/") else { return String(path) }
    return String(path[path.index(after: slash)...])
  }
}
