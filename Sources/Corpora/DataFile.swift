import Files

/// One file of a dataset, as it was when it was opened.
package struct DataFile: Sendable, Hashable {
  /// Path relative to the dataset's root; also the `file` of the posts' source locations.
  package let name: String
  /// How the file spells posts.
  package let format: DataFormat
  /// The part of the dataset that its posts belong to.
  package let split: Split
  /// Which of the dataset's posts stand in this file.
  package let posts: Range<Int>
  /// SHA-256 of the bytes, hexadecimal; those of the text beside a file of labels follow them.
  package let hash: String
  /// The file's word for MISC: `MISC` or `OTHER`.
  package let misc: String
  /// How many lines the first word of a post stands below the post's first line; nil where words
  /// have no lines of their own.
  package var wordOffset: Int?
  /// How the file spells mentions as tags.
  package var scheme = TaggingScheme.iob2

  /// How the file's text is encoded.
  package var encoding = TextEncoding.utf8

  /// The file beside it that has the text, where the format has one.
  package var textName: String? { format.textExtension.map { "\(stem).\($0)" } }

  /// The name without its extension.
  package var stem: String { Self.stem(of: name) }

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
  package init(fileName: String) {
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
