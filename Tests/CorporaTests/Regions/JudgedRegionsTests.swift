import Foundation
import Testing

@testable import Corpora

@Suite("Regions that tell labels")
struct JudgedRegionsTests {
  private let labels = ["None", "/per/org/member_of", "/misc/misc/part_of", "/misc/loc/held_on"]

  /// Pairs with labels in turn, two a picture, and regions by pair: as many as the law of the
  /// public files says, or as `count` says.
  private func make(
    _ folder: String, pairs: Int = 400, count: (_ pair: Int, _ label: String) -> Int
  ) throws {
    var text = ""
    var boxes: [String] = []
    for i in 0..<pairs {
      let label = labels[i % labels.count]
      text +=
        "{'token': ['a\(i / 2)', 'b', 'c'], 'h': {'pos': [\(i % 2), \(i % 2 + 1)]}, "
        + "'t': {'pos': [2, 3]}, 'img_id': 'p\(i / 2).jpg', 'relation': '\(label)'}\n"
      for n in 0..<count(i, label) {
        boxes.append("\"\(i)_pred_yolo_crop_\(n).png\": [0.\(n), 0.\(i), 0.2, 0.2, 0.04]")
      }
    }
    try write(text, to: "\(folder)/train.txt")
    try write("{\(boxes.joined(separator: ",\n"))}", to: "\(folder)/train_boxes.json")
  }

  private func lawful(_ label: String) -> Int {
    label == "None" ? 2 : 2 + label.split(separator: "/").prefix(2).count { $0 != "misc" }
  }

  @Test func leakingRegionsAreRefusedUnlessAReproductionIsWanted() throws {
    try withFolder { folder in
      try make(folder) { lawful($1) }
      let path = "\(folder)/train_boxes.json"
      let dataset = try Dataset.open(folder)
      do {
        _ = try JudgedRegions.open(path, for: dataset)
        Issue.record("opened")
      } catch let error as RegionError {
        guard case .leaking(path, let verdict) = error else {
          Issue.record("\(error)")
          return
        }
        #expect(verdict.law?.hits == 400 && verdict.law?.pairs == 400)
        #expect(verdict.labelEntropy == 2)
        // Counts 2, 4, 2, 3: of two bits one and a half.
        #expect(abs(verdict.mutualInformation - 1.5) < 1e-9)
        #expect(error.description.contains(path))
        #expect(error.description.contains("--regions leaky-reproduction"))
      }
      let source = try JudgedRegions.open(path, for: dataset, permission: .leakyReproduction)
      #expect(source.mark == "leaky regions")
    }
  }

  @Test(arguments: [
    (#"{"_comment": "made by hand", "p_crop_0.jpg": [0.1, 0.2, 0.3, 0.4]}"#, true),
    (#"{ "p_crop_0.jpg" : [ NaN, 0.2, 0.3, 0.4]}"#, true), (#"{"p": [[0.1,0.2"#, true),
    (#"{"None": 0, "/per/per/peer": 1}"#, false), (#"{"names": ["a", "b"]}"#, false),
    (#"[[0.1, 0.2, 0.3, 0.4]]"#, false), ("", false),
  ])
  func filesOfRegionsAreKnownEvenWhenDamaged(text: String, isOne: Bool) throws {
    try withFolder { folder in
      try write(text, to: "\(folder)/x.json")
      #expect(RegionFile.isLikely("\(folder)/x.json") == isOne)
    }
  }

  @Test func remarksAreNoRegions() throws {
    try withFolder { folder in
      try make(folder) { lawful($1) }
      let path = "\(folder)/train_boxes.json"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try write("{\"_comment\": {\"by\": \"hand\"}, " + text.dropFirst(), to: path)
      #expect(throws: RegionError.self) {
        _ = try JudgedRegions.open(path, for: Dataset.open(folder))
      }
      let judged = try JudgedRegions.open(
        path, for: Dataset.open(folder), permission: .leakyReproduction)
      #expect(judged.verdict.leaks)
    }
  }

  @Test func pairsGetTheirRegions() throws {
    try withFolder { folder in
      try make(folder) { lawful($1) }
      let path = "\(folder)/train_boxes.json"
      let dataset = try Dataset.open(folder)
      #expect(throws: RegionError.self) { _ = try PairBoxes([path], for: dataset) }
      let boxes = try PairBoxes([path], for: dataset, permission: .leakyReproduction)
      #expect(boxes.mark == "leaky regions" && boxes.description.hasPrefix("train_boxes.json "))
      for post in dataset.posts {
        for pair in post.relations {
          let own = boxes[post.id].boxes(head: pair.head, tail: pair.tail)
          #expect(own.count == lawful(pair.label))
        }
        // A pair that somebody added sees all of the post's.
        let all = boxes[post.id].boxes(head: 2..<3, tail: 0..<1)
        #expect(all.count == post.relations.reduce(0) { $0 + lawful($1.label) })
      }
      #expect(boxes["nobody"].boxes(head: 0..<1, tail: 1..<2).isEmpty)
    }
  }

  /// The pair's own regions and its picture's fill different places, whichever file is named
  /// first; of the pair's own, equal ones stand in places of their own.
  @Test(arguments: [2, 3, 4], [false, true])
  func regionsOfPairAndPictureAreApart(count: Int, detectedFirst: Bool) throws {
    try withFolder { folder in
      try make(folder, pairs: 4) { _, _ in 0 }
      let same = "[0.5, 0.5, 0.25, 0.25]"
      let ofPairs = (0..<4).flatMap { pair in
        (0..<count).map { n in
          let box = n < 2 ? "[0.\(n + 1), 0.\(pair), 0.25, 0.25]" : same
          return "\"\(pair)_pred_yolo_crop_\(n).png\": \(box)"
        }
      }
      let ofPictures = (0..<2).flatMap { picture in
        (0..<3).map { "\"p\(picture)_crop_\($0).jpg\": [0.7, 0.\($0), 0.125, 0.125]" }
      }
      let files = [(ofPairs, "train_vg.json"), (ofPictures, "train_detect.json")]
      for (boxes, name) in files {
        try write("{\(boxes.joined(separator: ",\n"))}", to: "\(folder)/\(name)")
      }
      let paths = files.map { "\(folder)/\($0.1)" }
      let boxes = try PairBoxes(
        detectedFirst ? paths.reversed() : paths, for: Dataset.open(folder),
        permission: .leakyReproduction)
      let post = try #require(Dataset.open(folder).posts.first)
      let found = boxes[post.id].parts(head: 0..<1, tail: 2..<3)
      #expect(found.ofPair.count == count && found.ofPicture.count == 3)
      #expect(found.ofPair.map(\.width) == Array(repeating: 0.25, count: count))
      #expect(found.ofPicture.map(\.width) == [0.125, 0.125, 0.125])
      if count == 4 { #expect(found.ofPair[2] == found.ofPair[3]) }
    }
  }

  @Test func regionsThatDoNotLookAtLabelsPassWithoutAMark() throws {
    try withFolder { folder in
      var seed: UInt64 = 7
      try make(folder) { _, _ in
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(seed >> 33) % 4
      }
      let source = try JudgedRegions.open(
        "\(folder)/train_boxes.json", for: Dataset.open(folder))
      #expect(source.mark == nil)
      #expect(source.verdict.excess < source.verdict.allowance)
      // The same number for each tells nothing at all.
      try make(folder) { _, _ in 3 }
      let same = try JudgedRegions.open("\(folder)/train_boxes.json", for: Dataset.open(folder))
      #expect(same.verdict.mutualInformation == 0 && !same.verdict.leaks)
    }
  }

  @Test func sameness() throws {
    try withFolder { folder in
      try make(folder) { _, _ in 0 }
      // Two regions each; those of None are the same twice.
      let boxes = (0..<400).map { i in
        "\"\(i)\": [[0, 0, 1, 1], [0, 0, 1, \(i % 4 == 0 ? 1 : 0.5)]]"
      }
      try write("{\(boxes.joined(separator: ","))}", to: "\(folder)/boxes.json")
      let dataset = try Dataset.open(folder)
      let verdict = try RegionFile(path: "\(folder)/boxes.json").verdict(for: dataset)
      // Numbers alone are indices when no picture has such a name.
      #expect(verdict?.strangers == 0 && verdict?.leaks == true)
      #expect(abs((verdict?.mutualInformation ?? 0) - 0.811) < 0.001)
    }
  }

  @Test func regionsOfAnotherDatasetAreNamed() throws {
    try withFolder { folder in
      try make(folder) { lawful($1) }
      try write("{\"elsewhere_crop_1.jpg\": [0, 0, 1, 1]}", to: "\(folder)/other.json")
      #expect(throws: RegionError.unrelated(file: "\(folder)/other.json", dataset: "data")) {
        try JudgedRegions.open(
          "\(folder)/other.json",
          for: Dataset(name: "data", posts: try Dataset.open(folder).posts))
      }
    }
  }

  @Test func linesAreCountedAsTheyStand() throws {
    try withFolder { folder in
      try make(folder, pairs: 4) { lawful($1) }
      // A post's second pair behind another post's: posts gather them, indices do not.
      let lines = try String(contentsOfFile: "\(folder)/train.txt", encoding: .utf8)
        .split(separator: "\n")
      let mixed = [lines[0], lines[2], "", "not a pair", lines[1], lines[3]]
      try write(mixed.joined(separator: "\n"), to: "\(folder)/train.txt")
      let dataset = try Dataset.open(folder)
      let instances = try dataset.instances(of: dataset.files[0])
      #expect(instances.map(\.index) == [0, 1, 3, 4])
      #expect(instances.map(\.line) == [1, 2, 5, 6])
      #expect(instances.map(\.post) == [0, 1, 0, 1])
      #expect(instances.map(\.label) == [labels[0], labels[2], labels[1], labels[3]])
    }
  }
}

@Suite("Public region files", .enabled(if: sharedData != nil, "needs the real data"))
struct PublicRegionTests {
  @Test("acceptance 6: the law of MODELS §1.1 is found, detector boxes pass")
  func theLawIsFound() throws {
    let folder = "\(try #require(sharedData))/mnre"
    let dataset = try Dataset.open(folder)
    #expect(dataset.regionPaths().count == 4)
    for (split, hits, pairs) in [("train", 12_245, 12_247), ("dev", 1_622, 1_624)] {
      let leaking = try #require(
        try RegionFile(path: "\(folder)/\(split)_vg_box_dict.json").verdict(for: dataset))
      #expect(leaking.leaks && leaking.strangers == 0)
      #expect(leaking.law?.hits == hits && leaking.law?.pairs == pairs)
      #expect(leaking.mutualInformation > 1.4 && leaking.excess > 1.4)
      let clean = try #require(
        try RegionFile(path: "\(folder)/\(split)_detect_box_dict.json").verdict(for: dataset))
      #expect(!clean.leaks && clean.instances == pairs)
      #expect(clean.excess < 0.01, "\(clean.excess)")
    }
  }
}
