import Foundation
import Routing
import Testing

@testable import Extractors
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
        "bert-crf and umt", "bert-crf and maf", "mtb and mega-lite",
      ])
    for row in rows {
      try #require(row.count == 11)
      // The gain and both leads: above 0 with their whole intervals.
      let isAbove = row[7...9].allSatisfy { $0.contains("[+") && !$0.contains("[+0.00") }
      #expect(row[10] == (isAbove ? "holds" : "does not hold"), "\(row)")
      #expect(isAbove == (row[0] != "mtb"), "\(row)")
    }
    let routing = try String(contentsOfFile: Self.root + "/docs/routing.md", encoding: .utf8)
    #expect(routing.contains("the union gains \(rows[2][7]), not surely above 0"))
  }

  /// `train all` makes the taggers, their encoders and their routers; the experts for relations and
  /// their router come from `rds run`, those of other papers from a training each.
  @Test func allTrainsEveryCommittedFolderButThoseForRelations() throws {
    let folder = Self.root + "/Samples/models"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
      FileManager.default.fileExists(atPath: folder + "/" + $0 + "/config.json")
    }
    let others = [
      "mtb", "mega-lite", "rds-relations", "bert-crf", "hvpnet", "i2srm", "umt", "maf", "imm",
      "mkgformer", "focalmre",
    ]
    #expect(Set(names).subtracting(others) == Set(HarborRecipe.names))
    for name in others { #expect(names.contains(name)) }
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
    let (crf, mtb) = (try recipe(.bertCRF), try recipe(.mtb))
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
    let systems = System.all.filter { $0.needsEncoder && $0.train != nil }
    func small(_ system: System, _ encoder: String) throws -> FineTuning {
      system.recipe(try recipe(system), encoder: encoder)
    }
    let (text, seen) = (try small(.mtb, folder), try small(.umt, folder))
    #expect(
      try page().contains(
        "(\(short(text.encoderRate)), and \(short(text.headRate)) for what lies on top of it; "
          + "\(short(seen.headRate)) for all of an expert that looks at pictures, which also warms up "
          + "over \(Int((100 * seen.warmUp).rounded())) % of the steps) and \(text.epochs) epochs"))
    for system in systems {
      let (small, usual) = (try small(system, folder), try recipe(system))
      #expect(small.epochs == 10 && small.encoderRate == 5e-4, "\(system.id)")
      #expect(small.headRate == (system.seesPicture ? 5e-4 : 2e-3), "\(system.id)")
      // Fresh layers of attention over pictures rise over a tenth of the steps.
      #expect(small.warmUp == (system.seesPicture ? 0.1 : 0.06), "\(system.id)")
      #expect(small.batch == usual.batch && small.decay == usual.decay, "\(system.id)")
      #expect(small.encoderRate > usual.encoderRate && small.epochs > usual.epochs)
    }
    // Who trains by name takes them too.
    let job = TrainingJob(
      .mtb, encoder: folder, posts: place.posts, models: place.folder, name: "m", command: "test",
      observe: { _ in true })
    let base = try TextBase(folder: folder)
    var wanted = text
    // As many pieces as the encoder reads.
    wanted.longest = base.longest(text.longest)
    #expect(job.origin(1, base, nil).settings == wanted)

    // An encoder of 256 dimensions is of the usual size, and so is one that cannot be read.
    try place.widenEncoder(to: 256)
    for system in systems {
      #expect(try small(system, folder) == recipe(system), "\(system.id)")
      #expect(try small(system, place.folder + "/none") == recipe(system), "\(system.id)")
    }
    try place.widenEncoder(to: 254)
    #expect(try small(.mtb, folder) == text)
  }

  private func recipe(_ system: System) throws -> FineTuning {
    guard case .fineTuning(let recipe) = system.recipe else {
      throw TrainingError.noEncoder(system: system.id)
    }
    return recipe
  }
}
