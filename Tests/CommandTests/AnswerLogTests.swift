import Foundation
import Testing

@testable import Services

/// Files of answers: what was kept is found again, and damage costs nothing but time.
@Suite("Answers on disk") struct AnswerLogTests {
  private func key(_ number: Int) -> PostKey { PostKey(high: UInt64(number), low: .max) }

  private func value(_ number: Int) -> [UInt8] {
    (0..<(number * 7 % 40)).map { UInt8(($0 * 31 + number) & 255) }
  }

  private func fill(_ path: String, _ count: Int = 20) throws {
    let log = try #require(AnswerLog(path))
    #expect(log.insert((0..<count).map { (key($0), value($0)) }))
  }

  @Test func isThereTheNextTime() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/answers/a.answers"
    try fill(path)
    let log = try #require(AnswerLog(path))
    #expect(log.count == 20)
    for number in 0..<20 { #expect(log.value(key(number)) == value(number)) }
    #expect(log.value(key(20)) == nil)
    log.insert([(key(3), [1, 2, 3])])
    #expect(log.value(key(3)) == [1, 2, 3], "the newest counts")
    var info = stat()
    #expect(stat(path, &info) == 0 && info.st_mode & 0o777 == 0o600)
    #expect(stat(folder.path + "/answers", &info) == 0 && info.st_mode & 0o777 == 0o700)
  }

  /// Every byte flipped and every length: what is found is right, and the file can be added to.
  @Test func damageIsNeverBelieved() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.answers"
    try fill(path, 6)
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let variants =
      bytes.indices.map { at in
        var damaged = bytes
        damaged[at] ^= 0x41
        return damaged
      } + (0..<bytes.count).map { Array(bytes[..<$0]) } + [bytes + [1, 2, 3], bytes + bytes]
    for variant in variants {
      try Data(variant).write(to: URL(fileURLWithPath: path))
      let log = try #require(AnswerLog(path))
      for number in 0..<6 {
        let found = log.value(key(number))
        #expect(found == nil || found == value(number))
      }
      log.insert([(key(9), value(9))])
      #expect(log.value(key(9)) == value(9))
      let count = log.count
      // The next to open it sees the same.
      _ = consume log
      #expect(try #require(AnswerLog(path)).count == count)
    }
  }

  @Test func isBounded() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.answers"
    let log = try #require(AnswerLog(path, limit: 2_000))
    for number in 0..<200 {
      log.insert([(key(number), [UInt8](repeating: 7, count: 100))])
      #expect(log.value(key(number))?.count == 100)
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
      #expect((size ?? .max) <= 2_000)
    }
    #expect(!log.insert([(key(1), [UInt8](repeating: 7, count: 3_000))]))
    #expect(log.value(key(199)) != nil || log.count == 0)
  }

  @Test func oldFilesGo() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b", "c"] {
      let path = folder.path + "/\(name).answers"
      try Data(count: 1_000).write(to: URL(fileURLWithPath: path))
      let age = name == "a" ? 300.0 : name == "b" ? 200 : 100
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: path)
    }
    try Data(count: 9_000).write(to: URL(fileURLWithPath: folder.path + "/notes.txt"))
    AnswerLog.prune(folder.path, to: 2_500)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(left == ["b.answers", "c.answers", "notes.txt"])
  }

  /// A dataset from elsewhere must not have other files written, or its own believed to be ours.
  @Test func linksAreNotFollowed() throws {
    let folder = try TemporaryFolder()
    let target = folder.path + "/target"
    try Data("mine".utf8).write(to: URL(fileURLWithPath: target))
    for make in [symlink, link] {
      let path = folder.path + "/a.answers"
      #expect(make(target, path) == 0)
      let log = try #require(AnswerLog(path))
      log.insert([(key(1), value(1))])
      #expect(log.value(key(1)) == value(1), "a temporary file takes its place")
      #expect(try String(contentsOfFile: target, encoding: .utf8) == "mine")
      unlink(path)
    }
    let elsewhere = folder.path + "/elsewhere"
    mkdir(elsewhere, 0o700)
    #expect(symlink(elsewhere, folder.path + "/linked") == 0)
    _ = try #require(AnswerLog(folder.path + "/linked/a.answers"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere).isEmpty)
  }

  @Test func twoProgramsDoNotShareAFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.answers"
    let first = try #require(AnswerLog(path))
    let second = try #require(AnswerLog(path))
    second.insert([(key(2), value(2))])
    first.insert([(key(1), value(1))])
    #expect(first.count == 1 && second.count == 1 && second.value(key(2)) == value(2))
  }
}
