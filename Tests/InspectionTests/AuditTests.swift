import Corpora
import Foundation
import Pictures
import Testing

@testable import Inspection

@Suite("Audits")
struct AuditTests {
  /// A folder with the given files, audited.
  private func audit(
    _ files: [String: String], pictures: [String: RGB] = [:], regions: [String] = []
  ) throws -> DatasetAudit {
    let folder = NSTemporaryDirectory() + "audit-" + UUID().uuidString
    let images = folder + "/images"
    try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, text) in files {
      try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }
    for (name, color) in pictures {
      let picture = Picture(width: 8, height: 8, color: color)
      try Data(picture.png()).write(to: URL(fileURLWithPath: "\(images)/\(name)"))
    }
    return try DatasetAudit(
      Dataset.open(folder), regions: regions.map { "\(folder)/\($0)" })
  }

  private func post(_ id: String, _ words: String, _ tags: String) -> String {
    let lines = zip(words.split(separator: " "), tags.split(separator: " ")).map {
      "\($0)\t\($1)\n"
    }
    return "IMGID:\(id)\n\(lines.joined())\n"
  }

  private func only(_ kind: AuditFinding.Kind, _ audit: DatasetAudit) throws -> AuditFinding {
    let found = audit.findings.filter { $0.kind == kind }
    #expect(found.count == 1, "\(audit.findings)")
    return try #require(found.first)
  }

  /// However many pictures lie in it, a folder that leads out is one reason, told once.
  @Test func aFolderThatLeadsOutIsToldOnce() throws {
    let folder = NSTemporaryDirectory() + "audit-link-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in ["data", "store"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    for name in ["a", "b", "c"] {
      let picture = Picture(width: 8, height: 8, color: RGB(1, 2, 3))
      try Data(picture.png()).write(to: URL(fileURLWithPath: "\(folder)/store/\(name).png"))
    }
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder)/data/images", withDestinationPath: "\(folder)/store")
    let text = ["a", "b", "c"].map { post($0, "Ann sees", "B-PER O") }.joined()
    try text.write(toFile: "\(folder)/data/train.txt", atomically: true, encoding: .utf8)
    let audit = try DatasetAudit(Dataset.open("\(folder)/data"))
    let found = try only(.refusedImage, audit)
    #expect(found.count == 3 && found.examples.count == 3)
    #expect(found.message.contains("the folder \(folder)/data/images leads out"))
    #expect(found.message.contains("give --images \(folder)/store to use it"))
    #expect(found.examples.allSatisfy { !$0.contains("leads out") })
    #expect(found.remedy.hasPrefix("Give --images"))
    #expect(!audit.findings.contains { $0.kind == .missingImage })
  }

  @Test func picturesOfTwoSplitsAreSerious() throws {
    let result = try audit(
      [
        "train.txt": post("a", "Ann sees", "B-PER O") + post("b", "Bob sees", "B-PER O"),
        "test.txt": post("a", "Cat sees", "B-PER O") + post("c", "Dan sees", "B-PER O"),
      ],
      pictures: ["a.png": RGB(1, 2, 3), "b.png": RGB(9, 9, 9), "c.png": RGB(9, 9, 9)])
    let found = result.findings.filter { $0.kind == .sharedImage }
    #expect(found.map(\.severity) == [.serious, .serious])
    #expect(found.map(\.file) == ["test.txt", "test.txt"])
    #expect(found[0].message.contains("by name") && found[0].examples.first?.contains("a") == true)
    #expect(found[1].message.contains("by content") && found[1].line == 5)
    #expect(found.map(\.count) == [1, 1])
    #expect(result.isSerious && result.pictures == 3)
  }

  @Test func aPlaceholderIsNoLeak() throws {
    let gray = RGB(128, 128, 128)
    let result = try audit(
      [
        "train.txt": post("a", "Ann sees", "B-PER O") + post("b", "Bob sees", "B-PER O"),
        "test.txt": post("c", "Cat sees", "B-PER O") + post("d", "Dan sees", "B-PER O"),
      ],
      pictures: ["a.png": gray, "b.png": gray, "c.png": gray, "d.png": RGB(1, 2, 3)])
    let found = try only(.placeholderImage, result)
    #expect(found.severity == .warning && found.count == 3 && found.line == 1)
    #expect(!result.findings.contains { $0.kind == .sharedImage } && !result.isSerious)
  }

  @Test func countsAreBySplit() throws {
    let folder = NSTemporaryDirectory() + "counts-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try (post("a", "Ann sees", "B-PER O") + post("a", "Tarn sees", "B-LOC O"))
      .write(toFile: folder + "/train.txt", atomically: true, encoding: .utf8)
    try post("b", "Bob sees", "B-PER O")
      .write(toFile: folder + "/test.txt", atomically: true, encoding: .utf8)
    try Data(Picture(width: 8, height: 8, color: RGB(1, 2, 3)).png())
      .write(to: URL(fileURLWithPath: folder + "/a.png"))
    let rows = DatasetCounts(try Dataset.open(folder)).rows
    #expect(rows.map(\.split) == [.train, .test, nil])
    #expect(rows.map(\.posts) == [2, 1, 3])
    #expect(rows.map(\.pictures) == [1, 1, 2])
    #expect(rows.map(\.foundPictures) == [1, 0, 1])
    #expect(rows[2].mentions == [.person: 2, .location: 1])
  }

  @Test func filesPassedOverAreFindings() throws {
    let result = try audit([
      "train.txt": post("a", "Ann sees", "B-PER O"), "test.json": "[]", "dev.txt": "",
    ])
    let found = result.findings.filter { $0.kind == .passedOverFile }
    #expect(found.map(\.file) == ["dev.txt", "test.json"])
    #expect(found.allSatisfy { $0.severity == .warning })
  }

  @Test func textsOfTwoSplitsAreSerious() throws {
    let result = try audit([
      "train.txt": post("a", "Ann sees http://x.y/1", "B-PER O O"),
      "dev.txt": post("b", "ann sees http://x.y/2", "B-PER O O") + post("c", "Dan", "B-PER"),
    ])
    let found = try only(.sharedText, result)
    #expect(found.severity == .serious && found.file == "dev.txt" && found.line == 1)
    #expect(found.count == 1)
    #expect(!result.findings.contains { $0.kind == .sharedImage })
  }

  @Test func orphansAndMissingPicturesAreNotices() throws {
    let result = try audit(["train.txt": post("a", "the Ann saw", "O I-PER O")])
    let orphan = try only(.orphanTag, result)
    #expect(
      orphan.severity == .notice && orphan.line == 3 && orphan.examples == ["train.txt:3: I-PER"])
    let missing = try only(.missingImage, result)
    #expect(missing.severity == .notice && missing.count == 1 && missing.file == "train.txt")
    #expect(!result.isSerious)
  }

  @Test func labelsThatContradictEachOther() throws {
    let result = try audit([
      "train.txt": post("a", "Paris wins", "B-LOC O") + post("b", "Paris wins", "B-PER O")
    ])
    let found = try only(.conflictingLabels, result)
    #expect(found.severity == .warning && found.line == 5 && found.count == 1)
    let pair =
      "{'token': ['A', 'B'], 'h': {'pos': [0, 1]}, 't': {'pos': [1, 2]}, 'img_id': 'a.jpg', "
      + "'relation': 'None'}\n"
    let other = pair.replacingOccurrences(of: "None", with: "/per/per/peer")
    let relations = try audit(["train.txt": pair + pair + other])
    #expect(try only(.conflictingLabels, relations).message.contains("1 pair has another relation"))
  }

  @Test func emptyWordsAndBrokenLines() throws {
    let result = try audit([
      // Written out: a selector clings to the blank before it, so that `post` would not part them.
      "train.txt": "IMGID:a\nAnn\tB-PER\n\u{FE0F}\tO\n\nstray\n" + post("b", "c", "E-PER")
    ])
    #expect(try only(.emptyToken, result).line == 3)
    #expect(try only(.malformedLine, result).severity == .warning)
    #expect(try only(.foreignTag, result).severity == .warning)
  }

  @Test func brokenPicturesAreNamed() throws {
    let result = try audit(
      ["train.txt": post("a", "Ann", "B-PER"), "images/a.jpg": "not a picture"])
    let found = try only(.undecodableImage, result)
    #expect(
      found.severity == .warning && found.examples.first?.hasPrefix("train.txt:1: post a: ") == true
    )
    #expect(!result.findings.contains { $0.kind == .missingImage })
  }

  @Test func labelsSpreadOtherwise() throws {
    func posts(_ people: Int, _ places: Int, _ prefix: String) -> String {
      (0..<people).map { post("\(prefix)\($0)", "\(prefix)p\($0)", "B-PER") }.joined()
        + (0..<places).map { post("\(prefix)x\($0)", "\(prefix)l\($0)", "B-LOC") }.joined()
    }
    let result = try audit(["train.txt": posts(200, 200, "t"), "test.txt": posts(180, 20, "e")])
    let found = try only(.labelShift, result)
    #expect(found.severity == .warning && found.file == "test.txt")
    #expect(found.examples.contains("PER: 50 % in train, 90 % in test"))
    let same = try audit(["train.txt": posts(200, 200, "t"), "test.txt": posts(55, 45, "e")])
    #expect(!same.findings.contains { $0.kind == .labelShift })
  }

  @Test func shiftsAreMeasuredInBits() {
    let test = LabelShift(["a": 1000], ["b": 1000])
    #expect(test.divergence == 1 && test.pValue < 1e-9)
    let same = LabelShift(["a": 10, "b": 30], ["a": 20, "b": 60])
    #expect(same.divergence < 1e-12 && same.pValue > 0.5)
    // Tables: χ² of 3.84 with one degree and of 18.31 with ten are the 5 % points.
    #expect(abs(LabelShift.chiSquareTail(3.841, degrees: 1) - 0.05) < 0.005)
    #expect(abs(LabelShift.chiSquareTail(18.307, degrees: 10) - 0.05) < 0.001)
  }

  @Test func regionsThatTellLabels() throws {
    var pairs = ""
    var leaking: [String] = []
    for i in 0..<200 {
      let label = i % 2 == 0 ? "None" : "/per/per/peer"
      pairs +=
        "{'token': ['w\(i)', 'x'], 'h': {'pos': [0, 1]}, 't': {'pos': [1, 2]}, "
        + "'img_id': 'p\(i).jpg', 'relation': '\(label)'}\n"
      for n in 0..<(i % 2 == 0 ? 2 : 4) {
        leaking.append("\"\(i)_pred_yolo_crop_\(n).png\": [0.\(n), 0, 1, 1, 0.1]")
      }
    }
    let clean = (0..<200).map { "\"p\($0)_crop_0.jpg\": [0, 0, 1, 1, 1]" }
    let result = try audit([
      "train.txt": pairs, "train_leaks.json": "{\(leaking.joined(separator: ","))}",
      "train_clean.json": "{\(clean.joined(separator: ","))}", "ids.json": "{\"None\": 0}",
      "dev_other.json": "{\"q_crop_0.jpg\": [0, 0, 1, 1]}",
      "train_broken.json": "{\"q_crop_0.jpg\": [0, 0, 1, 1], 3}",
    ])
    let leak = try only(.regionLeak, result)
    #expect(leak.severity == .serious && leak.file == "train_leaks.json")
    let measures = Dictionary(uniqueKeysWithValues: leak.measures.map { ($0.name, $0.value) })
    #expect(abs((measures["mutualInformation"] ?? 0) - 1) < 1e-9)
    #expect(measures["lawHits"] == 200)
    #expect(result.regions.map(\.file) == ["train_clean.json", "train_leaks.json"])
    #expect(try only(.unreadableRegions, result).file == "train_broken.json")
    #expect(!result.findings.contains { $0.kind == .unrelatedRegions })
    #expect(throws: RegionError.self) {
      try audit(
        ["train.txt": pairs, "boxes.txt.json": "{\"a\": 3}"], regions: ["boxes.txt.json"])
    }
  }
}
