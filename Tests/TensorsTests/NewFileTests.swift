import Files
import Foundation
import Testing

@testable import Tensors

@Suite struct NewFileTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let path = "\(NSTemporaryDirectory())newfile-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  @Test func nothingIsSeenBeforeItIsWholeAndNothingIsLeft() throws {
    try withFolder { folder in
      let path = "\(folder)/a.txt"
      try DurableFile.write(Data("old".utf8), to: path)
      do {
        let file = try NewFile(at: path)
        try Data("ne".utf8).withUnsafeBytes { try file.write($0) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.txt"])
      try DurableFile.write(Data("new".utf8), to: path)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.txt"])
    }
  }

  @Test func whatKilledWritersLeftIsRemovedAndNothingElse() throws {
    try withFolder { folder in
      let path = "\(folder)/a.txt"
      // No process has the highest number there is.
      let strays = [".a.txt.tmp-4194305", "a.txt.writing-4194305", ".a.txt.writing-x1"]
      let others = [".a.txt.tmp-\(getppid())", ".b.txt.tmp-4194305", ".a.txt.tmp-notes", "mine"]
      for name in strays + others {
        try Data().write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      }
      try DurableFile.write(Data(), to: path)
      #expect(
        Set(try FileManager.default.contentsOfDirectory(atPath: folder))
          == Set(others + ["a.txt"]))
    }
  }

  @Test func aLinkInThePlaceIsReplacedNotFollowed() throws {
    try withFolder { folder in
      try DurableFile.write(Data("mine".utf8), to: "\(folder)/mine")
      symlink("\(folder)/mine", "\(folder)/a.txt")
      try DurableFile.write(Data("new".utf8), to: "\(folder)/a.txt")
      #expect(try String(contentsOfFile: "\(folder)/mine", encoding: .utf8) == "mine")
      #expect(try String(contentsOfFile: "\(folder)/a.txt", encoding: .utf8) == "new")
    }
  }
}
