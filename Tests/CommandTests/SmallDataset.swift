import Foundation
import Pictures

/// A few posts with pictures of two colours that no theme uses, written into a folder.
enum SmallDataset {
  static let left = RGB(255, 0, 255)
  static let right = RGB(0, 255, 0)

  /// Makes the dataset in `folder`/data and returns its path; `more` posts of the same kind follow.
  static func make(in folder: TemporaryFolder, more: Int = 0) throws -> String {
    let root = folder.path + "/data"
    try FileManager.default.createDirectory(
      atPath: root + "/images", withIntermediateDirectories: true)
    var lines = ""
    let added = (0..<more).map { (["Ada", "met", "Tarn", "\($0)"], [(0, 1, "PER")]) }
    for (i, post) in (posts + added).enumerated() {
      let words = post.words.map { "\"\($0)\"" }.joined(separator: ",")
      let mentions = post.mentions.map {
        "{\"start\":\($0.0),\"end\":\($0.1),\"type\":\"\($0.2)\"}"
      }.joined(separator: ",")
      lines +=
        "{\"id\":\"post-\(i)\",\"image\":\"p\(i)\",\"tokens\":[\(words)],\"mentions\":[\(mentions)]}\n"
      // Some pictures are missing or broken, as in real data.
      switch i {
      case 3: break
      case 4:
        try Data([0xFF, 0xD8, 0xFF, 0]).write(to: URL(fileURLWithPath: root + "/images/p4.jpg"))
      default:
        let bytes = try picture(width: 90 + 20 * i, height: 60).png()
        try Data(bytes).write(to: URL(fileURLWithPath: root + "/images/p\(i).png"))
      }
    }
    try lines.write(toFile: root + "/train.jsonl", atomically: true, encoding: .utf8)
    try "name = \"small\"\ntypes = [\"PER\", \"LOC\", \"ORG\", \"MISC\"]\n".write(
      toFile: root + "/dataset.toml", atomically: true, encoding: .utf8)
    return root
  }

  private static let posts: [(words: [String], mentions: [(Int, Int, String)])] = [
    (["Ada", "sees", "the", "Gull", "from", "Pier", "Nine", "."], [(0, 1, "PER"), (5, 7, "LOC")]),
    (["Rook", "Rovers", "win", "again", "!"], [(0, 2, "ORG")]),
    (["nothing", "to", "see", "here"], []),
    (["Mira", "lost", "her", "picture"], [(0, 1, "PER")]),
    (["a", "broken", "picture", "of", "Tarn", "Hill"], [(4, 6, "LOC")]),
    (["escape", "\\u001b[2Jme", "and", "\\u202eturn"], []),
  ]

  private static func picture(width: Int, height: Int) -> Picture {
    var picture = Picture(width: width, height: height, color: left)
    for y in 0..<height {
      for x in (width / 2)..<width { picture[x, y] = right }
    }
    return picture
  }
}
