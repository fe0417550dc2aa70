import Files
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

  /// Bytes that are not UTF-8 are read by the encoding that a person or dataset.toml names, and an
  /// edit changes its tag alone.
  @Test(arguments: [
    // 张三 in GB18030; the second byte of 乗 is a backslash, which JSON must not see.
    ("gb18030", [0xD5, 0xC5, 0xC8, 0xFD] as [UInt8], "张三"),
    ("GBK", [0x81, 0x5C], "乗"),
    ("latin-1", [0x4A, 0x6F, 0x73, 0xE9, 0x92, 0x73], "José’s"),
    ("ISO-8859-1", [0x81, 0xFF], "\u{81}ÿ"),
  ])
  func namedEncodingsAreReadAndWritten(name: String, bytes: [UInt8], word: String) throws {
    let encoding = try #require(TextEncoding(name: name))
    let text = { (tag: String) in Array("IMGID:1\n".utf8) + bytes + Array("\t\(tag)\n\n".utf8) }
    let line = Array("\n{\"tokens\":[\"".utf8) + bytes + Array("\"],\"tags\":[\"B-PER\"]}\n".utf8)
    try withFolder { folder in
      try write(text("B-PER"), to: "\(folder)/train.txt")
      try write(line, to: "\(folder)/dev.jsonl")
      try write("IMGID:3\nZoë’s\tB-PER\n\n", to: "\(folder)/test.txt")
      // Without the name they are found and told what to do.
      let unnamed = try Dataset.open(folder)
      #expect(unnamed.findings.contains { "\($0)".contains("--encoding gb18030 or latin-1") })
      for isOption in [true, false] {
        if !isOption { try write("encoding = \"\(name)\"\n", to: "\(folder)/dataset.toml") }
        let dataset = try Dataset.open(folder, encoding: isOption ? encoding : nil)
        #expect(dataset.findings.isEmpty, "\(dataset.findings)")
        // What is UTF-8 stays UTF-8.
        #expect(dataset.posts.map { $0.tokens[0].text } == [word, word, "Zoë’s"])
        let file = dataset.files[0]
        #expect(file.encoding == encoding && dataset.files[2].encoding == .utf8)
        let post = dataset.posts[0]
        let edited = [post.id: post.with([EntityMention(0..<1, .location)])]
        #expect(
          try DatasetWriter.bytes(of: file, in: dataset, edited: edited).bytes == text("B-LOC"))
      }
    }
  }

  /// One damaged line does not turn a file of UTF-8 into another encoding, and a label that the
  /// encoding lacks is an error instead of a question mark.
  @Test func encodingsAreNotForced() throws {
    try withFolder { folder in
      try write(
        Array("IMGID:1\nZoë\tB-PER\nJosé\tB-PER\n".utf8) + [0xE9, 0x09, 0x4F, 0x0A],
        to: "\(folder)/train.txt")
      let mixed = try Dataset.open(folder, encoding: .latin1)
      #expect(mixed.posts[0].tokens.map(\.text) == ["Zoë", "José", "\u{FFFD}"])
      #expect(mixed.files[0].encoding == .utf8 && mixed.findings.count == 1)
      try write(
        Array("IMGID:1\n".utf8) + [0xE9, 0x09, 0x4F, 0x0A], to: "\(folder)/train.txt")
      let latin = try Dataset.open(folder, encoding: .latin1)
      let edited = latin.posts[0].with([EntityMention(0..<1, EntityType(rawValue: "ЛИЦО"))])
      #expect(throws: CorporaError.unencodable("train.txt", .latin1)) {
        try DatasetWriter.bytes(
          of: latin.files[0], in: latin, edited: [latin.posts[0].id: edited])
      }
      try write("encoding = \"klingon\"\n", to: "\(folder)/dataset.toml")
      let wrong = try Dataset.open(folder).findings.map(\.description)
      #expect(wrong.contains { $0.contains("\"klingon\" is not known") }, "\(wrong)")
    }
  }

  /// Every byte of a single-byte encoding, and every two-byte character of the other that the C
  /// library reads, comes back as it was.
  @Test func conversionsAreExact() throws {
    let all = Array(UInt8.min...UInt8.max)
    let latin = try #require(TextEncoding.latin1.utf8(all))
    #expect(TextEncoding.latin1.encoded(latin) == all)
    #expect(String(decoding: latin, as: UTF8.self).unicodeScalars.count == 256)
    var seen = 0
    for high in UInt8(0x81)...0xFE {
      for low in UInt8(0x40)...0xFE where low != 0x7F {
        guard let text = TextEncoding.gb18030.utf8([high, low]) else { continue }
        #expect(TextEncoding.gb18030.encoded(text) == [high, low])
        seen += 1
      }
    }
    #expect(seen > 23_000)
    // Half a character at the end of a beginning.
    #expect(TextEncoding.gb18030.utf8([0x61, 0xD5]) == Array("a\u{FFFD}".utf8))
    #expect(TextEncoding.gb18030.utf8([0xFF, 0xFF, 0x61]) == nil)
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
