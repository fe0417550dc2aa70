import Corpora
import Extractors
import Inspection
import Screen
import Tensors
import Testing
import Traces

@testable import Workbench

/// Matrices are drawn cell by cell where nothing else needs the rows.
@Suite("Matrices") struct MatrixTests {
  private func desk(
    _ columns: Int, _ rows: Int, of values: [Float], named names: [String],
    by others: [String]? = nil
  ) throws -> Desk {
    var desk = Desk(Samples.state(columns, rows))
    let post = desk.state.posts[try #require(desk.state.current)]
    var trace = Trace()
    trace.append(
      Signal(
        name: "imm/p", caption: "who fits whom",
        kind: .matrix(rows: names, columns: others ?? names),
        tensor: Tensor([names.count, (others ?? names).count], values)))
    desk.send(
      .analysed(
        PostAnalysis(
          post: post.id,
          answers: [
            Answer(
              expert: "imm", seesPicture: true,
              .mentions(
                Prediction(
                  expert: "imm", mentions: [], labels: ["O"], marginals: [],
                  path: post.tokens.map { _ in 0 }, trace: trace)))
          ])))
    return desk
  }

  /// What stands behind the name of each row.
  private func cells(_ desk: Desk, _ names: [String]) -> [String] {
    names.compactMap { name in
      desk.text.split(separator: "\n").first { $0.contains("  \(name) ") }.map {
        String($0.drop { $0 != "d" }.dropFirst(name.count + 1).prefix(6))
      }
    }
  }

  @Test func eachCellHasItsBar() throws {
    let names = ["dev-a", "dev-b", "dev-c"]
    let desk = try desk(200, 50, of: [1, 0.5, 0, 0, 1, 0.25, 0, 0, 0.5], named: names)
    #expect(desk.text.contains("3×3, largest 1.00 at dev-a × dev-a"))
    #expect(cells(desk, names) == ["██▄▄  ", "  ██▂▂", "    ▄▄"], "\(desk.text)")
  }

  /// Columns have names where they are not those of the rows.
  @Test func columnsAreNamed() throws {
    let names = ["dev-a", "dev-b"]
    let desk = try desk(200, 50, of: [1, 0.5, 0, 0.25], named: names, by: ["head", "tail"])
    let lines = desk.text.split(separator: "\n").map(String.init)
    let heads = try #require(lines.firstIndex { $0.contains("head tail") }, "\(desk.text)")
    #expect(lines[heads + 1].contains("dev-a ████ ▄▄▄▄"), "\(lines[heads + 1])")
    #expect(lines[heads + 2].contains("dev-b      ▂▂▂▂"), "\(lines[heads + 2])")
  }

  /// Where an expert has no numbers of its own, the page of numbers says so.
  @Test func withoutNumbersTheyAreNotMissed() throws {
    var desk = try desk(120, 36, of: [1, 0, 0, 1], named: ["dev-a", "dev-b"])
    desk.press("z", "z", "z")
    #expect(desk.text.contains("imm shows no single numbers"), "\(desk.text)")
  }

  /// Without room the largest cell is named all the same.
  @Test func withoutRoomThereIsALine() throws {
    let names = (0..<40).map { "dev-\($0)" }
    let desk = try desk(120, 36, of: (0..<1600).map { Float($0) / 1600 }, named: names)
    #expect(desk.text.contains("40×40, largest 1.00 at dev-39 × dev-39"))
    #expect(cells(desk, ["dev-1"]).isEmpty)
  }
}
