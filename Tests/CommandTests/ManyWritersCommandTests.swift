import Annotations
import Corpora
import Foundation
import Glibc
import Tensors
import Testing

/// Several programs in one store at once.
@Suite("Several processes", .enabled(if: Program.isBuilt, "the program is not built"))
struct ManyWritersCommandTests {
  private static let script =
    (0..<40).map { i in
      "key \(i % 2 == 0 ? "P" : "L")"
        + (i % 10 == 9 ? "\nkey \(i % 20 == 9 ? "j" : "k")\nkey u" : "")
    }.joined(separator: "\n")

  @Test("three annotators write one store at once, and every edit is kept")
  func together() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let script = try folder.write(Self.script, "keys")
    let store = folder.path + "/store.sqlite"
    let names = ["ann", "bo", "cy"]
    let children = try names.map { name in
      try Program.start(
        [
          data, "--script", script, "--store", store, "--size", "60x20", "--graphics", "none",
          "--annotator", name,
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
      #expect(own.count >= 40, "\(name) stored \(own.count)")
      #expect(acknowledged.isSubset(of: own), "\(name) lost \(acknowledged.subtracting(own))")
    }
  }
}
