import Foundation
import Testing

@testable import Corpora

/// Files as people have them: other columns, encodings, keys and quotes than the published ones.
@Suite struct FoundFilesTests {
  private static let labels = [EntityMention(0..<2, .person), EntityMention(3..<4, .location)]

  /// Every one of these is the sentence `Anna Berg in Tarn`, with the rest of an edit's bytes.
  @Test(arguments: [
    ("IMGID:1\nAnna B-PER\nBerg I-PER\nin O\nTarn B-LOC\n", "I-PER", "1"),
    (
      "IMGID:1\n\nAnna\tB-PER\nBerg\tI-PER\nin\tO\nTarn\tB-LOC\n\n\n\nIMGID:2\n\nx\tO\n", "I-PER",
      "1"
    ),
    ("Anna\tB-PER\nBerg\tI-PER\nin\tO\nTarn\tB-LOC\n\nx\tO\n", "I-PER", nil),
    ("Anna B-PER\nBerg I-PER\nin O\nTarn B-LOC\n", "I-PER", nil),
    (
      "-DOCSTART- -X- -X- O\n\nAnna NNP I-NP B-PER\nBerg NNP I-NP I-PER\nin IN I-PP O\n"
        + "Tarn NNP I-NP B-LOC\n", "I-PER", nil
    ),
    (
      "# id 12 domain=en\nAnna _ _ B-PER\nBerg _ _ I-PER\nin _ _ O\nTarn _ _ B-LOC\n", "I-PER", nil
    ),
    ("IMGID:1\nAnna\tB-PER \nBerg\tI-PER\t\nin\tO \nTarn\tB-LOC  \n", "I-PER", "1"),
    (#"{"tokens":["Anna","Berg","in","Tarn"],"tags":["B-PER","I-PER","O","B-LOC"]}"#, "I-PER", nil),
    (
      #"{"id":7,"ner_tags":["B-PER","I-PER","O","B-LOC"],"tokens":["Anna","Berg","in","Tarn"]}"#,
      "I-PER", nil
    ),
  ])
  func columnsAndKeysAreRead(text: String, tag: String, image: String?) throws {
    try withFolder { folder in
      try write(text, to: "\(folder)/train.txt")
      let dataset = try Dataset.open(folder)
      #expect(dataset.findings.isEmpty, "\(dataset.findings)")
      let post = try #require(dataset.posts.first)
      #expect(post.tokens.map(\.text) == ["Anna", "Berg", "in", "Tarn"])
      #expect(post.mentions == Self.labels && post.imageID == image)
      let file = dataset.files[0]
      #expect(try DatasetWriter.bytes(of: file, in: dataset, edited: [:]).bytes == Array(text.utf8))
      let edited = post.with([EntityMention(0..<1, .person), Self.labels[1]])
      let bytes = try DatasetWriter.bytes(of: file, in: dataset, edited: [post.id: edited]).bytes
      // Only the one tag is another, JSON's array of them aside.
      let expected = text.replacingOccurrences(of: tag, with: "O")
      #expect(
        String(decoding: bytes, as: UTF8.self).filter { $0 != " " } == expected.filter { $0 != " " }
      )
    }
  }

  @Test func entitiesAndTypesOfOthersAreMentions() throws {
    let line =
      #"{"id":"0","tokens":["Ann","in","Tarn"],"entities":[{"label":"PER","start":0,"end":1}]}"#
    try withFolder { folder in
      try write(line, to: "\(folder)/train.jsonl")
      let dataset = try Dataset.open(folder)
      #expect(dataset.posts[0].mentions == [EntityMention(0..<1, .person)])
      let edited = dataset.posts[0].with([EntityMention(2..<3, .location)])
      let bytes = try DatasetWriter.bytes(
        of: dataset.files[0], in: dataset, edited: ["0": edited]
      ).bytes
      #expect(
        String(decoding: bytes, as: UTF8.self)
          == #"{"id":"0","tokens":["Ann","in","Tarn"],"entities":[{"start":2,"end":3,"label":"LOC"}]}"#
      )
    }
  }

  @Test func numbersNeedAListOfTags() throws {
    let line = #"{"tokens":["Ann","in","Tarn"],"ner_tags":[1,0,2]}"#
    try withFolder { folder in
      try write(line, to: "\(folder)/train.jsonl")
      #expect {
        try Dataset.open(folder)
      } throws: {
        "\($0)".contains("train.jsonl:1") && "\($0)".contains("tags = [")
      }
      try write("tags = [\"O\", \"B-PER\", \"B-LOC\"]\n", to: "\(folder)/dataset.toml")
      let dataset = try Dataset.open(folder)
      let post = dataset.posts[0]
      #expect(post.mentions == [EntityMention(0..<1, .person), EntityMention(2..<3, .location)])
      func written(_ mentions: [EntityMention]) throws -> (text: String, notices: Int) {
        let (bytes, notices) = try DatasetWriter.bytes(
          of: dataset.files[0], in: dataset, edited: [post.id: post.with(mentions)])
        return (String(decoding: bytes, as: UTF8.self), notices.count)
      }
      let moved = try written([EntityMention(1..<2, .person)])
      #expect(moved == (#"{"tokens":["Ann","in","Tarn"],"ner_tags":[0, 1, 0]}"#, 0))
      // A tag without a number is said, and nothing false is written.
      #expect(try written([EntityMention(0..<2, .person)]) == (line, 1))
    }
  }

  @Test func keysOfPairsStandInAnyOrderAndEitherQuotes() throws {
    let json =
      #"{"h":{"name":"Ann","pos":[0,1]},"t":{"name":"A\u00e9","pos":[2,3]},"token":["Ann","of","A\u00e9"],"relation":"peer","img_id":"1.jpg"}"#
    let python =
      "{'h': {'pos': [0, 1]}, 't': {'pos': [2, 3]}, 'relation': 'peer', 'token': ['Ann', 'of', 'Aé']}"
    for (line, image, quote) in [(json, "1" as String?, "\""), (python, nil, "'")] {
      try withFolder { folder in
        try write(line + "\n", to: "\(folder)/train.txt")
        let dataset = try Dataset.open(folder)
        let post = dataset.posts[0]
        #expect(post.tokens.map(\.text) == ["Ann", "of", "Aé"] && post.imageID == image)
        var edited = post
        edited.relations = [RelationMention(head: 0..<1, tail: 2..<3, label: "None")]
        let bytes = try DatasetWriter.bytes(
          of: dataset.files[0], in: dataset, edited: [post.id: edited]
        ).bytes
        #expect(
          String(decoding: bytes, as: UTF8.self)
            == line.replacingOccurrences(of: "\(quote)peer\(quote)", with: "\(quote)None\(quote)")
            + "\n")
        edited.relations.append(RelationMention(head: 0..<1, tail: 1..<2, label: "x"))
        let more = try DatasetWriter.bytes(
          of: dataset.files[0], in: dataset, edited: [post.id: edited]
        ).bytes
        try write(more, to: "\(folder)/train.txt")
        let again = try Dataset.open(folder)
        #expect(again.posts.count == 1 && again.posts[0].relations == edited.relations)
      }
    }
  }

  @Test func keysFarIntoTheLineAreFound() throws {
    let text = String(repeating: "x", count: 70_000)
    try withFolder { folder in
      try write(#"{"id":"a","text":"\#(text)","tokens":["x"]}"#, to: "\(folder)/train.jsonl")
      #expect(try Dataset.open(folder).posts.map(\.id) == ["a"])
    }
  }

  @Test(arguments: [true, false], [true, false])
  func utf16IsReadAndWritten(isBig: Bool, hasMark: Bool) throws {
    let text = "IMGID:1\nAnna\tB-PER\n😀é\tO\n\n"
    func encode(_ text: String) -> [UInt8] {
      ((hasMark ? [0xFEFF] : []) + Array(text.utf16)).flatMap { unit -> [UInt8] in
        let bytes = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
        return isBig ? bytes : bytes.reversed()
      }
    }
    try withFolder { folder in
      try write(encode(text), to: "\(folder)/train.txt")
      let dataset = try Dataset.open(folder)
      #expect(dataset.posts.map(\.mentions) == [[EntityMention(0..<1, .person)]])
      #expect(dataset.posts[0].tokens[1].text == "😀é")
      let file = dataset.files[0]
      #expect(try DatasetWriter.bytes(of: file, in: dataset, edited: [:]).bytes == encode(text))
      let edited = dataset.posts[0].with([EntityMention(1..<2, .person)])
      #expect(
        try DatasetWriter.bytes(of: file, in: dataset, edited: ["1": edited]).bytes
          == encode("IMGID:1\nAnna\tO\n😀é\tB-PER\n\n"))
    }
  }

  @Test(arguments: [
    ("a.json", "[{\"id\": \"0\"}]", "a.json:1: nearly JSON Lines", "array"),
    ("a.txt", "Ann\tB-PER\nin\tO\nTarn\tX\n", "a.txt:3: nearly columns", "`X` is not a tag"),
    (
      "a.jsonl", "\n{\"id\": \"1\", \"text\": \"x\"}", "a.jsonl:2: nearly JSON Lines",
      "no \"tokens\""
    ),
    ("a.txt", "{'h': {'pos': [0, 1]}, 't': 3}", "a.txt:1: nearly MNRE text", "at column 29"),
  ])
  func whatAFileNearlyIsIsSaid(name: String, text: String, start: String, reason: String) throws {
    try withFolder { folder in
      try write(text, to: "\(folder)/\(name)")
      for path in [folder, "\(folder)/\(name)"] {
        #expect {
          try Dataset.open(path)
        } throws: {
          "\($0)".contains(start) && "\($0)".contains(reason)
        }
      }
    }
  }

  @Test func reasonsAreGivenWhereNoPostIsLeft() throws {
    try withFolder { folder in
      try write("IMGID:1\n\nIMGID:2\nno tab\n", to: "\(folder)/train.txt")
      #expect {
        try Dataset.open(folder)
      } throws: {
        "\($0)".contains("train.txt:1: post 1 has no words") && "\($0)".contains("more)")
      }
    }
  }

  @Test func filesPassedOverAreNamed() throws {
    try withFolder { folder in
      try write("IMGID:1\na\tO\n", to: "\(folder)/train.txt")
      try write("[]", to: "\(folder)/test.json")
      try write("", to: "\(folder)/dev.txt")
      try write("just prose\n", to: "\(folder)/notes.txt")
      try write("# Words\n", to: "\(folder)/README.md")
      let passed = try Dataset.open(folder).findings.filter(\.isPassedOver)
      #expect(passed.map(\.location.file) == ["dev.txt", "notes.txt", "test.json"])
    }
  }

  @Test(arguments: ["I take vitamin B-12", "my blood group is O", "so\nO\n", "Ann O\nand Bob\n"])
  func proseIsNoColumns(text: String) throws {
    try withFolder { folder in
      try write(text, to: "\(folder)/notes.txt")
      #expect(throws: CorporaError.self) { try Dataset.open(folder) }
    }
  }
}
