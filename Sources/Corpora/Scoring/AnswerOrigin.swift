import Foundation

/// How a file of answers came about, as far as `twinlens predict` says: in `predictions.json`
/// beside files whose formats have no place for it, and on each line of `predictions.jsonl`.
package struct AnswerOrigin: Sendable, Hashable, Decodable {
  /// What the models computed in; nil for float32, and where nothing is said.
  package let precision: String?
  /// What readers of a score must know, such as that regions told the labels.
  package let mark: String?

  /// Bytes of a note, at most.
  private static let most = 1 << 20

  package init(precision: String? = nil, mark: String? = nil) {
    (self.precision, self.mark) = (precision, mark)
  }

  /// That of a file or folder of answers; nothing where no note is there.
  package static func beside(_ path: String) -> AnswerOrigin {
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let folder = isFolder.boolValue ? path : (path as NSString).deletingLastPathComponent
    let note = (folder.isEmpty ? "." : folder) + "/predictions.json"
    guard let bytes = try? FileBytes.read(note, limit: most),
      let origin = try? JSONDecoder().decode(Self.self, from: Data(bytes))
    else { return AnswerOrigin() }
    return origin
  }

  /// What to tell of scores of these answers, a line each. `predict` has the precision among the
  /// marks of its note, too.
  package func notices(of name: String) -> [String] {
    let isMarked = precision.map { mark?.contains($0) == true } ?? true
    return [
      isMarked ? nil : precision.map { "\(name): computed in \($0.prefix(40))" },
      mark.map { "\(name): \($0.prefix(400))" },
    ].compactMap(\.self)
  }
}
