import Corpora
import Foundation
import Pictures
import TestSupport
import Testing

/// `twinlens export`: maps and screens as files, with the numbers that `show` prints.
@Suite("Exported files", .enabled(if: Program.isBuilt, "the program is not built"))
struct ExportFileTests {
  private let folder: TemporaryFolder
  private let data: String
  private let models: String

  init() throws {
    folder = try TemporaryFolder()
    data = try SmallDataset.make(in: folder)
    models = try SmallModels.make(for: Dataset.open(data), in: folder)
  }

  private func export(
    _ name: String, _ options: [String], post: String = "post-0"
  ) throws -> Program.Result {
    try Program.run(
      ["export", data, post, "--models", models, "--out", folder.path + "/" + name] + options)
  }

  private func file(_ name: String, _ options: [String]) throws -> String {
    let result = try export(name, options)
    #expect(result.status == 0 && result.output.isEmpty, "\(result.errors)")
    return try Program.text(folder.path + "/" + name)
  }

  private func values(_ text: String) -> [String] {
    text.split(separator: "data-value=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
  }

  /// The first spatial signal of `show --json`, with its numbers as they are written there.
  private func shown() throws -> (name: String, kind: String, slices: Int, numbers: [String]) {
    let json = try Program.run(["show", data, "post-0", "--models", models, "--json"]).output
    let root = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    for expert in root["experts"] as? [[String: Any]] ?? [] {
      for signal in expert["signals"] as? [[String: Any]] ?? [] {
        let (name, kind) = (signal["name"] as? String ?? "", signal["kind"] as? String ?? "")
        guard kind == "imageMap" else { continue }
        let steps = (signal["steps"] as? [[String: Any]] ?? []).compactMap { $0["count"] as? Int }
        // As they are written, not as they are read.
        let line = try #require(
          json.range(of: "\"name\": \"\(name)\"").flatMap { start in
            json.range(of: "\"values\": [", range: start.upperBound..<json.endIndex)
          })
        let numbers = json[line.upperBound...].prefix { $0 != "]" }
          .split(whereSeparator: { ", \n".contains($0) }).map(String.init)
        return (name, kind, steps.reduce(1, *), numbers)
      }
    }
    throw Missing()
  }

  private struct Missing: Error {}

  @Test func everyFormatOfAMapHasTheNumbersOfShow() throws {
    let shown = try shown()
    let options = ["--map", shown.name, "--head", "all"]
    let svg = try file("map.svg", options)
    #expect(values(svg) == shown.numbers)
    let html = try file("map.html", options)
    #expect(values(html) == shown.numbers)
    for number in shown.numbers { #expect(html.contains("<td>\(number)</td>")) }
    let json = try file("map.json", options)
    let root = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect((root["slices"] as? [Any])?.count == shown.slices)
    for number in shown.numbers { #expect(json.contains(number)) }
    for text in [svg, html, json] {
      for words in ["small", "post-0", shown.name, "weights", "twinlens 0."] {
        #expect(text.contains(words), "\(words)")
      }
    }
  }

  @Test func aPNGOfAMapHasTheLayoutAtPrintSize() throws {
    let name = try shown().name
    let results = try [1, 3].map { scale in
      let result = try export("\(scale).png", ["--map", name, "--scale", "\(scale)"])
      #expect(result.status == 0, "\(result.errors)")
      return try Picture.decode(file: folder.path + "/\(scale).png").picture
    }
    #expect(results[1].width == 3 * results[0].width && results[1].height == 3 * results[0].height)
    #expect(Set(results[0].pixels).count > 50, "heat, picture and words")
  }

  @Test func aPageFetchesNothingAndRunsNothing() throws {
    let html = try file("page.html", ["--view", "explain"])
    #expect(html.contains("default-src 'none'"))
    #expect(!html.contains("<script") && !html.contains("http://www.w3.org/1999"))
    let addresses = html.split(separator: "href=\"").dropFirst()
    #expect(addresses.allSatisfy { $0.hasPrefix("data:image/png;base64,") })
  }

  @Test func aScreenIsTheSameInEveryFormat() throws {
    let ansi = try file("screen.ansi", ["--view", "explain", "--size", "100x30"])
    let rows = ansi.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(rows.count == 31, "30 rows and the end")
    let plain = ansi.replacing(#/\u{1B}\[[0-9;]*m/#, with: "")
    #expect(!plain.contains("\u{1B}"))
    let svg = try file("screen.svg", ["--view", "explain", "--size", "100x30"])
    for words in ["post-0", "Ada"] { #expect(plain.contains(words) && svg.contains(words)) }
    let result = try export("screen.png", ["--view", "explain", "--size", "100x30"])
    #expect(result.status == 0, "\(result.errors)")
    let png = try Picture.decode(file: folder.path + "/screen.png").picture
    #expect(png.size == PixelSize(width: 1640, height: 1020))
  }

  @Test func nothingIsLeftBehindButTheFile() throws {
    _ = try file("screen.svg", ["--view", "accept"])
    #expect(!FileManager.default.fileExists(atPath: data + "/.twinlens"))
  }

  @Test(arguments: [
    ("a.txt", [], "the ending says no format"),
    ("a.ansi", [], "a map is not written as ansi"),
    ("a.svg", ["--map", "nothing"], "nobody shows a map nothing of this post"),
    ("a.svg", ["--head", "99"], "has no slice 99"),
    ("a.svg", ["--view", "explan"], "--view explan: "),
    ("a.svg", ["--view", "explain", "--head", "2"], "leave one of them out"),
    ("a.png", ["--scale", "9"], "write a number from 1 to 8"),
    ("no/a.svg", [], "name a file that can be made"),
  ])
  func whatCannotBeIsSaid(_ name: String, _ options: [String], _ words: String) throws {
    let result = try export(name, options)
    #expect(result.status != 0 && result.errors.contains(words), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/" + name))
  }

  @Test func aFileThatIsThereIsLeftAsItIs() throws {
    _ = try folder.write("mine", "a.svg")
    let result = try export("a.svg", [])
    #expect(result.status != 0 && result.errors.contains("is there already and is left as it is"))
    #expect(try Program.text(folder.path + "/a.svg") == "mine")
  }

  @Test func aPostWithoutAPictureHasNoMap() throws {
    let result = try export("a.svg", [], post: "post-3")
    #expect(result.status != 0 && !result.errors.isEmpty)
  }
}
