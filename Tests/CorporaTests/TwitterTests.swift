import Foundation
import Testing

@testable import Corpora

/// The public Twitter files: counts of MODELS §2.1 and writing without a changed byte.
@Suite(.enabled(if: sharedData != nil, "needs the real data beside the package"))
struct TwitterTests {
  /// One row of MODELS §2.1.
  struct Row: Sendable {
    let file: String
    let posts: Int
    let tokens: Int
    let longest: Int
    let empty: Int
    /// PER LOC ORG MISC
    let lenient: [Int]
    let strict: Int
    let stray: Int
  }

  /// The test files are not always there.
  static let rows = allRows.filter {
    FileManager.default.fileExists(atPath: "\(sharedData ?? "")/\($0.file)")
  }

  static let allRows = [
    Row(
      file: "twitter2015/train.txt", posts: 4000, tokens: 64_439, longest: 37, empty: 104,
      lenient: [2285, 2135, 957, 975], strict: 6166, stray: 186),
    Row(
      file: "twitter2015/valid.txt", posts: 1000, tokens: 16_178, longest: 41, empty: 31,
      lenient: [567, 543, 251, 233], strict: 1541, stray: 53),
    Row(
      file: "twitter2017/train.txt", posts: 3373, tokens: 53_007, longest: 50, empty: 392,
      lenient: [2943, 731, 1674, 701], strict: 6049, stray: 0),
    Row(
      file: "twitter2017/valid.txt", posts: 723, tokens: 11_309, longest: 33, empty: 76,
      lenient: [626, 173, 375, 150], strict: 1324, stray: 0),
    Row(
      file: "twitter2015/test.txt", posts: 3257, tokens: 52_822, longest: 36, empty: 89,
      lenient: [1873, 1720, 860, 754], strict: 5072, stray: 135),
    Row(
      file: "twitter2017/test.txt", posts: 723, tokens: 11_330, longest: 33, empty: 86,
      lenient: [621, 178, 395, 157], strict: 1351, stray: 0),
  ]

  @Test("acceptance 2: every cell of MODELS §2.1", arguments: rows)
  func countsEqualThePublished(row: Row) throws {
    let path = "\(try #require(sharedData))/\(row.file)"
    let dataset = try Dataset.open(path, strict: true)
    let posts = dataset.posts
    #expect(posts.count == row.posts)
    #expect(posts.reduce(0) { $0 + $1.tokens.count } == row.tokens)
    #expect(posts.map(\.tokens.count).max() == row.longest)
    #expect(posts.count { $0.mentions.isEmpty } == row.empty)
    let mentions = posts.flatMap(\.mentions)
    let types: [EntityType] = [.person, .location, .organization, .miscellaneous]
    #expect(types.map { type in mentions.count { $0.type == type } } == row.lenient)
    #expect(dataset.labelInventory == types)
    #expect(dataset.findings.count == row.stray)
    #expect(
      dataset.findings.allSatisfy {
        if case .tag(_, .orphan) = $0.problem { true } else { false }
      })
    let strict = try Dataset.open(path, reading: .strict)
    #expect(strict.posts.reduce(0) { $0 + $1.mentions.count } == row.strict)
    #expect(posts[0].split == Split(fileName: (row.file as NSString).lastPathComponent))
    #expect(Set(posts.map(\.id)).count == posts.count)
    #expect(posts.allSatisfy { $0.id == $0.imageID })
  }

  @Test(arguments: [
    "twitter2015", "twitter2017", "twitter2015-with-images", "twitter2017-with-images",
  ])
  func unedited(folder: String) throws {
    let dataset = try Dataset.open("\(try #require(sharedData))/\(folder)")
    try withFolder { out in
      let report = try DatasetWriter.export(dataset, edited: [:], to: out, formats: [.jsonLines])
      #expect(report.files.count == 2 * dataset.files.count)
      for file in dataset.files {
        #expect(try contents("\(out)/\(file.name)") == contents("\(dataset.root)/\(file.name)"))
        // The JSON Lines copy says the same and is stable under reading and writing.
        let copy = try Dataset.open("\(out)/twinlens/\(file.stem).jsonl", strict: true)
        let posts = dataset.posts[file.posts]
        #expect(copy.posts.map(\.id) == posts.map(\.id))
        #expect(copy.posts.map(\.tokens) == posts.map(\.tokens))
        #expect(copy.posts.map(\.mentions) == posts.map(\.mentions))
        let again = JSONLines.bytes(
          of: copy.posts, DataFormat.WritingRequest(misc: copy.files[0].misc))
        #expect(again == (try contents("\(out)/twinlens/\(file.stem).jsonl")))
      }
    }
  }

  @Test(arguments: ["twitter2015", "twitter2017"])
  func editsChangeTheirOwnLinesOnly(folder: String) throws {
    let dataset = try Dataset.open("\(try #require(sharedData))/\(folder)/valid.txt")
    let file = dataset.files[0]
    var edited: [String: Post] = [:]
    var touched: Set<Int> = []
    // Every tenth post gets a MISC mention over its second token and loses what overlapped.
    for post in dataset.posts where dataset.position(of: post.id).map({ $0 % 10 == 0 }) == true {
      let mention = EntityMention(1..<2, .miscellaneous)
      let rest = post.mentions.filter { !$0.range.overlaps(mention.range) }
      edited[post.id] = post.with(rest + [mention])
      let old = post.mentions.first { $0.range.overlaps(mention.range) }
      for token in (old?.range ?? 1..<2) { touched.insert(post.source.line + 1 + token) }
      touched.insert(post.source.line + 2)
      // A mention that began with an orphan right behind the new one must become B-.
      touched.insert(post.source.line + 3)
    }
    let bytes = try DatasetWriter.bytes(of: file, in: dataset, edited: edited).bytes
    let original = try contents("\(dataset.root)/\(file.name)")
    let old = original.split(separator: 0x0A, omittingEmptySubsequences: false)
    let new = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    #expect(old.count == new.count)
    let different = zip(old, new).enumerated().filter { $1.0 != $1.1 }.map { $0.offset + 1 }
    #expect(different.count >= edited.count / 2)
    #expect(Set(different).isSubset(of: touched))
    #expect(file.misc == (folder == "twitter2015" ? "OTHER" : "MISC"))
    try withFolder { out in
      try write(bytes, to: "\(out)/valid.txt")
      let back = try Dataset.open("\(out)/valid.txt")
      for post in dataset.posts {
        #expect(back.post(id: post.id)?.mentions == (edited[post.id] ?? post).mentions)
      }
    }
  }

  @Test func oddTokensKeepTheirBytes() throws {
    let dataset = try Dataset.open("\(try #require(sharedData))/twitter2015/valid.txt")
    let tokens = dataset.posts.flatMap { post in
      post.tokens.enumerated().map { (post.source.line + 1 + $0, $1.text) }
    }
    #expect(tokens.contains { $0.0 == 9658 && Array($0.1.utf8) == [0xC2, 0xA0] })
  }

  @Test func unlabelledTweetsOpen() throws {
    let dataset = try Dataset.open("\(try #require(sharedData))/tweets-with-images")
    #expect(dataset.posts.count == 180)
    #expect(dataset.findings.isEmpty)
    #expect(dataset.posts.allSatisfy { $0.split == .all && $0.mentions.isEmpty })
    #expect(
      dataset.posts.map { Int($0.id) ?? 0 } == dataset.posts.compactMap { Int($0.id) }.sorted())
    for post in dataset.posts {
      guard case .file = dataset.image(for: post) else {
        Issue.record("no picture for \(post.id)")
        continue
      }
    }
  }

  @Test(arguments: ["twitter2015-with-images", "twitter2017-with-images"])
  func picturesAreFound(folder: String) throws {
    let dataset = try Dataset.open("\(try #require(sharedData))/\(folder)")
    #expect(dataset.posts.count == 10)
    for post in dataset.posts {
      let path = "\(dataset.root)/images/\(post.imageID ?? "").jpg"
      #expect(dataset.image(for: post) == .file(path))
    }
  }
}
