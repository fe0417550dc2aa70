import Files
import Foundation
import Tensors

/// A part of a Markdown file between `<!-- name -->` and `<!-- /name -->` that one command writes
/// again and again, leaving the rest alone.
package struct MarkedSection: Sendable, Hashable {
  /// What the marks say.
  package let name: String
  /// What stands between them.
  package let content: String

  /// A section by its parts.
  package init(_ name: String, _ content: String) {
    self.name = name
    self.content = content
  }

  /// A text that may be part of a name: without what could end a mark.
  package static func plain(_ text: String) -> String {
    String(text.filter { !$0.isNewline && !"<>".contains($0) })
      .replacingOccurrences(of: "--", with: "-")
  }

  /// What a document has between a section's marks, nil when it has none of that name.
  static func content(_ name: String, in document: String) -> String? {
    guard let start = document.range(of: "<!-- \(name) -->"),
      let end = document.range(
        of: "<!-- /\(name) -->", range: start.upperBound..<document.endIndex)
    else { return nil }
    return String(document[start.upperBound..<end.lowerBound])
  }

  /// Names of the sections of a document, in order.
  static func names(in document: String) -> [String] {
    document.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("<!-- "), line.hasSuffix(" -->"), !line.hasPrefix("<!-- /") else {
        return nil
      }
      return String(line.dropFirst(5).dropLast(4))
    }
  }

  /// The document with this section in its place; when it has none of that name, behind another
  /// section, or at its end.
  package func document(replacing old: String, behind other: String? = nil) -> String {
    let (open, close) = ("<!-- \(name) -->", "<!-- /\(name) -->")
    let text = "\(open)\n\n\(content.trimmingCharacters(in: .newlines))\n\n\(close)"
    if let start = old.range(of: open),
      let end = old.range(of: close, range: start.upperBound..<old.endIndex)
    {
      return old.replacingCharacters(in: start.lowerBound..<end.upperBound, with: text)
    }
    if let other, let end = old.range(of: "<!-- /\(other) -->") {
      return old.replacingCharacters(
        in: end.upperBound..<end.upperBound, with: "\n\n" + text)
    }
    let rest = old.trimmingCharacters(in: .newlines)
    return (rest.isEmpty ? "" : rest + "\n\n") + text + "\n"
  }

  /// Makes sure, before anything long is begun, that a file can be written.
  ///
  /// - Throws: `MarkedSectionError` with the path.
  package static func check(_ path: String) throws(MarkedSectionError) {
    let files = FileManager.default
    var isFolder: ObjCBool = false
    let exists = files.fileExists(atPath: path, isDirectory: &isFolder)
    let parent = FilePath.parent(of: path)
    // Files are replaced whole, so it is the folder that must let one write.
    guard !isFolder.boolValue, files.isWritableFile(atPath: parent),
      !exists || files.isReadableFile(atPath: path)
    else { throw MarkedSectionError(path: path) }
  }

  /// Replaces the section in a file, or adds it.
  ///
  /// - Throws: `DurableFileError` when the disk refuses.
  package func write(to path: String) throws {
    let old = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    try DurableFile.write(Data(document(replacing: old ?? "").utf8), to: path)
  }
}

/// A file of results that cannot be written.
package struct MarkedSectionError: Error, Hashable, CustomStringConvertible {
  let path: String

  /// Which file, and what to do.
  package var description: String {
    "the results cannot be written to \(path); name a file in a folder that can be written"
  }
}
