import Foundation
import Testing

@testable import Corpora
@testable import Files

/// Archives by their blocks.
enum Tar {
  static func header(
    _ name: String, _ size: String, type: Character = "0", prefix: String = "", gnu: Bool = false
  ) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ place: Int) {
      block.replaceSubrange(place..<(place + text.utf8.count), with: text.utf8)
    }
    put(String(name.prefix(100)), 0)
    put("0000644\0", 100)
    put(size, 124)
    put(String(type), 156)
    put(gnu ? "ustar  \0" : "ustar\u{0}00", 257)
    put(prefix, 345)
    return summed(block)
  }

  /// The block with its sum.
  static func summed(_ block: [UInt8]) -> [UInt8] {
    var block = block
    block.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
    let sum = block.reduce(0) { $0 + Int($1) }
    let digits = String(sum, radix: 8)
    let text = String(repeating: "0", count: 6 - digits.count) + digits + "\0 "
    block.replaceSubrange(148..<156, with: text.utf8)
    return block
  }

  static func octal(_ number: Int) -> String {
    let digits = String(number, radix: 8)
    return String(repeating: "0", count: 11 - digits.count) + digits + "\0"
  }

  static func padded(_ content: [UInt8]) -> [UInt8] {
    content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  static func file(_ name: String, _ content: [UInt8], type: Character = "0") -> [UInt8] {
    header(name, octal(content.count), type: type) + padded(content)
  }

  static func pax(_ records: [(String, String)]) -> [UInt8] {
    var content = ""
    for (key, value) in records {
      var length = key.utf8.count + value.utf8.count + 3
      while "\(length)".utf8.count + key.utf8.count + value.utf8.count + 3 != length {
        length = "\(length)".utf8.count + key.utf8.count + value.utf8.count + 3
      }
      content += "\(length) \(key)=\(value)\n"
    }
    return file("pax", Array(content.utf8), type: "x")
  }

  static let end = [UInt8](repeating: 0, count: 1024)
}

@Suite("Tar archives")
struct TarStreamTests {
  private func events(
    _ bytes: [UInt8], piece: Int = 777, takes: Bool = true
  ) throws -> [TarStream.Event] {
    var archive = TarStream(byteStream(bytes, piece: piece))
    var all: [TarStream.Event] = []
    while let event = try archive.next(takes: { _, size in takes && size <= 1 << 20 }) {
      if event != .end { all.append(event) }
      if all.count > 10_000 { break }
    }
    return all
  }

  private func members(_ bytes: [UInt8], piece: Int = 777) throws -> [String] {
    try events(bytes, piece: piece).map {
      switch $0 {
      case .member(let member):
        member.name + "=" + (member.content.map { String(decoding: $0, as: UTF8.self) } ?? "?")
      case .damage(let reason): "! " + reason
      case .end: "the end"
      }
    }
  }

  private let text = Array("hello".utf8)

  @Test("plain files are found, whatever stands between them", arguments: [1, 512, 513, 1 << 16])
  func plain(piece: Int) throws {
    let archive =
      Tar.file("dir/", [], type: "5") + Tar.file("a.txt", text)
      + Tar.header("link", Tar.octal(99), type: "2") + Tar.file("b.txt", [])
      + Tar.file("c", [UInt8](repeating: 0x78, count: 512)) + Tar.end + Tar.end
      + Tar.file("joined", text) + Tar.end
    #expect(
      try members(archive, piece: piece)
        == ["a.txt=hello", "b.txt=", "c=" + String(repeating: "x", count: 512), "joined=hello"])
  }

  @Test("long names come by ustar's prefix, by GNU's way and by pax, and sizes by pax and base 256")
  func names() throws {
    let long = String(repeating: "d", count: 90) + "/" + String(repeating: "n", count: 120) + ".jpg"
    var big = Tar.header("huge", Tar.octal(0), gnu: true)
    big.replaceSubrange(124..<136, with: [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5])
    let archive =
      Tar.header("name", Tar.octal(5), prefix: "some/folder") + Tar.padded(text)
      + Tar.file("././@LongLink", Array(long.utf8) + [0], type: "L") + Tar.file("cut", text)
      + Tar.pax([("path", "päx/name"), ("size", "5"), ("mtime", "1.5")])
      + Tar.header("cut", Tar.octal(0)) + Tar.padded(text)
      + Tar.summed(big) + Tar.padded(text) + Tar.file("last", text) + Tar.end
    #expect(
      try members(archive) == [
        "some/folder/name=hello", long + "=hello", "päx/name=hello", "huge=hello", "last=hello",
      ])
  }

  @Test("what is not wanted is passed over, with its place")
  func places() throws {
    let archive = Tar.file("a", text) + Tar.pax([("path", "p")]) + Tar.file("b", text) + Tar.end
    let found = try events(archive, takes: false)
    #expect(found.count == 2)
    for event in found {
      guard case .member(let member) = event else {
        Issue.record("\(event)")
        continue
      }
      #expect(member.content == nil)
      #expect(Array(archive[member.offset..<(member.offset + member.size)]) == text)
    }
  }

  @Test(
    "sizes that lie allocate nothing and end with the archive",
    arguments: [
      "77777777777\0", "00007777777\0", "99999999999\0", "-0000000001\0", "\u{0}\u{0}\u{0}\u{0}",
    ])
  func sizes(_ size: String) throws {
    let archive = Tar.header("a", size) + Tar.padded(text)
    let found = try members(archive)
    #expect(found.count <= 2, "\(found)")
    if size.hasPrefix("\u{0}") {
      #expect(found.first == "a=")
    } else {
      #expect(found.last.map { $0.hasPrefix("! ") || $0.hasSuffix("=?") } ?? true, "\(found)")
    }
  }

  @Test("base 256 that is negative or too large, and pax records that lie, are damage")
  func numbers() throws {
    for bytes: [UInt8] in [
      [UInt8](repeating: 0xFF, count: 12), [0x80] + [UInt8](repeating: 0xFF, count: 11),
      [0xC0] + [UInt8](repeating: 0, count: 11),
    ] {
      var block = Tar.header("a", Tar.octal(0))
      block.replaceSubrange(124..<136, with: bytes)
      let found = try members(Tar.summed(block) + Tar.padded(text) + Tar.file("b", text) + Tar.end)
      #expect(found.count == 2)
      #expect(found.first?.hasPrefix("! ") == true, "\(found)")
      #expect(found.last == "b=hello")
    }
    for records in [
      "99 path=a\n", "6 p=\n", "0 path=a\n", "18446744073709551616 path=a\n", "path=a\n",
      "9 path=ab", "13 size=-100\n", "29 size=99999999999999999999\n",
    ] {
      let archive = Tar.file("pax", Array(records.utf8), type: "x") + Tar.file("b", text) + Tar.end
      let found = try members(archive)
      #expect(found.first?.hasPrefix("! ") == true, "\(records): \(found)")
      #expect(found.last == "b=hello", "\(records): \(found)")
    }
  }

  @Test("an archive that is cut anywhere gives the members before the cut, and says so")
  func cut() throws {
    let archive = Tar.file("a", text) + Tar.pax([("path", "p")]) + Tar.file("b", text)
    for count in 0..<archive.count {
      let found = try members(Array(archive.prefix(count)))
      #expect(
        found.filter { !$0.hasPrefix("! ") }.allSatisfy { ["a=hello", "p=hello"].contains($0) })
      #expect(found.count <= 3)
      if count >= 517 { #expect(found.first == "a=hello", "\(count)") }
    }
  }

  @Test("damage in the middle costs no more than what is damaged")
  func damage() throws {
    let rubbish = [UInt8](repeating: 0xAB, count: 1536)
    let archive = Tar.file("a", text) + rubbish + Tar.file("b", text) + Tar.end
    let found = try members(archive)
    #expect(found.first == "a=hello")
    #expect(found.dropFirst().first?.contains("1536 bytes") == true, "\(found)")
    #expect(found.last == "b=hello")
  }

  @Test("changed bytes never end the program, and it always comes to an end")
  func changed() throws {
    let archive =
      Tar.file("a.json", text) + Tar.pax([("path", "p.json"), ("size", "5")]) + Tar.file("b", text)
      + Tar.file("././@LongLink", Array("long".utf8), type: "L") + Tar.file("c", text) + Tar.end
    let seed = UInt64.random(in: 1...UInt64.max)
    var state = seed
    func random(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % below
    }
    for _ in 0..<2000 {
      var bytes = archive
      for _ in 0...random(3) { bytes[random(bytes.count)] = UInt8(random(256)) }
      #expect(try events(bytes).count < 100, "seed \(seed)")
    }
  }
}

@Suite("WebDataset shards")
struct ArchiveSampleTests {
  private func samples(_ bytes: [UInt8], keeping: Bool = true) throws -> [ArchiveSamples.Found] {
    var samples = ArchiveSamples(TarStream(byteStream(bytes, piece: 100)))
    var all: [ArchiveSamples.Found] = []
    while let found = try samples.next(keeping: keeping) { all.append(found) }
    return all
  }

  private func read(_ found: ArchiveSamples.Found) -> String {
    guard case .sample(let sample) = found else { return "damage" }
    do {
      let record = try StreamRecord(sample)
      return "\(record.id ?? "") \(record.tokens) \(record.picture)"
    } catch { return "\(error.id ?? "") ! \(error.reason)" }
  }

  private func json(_ words: String, _ more: String = "") -> [UInt8] {
    Array("{\"tokens\":[\"\(words)\"]\(more)}".utf8)
  }

  @Test("members that share a name up to the first dot are one record")
  func grouping() throws {
    let archive =
      Tar.file("x/000.json", json("a")) + Tar.file("x/000.JPG", [1, 2])
      + Tar.file("x/000.seg.png", [9]) + Tar.file("x/001.png", [3])
      + Tar.file("x/001.json", json("b", #","id":"own","image":"x/001.png""#))
      + Tar.file("x/002.json", json("c")) + Tar.file("README", [0x20]) + Tar.end
    let found = try samples(archive)
    #expect(
      found.map(read) == [
        "x/000 [\"a\"] bytes([1, 2])", "own [\"b\"] bytes([3])", "x/002 [\"c\"] none",
      ])
    #expect(try samples(archive, keeping: false).count == 3)
    for count in 0...4 {
      var rest = ArchiveSamples(TarStream(byteStream(archive, piece: 100)))
      for _ in 0..<count { _ = try rest.next(keeping: false) }
      var read: [ArchiveSamples.Found] = []
      while let sample = try rest.next() { read.append(sample) }
      #expect(read == Array(found.dropFirst(count)), "behind \(count)")
    }
  }

  @Test("shards that were joined are read to the last, and their records are not joined")
  func joined() throws {
    let first = Tar.file("0.json", json("a")) + Tar.file("1.json", json("b")) + Tar.end
    let second = Tar.file("1.json", json("c")) + Tar.file("1.jpg", [7]) + Tar.end + Tar.end
    let archive = first + second + Tar.file("1.json", json("d"))
    let whole = ["0 [\"a\"] none", "1 [\"b\"] none", "1 [\"c\"] bytes([7])", "1 [\"d\"] none"]
    #expect(try samples(archive).map(read) == whole)
    for count in 0...4 {
      var rest = ArchiveSamples(TarStream(byteStream(archive, piece: 100)))
      for _ in 0..<count { _ = try rest.next(keeping: false) }
      var found: [String] = []
      while let sample = try rest.next() { found.append(read(sample)) }
      #expect(found == Array(whole.dropFirst(count)), "behind \(count)")
    }
  }

  @Test("what is wrong with a sample is said of it alone")
  func faults() throws {
    let big = [UInt8](repeating: 0x20, count: Bounds.line + 1)
    let archive =
      Tar.file("0.jpg", [1]) + Tar.file("1.json", json("a")) + Tar.file("1.json", json("b"))
      + Tar.file("2.json", big) + Tar.file("3.json", Array("{".utf8))
      + Tar.file("4.json", json("d"))
      + Tar.end
    let found = try samples(archive).map(read)
    #expect(found.count == 5)
    #expect(found[0] == "0 ! the shard has no 0.json, which the words stand in")
    #expect(found[1] == "1 ! the shard has two 1.json")
    #expect(found[2].hasPrefix("2 ! 2.json has \(big.count) bytes"))
    #expect(found[3].hasPrefix("3 ! "))
    #expect(found[4] == "4 [\"d\"] none")
  }

  @Test("a record names a member of a shard beside it")
  func members() throws {
    try withFolder { folder in
      try write(
        Tar.file("a.png", Array("A".utf8)) + Tar.file("b.png", Array("B".utf8))
          + Tar.file("a.png", Array("C".utf8)) + Tar.header("cut.png", Tar.octal(100)),
        to: folder + "/s.tar")
      let pictures = try PictureFolder(folder)
      func bytes(_ name: String) -> String {
        do {
          return String(decoding: try pictures.bytes(at: pictures.place(name)), as: UTF8.self)
        } catch { return "\(error)" }
      }
      // Of members of the same name the last counts, as for tar.
      #expect(bytes("s.tar:a.png") == "C")
      #expect(bytes("s.tar:b.png") == "B")
      #expect(bytes("s.tar:c.png") == "the picture is not there")
      #expect(bytes("s.tar:cut.png") == "the shard ends within the picture")
    }
  }
}
