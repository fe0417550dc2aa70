import Foundation

/// The code block of a page in `docs/` that begins with a line, without its fences; nil when there
/// is none.
package func manualBlock(
  _ first: String, page: String, support: String = #filePath
) throws -> String? {
  var place = URL(fileURLWithPath: support)
  for _ in 0..<3 { place.deleteLastPathComponent() }
  let text = try String(
    contentsOf: place.appendingPathComponent("docs/\(page)"), encoding: .utf8)
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  guard let start = lines.firstIndex(where: { $0 == first }),
    let end = lines[start...].firstIndex(where: { $0.hasPrefix("```") })
  else { return nil }
  return lines[start..<end].joined(separator: "\n") + "\n"
}
