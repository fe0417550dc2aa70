import Tensors
import Testing

@testable import Corpora

/// Adds the toy to the formats for the tests of this suite, and for no others.
struct WithToyFormat: SuiteTrait, TestTrait, TestScoping {
  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await DataFormat.$added.withValue([.bracketText]) { try await function() }
  }
}

/// What holds for every format, the toy one of these tests (`BracketText.swift`) among them.
@Suite("Data formats", .serialized, WithToyFormat())
struct DataFormatTests {
  static let words = [
    "Ann", "B-PER", "O", "don't", "\"x\"", "{'a'", "\\n", "é", "日本語", "#tag", "@user",
    "http://t.co/a?b=c",
    "IMGID:3", "-DOCSTART-", "🙂", "[PER", "a]", "|", ":", "1,5", "'", "<unk>", "A\u{200D}B",
  ]

  /// Posts of awkward words with labels of all kinds.
  func posts(_ seed: UInt64, count: Int = 40) -> [Post] {
    var random = SeededGenerator(seed: seed)
    let types = [EntityType.person, .organization, .miscellaneous, EntityType("geo-loc")]
    return (0..<count).map { number in
      let tokens = (0..<Int.random(in: 1...9, using: &random)).map { _ in
        Token(random.pick(Self.words))
      }
      var mentions: [EntityMention] = []
      var start = 0
      while start < tokens.count {
        let length = Int.random(in: 1...3, using: &random)
        if Bool.random(using: &random), start + length <= tokens.count {
          mentions.append(
            EntityMention(start..<start + length, random.pick(types)))
        }
        start += length
      }
      var relations: [RelationMention] = []
      if mentions.count > 1, Bool.random(using: &random) {
        relations = [
          RelationMention(
            head: mentions[0].range, tail: mentions[1].range, label: "/per/org/member_of")
        ]
        if Bool.random(using: &random) { mentions.removeSubrange(2...) }
      }
      return Post(
        id: "p\(number)", tokens: tokens, imageID: Bool.random(using: &random) ? "i\(number)" : nil,
        mentions: mentions, relations: relations, split: .train,
        source: SourceLocation(file: "x", line: 1))
    }
  }

  /// A dataset of one file in a format.
  func reread(_ bytes: [UInt8], _ format: DataFormat, in folder: String) throws -> Dataset {
    try write(bytes, to: "\(folder)/train.\(format.fileExtension)")
    return try Dataset.open(folder, strict: true)
  }

  /// What a file in the format keeps of a post.
  func labels(_ post: Post, _ format: DataFormat) -> [String] {
    // Pairs are the only mentions of MNRE.
    (format == .mnre ? [] : post.mentions.map { "\($0.range) \($0.type.rawValue)" })
      + post.relations.map { "\($0.head) \($0.tail) \($0.label)" }
  }

  static var seeds: [UInt64] { [1, 2, 3] }
  /// Formats of one file; those of several are tested in `DocumentFormatTests`.
  static var single: [DataFormat] {
    DataFormat.writable.filter { $0.documents == nil } + [.bracketText]
  }

  @Test(arguments: single, seeds)
  func whatIsWrittenIsReadBack(_ format: DataFormat, seed: UInt64) throws {
    for scheme in format.hasTags ? TaggingScheme.allCases : [.iob2] {
      let request = DataFormat.WritingRequest(scheme: scheme)
      let able = posts(seed, count: 200).filter {
        format.lacks($0) == nil && (!format.hasTags || scheme.tells($0.mentions))
      }
      try #require(able.count > 5, "seed \(seed): nothing to write as \(format.name)")
      let bytes = try format.bytes(of: able, request)
      try withFolder { folder in
        let dataset = try reread(bytes, format, in: folder)
        // Hugging Face's lines are read by the reader of Twinlens's own.
        #expect(dataset.files.map(\.format) == [format == .huggingFace ? .jsonLines : format])
        #expect(dataset.posts.map { $0.tokens.map(\.text) } == able.map { $0.tokens.map(\.text) })
        #expect(
          dataset.posts.map { labels($0, format) } == able.map { labels($0, format) },
          "seed \(seed), \(scheme)")
        if format.namesPictures, format != .mner {
          #expect(dataset.posts.map(\.imageID) == able.map(\.imageID))
        }
        let file = dataset.files[0]
        #expect(try DatasetWriter.bytes(of: file, in: dataset, edited: [:]).bytes == bytes)
        try editsAreKept(dataset, format, in: folder)
      }
    }
  }

  /// Line ends and the byte order mark of other systems stay, edited or not.
  @Test(arguments: single)
  func otherLineEndsAreKept(_ format: DataFormat) throws {
    let able = posts(11, count: 200).filter { format.lacks($0) == nil }
    let plain = try format.bytes(of: able)
    let bytes: [UInt8] =
      [0xEF, 0xBB, 0xBF] + plain.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
    try withFolder { folder in
      let dataset = try reread(bytes, format, in: folder)
      #expect(dataset.posts.map { $0.tokens.map(\.text) } == able.map { $0.tokens.map(\.text) })
      var edited: [Post.ID: Post] = [:]
      for post in dataset.posts where post.relations.isEmpty && !post.mentions.isEmpty {
        var new = post
        new.mentions.removeLast()
        edited[post.id] = new
      }
      let file = dataset.files[0]
      let rewritten = try DatasetWriter.bytes(of: file, in: dataset, edited: edited).bytes
      func ends(_ bytes: [UInt8]) -> Int {
        zip(bytes, bytes.dropFirst()).count { $0 == (0x0D, 0x0A) }
      }
      // A row of a table goes with its label.
      #expect(format == .csv ? ends(rewritten) > 0 : ends(rewritten) == ends(bytes))
      #expect(rewritten.starts(with: [0xEF, 0xBB, 0xBF]))
      #expect(!rewritten.contains(0x0A) || ends(rewritten) == rewritten.count { $0 == 0x0A })
    }
  }

  /// Every second post loses its first label; its file, rewritten, says so and nothing else.
  private func editsAreKept(_ dataset: Dataset, _ format: DataFormat, in folder: String) throws {
    var edited: [Post.ID: Post] = [:]
    for (i, post) in dataset.posts.enumerated() where i % 2 == 0 {
      var new = post
      if format == .mnre {
        new.relations[0] = RelationMention(
          head: post.relations[0].head, tail: post.relations[0].tail, label: "None")
      } else if !post.mentions.isEmpty, post.relations.isEmpty {
        new.mentions.removeFirst()
      }
      edited[post.id] = new
    }
    let rewritten = try DatasetWriter.bytes(of: dataset.files[0], in: dataset, edited: edited)
    #expect(rewritten.notices.isEmpty)
    let again = try reread(rewritten.bytes, format, in: folder)
    #expect(
      again.posts.map { labels($0, format) }
        == dataset.posts.map { labels(edited[$0.id] ?? $0, format) })
  }

  @Test(arguments: DataFormat.writable + [.bracketText])
  func labelsWithoutAPlaceAreRefused(_ format: DataFormat) throws {
    for post in posts(7) {
      guard let label = format.lacks(post) else { continue }
      let error = #expect(throws: FormatError.self) { try format.bytes(of: [post]) }
      #expect(error?.description.contains(label) == true)
      #expect(error?.description.contains(post.id) == true)
      #expect(error?.description.contains("twinlens") == true || format == .jsonLines)
    }
  }

  /// A file of plain labels is a file for `score`, and prose is no dataset.
  @Test(arguments: [
    "/per/per/peer\nNone\n/per/org/member_of\n", "B-PER\nO\n", "Ann left (he was late).\n",
    "Ann, Lee; 1/2 a/b\n", "[]\n", "{}\n", "",
  ]) func whatIsNoDatasetIsNotRecognised(_ text: String) {
    for format in DataFormat.all {
      let isRecognised = Array(text.utf8).withUnsafeBufferPointer(format.recognises)
      #expect(!isRecognised, "\(format.name)")
    }
  }

  @Test func formatsThatAreOnlyReadSaySo() {
    let error = #expect(throws: FormatError.self) { try DataFormat.bareText.bytes(of: []) }
    #expect(error?.description.contains("only read") == true)
  }

  @Test func namesAreUnique() {
    let names = DataFormat.all.map(\.name)
    #expect(Set(names).count == names.count)
    for name in names { #expect(DataFormat.named(name)?.name == name) }
    #expect(
      [
        "mner", "mnre", "conll2003", "huggingface", "twinlens", "doccano", "prodigy",
        "label-studio",
        "brat", "csv",
      ].allSatisfy { DataFormat.named($0)?.isWritable == true })
  }

  /// A name of an older version is also the folder that its files go into.
  @Test(arguments: [("conll", "conll2003"), ("hf", "huggingface"), ("jsonl", "twinlens")])
  func olderNamesGoOn(_ old: String, _ new: String) throws {
    let format = try #require(DataFormat.named(old))
    #expect(format.name == new && format.folder == old)
    #expect(format == DataFormat.named(new) && DataFormat.named(new)?.folder == new)
  }

  /// The line that adds a format opens every door: telling, reading, findings, editing, exporting.
  @Test func aToyFormatIsAFormat() throws {
    try withFolder { folder in
      try write("[PER Ann Lee] met [ORG Acme]\nno one there\n", to: "\(folder)/train.txt")
      let dataset = try Dataset.open(folder)
      #expect(dataset.files[0].format == .bracketText)
      #expect(
        dataset.posts[0].mentions == [
          EntityMention(0..<2, .person), EntityMention(3..<4, .organization),
        ])
      var post = dataset.posts[1]
      post.mentions = [EntityMention(1..<2, .person)]
      let out = "\(folder)/out"
      try DatasetWriter.export(
        dataset, edited: [post.id: post], to: out, formats: [.conll, .bracketText, .huggingFace],
        scheme: .bioes)
      #expect(
        try FileBytes.read("\(out)/train.txt", limit: 1000)
          == Array("[PER Ann Lee] met [ORG Acme]\nno [PER one] there\n".utf8))
      #expect(
        String(
          decoding: try FileBytes.read("\(out)/conll2003/train.txt", limit: 1000), as: UTF8.self
        )
        .hasPrefix("Ann\tB-PER\nLee\tE-PER\nmet\tO\nAcme\tS-ORG\n\n"))
      #expect(
        String(
          decoding: try FileBytes.read("\(out)/huggingface/train.jsonl", limit: 1000), as: UTF8.self
        )
        .contains("\"ner_tags\":[\"O\",\"S-PER\",\"O\"]"))
      try write("[PER Ann] x\nx]\n[LOC y]\n", to: "\(folder)/out/bad.txt")
      let bad = try Dataset.open("\(folder)/out/bad.txt")
      #expect(bad.posts.count == 2)
      #expect(bad.findings.map { "\($0)" }.contains { $0.hasPrefix("bad.txt:2:") })
    }
  }
}
