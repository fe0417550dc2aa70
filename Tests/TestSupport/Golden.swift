import Foundation
import Testing

/// Compares a text with a file in the folder `Golden/` beside the test.
/// `UPDATE_GOLDEN=1 swift test` writes the files anew; read the difference before committing it.
package func expectGolden(
  _ text: String, _ name: String, test: String = #filePath,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let folder = URL(fileURLWithPath: test).deletingLastPathComponent()
    .appendingPathComponent("Golden")
  let file = folder.appendingPathComponent(name + ".txt")
  if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try (text + "\n").write(to: file, atomically: true, encoding: .utf8)
    return
  }
  let expected = try String(contentsOf: file, encoding: .utf8)
  guard expected != text + "\n" else { return }
  let new = text.split(separator: "\n", omittingEmptySubsequences: false)
  let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
  let line = zip(old, new).enumerated().first { $1.0 != $1.1 }
  Issue.record(
    """
    \(name) differs from its golden file at line \((line?.offset ?? min(old.count, new.count)) + 1)
    was: \(line.map { String($0.element.0) } ?? "")
    is:  \(line.map { String($0.element.1) } ?? "")
    UPDATE_GOLDEN=1 swift test writes it anew.
    """, sourceLocation: sourceLocation)
}
