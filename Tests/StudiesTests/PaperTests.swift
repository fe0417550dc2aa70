import Corpora
import Encoders
import Foundation
import Pictures
import Routing
import Tensors
import Testing

@testable import Extractors
@testable import Studies

/// Tables of papers, measured again.
@Suite("Papers")
struct PaperTests {
  /// What a paper prints stands beside the row that it is of.
  @Test(.enabled(if: RDSTests.published != nil, "../shared/design/paper-results.csv is absent"))
  func everyPublishedNumberHasItsRow() throws {
    let path = try #require(RDSTests.published)
    for paper in Paper.all {
      let numbers = try PublishedResult.read(path, paper)
      #expect(!numbers.isEmpty)
      for number in numbers
      where !number.setting.hasPrefix("relation=") && !number.setting.contains("(repeats ") {
        let tables = paper.tables.filter { $0.names.contains(number.table) }
        #expect(
          tables.contains { table in
            table.rows.contains { number.fits(table, $0, dataset: number.dataset) }
          }, "\(paper.id), \(number)")
      }
    }
  }

  @Test func everyRowCanBeTrained() throws {
    #expect(Set(Paper.all.map(\.id)) == ["riva", "i2srm", "imm", "focalmre"])
    #expect(RDSPaper.all.allSatisfy { $0.experts != nil })
    for table in Paper.all.flatMap(\.tables) {
      var labels: Set<String> = []
      for row in table.rows {
        #expect(labels.insert(row.label).inserted, "\(table.name): \(row.label) stands twice")
        guard row.system != nil else { continue }
        let systems = ExpertTask.allCases.compactMap(row.system(for:))
        #expect(!systems.isEmpty, "\(table.name): there is no \(row.system ?? "")")
        for (name, value) in systems.isEmpty ? [:] : row.switches {
          let known = systems[0].switches.first { $0.name == name }
          #expect(known?.values.contains(value) == true, "\(row.label): \(name)=\(value)")
          #expect(known?.usual != value, "\(row.label): \(name) is as usual")
        }
      }
      for claim in table.claims {
        #expect(labels.contains(claim.better) && labels.contains(claim.worse), "\(claim)")
      }
    }
  }

  @Test func picturesAreExchangedAmongThemselves() {
    let posts = (0..<20).map { i in
      Post(
        id: "p\(i)", tokens: [Token("a")], imageID: "same", mentions: [], split: .train,
        source: SourceLocation(file: "memory", line: i))
    }
    let own = PictureProvider(name: "made") { post, _ in
      let shade = UInt8(Int(post.id.dropFirst()) ?? 0)
      return .success(Picture(width: 1, height: 1, color: RGB(shade, 0, 0)))
    }
    func shade(_ provider: PictureProvider, _ post: Post) -> Int {
      guard case .success(let picture) = provider.picture(post, .reference) else { return -1 }
      return Int(picture.pixels[0])
    }
    for share in [0.1, 0.5, 1] {
      let exchanged = own.exchanged(among: [posts], share: share, seed: 3)
      let shades = posts.map { shade(exchanged, $0) }
      #expect(shades.sorted() == Array(0..<20))
      #expect(shades.enumerated().count { $0 != $1 } == Int(20 * share))
      // Posts that share a picture's name are told apart.
      #expect(Set(posts.map(exchanged.key)).count == 20)
    }
  }

  /// Posts of one picture do not get each other's, and regions go with the pictures.
  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func noPostGetsAPictureOfTheSameName(seed: UInt64) throws {
    let posts = (0..<24).map { i in
      Post(
        id: "p\(i)", tokens: [Token("a")], imageID: "picture \(i / 3)", mentions: [],
        split: .train, source: SourceLocation(file: "memory", line: i))
    }
    let own = PictureProvider(name: "made") { post, _ in
      let shade = UInt8(Int(post.id.dropFirst()) ?? 0)
      return .success(Picture(width: 1, height: 1, color: RGB(shade, 0, 0)))
    }
    let exchanged = own.exchanged(among: [posts], share: 1, seed: seed)
    var taken: Set<Int> = []
    for (i, post) in posts.enumerated() {
      guard case .success(let picture) = exchanged.picture(post, .reference) else { continue }
      let from = Int(picture.pixels[0])
      #expect(from / 3 != i / 3, "seed \(seed): \(i) got the picture of \(from)")
      taken.insert(from)
    }
    #expect(taken.count == posts.count, "seed \(seed)")
  }

  @Test func noiseIsWhereItIsWanted() {
    let post = { (split: Split) in
      Post(
        id: "p", tokens: [Token("a")], imageID: nil, mentions: [], split: split,
        source: SourceLocation(file: "memory", line: 1))
    }
    let data = DataVariation.disturbedRegions(0.5)
    for (place, disturbed) in [
      (DataVariation.Place.both, [true, true, true]), (.train, [true, true, false]),
      (.test, [false, false, true]),
    ] {
      let change = data.interventions(seed: 1, in: place)
      #expect([Split.train, .dev, .test].map { !change(post($0)).isEmpty } == disturbed)
    }
    #expect(DataVariation.share(0.29).name == "share-29")
  }

  @Test func fewPairsOfEachAreChosen() {
    let posts = (0..<30).map { i in
      Post(
        id: "p\(i)", tokens: [Token("a"), Token("b")], imageID: nil, mentions: [],
        relations: ["None", i % 3 == 0 ? "x" : "None"].map {
          RelationMention(head: 0..<1, tail: 1..<2, label: $0)
        }, split: .train, source: SourceLocation(file: "memory", line: i))
    }
    let chosen = DataVariation.pairsOfEach(2).chosen(posts, seed: 1).flatMap(\.relations)
    #expect(chosen.count { $0.label == "x" } == 2 && chosen.count { $0.label == "None" } == 2)
    #expect(DataVariation.share(0.1).chosen(posts, seed: 1).count == 3)
    #expect(DataVariation.share(1).chosen(posts, seed: 1) == posts)
    #expect(DataVariation.asItIs.chosen(posts, seed: 1).count == 30)
  }

  @Test func aStudyIsKeptAndJudged() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    _ = try place.pretraining().run()
    let data = try RDSPlace(pairs: true, pictures: true)
    var material = RDSExperts.Material(command: "test")
    (material.encoder, material.pictures) = (
      place.folder + "/encoder", place.folder + "/models/resnet"
    )
    material.dual = place.folder + "/models/dual"
    material.changes = FineTuningChanges(epochs: 1, batch: 8)
    let paper = try #require(Paper.all.first { $0.id == "i2srm" })
    func study(_ stops: Bool = false) -> PaperStudy {
      var study = PaperStudy(
        paper, [.relations: data.dataset], folder: place.folder + "/study", material: material
      ) { _ in !stops }
      study.mostPosts = 24
      return study
    }
    let results = try study().run(tables: ["Table 5"], seeds: [1, 2])
    #expect(results.count == 1 && results[0].rows.count == 3 && results[0].task == .relations)
    #expect(results[0].rows.allSatisfy { $0.cells.count == 2 })
    #expect(results[0].verdicts.count == 2)
    // What is finished is read, not trained again: nobody may go on.
    let again = try study(true).run(tables: ["Table 5"], seeds: [1, 2])
    #expect(again[0].rows.map { $0.sums } == results[0].rows.map { $0.sums })
    #expect(throws: TrainingStopped.self) {
      try study(true).run(tables: ["Table 5"], seeds: [3])
    }
    // What was made with other settings is neither shown as these nor made again.
    var longer = study()
    longer.material.changes = FineTuningChanges(epochs: 2, batch: 4)
    #expect {
      try longer.run(tables: ["Table 5"], seeds: [1])
    } throws: {
      "\($0)".contains("made with other --batch, --epochs; give the same again, or another --out")
    }
    let path = place.folder + "/published.csv"
    try Data(
      """
      seed,table,dataset,setting,model,precision,recall,f1
      001,Table 5,MNRE,ablation,I2SRM,,,84.12
      003,Table 5,MNRE,ablation,I2SRM,,,1.0
      """.utf8
    ).write(to: URL(fileURLWithPath: path))
    let report = PaperReport(paper, again, published: try PublishedResult.read(path, paper))
    #expect(report.text.contains("published MNRE") && report.text.contains("84.12"))
    #expect(!report.text.contains("1.00  "))
    #expect(report.markdown.contains("| I2SRM w/o AttnMixup |"))
    let json = try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [[String: Any]]
    #expect((json?.first?["rows"] as? [Any])?.count == 3)
    // Relation by relation, of cells that were counted so, and on more than one encoder.
    let focal = try #require(Paper.all.first { $0.id == "focalmre" })
    var other = study()
    other = PaperStudy(
      focal, [.relations: data.dataset], folder: place.folder + "/study", material: material
    ) { _ in true }
    other.mostPosts = 24
    let single = try #require(try other.run(tables: ["Table 4"], seeds: [1]).first)
    let gold = data.dataset.posts(in: .test).flatMap(\.relations).filter { $0.label != "None" }
    #expect(single.relations.map(\.count).reduce(0, +) == gold.count && !gold.isEmpty)
    for row in single.rows {
      let total = single.relations.reduce(into: [0, 0, 0]) { sum, relation in
        let counts = row.of(relation.name)[0]
        sum = [sum[0] + counts.correct, sum[1] + counts.predicted, sum[2] + counts.gold]
      }
      #expect(total == [row.sums[0].correct, row.sums[0].predicted, row.sums[0].gold])
    }
    let lines = PaperReport(focal, [single], published: []).text
    #expect(lines.contains("relation by relation") && lines.contains(single.relations[0].name))
    _ = try place.pretraining("encoder-b").run()
    var wider = study()
    wider.otherEncoders = [place.folder + "/encoder-b"]
    let grid = try #require(try wider.run(tables: ["Table 4"], seeds: [1]).first)
    #expect(
      grid.rows.filter { !$0.cells.isEmpty }.map(\.row.label) == [
        "I2SRM, encoder + resnet", "I2SRM, encoder-b + resnet",
      ])
    // The first pair is the study's own: its training is not repeated.
    #expect(grid.rows.first { !$0.cells.isEmpty }?.sums == [again[0].rows[0].sums[0]])
    // An encoder has one row, and noise a table that has some.
    wider.otherEncoders = [place.folder + "/models/../encoder"]
    #expect(throws: PaperError.self) { try wider.run(tables: ["Table 4"], seeds: [1]) }
    var noisy = study()
    noisy.wantedNoise = .test
    #expect(throws: PaperError.self) { try noisy.run(tables: nil, seeds: [1]) }
    // Without the other task's posts there is no cross-task row.
    let imm = try #require(Paper.all.first { $0.id == "imm" })
    let alone = PaperStudy(
      imm, [.relations: data.dataset], folder: place.folder + "/imm", material: material
    ) { _ in true }
    #expect(throws: PaperError.self) { try alone.run(tables: ["Table 3"], seeds: [1]) }
  }

  /// Times of one run stand together; those of another are marked, and never mixed with them.
  @Test func timesOfOtherRunsAreMarked() {
    let (now, before, older) = (MeasuringRun(), MeasuringRun(), MeasuringRun())
    #expect(now != before && now.machine == before.machine)
    func row(_ name: String, _ cells: [(Double, MeasuringRun?)]) -> PaperTableResult.Row {
      PaperTableResult.Row(
        PaperRow(name, setting: "main", system: name),
        cells: cells.map { time, run in
          PaperCell(
            basis: [:], devF1: 0, posts: ["p"], counts: [[1, 1, 1]], byRelation: nil,
            millisecondsPerPost: time, trainingSeconds: 1, run: run)
        })
    }
    func times(_ rows: [PaperTableResult.Row], by run: MeasuringRun?) -> [String] {
      var result = PaperTableResult(
        table: PaperTable("Table 1", "made", rows: []), task: .entities, dataset: "made",
        rows: rows)
      result.run = run
      let own = result.timedRun
      return rows.map { result.time(of: $0, in: own) } + result.timeNotes(own)
    }
    let on = "ms/post on \(now.machine), the median of the seeds."
    #expect(times([row("a", [(2, now)]), row("b", [(4, now)])], by: now) == ["2.0", "4.0", on])
    // One seed that had to wait does not count.
    let busy = times([row("a", [(2, now), (300, now), (3, now)])], by: now)
    #expect(busy.first == "3.0")
    // A row of two runs is that of the run which made the table.
    let mixed = times([row("a", [(2, now), (90, before)]), row("b", [(50, before)])], by: now)
    #expect(Array(mixed.prefix(3)) == ["2.0", "50.0*", on])
    #expect(mixed.count == 4 && mixed[3].contains("another run"))
    // A table that is only printed again has the times of the run that measured it.
    #expect(
      times([row("a", [(2, before)]), row("b", [(4, before)])], by: now) == ["2.0", "4.0", on])
    let old = times([row("a", [(2, before), (4, before)]), row("b", [(9, older)])], by: now)
    #expect(Array(old.prefix(2)) == ["3.0", "9.0*"])
    // Cells of older versions do not say who measured them.
    let unknown = times([row("a", [(2, nil)])], by: now)
    #expect(unknown[0] == "2.0*" && unknown.count == 2)
  }

  @Test func cellsOfOlderVersionsAreRead() throws {
    let text = """
      {"basis":{},"devF1":1,"posts":["p"],"counts":[[1,1,1]],"millisecondsPerPost":2,"trainingSeconds":3}
      """
    let cell = try JSONDecoder().decode(PaperCell.self, from: Data(text.utf8))
    #expect(cell.run == nil && cell.millisecondsPerPost == 2)
    let own = PaperCell(
      basis: [:], devF1: 0, posts: [], counts: [], byRelation: nil, millisecondsPerPost: 1,
      trainingSeconds: 1, run: MeasuringRun())
    let again = try JSONDecoder().decode(PaperCell.self, from: JSONEncoder().encode(own))
    #expect(again.run == own.run && own.of { _ in true }.run == own.run)
  }

  @Test func claimsAreJudgedOverPosts() {
    func row(_ name: String, right: Int) -> PaperTableResult.Row {
      PaperTableResult.Row(
        PaperRow(name, setting: "main", system: name),
        cells: [
          PaperCell(
            basis: [:], devF1: 0, posts: (0..<100).map { "p\($0)" },
            counts: (0..<100).map { [$0 < right ? 1 : 0, 1, 1] }, byRelation: nil,
            millisecondsPerPost: 1,
            trainingSeconds: 1)
        ])
    }
    let table = PaperTable(
      "Table 1", "made",
      rows: [],
      claims: [
        PaperClaim("a", over: "b"), PaperClaim("b", over: "a"), PaperClaim("a", over: "c"),
        PaperClaim("a", over: "missing"),
      ])
    let result = PaperTableResult(
      table: table, task: .relations, dataset: "made",
      rows: [row("a", right: 90), row("b", right: 50), row("c", right: 90)])
    #expect(
      result.verdicts.map(\.sentence) == ["as claimed", "the other way round", "not told apart"])
    #expect(result.verdicts[0].difference == 40)
  }
}
