import Corpora
import Foundation
import Routing
import Tensors
import Testing

@testable import Extractors
@testable import Studies

struct RDSTests {
  @Test(arguments: ExpertTask.allCases)
  func theProtocolFindsWhatCanBeRouted(task: ExpertTask) throws {
    let place = try RDSPlace(pairs: task == .relations)
    defer { place.remove() }
    let results = try place.run(task)
    let report = RDSReport(results, settings: place.settings(task), dataset: "made up")
    #expect(report.units == 60 && report.splitUnits == 24)
    let exact = try #require(report.routings.first)
    #expect(exact.name == "exact" && exact.gain.low > 0 && report.holds(exact))
    let oracle = try #require(report.routings.last)
    for routing in report.routings {
      #expect(routing.union.value <= oracle.union.value + 1e-9, "\(routing.name)")
    }
    #expect(report.routings.map(\.name).contains("gold imageAdds"))
    #expect(report.verdict.contains("pattern holds"))
  }

  @Test func finishedSeedsAreKeptAndOtherRunsRefused() throws {
    let place = try RDSPlace()
    defer { place.remove() }
    let first = try place.run(.entities, [1])
    let again = try place.run(.entities, [1])
    #expect(first[0].text == again[0].text)
    #expect(first[0].routers["exact"]?.seconds == again[0].routers["exact"]?.seconds)
    #expect(throws: RDSError.self) { _ = try place.run(.relations, [1]) }
    // Other routers over the same experts are searched, and the experts stay.
    let wider = RouterGrid(rates: [1e-2, 1e-3], batchSizes: [16], alphas: [0.5])
    var settings = place.settings()
    for i in settings.routers.indices where settings.routers[i].name != "exact" {
      settings.routers[i].grid = wider
    }
    let more = try place.run(.entities, [1], settings: settings)
    #expect(more[0].routers["paper"]?.points == 2)
    #expect(more[0].routers["exact"]?.best == first[0].routers["exact"]?.best)
  }

  @Test func aBatchLargerThanTheSplitIsRefusedBeforeAnythingIsTrained() throws {
    let place = try RDSPlace()
    defer { place.remove() }
    var settings = place.settings()
    settings.routers[1].grid = RouterGrid(rates: [1e-2], batchSizes: [25], alphas: [0.5])
    #expect(throws: RoutingError.batchTooLarge(batch: 25, posts: 24)) {
      _ = try place.run(.entities, [1], settings: settings)
    }
    #expect(!FileManager.default.fileExists(atPath: place.folder + "/out"))
  }

  @Test func tablesAreTheSameNumbersInEveryForm() throws {
    let place = try RDSPlace()
    defer { place.remove() }
    let report = RDSReport(
      try place.run(.entities, [1, 2, 3]), settings: place.settings(), dataset: "made up")
    let published = [
      PublishedRouting(
        table: "Table 2", dataset: "Twitter-2017", set: "Full", model: "BERT-CRF",
        multimodal: "UMT-BERT-CRF", scores: [1, 2, 3])
    ]
    let union = RoutingReport.decimals(try #require(report.routings.first).union.value, 2)
    for form in [report.text(published: published), report.markdown(), report.csv()] {
      #expect(form.contains(union))
    }
    #expect(!report.text(published: published).contains("Table 2"))
    let widths = Set(
      report.csv().split(separator: "\n\n").first?.split(separator: "\n").map { line in
        line.split(separator: ",", omittingEmptySubsequences: false).count
      } ?? [])
    #expect(widths.count == 1)
    let decoded = try JSONDecoder().decode(RDSReport.self, from: Data(report.json().utf8))
    #expect(decoded.routings.map(\.name) == report.routings.map(\.name))
  }

  @Test func pairsOfOnePostAreOneRowOfTheSavedRouter() throws {
    func counts(_ correct: Int) -> ExpertCounts {
      ExpertCounts(
        text: MatchCounts(correct: correct, predicted: 1, gold: 1),
        multimodal: MatchCounts(correct: 1 - correct, predicted: 1, gold: 1))
    }
    let pairs = try RouterData(
      dimensions: 2, ids: ["a#0", "b#0", "a#1"], x: [1, 2, 3, 4, 1, 2],
      counts: [counts(1), counts(0), counts(0)], imageAdds: [true, nil, true])
    let posts = try pairs.merged(["a", "b", "a"])
    #expect(posts.ids == ["a", "b"] && posts.x == [1, 2, 3, 4] && posts.imageAdds == [true, nil])
    #expect(posts.counts == [counts(1) + counts(0), counts(0)])
    #expect(posts.counts.total() == pairs.counts.total())
    #expect(RoutedUnit.post(of: "a#b#12") == "a#b" && RoutedUnit.post(of: "plain") == "plain")
  }

  @Test func aMarkStandsAtEveryTable() throws {
    let place = try RDSPlace()
    defer { place.remove() }
    let report = RDSReport(
      try place.run(.entities, [1]), settings: place.settings(), dataset: "made up",
      mark: "leaky regions")
    for table in report.tables() { #expect(table.title.contains("(leaky regions)")) }
    #expect(report.title.contains("(leaky regions)"))
    #expect(try report.json().contains("\"mark\" : \"leaky regions\""))
  }

  @Test func aFileOfResultsHasALineAndASectionForEachRun() throws {
    let place = try RDSPlace()
    defer { place.remove() }
    let results = try place.run(.entities, [1, 2])
    let file = place.folder + "/RESULTS.md"
    try Data("# Mine\n\nKept.\n".utf8).write(to: URL(fileURLWithPath: file))
    func write(
      _ multimodal: String, _ results: [RDSSeedResult], _ dataset: String = "made | up"
    ) throws {
      var settings = place.settings()
      settings.multimodal = multimodal
      try RDSResultsFile(path: file).write(
        RDSReport(results, settings: settings, dataset: dataset))
    }
    try write("b", results)
    try write("c", results)
    try write("b", [results[0]])
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| a |") && $0.contains("holds") }
    try write("b", results, "other")
    let both = try String(contentsOfFile: file, encoding: .utf8)
    #expect(both.contains("<!-- rds a b madeup -->") && both.contains("<!-- rds a b other -->"))
    // On the same posts, built on something else.
    var settings = place.settings()
    settings.multimodal = "b"
    var built = RDSReport(results, settings: settings, dataset: "other")
    built.setup = ["with bert", "3 epochs"]
    try RDSResultsFile(path: file).write(built)
    try RDSResultsFile(path: file).write(built)
    let more = try String(contentsOfFile: file, encoding: .utf8)
    #expect(more.components(separatedBy: "<!-- rds a b other, with bert, 3 epochs -->").count == 2)
    #expect(more.contains("<!-- rds a b other -->"))
    #expect(
      more.contains("| a | b | other |") && more.contains("| a | b | other, with bert, 3 epochs |"))
    #expect(rows.count == 2)
    #expect(rows.first?.hasPrefix("| a | b | made / up | 1 |") == true)
    #expect(rows.last?.hasPrefix("| a | c | made / up | 2 |") == true)
    #expect(text.hasPrefix("# Mine\n\nKept.\n\n<!-- rds -->"))
    #expect(text.components(separatedBy: "<!-- rds a b madeup -->").count == 2)
  }

  @Test func expertsInTheWrongPlaceAreNamed() throws {
    let place = try RDSPlace()
    defer { place.remove() }
    func make(_ text: RDSExpertRecipe, _ multimodal: RDSExpertRecipe) throws {
      _ = try RDSRun(
        settings: place.settings(), dataset: place.dataset, text: text, multimodal: multimodal,
        embedder: TableEmbedding(name: "t", table: place.table),
        folder: place.folder + "/x", observe: { _ in true })
    }
    let (a, b) = (place.recipe("a", pictures: false), place.recipe("b", pictures: true))
    #expect(throws: RDSError.self) { try make(b, b) }
    #expect(throws: RDSError.self) { try make(a, a) }
    #expect(throws: RDSError.self) {
      try make(place.recipe("c", task: .relations, pictures: false), b)
    }
  }

  @Test func cosineThresholdIsTheBestOfAll() throws {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<40 {
      let n = 1 + generator.index(below: 12)
      let data = try RouterData(
        dimensions: 1, ids: (0..<n).map(String.init),
        x: (0..<n).map { _ in Float(generator.index(below: 5)) / 5 },
        counts: (0..<n).map { _ in
          func one() -> MatchCounts {
            MatchCounts(correct: generator.index(below: 3), predicted: 2, gold: 2)
          }
          return ExpertCounts(text: one(), multimodal: one())
        })
      func union(_ threshold: Float) -> Double {
        data.counts.union(
          routes: data.x.map { $0 >= threshold ? .multimodal : .text }
        ).f1
      }
      let best = (data.x + [2]).map(union).max() ?? 0
      #expect(abs(union(CosineRouting.threshold(on: data)) - best) < 1e-12)
    }
  }

  @Test func pairsCountAsPublished() {
    #expect(
      MatchCounts(answer: "None", gold: "None") == .zero)
    #expect(
      MatchCounts(answer: "a", gold: "None") == MatchCounts(correct: 0, predicted: 1, gold: 0))
    #expect(MatchCounts(answer: "a", gold: "b") == MatchCounts(correct: 0, predicted: 1, gold: 1))
    #expect(MatchCounts(answer: "a", gold: "a") == MatchCounts(correct: 1, predicted: 1, gold: 1))
  }

  @Test func theReleasedLoopHasANameOfItsOwn() {
    let grid = RouterGrid(rates: [1e-2], batchSizes: [16], alphas: [0.5])
    var settings = RDSSettings(task: .entities, text: "a", multimodal: "b", grid: grid)
    settings.accumulateGradientsAsReleased()
    #expect(settings.routers.map(\.name) == ["exact", "paper", "code-as-released"])
    #expect(settings.routers.map(\.base.accumulateForever) == [false, false, true])
  }

  static let published: String? = {
    var url = URL(fileURLWithPath: #filePath)
    while url.path != "/" {
      url.deleteLastPathComponent()
      let file = url.appendingPathComponent("../shared/design/paper-results.csv")
        .standardizedFileURL.path
      if FileManager.default.fileExists(atPath: file) { return file }
    }
    return nil
  }()

  @Test(.enabled(if: published != nil, "../shared/design/paper-results.csv is absent"))
  func publishedNumbersAreRead() throws {
    let rows = try PublishedRouting.read(try #require(Self.published))
    let maf = PublishedRouting.rows(rows, multimodal: "maf")
    #expect(
      maf.contains {
        $0.dataset == "Twitter-2017" && $0.set == "Full" && $0.model == "RDS(BERT-CRF+MAF)"
          && $0.scores == [86.25, 86.38, 86.32]
      })
    #expect(PublishedRouting.rows(rows, multimodal: "mega-lite").count >= 7)
  }
}
