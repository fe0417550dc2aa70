/// A format of dataset files.
public enum DataFormat: String, Sendable, Hashable, CaseIterable, Codable {
  /// `IMGID:` blocks of word, tab, tag.
  case mner
  /// MNRE's pairs: a Python dict per line.
  case mnre
  /// Twinlens JSON Lines.
  case jsonLines
  /// A text of one post beside its picture.
  case pair
}

/// One file of a dataset, as it was when it was opened.
public struct DataFile: Sendable, Hashable {
  /// Path relative to the dataset's root; also the `file` of the posts' source locations.
  public let name: String
  /// How the file spells posts.
  public let format: DataFormat
  /// The part of the dataset that its posts belong to.
  public let split: Split
  /// Which of the dataset's posts stand in this file.
  public let posts: Range<Int>
  /// SHA-256 of the bytes, hexadecimal.
  public let hash: String
  /// The file's word for MISC: `MISC` or `OTHER`.
  public let misc: String
  /// How many lines the first word of a post stands below the post's first line; nil where words
  /// have no lines of their own.
  public var wordOffset: Int?
  /// How the file spells mentions as tags.
  public var scheme = TaggingScheme.iob2

  /// How the file's text is encoded.
  public var encoding = TextEncoding.utf8

  /// The name without its extension.
  public var stem: String { Self.stem(of: name) }

  static func stem(of name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
    return String(name[..<dot])
  }

  static func fileExtension(of name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return "" }
    return String(name[name.index(after: dot)...])
  }
}

extension Split {
  /// The split that a file name tells, trimmed (MNRE's `mnre_val .txt`) and whatever its case.
  ///
  /// A name tells it alone (`train.txt`) or by a word of it (`mnre_train.txt`, `my-dev.jsonl`).
  public init(fileName: String) {
    let words = DataFile.stem(of: fileName).lowercased().split { !$0.isLetter }
    let found = Set(words.compactMap { Self.words[String($0)] })
    self = found.count == 1 ? found.first ?? .all : .all
  }

  private static let words: [String: Split] = [
    "train": .train, "training": .train, "test": .test, "testing": .test,
    "dev": .dev, "development": .dev, "val": .dev, "valid": .dev, "validation": .dev,
  ]

  /// The order in which files of a folder are read.
  var rank: Int {
    switch self {
    case .train: 0
    case .dev: 1
    case .test: 2
    case .all: 3
    }
  }
}

extension DataFormat {
  /// What a file's content says it is.
  enum Guess: Hashable {
    case format(DataFormat)
    case unknown
  }

  /// Tells the format from the beginning of a file; the name does not count.
  static func guess(_ bytes: UnsafeBufferPointer<UInt8>) -> Guess {
    if ColumnLayout(bytes) != nil { return .format(.mner) }
    var guess: Guess?
    var lines = 0
    forEachLine(bytes) { content, _ in
      let line = trim(bytes, content)
      guard guess == nil, lines < 64, !line.isEmpty else { return }
      lines += 1
      guess = self.guess(bytes, record: line).map { .format($0) }
    }
    return guess ?? .unknown
  }
  /// The format of a line that is a record, told by its keys in any order; by the bytes alone
  /// where the record cannot be read.
  private static func guess(
    _ bytes: UnsafeBufferPointer<UInt8>, record line: Range<Int>
  ) -> DataFormat? {
    guard bytes[line.lowerBound] == UInt8(ascii: "{"),
      let second = line.dropFirst().first(where: { !isBlank(bytes[$0]) })
    else { return nil }
    let isJSON = bytes[second] == UInt8(ascii: "\"")
    guard isJSON || bytes[second] == UInt8(ascii: "'") else { return nil }
    let inJSON = isJSON ? JSONScanner.keys(bytes, in: line) : []
    if inJSON.contains("tokens") { return .jsonLines }
    let pair: Set<String> = ["token", "h", "t"]
    // Python's dicts may have either quotes.
    if inJSON.isSuperset(of: pair) || PythonScanner.keys(bytes, in: line).isSuperset(of: pair) {
      return .mnre
    }
    let beginning = String(decoding: bytes[line.prefix(4096)], as: UTF8.self)
    if isJSON { return beginning.contains("\"tokens\"") ? .jsonLines : nil }
    return beginning.contains("'token'") ? .mnre : nil
  }
}
