import Testing

@testable import Corpora

@Suite struct TaggingSchemeTests {
  private static func scheme(_ posts: [String]) -> TaggingScheme {
    var tally = TaggingScheme.Tally()
    for post in posts { tally.add(post: post.split(separator: " ").map(String.init)) }
    return tally.scheme
  }

  @Test(arguments: [
    (["B-PER I-PER O", "B-LOC"], TaggingScheme.iob2), (["O O"], .iob2), (["I-PER O B-LOC"], .iob2),
    (["I-PER O", "I-LOC B-LOC"], .iob1), (["I-PER O I-LOC"], .iob2),
    (["I-PER O I-LOC", "I-LOC"], .iob1), (["PER PER O LOC"], .io), (["geo-loc O"], .io),
    (["B-PER E-PER O S-LOC S-LOC"], .bioes), (["S-LOC", "O"], .bioes),
    (["B-PER I-PER L-PER O U-LOC"], .bilou), (["B-PER M-PER E-PER O"], .bmes),
    // One slip does not turn a file into another scheme.
    (["B-PER I-PER", "B-PER", "B-LOC S-LOC"], .iob2), (["B-PER PER O"], .iob2),
    (["B- _ 0"], .iob2),
  ])
  func schemesAreRecognised(posts: [String], scheme: TaggingScheme) {
    #expect(Self.scheme(posts) == scheme, "\(posts)")
  }

  @Test func neighboursOfOneTypeAreTwoMentions() {
    let tags = ["B-PER", "I-PER", "E-PER", "O", "S-LOC", "S-LOC"]
    let wanted = [
      EntityMention(0..<3, .person), EntityMention(4..<5, .location),
      EntityMention(5..<6, .location),
    ]
    for reading in BIO.Reading.allCases {
      let read = BIO.mentions(of: tags, reading: reading, scheme: .bioes)
      #expect(read.mentions == wanted && read.irregularities.isEmpty)
      let units = BIO.mentions(
        of: ["B-PER", "I-PER", "L-PER", "O", "U-LOC", "U-LOC"], reading: reading, scheme: .bilou)
      #expect(units.mentions == wanted && units.irregularities.isEmpty)
    }
    let names = BIO.mentions(of: ["PER", "PER", "O", "LOC"], reading: .strict, scheme: .io)
    #expect(names.mentions == [EntityMention(0..<2, .person), EntityMention(3..<4, .location)])
    #expect(names.irregularities.isEmpty)
    let phrases = BIO.mentions(
      of: ["I-LOC", "I-LOC", "B-LOC"], reading: .strict, scheme: .iob1)
    #expect(phrases.mentions == [EntityMention(0..<2, .location), EntityMention(2..<3, .location)])
    #expect(phrases.irregularities.isEmpty)
  }

  @Test func whatNothingEndsIsNoMentionStrictly() {
    let tags = ["B-PER", "I-PER", "O", "E-LOC"]
    let strict = BIO.mentions(of: tags, reading: .strict, scheme: .bioes)
    #expect(strict.mentions.isEmpty)
    #expect(
      strict.irregularities == [.init(token: 1, kind: .unended), .init(token: 3, kind: .orphan)])
    #expect(
      BIO.mentions(of: tags, reading: .lenient, scheme: .bioes).mentions == [
        EntityMention(0..<2, .person), EntityMention(3..<4, .location),
      ])
  }

  /// All tags of a scheme over two types.
  private static func alphabet(_ scheme: TaggingScheme) -> [String] {
    let types: [EntityType] = [.person, .miscellaneous]
    let tags: [BIO.Tag] =
      [.outside]
      + types.flatMap { type -> [BIO.Tag] in
        scheme == .io
          ? [.inside(type)]
          : [.begin(type), .inside(type)]
            + (scheme.marksEnds ? [.end(type), .single(type)] : [])
      }
    return tags.map { scheme.spell($0, misc: "OTHER") }
  }

  /// Calls `body` with every sequence of three tags.
  private static func forEachSequence(_ scheme: TaggingScheme, _ body: ([String]) -> Void) {
    let alphabet = alphabet(scheme)
    for a in alphabet { for b in alphabet { for c in alphabet { body([a, b, c]) } } }
  }

  /// Every spelling, regular or not, against every edit: what is written reads as the edit, is of
  /// the same scheme, and leaves what the edit does not touch.
  @Test(arguments: TaggingScheme.allCases, BIO.Reading.allCases)
  func everyRewriteSpellsTheEdit(scheme: TaggingScheme, reading: BIO.Reading) {
    func read(_ tags: [String]) -> [EntityMention] {
      BIO.mentions(of: tags, reading: reading, scheme: scheme).mentions
    }
    var edits: Set<[EntityMention]> = []
    Self.forEachSequence(scheme) { edits.insert(read($0)) }
    let alphabet = Set(Self.alphabet(scheme))
    var failures: [String] = []
    Self.forEachSequence(scheme) { original in
      let before = read(original)
      for edit in edits {
        let written = BIO.rewrite(
          original: original, to: edit, reading: reading, scheme: scheme, misc: "OTHER")
        if read(written) != edit || !alphabet.isSuperset(of: written) {
          failures.append("\(original) to \(edit) gave \(written)")
        }
        if before == edit, written != original { failures.append("\(original): \(written)") }
      }
    }
    #expect(failures.isEmpty, "\(failures.count): \(failures.prefix(3))")
  }

  @Test func anEditKeepsTheSchemeAndItsNeighbours() throws {
    let files: [(String, [EntityMention], String)] = [
      (
        "IMGID:1\nAnna\tB-PER\nBerg\tE-PER\nTarn\tS-LOC\nOslo\tS-LOC\nx\tO\n",
        [
          EntityMention(0..<2, .person), EntityMention(2..<3, .location),
          EntityMention(3..<5, .organization),
        ],
        "IMGID:1\nAnna\tB-PER\nBerg\tE-PER\nTarn\tS-LOC\nOslo\tB-ORG\nx\tE-ORG\n"
      ),
      (
        "IMGID:1\nAnna\tB-PER\nvan\tI-PER\nBerg\tL-PER\nTarn\tU-OTHER\n",
        [EntityMention(0..<2, .person), EntityMention(3..<4, .miscellaneous)],
        "IMGID:1\nAnna\tB-PER\nvan\tL-PER\nBerg\tO\nTarn\tU-OTHER\n"
      ),
      (
        "IMGID:1\nAnna\tPER\nBerg\tPER\nin\tO\nTarn\tLOC\n",
        [EntityMention(0..<2, .person), EntityMention(2..<3, .organization)],
        "IMGID:1\nAnna\tPER\nBerg\tPER\nin\tORG\nTarn\tO\n"
      ),
      (
        "IMGID:1\nAnna\tI-PER\nBerg\tB-PER\nin\tO\nTarn\tI-LOC\n",
        [EntityMention(0..<2, .person), EntityMention(3..<4, .location)],
        "IMGID:1\nAnna\tI-PER\nBerg\tI-PER\nin\tO\nTarn\tI-LOC\n"
      ),
    ]
    for (text, mentions, expected) in files {
      try withFolder { folder in
        try write(text, to: "\(folder)/train.txt")
        let dataset = try Dataset.open(folder)
        #expect(dataset.findings.isEmpty, "\(dataset.findings)")
        let file = dataset.files[0]
        #expect(
          try DatasetWriter.bytes(of: file, in: dataset, edited: [:]).bytes == Array(text.utf8))
        let result = try DatasetWriter.bytes(
          of: file, in: dataset, edited: ["1": dataset.posts[0].with(mentions)])
        #expect(String(decoding: result.bytes, as: UTF8.self) == expected)
        #expect(result.notices.isEmpty)
      }
    }
  }

  @Test func whatIOCannotTellIsSaid() throws {
    try withFolder { folder in
      try write("IMGID:1\nTarn\tLOC\nOslo\tO\n", to: "\(folder)/train.txt")
      let dataset = try Dataset.open(folder)
      let edited = dataset.posts[0].with([
        EntityMention(0..<1, .location), EntityMention(1..<2, .location),
      ])
      let notices = try DatasetWriter.export(
        dataset, edited: ["1": edited], to: "\(folder)/out"
      ).notices
      #expect(
        notices == [
          "their own files have no place for the labels of 1 (train.txt); export with --format twinlens, too"
        ])
    }
  }

  @Test func tagsInJSONKeepTheirScheme() throws {
    let line = #"{"id":"a","tokens":["Tarn","Oslo","x"],"tags":["S-LOC","S-LOC","O"]}"#
    try withFolder { folder in
      try write(line, to: "\(folder)/train.jsonl")
      let dataset = try Dataset.open(folder)
      #expect(dataset.posts[0].mentions.count == 2)
      let edited = dataset.posts[0].with(
        dataset.posts[0].mentions + [EntityMention(2..<3, .person)])
      let bytes = try DatasetWriter.bytes(
        of: dataset.files[0], in: dataset, edited: ["a": edited]
      ).bytes
      #expect(
        String(decoding: bytes, as: UTF8.self)
          == #"{"id":"a","tokens":["Tarn","Oslo","x"],"tags":["S-LOC","S-LOC","S-PER"]}"#)
    }
  }
}
