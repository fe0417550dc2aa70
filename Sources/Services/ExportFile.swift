import Foundation

/// How an export is written.
package enum ExportFormat: String, Sendable, CaseIterable {
  case png, svg, html, ansi, json

  /// By the ending of a file's name.
  package init?(path: String) {
    let name = (path as NSString).lastPathComponent
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
    self.init(rawValue: name[name.index(after: dot)...].lowercased())
  }

  /// All of them, in words.
  package static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// Writing of exports.
package enum ExportFile {
  /// Refuses a file that is there, before long work is done for it.
  ///
  /// - Throws: `ExportFileError.notMade`.
  package static func check(_ path: String) throws(ExportFileError) {
    let path = (path as NSString).expandingTildeInPath
    guard access(path, F_OK) != 0 else { throw .notMade(path: path, code: EEXIST) }
  }

  /// Writes a file that is not there yet.
  ///
  /// - Throws: `ExportFileError`; then there is no new file.
  package static func write(_ bytes: [UInt8], to path: String) throws(ExportFileError) {
    let path = (path as NSString).expandingTildeInPath
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .notMade(path: path, code: errno) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try file.write(contentsOf: Data(bytes))
    } catch {
      unlink(path)
      throw .notWritten(path: path, reason: (error as NSError).localizedDescription)
    }
  }
}

/// Why something could not be exported. Each sentence says what is wrong and what to do.
package enum ExportFileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file cannot be made; `code` is errno.
  case notMade(path: String, code: Int32)
  /// The file cannot be written.
  case notWritten(path: String, reason: String)
  /// The name says no format.
  case noFormat(path: String)
  /// Screens have other formats than this.
  case noScreen(ExportFormat)
  /// Maps have other formats than this.
  case noMap(ExportFormat)
  /// The post's picture cannot be read.
  case noPicture(post: String, reason: String)
  /// A command that was to make the screen was refused.
  case refused(command: String, reason: String)

  package var description: String {
    switch self {
    case .notMade(let path, EEXIST):
      "\(path): is there already and is left as it is; give another name"
    case .notMade(let path, let code):
      "\(path): \(String(cString: strerror(code))); name a file that can be made"
    case .notWritten(let path, let reason): "\(path): not written: \(reason)"
    case .noFormat(let path):
      "\(path): the ending says no format; end the name with one of \(ExportFormat.list)"
    case .noScreen(let format):
      "a screen is not written as \(format.rawValue); twinlens export writes the post's numbers "
        + "as JSON, a screen as png, svg, html or ansi"
    case .noMap(let format):
      "a map is not written as \(format.rawValue), which a screen (--view) is; "
        + "write png, svg, html or json"
    case .noPicture(let post, let reason):
      "post \(post): \(reason); a map lies over a picture"
    case .refused(let command, let reason): "--view \(command): \(reason)"
    }
  }
}
