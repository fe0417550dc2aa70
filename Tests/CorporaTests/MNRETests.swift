import Foundation
import Testing

@testable import Corpora

private let first =
  "{'token': ['RT', 'Ann', \"'s\", 'Acme'], 'h': {'name': 'Ann', 'pos': [1, 2]}, "
  + "'t': {'name': 'Acme', 'pos': [3, 4]}, 'img_id': 'a.jpg', 'relation': 'None'}"

@Suite("MNRE text")
struct MNRETests {
  /// The same post, head and tail exchanged, spelled as another program would.
  let second =
    "{ \"relation\" : '/per/org/member_of', 'id': (1, -2.5e3, None, {'x': True}),"
    + "'token':['RT','\\x41nn',u'\\'s','Acme',], 'h': {'pos': (3, 4)}, 't': {'pos': [1, 2]}, "
    + "'img_id': \"a.jpg\"}"

  func relation(_ head: Range<Int>, _ tail: Range<Int>, _ label: String) -> RelationMention {
    RelationMention(head: head, tail: tail, label: label)
  }

  @Test func linesOfOnePostAreItsPairs() throws {
    try withFolder { folder in
      let other = first.replacingOccurrences(of: "a.jpg", with: "b.jpg")
      try write("\(first)\r\n\n\(other)\n\(second)\n", to: "\(folder)/mnre_val .txt")
      let dataset = try Dataset.open(folder, strict: true)
      #expect(dataset.files.map(\.format) == [.mnre])
      #expect(dataset.posts.map(\.id) == ["a", "b"])
      #expect(dataset.posts.allSatisfy { $0.split == .dev && $0.mentions.isEmpty })
      #expect(dataset.posts[0].tokens.map(\.text) == ["RT", "Ann", "'s", "Acme"])
      #expect(
        dataset.posts[0].relations == [
          relation(1..<2, 3..<4, "None"), relation(3..<4, 1..<2, "/per/org/member_of"),
        ])
      #expect(dataset.posts.map(\.source.line) == [1, 3])
      #expect(dataset.relationLabels == RelationInventory.mnre)
    }
  }

  @Test func editsChangeOnlyTheirBytes() throws {
    try withFolder { folder in
      let path = "\(folder)/train.txt"
      try write("\(first)\n\(second)", to: path)
      let dataset = try Dataset.open(path)
      func export(_ relations: [RelationMention]) throws -> String {
        var post = dataset.posts[0]
        post.relations = relations
        let result = try DatasetWriter.bytes(
          of: dataset.files[0], in: dataset, edited: [post.id: post])
        return String(decoding: result.bytes, as: UTF8.self)
      }
      let old = dataset.posts[0].relations
      #expect(try export(old) == "\(first)\n\(second)")
      #expect(
        try export([old[0], relation(3..<4, 1..<2, "it's")])
          == "\(first)\n\(second.replacingOccurrences(of: "'/per/org/member_of'", with: "\"it's\""))"
      )
      #expect(try export([old[1]]) == second)
      let new = relation(0..<1, 1..<4, "None")
      let text = try export([old[0], new])
      #expect(text.hasPrefix("\(first)\n"))
      try write(text, to: "\(folder)/again.txt")
      #expect(try Dataset.open("\(folder)/again.txt").posts[0].relations == [old[0], new])
      var mentioned = dataset.posts[0].with([EntityMention(0..<1, .person)])
      let lack = dataset.lacksPlace(for: mentioned, insteadOf: dataset.posts[0])
      #expect(lack?.losesPost == false && lack?.words.contains("no place for these labels") == true)
      mentioned = dataset.posts[0]
      mentioned.relations = []
      let loss = dataset.lacksPlace(for: mentioned, insteadOf: dataset.posts[0])
      #expect(loss?.losesPost == true && loss?.words.contains("a post without a pair") == true)
    }
  }

  @Test(arguments: [
    ("x", "expected `{`"), ("{'token': ['a'}", "expected `]`"), ("{'token': 'a'}", "a list"),
    ("{'token': ['a']} x", "behind the end"), ("{'token': ['a'], 'token': []}", "twice"),
    ("{'token': ['\\ud800']}", "surrogate"), ("{'token': ['\\N{DASH}']}", "by its name"),
    ("{'token': ['a", "without an end"), ("{'token': [__import__('os')]}", "expected a string"),
    ("{'h': {'pos': [1, 2, 3]}}", "more than two"), ("{'h': {'pos': [1.5, 2]}}", "whole number"),
    ("{'x': " + String(repeating: "[", count: 100), "too deeply"),
    ("{'token': ['a'], 'h': {'pos': [0, 1]}, 't': {'pos': [0, 1]}, 'img_id': ''}", "'relation'"),
  ]) func malformedLinesAreNamed(line: String, reason: String) throws {
    try withFolder { folder in
      try write("\(first)\n\(line)\n", to: "\(folder)/train.txt")
      let dataset = try Dataset.open(folder)
      #expect(dataset.posts.count == 1)
      let finding = try #require(dataset.findings.first)
      #expect(finding.description.contains(reason), "\(finding)")
      #expect(finding.location == SourceLocation(file: "train.txt", line: 2))
      #expect(throws: CorporaError.malformed(finding)) { try Dataset.open(folder, strict: true) }
    }
  }

  /// A line is left out where the one before it, of another post, is followed by a new one.
  @Test func pairsOfNeighbouringPostsAreExchanged() throws {
    try withFolder { folder in
      let path = "\(folder)/train.txt"
      let lines = (0..<8).map { first.replacingOccurrences(of: "a.jpg", with: "\($0).jpg") }
      try write(lines.joined(separator: "\n") + "\n", to: path)
      let dataset = try Dataset.open(path)
      var edited: [String: Post] = [:]
      for var post in dataset.posts {
        post.relations = post.relations.map { relation($0.tail, $0.head, $0.label) }
        edited[post.id] = post
      }
      let (bytes, _) = try DatasetWriter.bytes(of: dataset.files[0], in: dataset, edited: edited)
      try write(String(decoding: bytes, as: UTF8.self), to: "\(folder)/again.txt")
      let again = try Dataset.open("\(folder)/again.txt")
      #expect(again.posts.map(\.id) == dataset.posts.map(\.id))
      #expect(again.posts.allSatisfy { $0.relations == [relation(3..<4, 1..<2, "None")] })
    }
  }

  @Test func rangesOutsideTheTextAreRefused() throws {
    try withFolder { folder in
      let pairs = ["[4, 5]", "[1, 1]", "[-1, 2]", "[2, 1]", "[0, 99999999999999999]"]
      let lines = pairs.map { first.replacingOccurrences(of: "[1, 2]", with: $0) }
      try write(([first] + lines).joined(separator: "\n"), to: "\(folder)/train.txt")
      let dataset = try Dataset.open(folder)
      #expect(dataset.posts.map(\.relations.count) == [1])
      #expect(dataset.findings.map(\.location.line) == [2, 3, 4, 5, 6])
    }
  }

  @Test func damagedFilesNeverStopTheReader() throws {
    var seed: UInt64 = 20_261_121
    func next(_ count: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33) % count
    }
    let good = Array("\(first)\n\(second)\n".utf8)
    for round in 0..<3000 {
      var bytes = good
      for _ in 0...next(4) {
        switch next(3) {
        case 0: bytes[next(bytes.count)] = UInt8(next(256))
        case 1: bytes.remove(at: next(bytes.count))
        default: bytes.insert(good[next(good.count)], at: next(bytes.count))
        }
      }
      let parsed = try bytes.withUnsafeBufferPointer {
        try MNREText.read($0, file: "x", strict: false)
      }
      for post in parsed.posts {
        #expect(
          post.relations.allSatisfy {
            $0.head.upperBound <= post.tokens.count && $0.tail.upperBound <= post.tokens.count
          }, "seed 20261121, round \(round)")
      }
    }
  }
}

@Suite("Public MNRE files", .enabled(if: sharedData != nil, "needs the real data"))
struct PublicMNRETests {
  @Test func countsEqualThePublished() throws {
    let dataset = try Dataset.open("\(try #require(sharedData))/mnre", strict: true)
    func row(_ split: Split) -> [Int] {
      let posts = dataset.posts(in: split)
      let pairs = posts.flatMap { post in post.relations.map { ($0, post.tokens.count) } }
      return [
        pairs.count, pairs.count { $0.0.label == "None" }, posts.count,
        pairs.count { $0.0.head.lowerBound > $0.0.tail.lowerBound },
        pairs.count { $0.0.head.overlaps($0.0.tail) },
        pairs.count { $0.0.head.upperBound == $0.1 || $0.0.tail.upperBound == $0.1 },
      ]
    }
    #expect(row(.train) == [12_247, 7744, 7356, 1397, 59, 104])
    #expect(row(.dev) == [1624, 1000, 931, 197, 3, 16])
    #expect(dataset.relationLabels == RelationInventory.mnre)
    let positive = dataset.posts(in: .train).reduce(0) { sum, post in
      sum + post.relations.count { $0.label != RelationInventory.none }
    }
    #expect(positive == 4503)
    #expect(dataset.posts(in: .test).isEmpty, "the public files have no test part")
  }

  private func lines(_ path: String) throws -> [Substring] {
    String(decoding: try contents(path), as: UTF8.self).split(separator: "\n")
  }

  /// One edited pair is one changed line; the other files keep their bytes.
  @Test func anEditChangesItsLineOnly() throws {
    let dataset = try Dataset.open("\(try #require(sharedData))/mnre")
    var post = try #require(dataset.posts.first { $0.relations.count == 21 })
    post.relations[7] = RelationMention(
      head: post.relations[7].head, tail: post.relations[7].tail, label: "/per/per/peer")
    try withFolder { out in
      let report = try DatasetWriter.export(dataset, edited: [post.id: post], to: out)
      #expect(report.changedPosts == 1 && report.notices.isEmpty)
      for file in dataset.files {
        let (old, new) = (
          try lines("\(dataset.root)/\(file.name)"), try lines("\(out)/\(file.name)")
        )
        try #require(old.count == new.count)
        let changed = zip(old, new).filter { $0 != $1 }
        #expect(changed.count == (file.name == post.source.file ? 1 : 0))
        for (before, after) in changed {
          #expect(
            after
              == before.replacingOccurrences(
                of: "'relation': 'None'", with: "'relation': '/per/per/peer'"))
        }
      }
      #expect(try Dataset.open(out).post(id: post.id)?.relations == post.relations)
    }
  }

  @Test func unedited() throws {
    let dataset = try Dataset.open("\(try #require(sharedData))/mnre")
    try withFolder { out in
      try DatasetWriter.export(dataset, edited: [:], to: out, formats: [.jsonLines])
      for file in dataset.files {
        #expect(try contents("\(out)/\(file.name)") == contents("\(dataset.root)/\(file.name)"))
        // The files spell as Python does, so that writing them anew gives the same bytes.
        let posts = Array(dataset.posts[file.posts])
        let copy = try Dataset.open("\(out)/twinlens/\(file.stem).jsonl", strict: true)
        #expect(copy.posts.map(\.relations) == posts.map(\.relations))
        try write(MNREText.bytes(of: posts), to: "\(out)/anew.txt")
        let anew = try Dataset.open("\(out)/anew.txt", strict: true)
        #expect(anew.posts.map(\.tokens) == posts.map(\.tokens))
        #expect(anew.posts.map(\.relations) == posts.map(\.relations))
      }
    }
  }

  @Test func picturesAreFound() throws {
    let dataset = try Dataset.open("\(try #require(sharedData))/mnre-with-images")
    #expect(dataset.posts.reduce(0) { $0 + $1.relations.count } == 66)
    for post in dataset.posts {
      guard case .file = dataset.image(for: post) else {
        Issue.record("no picture for \(post.id)")
        continue
      }
    }
  }
}
