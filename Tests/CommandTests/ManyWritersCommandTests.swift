import Annotations
import Corpora
import Foundation
import Glibc
import Tensors
import Testing

/// Several programs in one store at once.
@Suite("Several processes", .enabled(if: Program.isBuilt, "the program is not built"))
struct ManyWritersCommandTests {
  /// Forty changes of a word's label, of which every tenth is taken back.
  private static let changes =
    (0..<40).map { i in
      "key \(i % 2 == 0 ? "L" : "P")" + (i % 10 == 9 ? "\nkey u" : "")
    }.joined(separator: "\n")

  /// What becomes of edits of one post depends on who is faster; of posts of one's own nothing
  /// does.
  @Test(
    "three annotators write one store at once, and every edit is kept", arguments: [false, true])
  func together(inOnePost: Bool) throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let store = folder.path + "/store.sqlite"
    let names = ["ann", "bo", "cy"]
    let children = try names.enumerated().map { number, name in
      let moves = String(repeating: "key j\n", count: inOnePost ? 0 : number)
      return try Program.start(
        [
          data, "--script", try folder.write(moves + Self.changes, "\(name).keys"),
          "--store", store, "--size", "60x20", "--graphics", "none", "--annotator", name,
        ], output: "\(folder.path)/\(name).out", errors: "\(folder.path)/\(name).err")
    }
    for (name, child) in zip(names, children) {
      let errors = "\(folder.path)/\(name).err"
      let status = child.wait()
      let said = try Program.text(errors)
      #expect(status == 0, "\(name): \(said)")
    }
    let read = try AnnotationStore(path: store, access: .readOnly).history(
      over: try Dataset.open(data))
    #expect(read.findings.isEmpty, "\(read.findings)")
    let stored = Dictionary(grouping: read.history.steps, by: \.annotator)
    for name in names {
      let lines = try Program.text("\(folder.path)/\(name).out").split(separator: "\n")
      let acknowledged = Set(
        lines.filter { $0.hasPrefix("committed ") }.compactMap { Int64($0.dropFirst(10)) })
      let own = Set((stored[name] ?? []).map(\.sequence))
      #expect(acknowledged == own, "\(name)")
      #expect(!own.isEmpty)
      if !inOnePost {
        // Once taken back, the label is what the next key would make it, but for the last.
        #expect(own.count == 40 + 4 - 3, "\(name)")
      }
    }
  }
}
