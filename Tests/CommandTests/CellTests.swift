import Foundation
import TestSupport
import Testing

/// Posts by which of the router's experts are right: counted by `evaluate`, found by `cell:`.
@Suite("Agreement cells", .enabled(if: Program.isBuilt, "the program is not built"))
struct CellTests {
  private struct Evaluation: Decodable {
    struct Counts: Decodable { let both, text, multimodal, neither: Int }
    struct Cells: Decodable { let unimodal, multimodal: Counts }
    struct Scores: Decodable { let posts: Int }
    struct Sets: Decodable { let unimodal, multimodal: Scores }
    let cells: Cells
    let sets: Sets
  }

  @Test("the table and the queries count the same posts")
  func sameEverywhere() throws {
    let samples = SampleModelsTests.samples
    let folder = try TemporaryFolder()
    let data = folder.path + "/harbor"
    try FileManager.default.copyItem(atPath: samples + "/harbor", toPath: data)
    let models = ["--models", samples + "/models"]
    let result = try Program.run(["evaluate", data, "--split", "all", "--json"] + models)
    #expect(result.status == 0, "\(result.errors)")
    let found = try JSONDecoder().decode(Evaluation.self, from: Data(result.output.utf8))
    for (route, counts, posts) in [
      ("text", found.cells.unimodal, found.sets.unimodal.posts),
      ("multimodal", found.cells.multimodal, found.sets.multimodal.posts),
    ] {
      let all = [
        ("both", counts.both), ("text", counts.text), ("multimodal", counts.multimodal),
        ("neither", counts.neither),
      ]
      #expect(all.reduce(0) { $0 + $1.1 } == posts)
      for (cell, count) in all {
        let query = try Program.run(
          ["query", data, "cell:\(cell) route:\(route)", "--count"] + models)
        #expect(query.output == "\(count)\n", "\(cell), \(route): \(query.errors)")
      }
    }
    let without = try Program.run(["query", data, "cell:both", "--no-models"])
    #expect(without.status != 0 && without.errors.contains("cell:"))
    let wrong = try Program.run(["query", data, "cell:nobody"] + models)
    #expect(wrong.errors.contains("cell"), "\(wrong.errors)")
  }
}
