import Foundation
import Testing

@testable import Corpora

/// brat's folders: a text and its labels for each post.
@Suite struct DocumentFormatTests {
  private static let folder = ExportFixtureTests.folder + "/brat"

  private func copy(to folder: String) throws -> Dataset {
    for name in try FileManager.default.contentsOfDirectory(atPath: Self.folder) {
      try write(contents("\(Self.folder)/\(name)"), to: "\(folder)/\(name)")
    }
    return try Dataset.open(folder, strict: true)
  }

  @Test func aFolderIsReadBackToEqualPosts() throws {
    try withFolder { folder in
      let dataset = try copy(to: folder)
      #expect(dataset.findings.isEmpty)
      #expect(dataset.files.map(\.name).sorted() == dataset.files.map(\.name))
      let source = try Dataset.open("\(ExportFixtureTests.folder)/posts.jsonl")
      let names = ["family": 0, "gull-1": 1, "plain": 2, "pair/2": 3, "quoted": 4]
      for post in source.posts {
        let back = dataset.posts[try #require(names[post.id])]
        #expect(post.tokens.map(\.text) == back.tokens.map(\.text))
        #expect(post.mentions == back.mentions && post.relations == back.relations)
        #expect(back.imageID == nil)
      }
      for file in dataset.files {
        let same = try DatasetWriter.bytes(of: file, in: dataset, edited: [:]).bytes
        #expect(same == (try contents("\(folder)/\(file.name)")))
      }
    }
  }

  /// A document shows the picture of its name; two of one picture have a number behind it.
  @Test func picturesAreFoundByName() throws {
    try withFolder { folder in
      _ = try copy(to: folder)
      for name in ["pair.jpg", "images/gull-1.png"] { try write("x", to: "\(folder)/\(name)") }
      let dataset = try Dataset.open(folder)
      #expect(
        dataset.posts.map { $0.imageID ?? "-" } == ["-", "gull-1", "pair", "pair", "-"])
    }
  }

  /// A folder for each split, as an export of a dataset with splits has it, is one dataset.
  @Test func foldersNamedAsSplitsAreTheSplits() throws {
    try withFolder { folder in
      for (split, name, place) in [("train", "Ann", "Acme"), ("test", "Bo", "Aden")] {
        try write("\(name) of \(place)\n", to: "\(folder)/\(split)/1.txt")
        try write("T1\tPER 0 \(name.count)\t\(name)\n", to: "\(folder)/\(split)/1.ann")
        try write("[entities]\nPER\n", to: "\(folder)/\(split)/annotation.conf")
      }
      try write("Cy\n", to: "\(folder)/notes/1.txt")
      try write("T1\tPER 0 2\tCy\n", to: "\(folder)/notes/1.ann")
      let dataset = try Dataset.open(folder)
      #expect(dataset.findings.count == 1, "two posts of one name")
      #expect(dataset.posts.map(\.split) == [.train, .test])
      #expect(dataset.posts.map(\.id) == ["1", "test/1"])
      #expect(dataset.files.map(\.name) == ["train/1.ann", "test/1.ann"])
      let out = "\(folder)/out"
      let report = try DatasetWriter.export(
        dataset, edited: [:], to: out, formats: [.jsonLines])
      #expect(
        Set(report.files) == [
          "train/1.ann", "train/1.txt", "test/1.ann", "test/1.txt", "twinlens/train.jsonl",
          "twinlens/test.jsonl",
        ])
      #expect(try Dataset.open(out).posts.map(\.mentions) == dataset.posts.map(\.mentions))
    }
  }

  /// A folder that leads out of the dataset is not gone into.
  @Test func aLinkedFolderIsNotRead() throws {
    try withFolder { folder in
      try write("Ann\n", to: "\(folder)/away/1.txt")
      try write("T1\tPER 0 3\tAnn\n", to: "\(folder)/away/1.ann")
      try write("Bo\n", to: "\(folder)/data/2.txt")
      try write("T1\tPER 0 2\tBo\n", to: "\(folder)/data/2.ann")
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/data/train", withDestinationPath: "\(folder)/away")
      let dataset = try Dataset.open("\(folder)/data")
      #expect(dataset.posts.map(\.id) == ["2"] && dataset.findings.count == 1)
    }
  }

  /// Numbers without bound, and two spans of one name whose remark can go only once.
  @Test func hostileNumbersAndNamesAreTaken() throws {
    let labels =
      "T9223372036854775807\tPER 0 3\tAnn\nT1\tLOC 7 11\tAcme\nT1\tORG 12 15\tnow\nA1\tKnown T1\n"
      + "R9223372036854775807\tmember Arg1:T1 Arg2:T1\n"
    try withFolder { folder in
      try write("Ann of Acme now\n", to: "\(folder)/a.txt")
      try write(labels, to: "\(folder)/a.ann")
      let dataset = try Dataset.open(folder)
      var post = dataset.posts[0]
      post.mentions = [EntityMention(1..<2, .miscellaneous)]
      post.relations = []
      let new = try DatasetWriter.bytes(
        of: dataset.files[0], in: dataset, edited: [post.id: post]
      ).bytes
      let text = String(decoding: new, as: UTF8.self)
      #expect(text.contains("MISC 4 6") && !text.contains("Known"), "\(text)")
    }
  }

  @Test func editsChangeTheirLinesOnly() throws {
    let labels =
      "T1\tPER 0 3\tAnn\nT2\tORG 7 11\tAcme\nR1\tmember Arg1:T1 Arg2:T2\nA1\tKnown T2\n"
      + "#1\tAnnotatorNotes T1\tsure?\nE1\tJoin:T9 Who:T1\nT9\tJoin 4 6;12 15\tof now\n"
    try withFolder { folder in
      try write("Ann of Acme now\n", to: "\(folder)/a.txt")
      try write(labels, to: "\(folder)/a.ann")
      let dataset = try Dataset.open(folder)
      #expect(
        dataset.findings.count == 1 && "\(dataset.findings[0])".contains("a.ann:7: a Join in"))
      let post = dataset.posts[0]
      #expect(post.mentions.map(\.range) == [0..<1, 2..<3])
      #expect(post.relations == [RelationMention(head: 0..<1, tail: 2..<3, label: "member")])
      func rewritten(_ change: (inout Post) -> Void) throws -> String {
        var new = post
        change(&new)
        let bytes = try DatasetWriter.bytes(
          of: dataset.files[0], in: dataset, edited: [post.id: new]
        ).bytes
        return String(decoding: bytes, as: UTF8.self)
      }
      // Another type keeps the name, and what is said of it.
      #expect(
        try rewritten { $0.mentions[1] = EntityMention(2..<3, .location) }
          == labels.replacingOccurrences(of: "T2\tORG", with: "T2\tLOC"))
      // What is gone takes its attribute along; the new one has a number of its own.
      #expect(
        try rewritten {
          $0.mentions[1] = EntityMention(3..<4, .miscellaneous)
          $0.relations = []
        }
          == "T1\tPER 0 3\tAnn\n#1\tAnnotatorNotes T1\tsure?\nE1\tJoin:T9 Who:T1\n"
          + "T9\tJoin 4 6;12 15\tof now\nT10\tMISC 12 15\tnow\n")
      #expect(
        try rewritten {
          $0.relations.append(RelationMention(head: 2..<3, tail: 1..<2, label: "x"))
        } == labels + "T10\tUNTYPED 4 6\tof\nR2\tx Arg1:T2 Arg2:T10\n")
    }
  }

  /// Line ends of two characters count as one, as brat's Python reads them.
  @Test func otherLineEndsAreCounted() throws {
    try withFolder { folder in
      try write("One.\r\nAnn 🙂\r\nLee", to: "\(folder)/a.txt")
      try write("T1\tPER 5 8\tAnn\r\nT2\tPER 11 14\tLee\r\n", to: "\(folder)/a.ann")
      let dataset = try Dataset.open(folder, strict: true)
      let post = dataset.posts[0]
      #expect(post.tokens.map(\.text) == ["One.", "Ann", "🙂", "Lee"])
      #expect(post.mentions.map(\.range) == [1..<2, 3..<4])
      var new = post
      new.mentions = [post.mentions[0], EntityMention(2..<4, .organization)]
      let bytes = try DatasetWriter.bytes(
        of: dataset.files[0], in: dataset, edited: [post.id: new]
      ).bytes
      #expect(
        String(decoding: bytes, as: UTF8.self)
          == "T1\tPER 5 8\tAnn\r\nT3\tORG 9 14\t🙂 Lee\r\n")
    }
  }

  @Test(arguments: [
    ("T1\tPER 0 30\tAnn\n", "span 0 to 30 is no part of the 4 characters"),
    ("T1\tPER 0\tAnn\n", "column 4: a span needs"),
    ("T1 PER 0 3 Ann\n", "no tab behind the id"),
    ("R1\tx Arg1:T1\n", "two ends"),
    ("R1\tx Arg1:T1 Arg2:T2\n", "an end of a relation x is not there"),
    ("T1\tPER 0 2;2 3\tAn n\n", "in several parts; left out, kept in the file"),
  ])
  func whatIsWrongIsNamedWithItsLine(_ labels: String, _ message: String) throws {
    try withFolder { folder in
      try write("Ann\n", to: "\(folder)/a.txt")
      try write(labels, to: "\(folder)/a.ann")
      let dataset = try Dataset.open(folder)
      #expect(dataset.posts.count == 1 && dataset.posts[0].mentions.isEmpty)
      #expect(dataset.findings.count == 1)
      #expect("\(dataset.findings)".contains("a.ann:1") && "\(dataset.findings)".contains(message))
    }
  }

  /// The text is part of what was opened.
  @Test func aTextThatChangedIsNotExported() throws {
    try withFolder { folder in
      try write("Ann\n", to: "\(folder)/a.txt")
      try write("", to: "\(folder)/a.ann")
      let dataset = try Dataset.open(folder)
      #expect(dataset.posts.map(\.id) == ["a"] && dataset.files.map(\.name) == ["a.ann"])
      try write("Bob\n", to: "\(folder)/a.txt")
      #expect(throws: CorporaError.changedSinceOpened("a.ann")) {
        try DatasetWriter.export(dataset, edited: [:], to: "\(folder)/out")
      }
    }
  }

  @Test func namesThatNoFileCanHaveAreRefused() throws {
    for id in ["a/b", ".a", "", "a\nb", String(repeating: "x", count: 300)] {
      let post = Post(
        id: id, tokens: [Token("x")], imageID: nil, mentions: [], split: .train,
        source: SourceLocation(file: "x", line: 1))
      let error = #expect(throws: FormatError.self) {
        try DataFormat.brat.files(of: [post], stem: "x")
      }
      #expect(error?.description.contains("no file can have") == true)
    }
  }
}
