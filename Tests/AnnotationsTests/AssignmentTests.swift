import Files
import Foundation
import Testing

@testable import Annotations
@testable import Corpora

/// Who gets which posts.
@Suite("Assignment") struct AssignmentTests {
  private func assignment(
    _ posts: Int, _ annotators: Int, _ change: (inout Assignment.Plan) -> Void = { _ in }
  ) throws -> Assignment {
    var plan = Assignment.Plan(overlap: 0)
    change(&plan)
    return try Assignment(
      of: (0..<posts).map { "p\($0)" }, to: (0..<annotators).map { "a\($0)" }, plan)
  }

  private func counts(_ assignment: Assignment, common: Bool? = nil) -> [Int] {
    assignment.annotators.indices.map { place in
      assignment.posts.count {
        $0.annotators.contains(place)
          && (common ?? ($0.annotators.count > 1)) == ($0.annotators.count > 1)
      }
    }
  }

  @Test(arguments: [UInt64.random(in: 0..<UInt64.max)] + Array(0..<60))
  func everyPostHasItsAnnotators(seed: UInt64) throws {
    var random = Random(seed: seed)
    let posts = random.next(300)
    let annotators = 2 + random.next(7)
    let perPost = 2 + random.next(annotators - 1)
    let overlap = [0, 1, Double(random.next(100)) / 100][random.next(3)]
    let result = try assignment(posts, annotators) {
      ($0.overlap, $0.perPost, $0.seed) = (overlap, perPost, seed)
    }
    let common = Int((overlap * Double(posts)).rounded())
    #expect(result.posts.map(\.id) == (0..<posts).map { "p\($0)" }, "seed \(seed)")
    #expect(result.posts.count { $0.annotators.count == perPost } == common, "seed \(seed)")
    #expect(result.posts.count { $0.annotators.count == 1 } == posts - common, "seed \(seed)")
    for post in result.posts {
      #expect(Set(post.annotators).count == post.annotators.count, "seed \(seed)")
      #expect(post.annotators == post.annotators.sorted(), "seed \(seed)")
    }
    // Everybody has as many, within one: in all, and of those with several.
    for own in [counts(result), counts(result, common: true)] {
      #expect((own.max() ?? 0) - (own.min() ?? 0) <= 1, "seed \(seed): \(own)")
    }
    #expect(
      try assignment(posts, annotators) {
        ($0.overlap, $0.perPost, $0.seed) = (overlap, perPost, seed)
      } == result, "seed \(seed)")
  }

  /// Every two annotators have about equally many posts in common, or nobody can be compared.
  @Test func everyTwoHavePostsInCommon() throws {
    let result = try assignment(200, 5) { $0.overlap = 0.5 }
    var pairs: [[Int]: Int] = [:]
    for post in result.posts where post.annotators.count == 2 {
      pairs[post.annotators, default: 0] += 1
    }
    #expect(pairs.count == 10 && pairs.values.allSatisfy { $0 == 10 }, "\(pairs)")
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func sharesAreKeptWithinOnePost(seed: UInt64) throws {
    var random = Random(seed: seed)
    let annotators = 2 + random.next(6)
    let posts = 50 + random.next(400)
    let shares = (0..<annotators).map { ("a\($0)", Double(1 + random.next(4)) / 2) }
    let result = try assignment(posts, annotators) {
      $0.shares = Dictionary(uniqueKeysWithValues: shares)
      $0.overlap = 0.1
      $0.seed = seed
    }
    let slots = result.posts.reduce(0) { $0 + $1.annotators.count }
    let sum = shares.reduce(0) { $0 + $1.1 }
    let all = annotators > 2 ? counts(result) : []
    for (count, share) in zip(all, shares) {
      let exact = share.1 / sum * Double(slots)
      // With three annotators a post with two cannot always follow unequal shares.
      let isPossible = share.1 / sum <= 0.5
      if isPossible { #expect(abs(Double(count) - exact) <= 1.0001, "seed \(seed)") }
    }
  }

  @Test func anotherSeedGivesOtherPosts() throws {
    let one = try assignment(100, 3) { $0.overlap = 0.2 }
    let two = try assignment(100, 3) { ($0.overlap, $0.seed) = (0.2, 2) }
    #expect(!one.posts.elementsEqual(two.posts) { $0 == $1 })
    #expect(one.posts(of: "a1")?.count == counts(one)[1])
    #expect(one.posts(of: "nobody") == nil)
  }

  @Test func whatCannotBeIsRefused() {
    func plan(_ change: (inout Assignment.Plan) -> Void) -> Assignment.Plan {
      var plan = Assignment.Plan(overlap: 0.1)
      change(&plan)
      return plan
    }
    let cases: [([String], Assignment.Plan, AssignmentError)] = [
      ([], plan { _ in }, .noAnnotators),
      (["ann", "ann"], plan { _ in }, .repeated("ann")),
      (["ann", ""], plan { _ in }, .badName("")),
      (["ann", "bo"], plan { $0.overlap = 1.5 }, .badOverlap("1.5")),
      (["ann", "bo"], plan { $0.overlap = .nan }, .badOverlap("nan")),
      (["ann", "bo"], plan { $0.perPost = 3 }, .badPerPost(3, annotators: 2)),
      (["ann", "bo"], plan { $0.perPost = 1 }, .badPerPost(1, annotators: 2)),
      (["ann"], plan { _ in }, .badPerPost(2, annotators: 1)),
      (["ann", "bo"], plan { $0.shares = ["cy": 1] }, .unknownShare("cy", known: ["ann", "bo"])),
      (["ann", "bo"], plan { $0.shares = ["bo": 0] }, .badShare("bo=0.0")),
      (["ann", "bo"], plan { $0.shares = ["bo": .infinity] }, .badShare("bo=inf")),
      ((0..<201).map { "a\($0)" }, plan { _ in }, .tooMany(201)),
    ]
    for (names, plan, error) in cases {
      #expect(throws: error) { try Assignment(of: ["1", "2"], to: names, plan) }
    }
    #expect(throws: Never.self) {
      try Assignment(of: ["1"], to: ["ann"], Assignment.Plan(overlap: 0))
    }
  }

  // MARK: The file

  @Test func filesComeBackAsTheyWere() throws {
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let environment = ["XDG_STATE_HOME": "\(folder)/state", "HOME": folder]
      #expect(try AssignmentFile.read(for: dataset, environment: environment) == nil)
      var plan = Assignment.Plan(overlap: 0.5)
      plan.shares = ["Zoë \"z\"": 1.25]
      plan.seed = .max
      let made = try Assignment(of: dataset.posts.map(\.id), to: ["ann", "Zoë \"z\""], plan)
      let path = try AssignmentFile.path(for: dataset, environment: environment)
      #expect(path == "\(folder)/.twinlens/assignment.json")
      try AssignmentFile.write(made, to: path)
      #expect(try AssignmentFile.read(for: dataset, environment: environment) == made)
      let json = try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: path)))
      #expect((json as? [String: Any])?["version"] as? Int == 1)
      // A link out of the dataset is not followed.
      try FileManager.default.removeItem(atPath: path)
      try AssignmentFile.write(made, to: "\(folder)/../elsewhere-\(getpid()).json")
      symlink("\(folder)/../elsewhere-\(getpid()).json", path)
      #expect(throws: StoreError.self) {
        try AssignmentFile.read(for: dataset, environment: environment)
      }
      #expect(throws: AssignmentError.self) { try AssignmentFile.read(path) }
      try? FileManager.default.removeItem(atPath: "\(folder)/../elsewhere-\(getpid()).json")
    }
  }

  @Test(arguments: [
    ("", "1: "), ("[]", "1: "), (#"{"version": 2}"#, "its version is not 1"),
    (#"{"version": 1, "annotators": []}"#, "its annotators are none"),
    (#"{"version": 1, "annotators": ["a", "a"]}"#, "named twice"),
    (#"{"version": 1, "annotators": [""]}"#, "names of annotators have"),
    ("{\"version\": 1, \"annotators\": [\"a\"],\n\"posts\": {\"1\": [\"b\"]}}", "who is not among"),
    (#"{"version": 1, "annotators": ["a"], "posts": {"1": ["a", "a"]}}"#, "an annotator twice"),
    (#"{"version": 1, "annotators": ["a"], "posts": {"1": ["a"], "1": []}}"#, "stands there twice"),
    (#"{"version": 1, "annotators": ["a"], "seed": -1}"#, "is no seed"),
    (#"{"version": 1, "annotators": ["a"], "overlap": "x"}"#, "is no share"),
    (#"{"version": 1, "annotators": ["a"]} x"#, "behind the end"),
  ])
  func damagedFilesAreNamed(_ text: String, _ words: String) {
    do {
      _ = try AssignmentFile.parse(Array(text.utf8), "a.json")
      Issue.record("read: \(text)")
    } catch {
      let message = "\(error)"
      #expect(message.hasPrefix("a.json:") && message.contains(words), "\(message)")
    }
  }

  @Test func damageAnywhereIsNeverATrap() throws {
    let seed = UInt64.random(in: 0..<UInt64.max)
    var random = Random(seed: seed)
    let whole = Array(AssignmentFile.text(of: try assignment(20, 3) { $0.overlap = 0.3 }).utf8)
    for _ in 0..<2_000 {
      var bytes = whole
      for _ in 0...random.next(4) { bytes[random.next(bytes.count)] = UInt8(random.next(256)) }
      if random.next(4) == 0 { bytes = Array(bytes.prefix(random.next(bytes.count))) }
      _ = try? AssignmentFile.parse(bytes, "seed \(seed)")
    }
  }
}
