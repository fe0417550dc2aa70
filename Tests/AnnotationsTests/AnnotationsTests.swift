import Foundation
import Testing

@testable import Annotations
@testable import Corpora

/// A folder of its own for one test, removed afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = "\(NSTemporaryDirectory())annotations-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}

func write(_ text: String, to path: String) throws {
  try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}

/// A repeatable source of random numbers (SplitMix64).
struct Random {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) >> 1) % bound
  }
}

/// Two files with odd tags: orphans, OTHER, unknown prefixes, and JSON Lines with relations.
func writeOddDataset(to folder: String, seed: UInt64) throws {
  var random = Random(seed: seed)
  let tags = [
    "O", "O", "O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-OTHER", "I-OTHER", "E-ORG", "x",
  ]
  var text = ""
  for post in 0..<40 {
    text += "IMGID:\(post)\r\n"
    for word in 0...random.next(9) { text += "w\(word)\t\(tags[random.next(tags.count)])\r\n" }
    text += "\r\n"
  }
  try write(text, to: "\(folder)/train.txt")
  let lines = (0..<10).map { post in
    let tokens = (0...random.next(9)).map { "\"w\($0)\"" }.joined(separator: ", ")
    return "{\"tokens\":[\(tokens)], \"id\":\"j\(post)\" ,\"mentions\":[],"
      + "\"relations\":[{\"head\":[0,1],\"tail\":[0,1],\"label\":\"None\"}], \"more\":{}}"
  }
  try write(lines.joined(separator: "\n"), to: "\(folder)/dev.jsonl")
}

/// A small dataset: `Paris in May`, `Ann Lee`.
func openSmall(_ folder: String) throws -> Dataset {
  let path = "\(folder)/train.txt"
  if !FileManager.default.fileExists(atPath: path) {
    try write("IMGID:1\nParis\tB-PER\nin\tO\nMay\tO\n\nIMGID:2\nAnn\tO\nLee\tO\n", to: path)
  }
  return try Dataset.open(folder)
}
