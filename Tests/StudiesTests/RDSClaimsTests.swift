import Corpora
import Extractors
import Foundation
import Synchronization
import Testing

@testable import Routing
@testable import Studies

/// What docs/routing.md says of a run of the protocol and of its tables.
@Suite("The protocol as its page tells it")
struct RDSClaimsTests {
  /// A folder of experts is never mixed with those of another run: not after hours, and not without
  /// a word.
  @Test func aFolderRefusesOtherSharesMaterialPostsAndPictures() throws {
    let place = try RDSPlace(pictures: true)
    defer { place.remove() }
    let trained = Mutex(0)
    let note: @Sendable (RDSTrainingJob) -> Void = { _ in trained.withLock { $0 += 1 } }
    let material = ["encoder": "x 1"]
    func run(share: Double = 0.8, _ material: [String: String]) throws {
      var settings = place.settings()
      settings.modelShare = share
      // Opened again: the files may have changed.
      let dataset = try Dataset.open(place.folder + "/data")
      _ = try place.run(
        .entities, [1], settings: settings, dataset: dataset, material: material, made: note)
    }
    func expectOther(
      _ words: String, share: Double = 0.8, _ material: [String: String],
      sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) {
      do {
        try run(share: share, material)
        Issue.record("the folder was taken: \(words)", sourceLocation: sourceLocation)
      } catch RDSError.otherRun(_, let differs) {
        #expect(differs == [words], sourceLocation: sourceLocation)
      } catch {
        Issue.record("\(error)", sourceLocation: sourceLocation)
      }
    }
    try run(material)
    #expect(trained.withLock { $0 } == 4)

    expectOther("share 0.8 there, 0.7 now", share: 0.7, material)
    expectOther("encoder x 1 there, x 2 now", ["encoder": "x 2"])
    expectOther("encoder x 1 there, not given now", [:])
    expectOther("epochs not given there, 2 now", ["encoder": "x 1", "epochs": "2"])

    let file = place.folder + "/data/train.jsonl"
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let first = try #require(text.split(separator: "\n").first)
    let line = first.replacing("Acme", with: "Acre")
    try Data((line + text.dropFirst(first.count)).utf8).write(to: URL(fileURLWithPath: file))
    expectOther("the dataset's files", material)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))

    let picture = place.folder + "/data/images/p1.png"
    let bytes = try Data(contentsOf: URL(fileURLWithPath: picture))
    try RDSPlace.draw(81, picture)
    do {
      try run(material)
      Issue.record("other pictures were taken for the same run")
    } catch RDSError.otherRun(_, let differs) {
      #expect(differs.count == 1 && differs[0].hasPrefix("pictures of posts "))
    }
    try bytes.write(to: URL(fileURLWithPath: picture))

    // With everything as it was the run is taken up, and nothing is trained again.
    #expect(trained.withLock { $0 } == 4)
    try run(material)
    #expect(trained.withLock { $0 } == 4)
  }

  /// The experts that are scored have learned from all of train, those that the router learned from
  /// only from the 80 % that it did not see.
  @Test func expertsLearnFromFourFifthsAndThenFromAll() throws {
    let place = try RDSPlace()
    defer { place.remove() }
    let lists = Mutex<[[String]]>([])
    let note: @Sendable (RDSTrainingJob) -> Void = { job in
      lists.withLock { $0.append(job.train.map(\.id)) }
    }
    let results = try place.run(.entities, [1], made: note)
    let learned = lists.withLock { $0 }
    #expect(learned.map(\.count) == [96, 96, 120, 120])
    let all = place.dataset.posts(in: .train).map(\.id)
    #expect(learned[0] == learned[1] && Set(learned[0]).count == 96)
    #expect(learned[2] == all && learned[3] == all)
    // Shuffled, not simply cut.
    #expect(Set(learned[0]) != Set(all.prefix(96)))
    #expect(results[0].splitUnits == 24)

    lists.withLock { $0 = [] }
    var settings = place.settings()
    settings.retrains = false
    _ = try place.run(.entities, [1], settings: settings, out: "once", made: note)
    let once = lists.withLock { $0 }
    #expect(once.map(\.count) == [96, 96])
  }

  /// Every fourth post of test has no picture; there the multimodal expert is right and the text
  /// expert wrong, so whoever may would send it there.
  @Test func postsWithoutAPictureAreTheTextExpertsInEveryTable() throws {
    let place = try RDSPlace()
    defer { place.remove() }
    func report(without: (Int) -> Bool, _ out: String) throws -> (RDSReport, [RDSSeedResult]) {
      let bare = Set((0..<60).filter(without).map { "test-\($0)" })
      let results = try place.run(
        .entities, [1, 2], table: place.table.filter { !bare.contains($0.key) }, out: out)
      for result in results {
        #expect(result.ids.count == 60)
        for (i, id) in result.ids.enumerated() {
          #expect((result.cosines[i] == nil) == bare.contains(id), "\(id)")
        }
        for (name, router) in result.routers {
          let routes = result.routes(of: name)
          for (i, id) in result.ids.enumerated() where bare.contains(id) {
            #expect(router.probabilities[i] == nil && routes[i] == .text, "\(name), \(id)")
          }
        }
      }
      return (
        RDSReport(results, settings: place.settings(), dataset: "made up"), results
      )
    }
    func share(_ name: String, _ report: RDSReport) throws -> Double {
      try #require(report.routings.first { $0.name == name }).multimodalShare
    }
    let (some, results) = try report(without: { $0 % 4 == 0 }, "some")
    // Half of the posts say that the picture adds; half of these have one.
    #expect(try share("gold imageAdds", some) == 25)
    #expect(try share("oracle", some) == 50)
    let names = some.routings.map(\.name)
    #expect(
      names == ["exact", "paper", "code", "random", "cosine", "gold imageAdds", "oracle"])
    for routing in some.routings where routing.name != "oracle" {
      #expect(routing.multimodalShare <= 75, "\(routing.name)")
    }
    #expect(results[0].routes(of: "exact").contains(.multimodal))

    // Without any picture nothing is left to the other expert, under every router.
    let (none, _) = try report(without: { _ in true }, "none")
    for routing in none.routings where routing.name != "oracle" {
      #expect(routing.multimodalShare == 0, "\(routing.name)")
      #expect(routing.union.value == none.text.value, "\(routing.name)")
    }
    #expect(try share("oracle", none) == 50)
  }

  private static let right = [2, 2, 2]
  private static let wrong = [1, 2, 2]

  /// A report of one seed over forty posts, the second half of which a router sends to the
  /// multimodal expert; `text` and `multimodal` say where an expert is wrong.
  private func report(text: (Int) -> Bool, multimodal: (Int) -> Bool) -> RDSReport {
    var settings = RDSSettings(task: .entities, text: "a", multimodal: "b", grid: .coarse)
    settings.routers = Array(settings.routers.prefix(1))
    let posts = 0..<40
    let probabilities: [Float?] = posts.map { $0 < 20 ? 0.1 : 0.9 }
    let result = RDSSeedResult(
      seed: 1, ids: posts.map { "p\($0)" },
      text: posts.map { text($0) ? Self.wrong : Self.right },
      multimodal: posts.map { multimodal($0) ? Self.wrong : Self.right },
      imageAdds: [Bool?](repeating: nil, count: 40),
      cosines: [Float?](repeating: 0.1, count: 40), cosineThreshold: 2,
      routers: [
        "exact": RDSSeedResult.Router(
          best: GridPoint(configuration: .exact, devUnion: 80, bestStep: 1), points: 9,
          probabilities: probabilities, seconds: 1)
      ], devF1: [:], splitUnits: 10)
    return RDSReport([result], settings: settings, dataset: "made up")
  }

  @Test func thePatternHoldsWhereEachExpertIsSurelyBetterOnItsOwnSet() throws {
    let report = report(text: { $0 >= 20 }, multimodal: { $0 < 20 })
    let exact = try #require(report.routings.first)
    #expect(report.holds(exact) && exact.gain.low > 0)
    #expect(report.verdict.contains("RDS's pattern holds for exact"))
    #expect(report.overviewRow.last == "holds")
  }

  /// One post of forty makes all three numbers positive, but not their intervals.
  @Test func thePatternDoesNotHoldWhereAnIntervalReachesZero() throws {
    let report = report(text: { $0 == 20 }, multimodal: { $0 == 0 })
    let exact = try #require(report.routings.first)
    for interval in [exact.gain, exact.unimodalLead, exact.multimodalLead] {
      #expect(interval.value > 0 && interval.low <= 0)
    }
    #expect(!report.holds(exact) && report.overviewRow.last == "does not hold")
    #expect(report.verdict.contains("RDS's pattern does not hold for exact"))
    #expect(report.verdict.components(separatedBy: "not surely above 0").count == 4)
  }

  @Test func theVerdictNamesOnlyWhatIsMissing() throws {
    // Equal experts: nothing is better than anything.
    let equal = report(text: { _ in false }, multimodal: { _ in false })
    for part in ["the gain of the union", "the text expert on the Unimodal set", "the multimodal"] {
      #expect(equal.verdict.contains(part), "\(part)")
    }
    #expect(equal.overviewRow.last == "does not hold")
    // The multimodal expert is the better one everywhere or as good: routing gains nothing.
    let onesided = report(text: { $0 >= 20 }, multimodal: { _ in false })
    #expect(onesided.verdict.contains("does not hold"))
    #expect(onesided.verdict.contains("the gain of the union is"))
    #expect(onesided.verdict.contains("the text expert on the Unimodal set leads by"))
    #expect(!onesided.verdict.contains("the multimodal expert on"))
  }

  @Test func eachTaskHasTheReleasedSettingsOfItsOwn() throws {
    func code(_ task: ExpertTask) throws -> RDSSettings.Router {
      let settings = RDSSettings(task: task, text: "a", multimodal: "b", grid: .coarse)
      #expect(settings.routers.map(\.name) == ["exact", "paper", "code"])
      for router in settings.routers {
        #expect(router.grid.settings(of: router.base).count == 9, "\(router.name)")
      }
      return try #require(settings.routers.last)
    }
    #expect(try code(.relations).base == .codeRelations)
    #expect(try code(.entities).base == .code)
    #expect(RouterConfiguration.code != .codeRelations)
  }
}
