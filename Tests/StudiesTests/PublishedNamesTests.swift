import Extractors
import Foundation
import Routing
import Testing

@testable import Studies

/// What the pages and the committed files say of names and numbers, compared with the program's.
@Suite("Pages and committed results")
struct PublishedNamesTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: Self.root + "/" + name, encoding: .utf8)
  }

  /// The cells of a line of a table.
  private func cells(_ line: Substring) -> [String] {
    line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// What stands between a program's marks in Samples/RESULTS.md.
  private func section(_ name: String) throws -> String {
    let results = try text("Samples/RESULTS.md")
    let begin = try #require(results.range(of: "<!-- \(name) -->"))
    let end = try #require(results.range(of: "<!-- /\(name) -->"))
    return String(results[begin.upperBound..<end.lowerBound])
  }

  /// What the page on routing says of the tables: for which pairs the pattern holds, and the gain
  /// where it does not.
  @Test func thePatternHoldsWhereThePageSaysSo() throws {
    let lines = try section("rds").split(separator: "\n").filter { $0.hasPrefix("| ") }
    let titles = try #require(lines.first)
    #expect(cells(titles) == RDSReport.overviewColumns)
    let rows = lines.dropFirst().map { cells($0) }
    #expect(
      rows.map { $0.prefix(2).joined(separator: " and ") } == [
        "bilstm-crf and riva-ungated", "bilstm-crf and riva", "bert-crf and umt",
        "bert-crf and maf", "mtb and mega-lite",
      ])
    for row in rows {
      try #require(row.count == 11)
      // The gain and both leads: above 0 with their whole intervals.
      let isAbove = row[7...9].allSatisfy { $0.contains("[+") && !$0.contains("[+0.00") }
      #expect(row[10] == (isAbove ? "holds" : "does not hold"), "\(row)")
      #expect(isAbove == (row[0] != "mtb"), "\(row)")
    }
    let routing = try String(contentsOfFile: Self.root + "/docs/routing.md", encoding: .utf8)
    #expect(routing.contains("the union gains \(rows[4][7]), not surely above 0"))
  }

  @Test func theStudyComparesTheRoutersOfItsTables() throws {
    let tables = try section("study").components(separatedBy: "| router |").dropFirst()
    #expect(tables.count == 2)
    let names = HarborStudy.routers.map(\.name)
    for table in tables {
      // Behind the rest of the line of titles and the line of dashes.
      let rows = table.split(separator: "\n").dropFirst(2).prefix { $0.hasPrefix("|") }
      #expect(rows.map { cells($0).first ?? "" } == names)
    }
    let configurations = HarborStudy.routers.map(\.configuration)
    try #require(configurations.count == 5)
    #expect(configurations[0] == .exact && configurations[1].objective == .exact)
    #expect(configurations[2] == .paper && configurations[3].objective == .reinforce)
    #expect(configurations[4] == .code)
    #expect(configurations[1].hidden == 0 && configurations[3].actions == .topShare(0.7))
  }

  /// `train all` makes the taggers, their encoders and their routers; the experts for relations and
  /// their router come from `rds run`.
  @Test func allTrainsEveryCommittedFolderButThoseForRelations() throws {
    let folder = Self.root + "/Samples/models"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
      FileManager.default.fileExists(atPath: folder + "/" + $0 + "/config.json")
    }
    #expect(
      Set(names).subtracting(["mtb", "mega-lite", "rds-relations"]) == Set(HarborRecipe.names))
    for name in ["mtb", "mega-lite", "rds-relations"] { #expect(names.contains(name)) }
    let table = try text("docs/models.md")
    for name in names { #expect(table.contains("\n| `\(name)` | `"), "\(name)") }
  }

  /// `1e-4` for 0.0001.
  private func short(_ rate: Float) -> String {
    String(format: "%.0e", Double(rate)).replacing("e-0", with: "e-")
  }

  /// The page in one line.
  private func page() throws -> String {
    try text("docs/models.md").split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  @Test func defaultsOfFineTuningAreThoseOfThePage() throws {
    let crf = FineTuningJob.Task.bertCRF(.firstPieceOnly).recipe
    let mtb = FineTuningJob.Task.mtb.recipe
    let (rate, head) = (short(crf.encoderRate), short(crf.headRate))
    let warmUp = Int((100 * crf.warmUp).rounded())
    #expect(
      try page().contains(
        "AdamW with decay \(crf.decay) and learning rate \(rate) for the encoder and \(head) for "
          + "the rest, warm-up over \(warmUp) % of the steps, then linearly to 0; \(crf.epochs) "
          + "epochs in batches of \(crf.batch) (`bert-crf`) or \(mtb.epochs) of \(mtb.batch) "
          + "(`mtb`)"))
    #expect(mtb.encoderRate == crf.encoderRate && mtb.headRate == crf.headRate)
    #expect(mtb.warmUp == crf.warmUp && mtb.decay == crf.decay)
  }

  @Test func smallEncodersTakeTheRatesOfThePage() throws {
    let place = try SmallTraining()
    defer { place.remove() }
    let folder = place.folder + "/encoder"
    let texts: [FineTuningJob.Task] = [.bertCRF(.firstPieceOnly), .mtb]
    let pictured: [FineTuningJob.Task] = [
      .umt(.firstPieceOnly, UMTOptions()), .maf(.firstPieceOnly, nil), .megaLite(MEGALiteOptions()),
    ]
    let text = FineTuningJob.Task.mtb.recipe(encoder: folder)
    let seen = FineTuningJob.Task.umt(.firstPieceOnly, UMTOptions()).recipe(encoder: folder)
    #expect(
      try page().contains(
        "(\(short(text.encoderRate)), and \(short(text.headRate)) for what stands on it; "
          + "\(short(seen.headRate)) for all of an expert that looks at pictures, which also warms up "
          + "over \(Int((100 * seen.warmUp).rounded())) % of the steps) and \(text.epochs) epochs"))
    for task in texts + pictured {
      let (small, usual) = (task.recipe(encoder: folder), task.recipe)
      #expect(small.epochs == 10 && small.encoderRate == 5e-4, "\(task.system)")
      #expect(small.headRate == (task.needsPictures ? 5e-4 : 2e-3), "\(task.system)")
      // Fresh layers of attention over pictures rise over a tenth of the steps.
      #expect(small.warmUp == (task.needsPictures ? 0.1 : 0.06), "\(task.system)")
      #expect(small.batch == usual.batch && small.decay == usual.decay, "\(task.system)")
      #expect(small.encoderRate > usual.encoderRate && small.epochs > usual.epochs)
    }
    // Who trains by name takes them too.
    let trainer = try ExpertTrainer(
      models: place.folder, encoder: folder, pictures: nil, command: "test",
      observe: { _ in true })
    #expect(trainer.recipe(.mtb) == text)

    // An encoder of 256 dimensions is of the usual size, and so is one that cannot be read.
    try place.widenEncoder(to: 256)
    for task in texts + pictured {
      #expect(task.recipe(encoder: folder) == task.recipe, "\(task.system)")
      #expect(task.recipe(encoder: place.folder + "/none") == task.recipe, "\(task.system)")
    }
    try place.widenEncoder(to: 254)
    #expect(FineTuningJob.Task.mtb.recipe(encoder: folder) == text)
  }
}
