import Foundation
import TestSupport
import Testing

/// `twinlens report`: its numbers are those of `evaluate`, of queries and of its JSON.
@Suite("The report", .enabled(if: Program.isBuilt, "the program is not built"))
struct ReportTests {
  private struct Numbers: Decodable {
    struct Study: Decodable {
      struct Distribution: Decodable {
        struct Bar: Decodable { let adds, addsNot, unknown: Int }
        let name: String
        let expert: String?
        let posts: Int
        let edges: [Float]
        let bars: [Bar]
      }
      struct Cells: Decodable { let text, multimodal: [String: Int] }
      struct Projection: Decodable {
        struct Point: Decodable {
          let id: String
          let x, y: Double
        }
        let points: [Point]
        let explained: [Double]
      }
      struct Confusion: Decodable {
        let expert: String
        let names: [String]
        let counts: [[Int]]
      }
      let posts: Int
      let distributions: [Distribution]
      let cells: Cells
      let projection: Projection
      let confusion: [Confusion]
    }
    let study: Study
  }

  /// A part of the sample, with a post whose id is markup.
  private static func data(in folder: TemporaryFolder) throws -> String {
    let data = folder.path + "/harbor"
    try FileManager.default.copyItem(
      atPath: SampleModelsTests.samples + "/harbor", toPath: data)
    try FileManager.default.removeItem(atPath: data + "/test.jsonl")
    let lines = try Program.text(data + "/dev.jsonl").split(separator: "\n").prefix(24)
    // The picture keeps its name.
    let first = lines[0].replacingOccurrences(
      of: "\"id\":\"dev-00000\"", with: "\"id\":\"<b>&x</b>\"")
    try ([first] + lines.dropFirst().map(String.init)).joined(separator: "\n").write(
      toFile: data + "/dev.jsonl", atomically: true, encoding: .utf8)
    return data
  }

  private static func object(_ text: String) throws -> NSDictionary {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
  }

  @Test("numbers are those of evaluate, of queries and of the JSON")
  func sameEverywhere() throws {
    let folder = try TemporaryFolder()
    let data = try Self.data(in: folder)
    let models = ["--models", SampleModelsTests.samples + "/models"]
    let (page, json, csv) = (
      folder.path + "/page.html", folder.path + "/numbers.json", folder.path + "/plane.csv"
    )
    let command =
      ["report", data, "--out", page, "--json", json, "--coordinates", csv]
      + models
    let result = try Program.run(command)
    #expect(result.status == 0, "\(result.errors)")
    let (html, text) = (try Program.text(page), try Program.text(json))
    let found = try JSONDecoder().decode(Numbers.self, from: Data(text.utf8)).study
    #expect(found.posts == 24)

    // evaluate
    let evaluated = try Program.run(["evaluate", data, "--split", "dev", "--json"] + models)
    let scores = try #require(try Self.object(text)["evaluations"] as? [NSDictionary])
    #expect(try scores == [Self.object(evaluated.output)])
    let table = try Program.run(["evaluate", data, "--split", "dev"] + models).output
    for line in table.split(separator: "\n").prefix(9) {
      #expect(html.contains(line.replacingOccurrences(of: "'", with: "&#39;")), "\(line)")
    }

    // Queries
    func count(_ query: String) throws -> Int? {
      let found = try Program.run(["query", data, query, "--count"] + models)
      return Int(found.output.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    for (route, row) in [("text", found.cells.text), ("multimodal", found.cells.multimodal)] {
      for (cell, posts) in row {
        #expect(try count("cell:\(cell) route:\(route)") == posts, "\(cell) \(route)")
      }
    }
    let p = try #require(found.distributions.first { $0.name == "p" && $0.expert == nil })
    for (i, bar) in p.bars.enumerated() where i < 4 || i == p.bars.count - 1 {
      let end = i == p.bars.count - 1 ? "<=" : "<"
      let query = "p:>=\(p.edges[i]) p:\(end)\(p.edges[i + 1])"
      #expect(try count(query) == bar.adds + bar.addsNot + bar.unknown, "\(query)")
    }
    // Gates are there without naming a system.
    #expect(found.distributions.contains { $0.expert != nil && $0.posts > 0 })

    // The page
    let values = Set(
      html.components(separatedBy: "data-value=\"").dropFirst().compactMap {
        $0.split(separator: "\"", maxSplits: 1).first.map(String.init)
      })
    for edge in p.edges { #expect(values.contains("\(edge)")) }
    for point in found.projection.points {
      #expect(values.contains("\(point.x)") && values.contains("\(point.y)"))
    }
    for matrix in found.confusion {
      for row in matrix.counts.joined() where row > 0 { #expect(values.contains("\(row)")) }
    }
    // Nothing of it is loaded, run or taken for markup.
    #expect(html.contains("default-src &#39;none&#39;") || html.contains("default-src 'none'"))
    #expect(!html.contains("<script") && !html.contains("<b>") && html.contains("&lt;b&gt;"))
    let links = html.components(separatedBy: "http").dropFirst()
    #expect(links.allSatisfy { $0.hasPrefix("://www.w3.org/2000/svg\"") || $0.hasPrefix("-equiv") })

    // The coordinates
    let lines = try Program.text(csv).split(separator: "\n")
    #expect(lines.count == found.projection.points.count + 1)
    for (line, point) in zip(lines.dropFirst(), found.projection.points) {
      #expect(line.contains(",\(point.x),\(point.y),"))
    }

    // What was found out is kept; the same again is the same.
    let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    #expect(
      all?.contains { $0.contains("-answers/") && $0.contains("-scalars") } == true,
      "\(all ?? [])")
    #expect(try Program.run(command).status == 0)
    #expect(try Program.text(page) == html && Program.text(json) == text)
  }

  @Test("what cannot be reported is refused with what to do")
  func refusals() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let out = ["--out", folder.path + "/page.html"]
    let without = try Program.run(["report", data, "--no-models"] + out)
    #expect(without.status != 0 && without.errors.contains("leave --no-models out"))
    let split = try Program.run(["report", data, "--split", "dev"] + out)
    #expect(split.errors.contains("no posts in the split dev; it has train"), "\(split.errors)")
    let twice = try Program.run(["report", data, "--json", folder.path + "/page.html"] + out)
    #expect(twice.errors.contains("files of their own"))
    let none = try Program.run(["report", data, "--models", folder.path + "/none"] + out)
    #expect(none.status != 0 && !FileManager.default.fileExists(atPath: out[1]))
  }
}
