import Foundation

/// The folder that everything read or written by default must lie in, links resolved: what a
/// dataset from elsewhere brings must not lead to other files of the person who opens it. What a
/// person names on the command line needs no boundary.
package struct FolderBoundary: Sendable, Hashable {
  /// The folder's path without links.
  package let folder: String

  /// The boundary around a folder; nil when it is not there.
  package init?(_ folder: String) {
    guard let real = Self.realPath(folder) else { return nil }
    self.folder = real
  }

  /// Where a path leads to, when that is outside; nil when it lies inside or nothing is there.
  package func escape(of path: String) -> String? {
    if let real = Self.realPath(path) {
      return real == folder || real.hasPrefix(folder == "/" ? "/" : folder + "/") ? nil : real
    }
    // A link to nothing would become a file there when it is written to.
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &target, target.count)
    guard count > 0 else { return nil }
    return String(decoding: target[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The first path in a folder, itself included, that leads outside, and where to. Looks `depth`
  /// folders deep and at no more than 10,000 names.
  package func firstEscape(
    under path: String, depth: Int
  ) -> (path: String, target: String)? {
    var left = 10_000
    return firstEscape(path, depth, &left)
  }

  private func firstEscape(
    _ path: String, _ depth: Int, _ left: inout Int
  ) -> (path: String, target: String)? {
    if let target = escape(of: path) { return (path, target) }
    guard depth > 0, let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      return nil
    }
    for name in names.sorted() {
      left -= 1
      if left < 0 { return nil }
      if let found = firstEscape("\(path)/\(name)", depth - 1, &left) { return found }
    }
    return nil
  }

  private static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
