import Corpora
import Foundation
import Synchronization
import Testing

@testable import Services

/// Files of a dataset that change while it is open.
@Suite("The look at a dataset's files") struct DatasetWatchTests {
  private final class Told: Sendable {
    private let all = Mutex<[String]>([])
    func add(_ words: String) { all.withLock { $0.append(words) } }
    var words: [String] { all.withLock { $0 } }

    /// Waits until so many sentences are there.
    func wait(for count: Int) -> [String] {
      for _ in 0..<400 where words.count < count { usleep(25_000) }
      return words
    }
  }

  @Test func changesAreToldOnce() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let told = Told()
    let watch = DatasetWatch(try Dataset.open(data), every: 0.05) { told.add($1) }
    let path = data + "/train.jsonl"
    let text = try Program.text(path)
    try (text + "\n").write(toFile: path, atomically: true, encoding: .utf8)
    #expect(
      told.wait(for: 1).first?.hasPrefix("train.jsonl was changed by another program") == true)
    try FileManager.default.removeItem(atPath: path)
    #expect(told.wait(for: 2).last?.hasPrefix("train.jsonl is gone from the disk") == true)
    usleep(300_000)
    #expect(told.words.count == 2)
    withExtendedLifetime(watch) {}
  }

  /// brat keeps the words in another file than the labels.
  @Test func theTextBesideLabelsIsLookedAt() throws {
    let folder = try TemporaryFolder()
    let data = folder.path + "/brat"
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    try "Ann in Oslo\n".write(toFile: data + "/1.txt", atomically: true, encoding: .utf8)
    try "T1\tPER 0 3\tAnn\n".write(toFile: data + "/1.ann", atomically: true, encoding: .utf8)
    let told = Told()
    let watch = DatasetWatch(try Dataset.open(data), every: 0.05) { told.add($1) }
    try "Eve in Oslo\n".write(toFile: data + "/1.txt", atomically: true, encoding: .utf8)
    #expect(told.wait(for: 1).first?.hasPrefix("1.txt was changed by another program") == true)
    withExtendedLifetime(watch) {}
  }
}
