import Encoders
import Files
import Foundation
import Tensors

/// Pretrained vectors of words as GloVe and fastText are published: a word and its numbers on each
/// line, in fastText's files behind a line of two counts.
package struct WordVectors: Sendable {
  /// Numbers of a vector.
  package let size: Int
  private let vectors: [String: [Float]]

  /// Words that were wanted and found.
  package var count: Int { vectors.count }

  /// Reads the vectors of some words.
  ///
  /// - Throws: `WordVectorsError` with the line of what does not fit; what opening files throws.
  package init(path: String, of words: Set<String>) throws {
    let file = try ByteSource(path: path)
    var (size, number) = (0, 0)
    var vectors: [String: [Float]] = [:]
    func wrong(_ problem: String) -> WordVectorsError {
      WordVectorsError(path: path, line: number, problem: problem)
    }
    func read(_ bytes: UnsafeBufferPointer<UInt8>) throws {
      try forEachLine(bytes) { content, _ in
        number += 1
        guard !content.isEmpty else { return }
        guard content.count <= Self.longestLine else { throw wrong("is too long for a vector") }
        let (line, isText) = text(bytes, trim(bytes, content))
        guard isText, !line.contains("\0") else {
          throw wrong("is no text; vectors are read as GloVe and fastText are unpacked")
        }
        let fields = line.split(separator: " ")
        // fastText's first line: how many words, how many numbers.
        if number == 1, fields.count == 2, fields.allSatisfy({ Int($0) != nil }) { return }
        if size == 0 { size = fields.count - 1 }
        guard ModelLimits.vector.contains(size) else {
          throw wrong(
            "has \(size) numbers behind its word; 1 to \(ModelLimits.vector.upperBound) are read")
        }
        // Some words of GloVe's have blanks inside: the last numbers are the vector.
        guard fields.count > size else {
          throw wrong("has \(fields.count - 1) numbers where the first line has \(size)")
        }
        let word = fields.dropLast(size).joined(separator: " ")
        // A word as it is read has the last word: Paris may stand for paris, but not in its place.
        let isExact = words.contains(word)
        let form = isExact ? word : WordForms.word(word)
        guard isExact || (words.contains(form) && vectors[form] == nil) else { return }
        let vector = fields.suffix(size).compactMap { Float($0) }
        guard vector.count == size, vector.allSatisfy(\.isFinite) else {
          throw wrong("has something behind its word that is no number, or too large a one")
        }
        vectors[form] = vector
      }
    }
    try file.withBytes(0..<file.count) { try read($0.bindMemory(to: UInt8.self)) }
    guard size > 0 else { throw WordVectorsError(path: path, line: 1, problem: "is empty") }
    guard !vectors.isEmpty else {
      throw wrong(
        "is the last, and none of the \(words.count.counted("word")) to learn from was found")
    }
    (self.size, self.vectors) = (size, vectors)
  }

  private static let longestLine = 1 << 20

  /// The vector of a word; nil where there is none.
  subscript(_ word: String) -> [Float]? { vectors[word] }

  /// What tells the file from others, for what a training notes.
  static func mark(of path: String) -> String {
    let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
    return "\(FilePath.name(of: path)) \(size ?? 0)"
  }
}

/// A file of word vectors that cannot be read.
package struct WordVectorsError: Error, Sendable, Hashable, CustomStringConvertible {
  let path: String
  let line: Int
  let problem: String

  package var description: String { "\(path):\(line): \(problem)" }
}

extension WordEncoder {
  /// Puts published vectors in the place of first ones where there are some.
  mutating func take(_ vectors: WordVectors, _ words: Vocabulary) {
    for word in words.entries {
      guard let vector = vectors[word] else { continue }
      set(words[word], vector)
    }
  }
}
