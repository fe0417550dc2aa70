import Annotations
import Foundation

/// An edit from its making until SQLite has committed it.
package enum EditBench {
  package static func rows(_ setting: BenchSetting) throws -> [BenchRow] {
    let store = try AnnotationStore(path: setting.folder + "/edits.sqlite")
    let figures = try Stopwatch.figures(times: 1_000, seconds: 8) { turn in
      let step = Step(
        sequence: Int64(turn + 1), post: "post-\(turn % 100)", file: "train.txt",
        postHash: String(repeating: "a", count: 64), tokensHash: String(repeating: "b", count: 64),
        annotator: "bench", time: Step.now(),
        kind: .edit(.relation(head: 0..<1, tail: 2..<4, before: nil, after: "/per/org/member")),
        name: "relation /per/org/member")
      return try Stopwatch.milliseconds { try store.append(step) }
    }
    return [
      BenchRow(
        what: "edit durable", budget: Budget(statistic: .p99, limit: 5), figures: figures,
        note: isInMemory(setting.folder)
          ? "the temporary folder is in memory; name one on a disk with TMPDIR" : nil)
    ]
  }

  /// Whether a folder is on a file system without a disk, where nothing is durable.
  private static func isInMemory(_ folder: String) -> Bool {
    let mounts = (try? String(contentsOfFile: "/proc/mounts", encoding: .utf8)) ?? ""
    // Device, place, type, options: fstab(5). The longest place that leads to the folder counts.
    var longest = 0
    var type = ""
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ").map(String.init)
      guard fields.count > 2, fields[1].count > longest else { continue }
      guard fields[1] == "/" || folder.hasPrefix(fields[1] + "/") else { continue }
      longest = fields[1].count
      type = fields[2]
    }
    return type == "tmpfs" || type == "ramfs"
  }
}
