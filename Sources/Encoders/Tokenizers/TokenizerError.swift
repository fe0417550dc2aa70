import Foundation

/// Why the tokenizer of a model folder could not be loaded.
package enum TokenizerError: Error, Sendable, Hashable, CustomStringConvertible, LocalizedError {
  case notAFolder(String)
  case noVocabulary(String)
  case missingMerges(vocabulary: String)
  case unreadable(String, code: Int32)
  case notAFile(String)
  case tooLarge(String, bytes: Int)
  /// `line` and `column` count from 1; 0 where the problem stands in no line.
  case malformed(file: String, line: Int, column: Int, Problem)

  /// What is wrong with the content of a file.
  package enum Problem: Sendable, Hashable {
    case json(String)
    case notUTF8
    case nothing
    case tooManyPieces
    case duplicatePiece(String)
    case duplicateID(Int)
    case idOutOfRange(Int)
    case notAPair(String)
    case unknownPiece(String, merge: String)
    case missingPiece(String, role: String)
    case missingField(String)
    case wrongValue(String, String)
    case unsupported(String, String)
    case templateID(String, Int)
  }

  /// What is wrong, where, and what to do.
  package var description: String {
    switch self {
    case .notAFolder(let path):
      "\(path): no such folder; give a folder with tokenizer.json, vocab.txt or vocab.json"
    case .noVocabulary(let path):
      "\(path): no tokenizer.json, vocab.txt or vocab.json; copy the tokenizer's files there"
    case .missingMerges(let vocabulary):
      "\(vocabulary): has no merges.txt beside it; copy merges.txt from the same checkpoint"
    case .unreadable(let path, let code):
      "\(path): cannot be read (\(String(cString: strerror(code)))); check its permissions"
    case .notAFile(let path):
      "\(path): not a regular file; copy the tokenizer's file there"
    case .tooLarge(let path, let bytes):
      "\(path): \(bytes) bytes are more than \(TokenizerBounds.file); this is no tokenizer file"
    case .malformed(let file, let line, let column, let problem):
      Self.place(file, line, column) + ": \(problem)"
    }
  }

  /// The same, for `localizedDescription`.
  package var errorDescription: String? { description }

  private static func place(_ file: String, _ line: Int, _ column: Int) -> String {
    if line == 0 { return file }
    return column == 0 ? "\(file):\(line)" : "\(file):\(line):\(column)"
  }
}

extension TokenizerError.Problem: CustomStringConvertible {
  /// The sentence behind the place; texts from the file are quoted, escaped and cut short.
  package var description: String {
    switch self {
    case .json(let reason):
      "\(reason); copy the file again, it is damaged"
    case .notUTF8:
      "not valid UTF-8; copy the file again, or save it as UTF-8"
    case .nothing:
      "holds no pieces; copy the file again"
    case .tooManyPieces:
      "more than \(TokenizerBounds.pieces) entries; this is no tokenizer file"
    case .duplicatePiece(let piece):
      "the piece \(Self.quoted(piece)) stands here a second time; each has one id"
    case .duplicateID(let id):
      "id \(id) is given a second time; each piece has its own"
    case .idOutOfRange(let id):
      "id \(id) is not in 0..<\(TokenizerBounds.pieces); copy the file again"
    case .notAPair(let line):
      "\(Self.quoted(line)) is not two pieces with a space between them"
    case .unknownPiece(let piece, let merge):
      "the vocabulary lacks \(Self.quoted(piece)) of the merge \(Self.quoted(merge)); "
        + "take both files from the same checkpoint"
    case .missingPiece(let piece, let role):
      "the vocabulary lacks \(Self.quoted(piece)), the \(role); "
        + "name another in tokenizer_config.json, or copy the file again"
    case .missingField(let name):
      "no \(Self.quoted(name)); copy the file again"
    case .wrongValue(let name, let expected):
      "\(Self.quoted(name)) must be \(expected)"
    case .unsupported(let name, let value):
      "the \(name) \(Self.quoted(value)) is not supported; WordPiece (BERT), byte-level BPE "
        + "(RoBERTa) and CLIP's BPE are"
    case .templateID(let name, let id):
      "\(Self.quoted(name)) has id \(id), which the vocabulary lacks; copy the file again"
    }
  }

  private static func quoted(_ text: String) -> String {
    let shown = text.unicodeScalars.count > 80 ? String(text.unicodeScalars.prefix(80)) + "…" : text
    return "`" + PieceText.escaped(shown) + "`"
  }
}

/// What a tokenizer file may hold.
package enum TokenizerBounds {
  /// Bytes of a file: 64 MiB.
  package static let file = 64 << 20
  /// Pieces of a vocabulary, and merges.
  package static let pieces = 2_000_000
  /// Values of the settings in a tokenizer file.
  static let settings = 100_000
  /// Largest accepted `max_input_chars_per_word`.
  static let wordLength = 10_000
}
