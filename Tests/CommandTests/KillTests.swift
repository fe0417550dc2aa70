import Annotations
import Foundation
import Glibc
import Tensors
import Testing

@Suite("Durability", .enabled(if: Program.isBuilt, "the program is not built"))
struct KillTests {
  /// Edits that change one token's type again and again, over two posts.
  private static let script =
    (0..<40).map { i in
      "key \(i % 2 == 0 ? "P" : "L")"
        + (i % 10 == 9 ? "\nkey \(i % 20 == 9 ? "j" : "k")\nkey u" : "")
    }.joined(separator: "\n")

  /// The store as soon as it is free: once in thousands of times on a busy machine the lock of a
  /// process that was killed is seen for a moment after it was waited for.
  private static func opened(_ path: String) throws -> AnnotationStore {
    for _ in 0..<100 {
      do { return try AnnotationStore(path: path) } catch StoreError.inUse { usleep(20_000) }
    }
    return try AnnotationStore(path: path)
  }

  @Test("200 runs killed at random moments lose nothing that was acknowledged")
  func kill() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("kill test: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let script = try folder.write(Self.script, "keys")
    let store = folder.path + "/store.sqlite"
    let output = folder.path + "/out"
    var known: Set<Int64> = []
    var interrupted = 0
    func start() throws -> Child {
      try Program.start(
        [data, "--script", script, "--store", store, "--size", "60x20", "--graphics", "none"],
        output: output, errors: folder.path + "/err")
    }
    // How long a whole run takes here and now says when to kill the others.
    let clock = ContinuousClock()
    let whole = try clock.measure { try start().wait() }
    var window = Int(min(whole, .milliseconds(400)) / .microseconds(1))
    var run = 0
    while interrupted < 200, run < 1000 {
      run += 1
      let child = try start()
      usleep(UInt32(random.index(below: max(2000, window))))
      child.signal(SIGKILL)
      // The window follows the speed of the machine: a run that ended by itself was not killed.
      if child.wait() == -SIGKILL {
        interrupted += 1
        window += window / 50
      } else {
        window -= window / 10
      }
      let text = try Program.text(output)
      let complete = text.lastIndex(of: "\n").map { text[..<$0] } ?? ""
      let acknowledged = complete.split(separator: "\n")
        .filter { $0.hasPrefix("committed ") }.compactMap { Int64($0.dropFirst(10)) }
      known.formUnion(acknowledged)
      // A killed writer leaves its log behind; opening the store takes it up.
      guard !known.isEmpty else { continue }
      let stored = Set(try Self.opened(store).steps().steps.map(\.sequence))
      let lost = known.subtracting(stored)
      #expect(lost.isEmpty, "run \(run) of seed \(seed) lost \(lost.sorted())")
      if !lost.isEmpty { return }
    }
    // The test would show nothing if no run had got far enough, or none had been cut short.
    #expect(known.count > 100, "only \(known.count) edits were acknowledged")
    #expect(interrupted == 200, "only \(interrupted) of \(run) runs were killed")
  }
}
