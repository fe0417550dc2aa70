import Files
import Foundation
import Testing

@testable import Corpora

/// Folders, keys, splits, settings, pictures, export.
@Suite struct DatasetTests {
  static let line = #"{"id":"a", "image":null,"tokens":["A","b"] ,"note":[1, 2],"mentions":[]}"#

  @Test func splitsComeFromNames() {
    let names = [
      "train.txt", "TRAIN .txt", "valid.txt", "mnre_val .txt", "dev.jsonl", "Test.txt", "posts.txt",
      "contest.txt", "train-test.txt", "trainer.txt",
    ]
    #expect(
      names.map(Split.init(fileName:)) == [
        .train, .train, .dev, .dev, .dev, .test, .all, .all, .all, .all,
      ])
  }

  @Test func keysAreUniqueAndReadable() throws {
    try withFolder { folder in
      try write("IMGID:1\na\tO\n\nIMGID:1\nb\tO\n\nIMGID:2\nc\tO\n", to: "\(folder)/train.txt")
      try write("IMGID:1\nd\tO\n\nIMGID:1\ne\tO\n\nIMGID:3\nf\tO\n", to: "\(folder)/test.txt")
      let dataset = try Dataset.open(folder)
      #expect(dataset.posts.map(\.id) == ["1", "1#2", "2", "test/1", "test/1#2", "3"])
      #expect(dataset.posts.map(\.imageID) == ["1", "1", "2", "1", "1", "3"])
      #expect(dataset.post(id: "test/1#2")?.tokens[0].text == "e")
      #expect(dataset.post(id: "x") == nil)
      #expect(dataset.file(of: dataset.posts[4])?.name == "test.txt")
    }
  }

  @Test func formatIsToldByContent() throws {
    try withFolder { folder in
      try write(Self.line, to: "\(folder)/train.txt")
      try write("IMGID:1\na\tO\n", to: "\(folder)/dev.jsonl")
      try write("{'token': ['a']}\n", to: "\(folder)/mnre_train.txt")
      let dataset = try Dataset.open(folder)
      #expect(dataset.files.map(\.format) == [.mnre, .jsonLines, .mner])
      #expect(dataset.findings.map(\.severity) == [.malformed])
    }
  }

  @Test func editedJSONLinesKeepTheRestOfTheLine() throws {
    let second = #"{"id":"b","tokens":["c"],"tags":["I-OTHER"]}"#
    try withFolder { folder in
      try write("\(Self.line)\r\n\n\(second)", to: "\(folder)/train.jsonl")
      let dataset = try Dataset.open(folder)
      #expect(dataset.posts[1].mentions == [EntityMention(0..<1, .miscellaneous)])
      var edited = dataset.posts[0].with([EntityMention(0..<2, .person)])
      edited.relations = [RelationMention(head: 0..<1, tail: 1..<2, label: "None")]
      let bytes = try DatasetWriter.bytes(
        of: dataset.files[0], in: dataset,
        edited: ["a": edited, "b": dataset.posts[1].with([])]
      ).bytes
      let expected =
        #"{"id":"a", "image":null,"tokens":["A","b"] ,"note":[1, 2],"#
        + #""mentions":[{"start":0,"end":2,"type":"PER"}],"#
        + #""relations":[{"head":[0,1],"tail":[1,2],"label":"None"}]}"#
        + "\r\n\n" + #"{"id":"b","tokens":["c"],"tags":["O"]}"#
      #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }
  }

  @Test func settingsOverride() throws {
    try withFolder { folder in
      try write("IMGID:1\na\tB-GPE\n", to: "\(folder)/train.txt")
      let path = "\(folder)/dataset.toml"
      #expect(
        try Dataset.open(folder).labelInventory
          == [.person, .location, .organization, .miscellaneous, EntityType("GPE")])
      try write(
        """
        name = "Small"
        types = ["GPE", "OTHER"]
        relations = ["None"]
        guidelines = "Names only."
        regions = ["r.json", "../out.json"]
        images = "pics"
        colour = 1
        """, to: path)
      try write("x", to: "\(folder)/pics/1.png")
      let dataset = try Dataset.open(folder)
      #expect(dataset.name == "Small")
      #expect(dataset.labelInventory == [EntityType("GPE"), .miscellaneous])
      #expect(dataset.relationLabels == ["None"])
      #expect(dataset.guidelines == Guidelines(general: "Names only."))
      #expect(dataset.regionFiles == ["r.json"])
      #expect(dataset.image(for: dataset.posts[0]) == .file("\(folder)/pics/1.png"))
      #expect(dataset.findings.count == 2)
      try write("name = \n", to: path)
      #expect(try Dataset.open(folder).findings.first?.location.line == 1)
    }
  }

  /// Whether a screen needs a place for pictures at all.
  @Test func picturesAreNamedAndMayBeThere() throws {
    try withFolder { folder in
      let path = "\(folder)/train.txt"
      try write("Ada\tB-PER\nleft\tO\n", to: path)
      #expect(try Dataset.open(folder).pictures == (false, false))
      try write((0..<60).map { "IMGID:\($0)\nAda\tB-PER\n\n" }.joined(), to: path)
      #expect(try Dataset.open(folder).pictures == (true, false))
      // One of many, behind those that are asked for first, and under another ending.
      try FileManager.default.createDirectory(
        atPath: "\(folder)/images", withIntermediateDirectories: true)
      try write("x", to: "\(folder)/images/59.JPeG")
      #expect(try Dataset.open(folder).pictures == (true, true))
      try FileManager.default.removeItem(atPath: "\(folder)/images")
      // Folders of folders are not looked through.
      try write("IMGID:a/1\nAda\tB-PER\n\n", to: path)
      #expect(try Dataset.open(folder).pictures == (true, true))
    }
  }

  @Test func picturesMayNotLeaveTheFolder() throws {
    try withFolder { outer in
      try write("secret", to: "\(outer)/secret.jpg")
      let folder = "\(outer)/data"
      let ids = [
        "../secret", "\(outer)/secret", "link", "dangling", "folder", "big", "png", "gone",
      ]
      try write(
        ids.map { "IMGID:\($0)\nw\tO\n" }.joined(separator: "\n"), to: "\(folder)/train.txt")
      try write("x", to: "\(folder)/images/big.JPeG")
      try write("x", to: "\(folder)/img_org/png.jpg")
      try write("x", to: "\(folder)/images/folder.jpg/x")
      symlink("../../secret.jpg", "\(folder)/images/link.jpg")
      symlink("nowhere", "\(folder)/images/dangling.jpg")
      let dataset = try Dataset.open(folder)
      let found = dataset.posts.map { dataset.image(for: $0) }
      let kinds = found.map { lookup -> String in
        switch lookup {
        case .file(let path): String(path.dropFirst(folder.count))
        case .none: "none"
        case .missing(let reason):
          reason.contains("is not in") || reason.contains("picture ") ? "missing" : "?"
        case .refused: "refused"
        }
      }
      #expect(
        kinds == [
          "refused", "refused", "refused", "missing", "refused", "/images/big.JPeG",
          "/img_org/png.jpg", "missing",
        ])
      // A folder that the person names may lie anywhere.
      symlink("data", "\(outer)/elsewhere")
      let named = try Dataset.open(folder, images: "\(outer)/elsewhere/images")
      #expect(named.image(for: named.posts[5]) == .file("\(outer)/elsewhere/images/big.JPeG"))
      // So may a whole dataset.
      let whole = try Dataset.open(folder, images: "\(outer)/elsewhere")
      #expect(whole.image(for: whole.posts[5]) == .file("\(outer)/elsewhere/images/big.JPeG"))
      #expect(throws: CorporaError.noImageFolder("/nowhere")) {
        try Dataset.open(folder, images: "/nowhere")
      }
    }
  }

  /// MNRE's list of relations with their ids lies beside its lines and is no post.
  @Test func aListOfRelationsIsNothingToComplainOf() throws {
    try withFolder { folder in
      try write("Ada\tB-PER\nleft\tO\n", to: "\(folder)/train.txt")
      try write(#"{"None": 0, "/per/per/peer": 1}"#, to: "\(folder)/ours_rel2id.json")
      #expect(try Dataset.open(folder).findings.isEmpty)
      try write(#"{"None": 0, "colour": 1}"#, to: "\(folder)/other.json")
      #expect(try Dataset.open(folder).findings.map(\.location.file) == ["other.json"])
    }
  }

  @Test func pairsDecodeGB18030AndPartAtBlanks() throws {
    try withFolder { folder in
      // 中文 in GB18030.
      try write([0xD6, 0xD0, 0xCE, 0xC4, 0x20, 0x61, 0x0A], to: "\(folder)/10.txt")
      try write("one\u{A0}two  three\r\n", to: "\(folder)/9.txt")
      try write([0xFF, 0xFF, 0x41], to: "\(folder)/11.txt")
      try write("left", to: "\(folder)/12.txt")
      for n in 9...11 { try write("x", to: "\(folder)/\(n).jpg") }
      let dataset = try Dataset.open(folder)
      #expect(dataset.posts.map(\.id) == ["9", "10", "11"])
      #expect(dataset.posts[0].tokens.map(\.text) == ["one\u{A0}two", "three"])
      #expect(dataset.posts[1].tokens.map(\.text) == ["中文", "a"])
      #expect(Set(dataset.findings.map(\.problem)) == [.unknownFormat, .unknownEncoding])
      let edited = ["9": dataset.posts[0].with([EntityMention(0..<1, .person)])]
      let report = try DatasetWriter.export(
        dataset, edited: edited, to: "\(folder)/out", formats: [.jsonLines])
      #expect(
        report.notices == [
          "their own files have no place for the labels of 9 (9.txt); they are in twinlens/"
        ])
      let again = try Dataset.open("\(folder)/out/twinlens/posts.jsonl")
      #expect(again.posts[0].mentions == edited["9"]?.mentions)
    }
  }

  @Test func postsWithoutFilesMakeADataset() {
    let place = SourceLocation(file: "", line: 0)
    let post = Post(
      id: "a", tokens: [Token("x")], imageID: "i",
      mentions: [EntityMention(0..<1, EntityType("Z"))],
      relations: [RelationMention(head: 0..<1, tail: 0..<1, label: "None")], split: .all,
      source: place)
    let dataset = Dataset(name: "made", posts: [post, post])
    #expect(dataset.position(of: "a") == 0)
    #expect(dataset.labelInventory.last == EntityType("Z"))
    #expect(dataset.relationLabels == ["None"])
    if case .missing = dataset.image(for: post) {
    } else {
      Issue.record("a picture without a folder")
    }
  }

  @Test func exportRefusesWhatWouldDestroy() throws {
    try withFolder { folder in
      try write("IMGID:1\na\tO\n", to: "\(folder)/train.txt")
      let dataset = try Dataset.open(folder)
      #expect(throws: CorporaError.wouldOverwrite("\(folder)/train.txt")) {
        try DatasetWriter.export(dataset, edited: [:], to: folder)
      }
      try write("IMGID:1\nb\tO\n", to: "\(folder)/train.txt")
      #expect(throws: CorporaError.changedSinceOpened("train.txt")) {
        try DatasetWriter.export(dataset, edited: [:], to: "\(folder)/out")
      }
      #expect(try Dataset.open(folder).contentHash != dataset.contentHash)
    }
  }

  @Test func hashesAreTheStandardOnes() {
    #expect(
      SHA256.hexDigest(of: [])
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      SHA256.hexDigest(of: Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    var pieces = SHA256()
    for start in stride(from: 0, to: million.count, by: 999) {
      pieces.update(Array(million[start..<min(start + 999, million.count)]))
    }
    #expect(pieces.hexDigest() == expected)
    for length in 50...70 {
      var split = SHA256()
      split.update(Array(million[..<(length / 2)]))
      split.update(Array(million[(length / 2)..<length]))
      #expect(split.hexDigest() == SHA256.hexDigest(of: Array(million[..<length])))
    }
  }

  @Test func writtenMNERReadsBack() throws {
    let post = Post(
      id: "p", tokens: [Token("A"), Token("b")], imageID: "p",
      mentions: [EntityMention(0..<2, .miscellaneous)], split: .train,
      source: SourceLocation(file: "train.txt", line: 1))
    let bytes = try MNERText.bytes(of: [post], .init(misc: "OTHER"))
    #expect(String(decoding: bytes, as: UTF8.self) == "IMGID:p\nA\tB-OTHER\nb\tI-OTHER\n\n")
    let tab = Post(
      id: "t", tokens: [Token("a\tb")], imageID: nil, mentions: [], split: .all, source: post.source
    )
    #expect(throws: CorporaError.unwritableToken(post: "t", token: 0)) {
      try MNERText.bytes(of: [tab])
    }
  }
}
