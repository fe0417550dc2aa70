import Files
import Tensors

/// Why a picture could not be read or written. Each sentence says what is wrong and what to do.
package enum PictureError: Error, Hashable, Sendable {
  /// The file could not be opened or read; `code` is errno.
  case unreadable(path: String, code: Int32)
  /// The path names something that is not a plain file.
  case notAFile(path: String)
  /// There are no bytes at all.
  case empty
  /// More bytes than the limit.
  case tooManyBytes(Int, limit: Int)
  /// Neither PNG nor JPEG by content; `looksLike` names the format if it is a known one.
  case unknownFormat(looksLike: String?)
  /// Something that a download left in place of the picture.
  case mistaken(MistakenFile)
  /// The header says that the picture has no pixels.
  case zeroSize(width: Int, height: Int)
  /// More pixels than the limit.
  case tooManyPixels(width: Int, height: Int, limit: Int)
  /// A progressive JPEG with so many scans over so many pixels that decoding would take minutes.
  case tooManyScans(Int, width: Int, height: Int)
  /// The file ends before its picture does.
  case truncated(format: String)
  /// The decoder refused the content; `reason` is its own message.
  case damaged(format: String, reason: String)
  /// A library refused to encode.
  case notEncodable(format: String, reason: String)
}

extension PictureError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable(let path, let code):
      "\(path) cannot be read (errno \(code)); check that it exists and that you may read it"
    case .notAFile(let path):
      "\(path) is not a plain file; name a PNG or JPEG file"
    case .empty:
      "the picture file is empty; fetch it again"
    case .tooManyBytes(let count, let limit):
      "the picture file has \(count) bytes, more than the \(limit) allowed; shrink it first"
    case .unknownFormat(let name?):
      "this is \(name), not PNG or JPEG; convert it first"
    case .unknownFormat(nil):
      "this is neither PNG nor JPEG; convert it or fetch it again"
    case .mistaken(let file):
      "this is \(file.advice)"
    case .zeroSize(let width, let height):
      "the picture says it is \(width)x\(height) pixels; fetch it again"
    case .tooManyPixels(let width, let height, let limit):
      "the picture is \(width)x\(height) pixels, more than the \(limit) allowed; shrink it first"
    case .tooManyScans(let count, let width, let height):
      "the JPEG has \(count) scans over \(width)x\(height) pixels; save it again as a normal JPEG"
    case .truncated(let format):
      "the \(format) file ends before its picture does; fetch it again"
    case .damaged(let format, let reason):
      "the \(format) file is damaged (\(reason)); fetch it again"
    case .notEncodable(let format, let reason):
      "the picture cannot be written as \(format) (\(reason)); use a smaller one"
    }
  }
}
