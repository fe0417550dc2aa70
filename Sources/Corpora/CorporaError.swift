import Files
import Foundation

/// Why a dataset could not be opened or written.
package enum CorporaError: Error, Sendable, Hashable, CustomStringConvertible, LocalizedError {
  case notFound(String)
  case unreadable(String, code: Int32)
  case notAFile(String)
  case isFolder(String)
  case tooLarge(String, bytes: Int)
  case regionsTooLarge(String, bytes: Int)
  case noDataset(String)
  case noPosts(String)
  case nothingReadable(String, first: Finding, more: Int)
  case noImageFolder(String)
  case malformed(Finding)
  case changedSinceOpened(String)
  case wouldOverwrite(String)
  case notAnExport(String)
  case cannotWrite(String, code: Int32)
  case unencodable(String, TextEncoding)
  case unwritableToken(post: String, token: Int)

  /// What is wrong, where, and what to do.
  package var description: String {
    switch self {
    case .notFound(let path):
      "\(path): no such file or folder; check the path"
    case .unreadable(let path, let code):
      "\(path): cannot be read (\(Self.reason(code))); check the path and its permissions"
    case .notAFile(let path):
      "\(path): neither a regular file nor a folder; give a dataset file or folder"
    case .isFolder(let path):
      "\(path): is a folder; give one of the files in it"
    case .tooLarge(let path, let bytes):
      "\(path): \(bytes) bytes are more than \(Bounds.file); split the file"
    case .regionsTooLarge(let path, let bytes):
      "\(path): \(bytes) bytes of regions are more than \(RegionFile.mostBytes); split the file"
    case .noDataset(let path):
      "\(path): no known dataset format; see docs/formats.md for the formats"
    case .noPosts(let path):
      "\(path): holds no posts; see docs/formats.md for the formats"
    case .nothingReadable(let path, let first, let more):
      "\(path): holds no posts that can be read: \(first)"
        + (more > 0 ? " (and \(more) more)" : "")
    case .noImageFolder(let path):
      "\(path): not a folder that can be read; give the folder that the pictures are in"
    case .malformed(let finding):
      "\(finding)"
    case .changedSinceOpened(let file):
      "\(file): changed since it was opened; open the dataset again and repeat the export"
    case .wouldOverwrite(let path):
      "\(path): the export would overwrite the dataset itself; give another folder to --out"
    case .notAnExport(let path):
      "\(path): exists and is not what an earlier export wrote; nothing was written, give another "
        + "folder to --out or move it away"
    case .cannotWrite(let path, let code):
      "\(path): cannot be written (\(Self.reason(code))); check permissions and free space"
    case .unencodable(let file, let encoding):
      "\(file): a label has characters that \(encoding.rawValue) lacks; export with --format twinlens"
    case .unwritableToken(let post, let token):
      "post \(post), word \(token): a tab or line break does not fit the format; write JSON Lines"
    }
  }

  /// The same, for `localizedDescription`.
  package var errorDescription: String? { description }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
