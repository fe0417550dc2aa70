import Files
import Foundation
import Screen

/// Screens and their times, written as they come, as asciinema's players read them: asciicast v2, a
/// line of JSON each (https://docs.asciinema.org/manual/asciicast/v2/).
package final class Recording {
  private let file: FileHandle
  private let path: String
  private var last: Frame?
  private var time = 0.0
  /// Why nothing more is written; nil while it is.
  package private(set) var failure: String?

  /// Begins a recording.
  /// - Parameters:
  ///   - path: a file that is not there yet.
  ///   - timestamp: seconds since 1970; nil writes none, so that the same script gives the same
  ///     bytes.
  /// - Throws: `RecordingError`.
  package init(_ path: String, title: String, size: Size, timestamp: Int?) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw RecordingError(path: path, code: errno) }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    self.path = path
    let time = timestamp.map { ",\"timestamp\":\($0)" } ?? ""
    write(
      "{\"version\":2,\"width\":\(size.columns),\"height\":\(size.rows)\(time),"
        + "\"title\":\(Self.quoted(title)),\"env\":{\"TERM\":\"xterm-256color\"}}")
  }

  /// Adds a screen; one that is like the last writes nothing.
  /// - Parameter seconds: since the recording began; never goes back.
  package func add(_ frame: Frame, at seconds: Double) {
    time = max(time, seconds)
    if let last, last.size != frame.size {
      event("r", "\(frame.size.columns)x\(frame.size.rows)")
    }
    let text = frame.ansi(after: last)
    last = frame
    if !text.isEmpty { event("o", text) }
  }

  private func event(_ kind: String, _ text: String) {
    let microseconds = Int((time * 1_000_000).rounded())
    let fraction = String(1_000_000 + microseconds % 1_000_000).dropFirst()
    write("[\(microseconds / 1_000_000).\(fraction),\"\(kind)\",\(Self.quoted(text))]")
  }

  private func write(_ line: String) {
    guard failure == nil else { return }
    do { try file.write(contentsOf: Data((line + "\n").utf8)) } catch {
      failure = "\(path): the recording ends here: \((error as NSError).localizedDescription)"
    }
  }

  private static func quoted(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}

/// Why a recording cannot begin.
package struct RecordingError: Error, CustomStringConvertible {
  let path: String
  let code: Int32

  package var description: String {
    code == EEXIST
      ? "\(path): is there already and is left as it is; give --record another name"
      : "\(path): \(String(cString: strerror(code))); give --record a file that can be made"
  }
}
