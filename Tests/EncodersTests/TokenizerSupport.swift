import Foundation

@testable import Encoders

/// A folder of tokenizer files for one test, removed with it.
final class TokenizerFolder {
  let path: String

  init(_ files: [String: String]) throws {
    path = NSTemporaryDirectory() + "tokenizer-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, content) in files { try write(name, Array(content.utf8)) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
  }

  func tokenizer() throws -> Tokenizer { try Tokenizer(folder: path) }

  /// The message of what stands in the way, without the folder.
  func complaint() -> String? {
    do {
      _ = try tokenizer()
      return nil
    } catch let error as TokenizerError {
      return error.description.replacingOccurrences(of: path + "/", with: "")
    } catch {
      return "no TokenizerError: \(error)"
    }
  }
}

/// Small vocabularies that a person can follow.
enum SmallTokenizers {
  static let pieces = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused0]", "kolo", "love", "##s", "the", "sun",
    "[", "]", "cl", "un", "##k", "!", "'", "日", "cafe", "a", "##a", "i", "##i", "strasse",
  ]

  static let wordPiece = ["vocab.txt": pieces.joined(separator: "\n") + "\n"]

  /// Every byte, then what the merges give, then RoBERTa's special tokens.
  static func bytePair(_ merges: [(String, String)], clip: Bool = false) -> [String: String] {
    let alphabet = ByteAlphabet.characters.map(String.init)
    var pieces = alphabet + (clip ? alphabet.map { $0 + "</w>" } : [])
    pieces += merges.map { $0.0 + $0.1 }
    pieces +=
      clip ? ["<|startoftext|>", "<|endoftext|>"] : ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    let fields = pieces.enumerated().map { "\(quoted($0.element)): \($0.offset)" }
    return [
      "vocab.json": "{" + fields.joined(separator: ",\n") + "}",
      "merges.txt": "#version: 0.2\n" + merges.map { "\($0.0) \($0.1)\n" }.joined(),
    ]
  }

  static let roberta = bytePair([("l", "o"), ("Ġ", "lo"), ("Ġlo", "v"), ("Ġlov", "e"), ("'", "s")])

  static let clip = bytePair(
    [("l", "o"), ("lo", "v"), ("lov", "e</w>"), ("s", "un</w>"), ("u", "n</w>")].sorted {
      $0.1.count < $1.1.count
    }, clip: true)

  static func quoted(_ text: String) -> String {
    let escaped = text.replacingOccurrences(of: "\\", with: "\\\\")
      .replacingOccurrences(of: "\"", with: "\\\"")
    return "\"\(escaped)\""
  }
}

/// Random texts of all kinds of characters; the same seed gives the same texts.
struct RandomTexts {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func number(below limit: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state >> 33) % max(1, limit)
  }

  mutating func text(upTo limit: Int) -> String {
    let spelled = [
      "[CLS]", "</s>", "<|endoftext|>", "'ll", "  ", "\u{FE0F}", "e\u{301}", "İ", "&amp",
    ]
    let blocks: [Range<UInt32>] = [
      0x20..<0x7F, 0..<0x80, 0x80..<0x400, 0x300..<0x370, 0x900..<0x1200, 0x2000..<0x2070,
      0x3000..<0x3100, 0xAC00..<0xD7A4, 0x1F000..<0x1FB00, 0..<0x110000,
    ]
    let block = blocks[number(below: blocks.count)]
    var text = ""
    for _ in 0..<number(below: limit + 1) {
      if number(below: 8) == 0 {
        text += spelled[number(below: spelled.count)]
      } else {
        let value = block.lowerBound + UInt32(number(below: block.count))
        text.unicodeScalars.append(UnicodeScalar(value) ?? "x")
      }
    }
    return text
  }
}
