import Foundation
import Testing

@testable import Corpora

@Suite("Region files")
struct RegionFileTests {
  private func read(_ text: String) throws -> RegionFile {
    try RegionFile(bytes: Array(text.utf8), path: "x/dev_boxes.json")
  }

  @Test func keysNameTheirOwners() throws {
    let file = try read(
      """
      {"12_pred_yolo_crop_7.png": [0.5, 0.5, 1, 1e-1, 0.1], "12_pred_yolo_crop_8.png": [0,0,1,1],
       "a_crop_b_crop_0.jpg": [0, 0, 1, 1], "17_06_2932.png": [[0,0,1,1],[0,0,1,1]], "empty": []}
      """)
    #expect(file.split == .dev)
    #expect(file.count == 6)
    #expect(file.regions[.instance(12)]?.count == 2)
    #expect(file.regions[.instance(12)]?.first?.height == 0.1)
    #expect(file.regions[.picture("a_crop_b")]?.count == 1)
    #expect(file.regions[.picture("17_06_2932")]?.count == 2)
    #expect(file.regions[.picture("empty")] == [])
  }

  @Test(arguments: [
    ("", 1, 1, "expected `{`"), ("{\"a\": [0, 0, 1]}", 1, 16, "four numbers"),
    ("{\n\"a\": 3}", 2, 6, "expected `[`"), ("{\"a\": [0,0,1,1e999]}", 1, 19, "too large"),
    ("{\"a\": [0,0,1,1]} x", 1, 18, "behind the end"),
    ("{\"a\": [[0,0,1,1], 2]}", 1, 21, "side by side"), ("{\"a\": [[[1]]]}", 1, 9, "a number"),
    ("{\"a\": [0,0,1,1],}", 1, 17, "expected `\"`"),
  ])
  func whatIsWrongIsNamedWithItsPlace(text: String, line: Int, column: Int, reason: String) {
    do {
      _ = try read(text)
      Issue.record("read")
    } catch RegionError.syntax(let file, let found, let at, let why) {
      #expect(file == "x/dev_boxes.json")
      #expect(why.contains(reason), "\(why)")
      #expect((found, at) == (line, column), "\(found):\(at)")
    } catch { Issue.record("\(error)") }
  }

  @Test func aRegionHasFewNumbers() {
    let many = [String](repeating: "0", count: 17).joined(separator: ",")
    #expect(throws: RegionError.self) { try read("{\"a\": [\(many)]}") }
    #expect(throws: RegionError.self) {
      try read("{\"a\": \(String(repeating: "[", count: 100_000))")
    }
  }

  @Test func damagedFilesNeverStopTheReader() throws {
    var seed: UInt64 = 20_261_121
    func next(_ count: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33) % count
    }
    let good = Array(
      "{\"12_pred_yolo_crop_7.png\":[0.5,0.5,1,1e-1],\"a_crop_0.jpg\":[[0,0,1,1]]}".utf8)
    for _ in 0..<3000 {
      var bytes = good
      for _ in 0...next(4) {
        switch next(3) {
        case 0: bytes[next(bytes.count)] = UInt8(next(256))
        case 1: bytes.remove(at: next(bytes.count))
        default: bytes.insert(good[next(good.count)], at: next(bytes.count))
        }
      }
      do {
        _ = try RegionFile(bytes: bytes, path: "x")
      } catch let error as RegionError {
        #expect(error.description.hasPrefix("x:"), "seed 20261121")
      }
    }
  }

  @Test func filesBesideTheDatasetAreFoundByTheirContent() throws {
    try withFolder { folder in
      try write("IMGID:a\nAnn\tB-PER\n", to: "\(folder)/train.txt")
      try write("{\"a_crop_0.jpg\": [0, 0, 1, 1]}", to: "\(folder)/train_boxes.json")
      try write("{\"None\": 0}", to: "\(folder)/rel2id.json")
      try write("{\"b\": [[0, 0, 1, 1]]}", to: "\(folder)/sub/regions.json")
      try write("regions = [\"sub/regions.json\"]\n", to: "\(folder)/dataset.toml")
      let found = try Dataset.open(folder).regionPaths()
      #expect(found == ["\(folder)/sub/regions.json", "\(folder)/train_boxes.json"])
      #expect(try Dataset.open("\(folder)/train.txt").regionPaths() == found)
    }
  }
}
