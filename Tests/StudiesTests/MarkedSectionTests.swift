import Testing

@testable import Extractors
@testable import Studies

struct MarkedSectionTests {
  @Test func sectionsStandBesideEachOther() {
    var document = MarkedSection("a", "one").document(replacing: "")
    document = MarkedSection("b", "two\n").document(replacing: document)
    document = MarkedSection("a", "three").document(replacing: "Head\n\n" + document)
    #expect(
      document == """
        Head

        <!-- a -->

        three

        <!-- /a -->

        <!-- b -->

        two

        <!-- /b -->

        """)
    #expect(MarkedSection("b", "two").document(replacing: document) == document)
    #expect(MarkedSection.names(in: document) == ["a", "b"])
    let between = MarkedSection("c", "new").document(replacing: document, behind: "a")
    #expect(MarkedSection.names(in: between) == ["a", "c", "b"])
    #expect(
      MarkedSection("d", "").document(replacing: document, behind: "z").hasSuffix("<!-- /d -->\n"))
  }

  /// The same table on the same posts, of experts that are built on something else or learned from
  /// fewer posts, is another table.
  @Test func tablesOfOtherSetupsStandBesideEachOther() {
    func report(_ setup: [String]) -> PaperReport {
      let table = Paper.imm.tables[0]
      var result = PaperTableResult(table: table, task: .relations, dataset: "a", rows: [])
      result.setup = setup
      return PaperReport(.imm, [result], published: [])
    }
    var page = PaperPage()
    let setups = [
      [], ["with bert + resnet"], ["with bert + vit"], ["with bert + resnet", "3 epochs"],
    ]
    for setup in setups + setups { page.put(report(setup), command: "\(setup.count)") }
    let names = MarkedSection.names(in: page.text)
    #expect(names.count == setups.count + 1 && Set(names).count == names.count)
    #expect(names.contains { $0.hasSuffix("on a (relations), with bert + resnet, 3 epochs") })
    // What a folder is called cannot end a mark.
    page.put(report(["with a-->b\n<c>"]), command: "x")
    #expect(MarkedSection.names(in: page.text).last?.hasSuffix(", with a-bc") == true)
  }

  @Test func whatExpertsAreBuiltOnIsTold() {
    var material = RDSExperts.Material(command: "test")
    #expect(material.setup.isEmpty)
    (material.encoder, material.pictures) = ("/a/bert", "/b/resnet/")
    material.changes = FineTuningChanges(epochs: 1, headRate: 0.5, longest: 64)
    #expect(
      material.setup == ["with bert + resnet", "1 epoch", "head rate 0.5", "at most 64 pieces"])
  }

  /// Commands replace their own tables: those of other tables and posts stay, in the paper's order.
  @Test func aPageKeepsTheTablesOfOtherCommands() {
    func report(_ paper: Paper, _ tables: [String], _ dataset: String) -> PaperReport {
      PaperReport(
        paper,
        paper.tables.filter { tables.contains($0.name) }.map {
          PaperTableResult(table: $0, task: .relations, dataset: dataset, rows: [])
        }, published: [])
    }
    func names(_ page: PaperPage) -> [String] {
      MarkedSection.names(in: page.text).map { name in
        name.split(separator: ",").first.map(String.init)?.replacingOccurrences(
          of: "focalmre: ", with: "") ?? ""
      }
    }
    var page = PaperPage()
    page.put(report(.focalMRE, ["Table 1", "Table 5"], "a"), command: "paper x/1")
    page.put(report(.imm, ["Table 1"], "a"), command: "2")
    page.put(report(.focalMRE, ["Table 1", "Table 3"], "b"), command: "3")
    page.put(report(.focalMRE, ["Table 3"], "a"), command: "4")
    #expect(
      names(page) == [
        "focalmre", "Table 1", "Table 3", "Table 5", "Table 1", "Table 3", "imm", "imm: Table 1",
      ])
    #expect(page.text.contains("Made by `paper 1`.") && page.text.contains("Made by `4`."))
    let before = page
    page.put(report(.focalMRE, ["Table 3"], "a"), command: "4")
    #expect(page == before)
    page.put(report(.focalMRE, ["Table 1"], "a"), command: "5")
    #expect(names(page) == names(before) && page.text.contains("Made by `5`."))
  }
}
