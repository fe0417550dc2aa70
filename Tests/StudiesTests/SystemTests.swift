import Corpora
import Foundation
import Inspection
import Tensors
import TestSupport
import Testing
import Traces

@testable import Extractors
@testable import Studies

/// Adds the toy to the systems for the tests of this suite, and for no others.
struct WithToySystem: SuiteTrait, TestTrait, TestScoping {
  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await System.$added.withValue([.toy]) { try await function() }
  }
}

/// What holds for every system, the toy one of these tests (`ToySystem.swift`) among them.
@Suite("All systems", .serialized, WithToySystem())
struct SystemTests {
  static let names = System.builtIn.filter { $0.train != nil }.map(\.id) + ["toy"]

  @Test func namesAreUnique() {
    let names = System.all.map(\.id) + System.all.flatMap { $0.variants.map(\.name) }
    #expect(Set(names).count == names.count)
    #expect(names.contains("toy"))
  }

  @Test(arguments: names) func standsInEveryList(_ id: String) throws {
    let system = try #require(System.named(id))
    #expect(System.trainable(id)?.system.id == id)
    #expect(RDSExperts.names.contains(id))
    #expect(!system.title.isEmpty && !system.summary.hasSuffix("."))
    for variant in system.variants {
      try system.check(variant.switches)
      #expect(System.trainable(variant.name)?.switches == variant.switches)
    }
    for known in system.switches {
      #expect(known.values.count > 1)
      #expect(throws: TrainingError.self) { try system.check([known.name: "no such value"]) }
    }
    #expect(throws: TrainingError.self) { try system.check(["no such switch": "on"]) }
  }

  @Test(arguments: names) func trainsReopensShowsAndBearsInterventions(_ id: String) throws {
    let system = try #require(System.named(id))
    let place = try TrainingPlace()
    defer { place.remove() }
    if system.needsEncoder { _ = try place.pretraining().run() }
    let posts = place.posts
    let results = try place.job(system, posts).run(seeds: [1])
    let folder = "\(place.folder)/models/\(id)"
    let expert = try ExpertFolder.open(folder)
    // How it learned stands in its card.
    let learned = expert.card.notes.epochs ?? []
    #expect(learned.map(\.dev) == results[0].epochs.map(\.dev))
    #expect(learned.map(\.loss) == results[0].epochs.map(\.loss))
    #expect(expert.card.system == id && expert.task == system.task && expert.name == id)
    #expect(expert.seesPicture == system.seesPicture)
    #expect(expert.card.provenance?.seed == 1)
    let report = try ModelReport(folder: folder)
    #expect(report.problems.isEmpty && report.measures["F1"] != nil)
    // A second opening answers the same.
    let eyes = try place.eyes(of: expert)
    let seen = posts.dev.map { eyes.see($0, posts.pictures) }
    let again = try ExpertFolder.open(folder)
    #expect(try expert.labels(of: seen) == again.labels(of: seen))
    // One post alone and among others, with signals and without.
    for (post, labels) in zip(seen, try expert.labels(of: seen)) {
      let answer = expert.ask(post)
      #expect(answer.failure == nil)
      #expect(answer.labels?.mentions == labels.mentions)
      #expect(answer.labels?.relations?.map(\.label) == labels.relations?.map(\.label))
    }
    try signalsAreSound(expert, seen[0])
    try interventionsAreBorne(expert, seen)
    try whatIfsAreAnswered(expert, eyes, seen)
    let occlusion = try ExpertOcclusion(expert, seen[0])
    #expect(occlusion.words.count == seen[0].words.count)
    #expect(occlusion.regions.count == (expert.seesPicture ? 49 : 0))
    do {
      let gradients = try expert.gradients(of: seen[0])
      #expect(gradients.count == (expert.task == .relations ? seen[0].pairs.count : 1))
      for worth in gradients.map(\.worth) {
        #expect(worth.words.isEmpty || worth.words.count == seen[0].words.count)
        let odd = worth.map?.values.count { !$0.isFinite } ?? 0
        #expect(odd == 0, "\(id)")
      }
    } catch let lack as NoGradient {
      #expect(lack.description.contains(expert.name))
    }
    if expert.takesRegions {
      let drawn = [ImageRegion(left: 0.1, top: 0.1, width: 0.3, height: 0.4)]
      #expect(expert.ask(seen[0], under: [.regions(drawn)]).failure == nil)
    }
    #expect((occlusion.words + occlusion.regions).filter { !(-1...1).contains($0) }.isEmpty)
  }

  private func signalsAreSound(_ expert: any Expert, _ post: SeenPost) throws {
    let signals = expert.ask(post).trace().signals
    try #require(!signals.isEmpty)
    #expect(Set(signals.map(\.name)).count == signals.count)
    for signal in signals {
      let isFinite = signal.tensor.array.allSatisfy { $0.isFinite }
      #expect(isFinite, "\(signal.name)")
      guard case .scalar(let low, let high, _, let percentile) = signal.kind else { continue }
      #expect((low...high).contains(signal.tensor.item), "\(signal.name)")
      #expect(percentile != nil, "\(signal.name) has no place among those of dev")
    }
  }

  private func interventionsAreBorne(_ expert: any Expert, _ posts: [SeenPost]) throws {
    let (post, other) = (posts[0], posts[1])
    let changes: [Intervention] = [
      .withoutPicture, .blankPicture, .swapPicture(other.post.id), .coloursOnly,
      .maskPicture(ImageRegion(left: 0, top: 0, width: 0.5, height: 0.5)), .dropWords([0]),
      .editWord(1, "unheard"), .set(tap: "no/such/tap", .constant(1)),
    ]
    let plain = expert.ask(post)
    for change in changes {
      let answer = expert.ask(post, under: [change]) { id in posts.first { $0.post.id == id } }
      #expect(answer.failure == nil, "\(change): \(answer.failure ?? "")")
      if !expert.seesPicture, change.isOfPicture {
        #expect(answer.labels == plain.labels, "\(change) changed what the text alone says")
        #expect(answer.trace() == plain.trace())
      }
    }
    // Nothing that the picture shows is left without one.
    let blind = expert.ask(post, under: [.withoutPicture]).trace()
    #expect(blind.signals.filter(\.needsPicture).isEmpty)
    #expect(
      Set(blind.absent.map(\.name))
        == Set(plain.trace().signals.filter(\.needsPicture).map(\.name)))
    // A scalar that is a tap takes the value that is put there.
    for signal in plain.trace().signals where signal.name.hasSuffix("gate") {
      #expect(signal.isTap, "with a percentile, too: \(signal.name)")
      let closed = expert.ask(post, under: [.set(tap: signal.name, .constant(0.25))]).trace()
      #expect(Set(closed[signal.name]?.tensor.array ?? []) == [0.25], "\(signal.name)")
    }
  }

  /// Posts in which nothing but the picture tells whether Jordan is a man or a country.
  private func write(_ folder: String) throws -> Dataset {
    for (split, count) in [("train", 40), ("dev", 20), ("test", 20)] {
      let lines = (0..<count).map { i in
        let type = i % 2 == 0 ? "PER" : "LOC"
        return """
          {"id":"\(split)\(i)","image":"\(i % 2 == 0 ? "light" : "dark")","tokens":["Jordan","is","\
          great"],"mentions":[{"start":0,"end":1,"type":"\(type)"}],"relations":[],\
          "attributes":{"imageAdds":"\(i % 4 < 2 ? "yes" : "no")"}}
          """
      }
      try FileManager.default.createDirectory(
        atPath: folder + "/images", withIntermediateDirectories: true)
      try Data(lines.joined(separator: "\n").utf8).write(
        to: URL(fileURLWithPath: "\(folder)/\(split).jsonl"))
    }
    try RDSPlace.draw(230, folder + "/images/light.png")
    try RDSPlace.draw(20, folder + "/images/dark.png")
    return try Dataset.open(folder, strict: true)
  }

  @Test func theToyLearnsWhatThePictureTells() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let dataset = try write(place.folder + "/data")
    let job = place.job(.toy, TrainingPosts(dataset), epochs: 6)
    #expect(try job.run(seeds: [1]).first?.bestDev == 100)
    _ = try place.job(.biLSTMCRF, TrainingPosts(dataset)).run(seeds: [1])
    let roster = try Roster.open(place.folder + "/models", experts: ["toy", "bilstm-crf"])
    #expect(Set(roster.experts.map(\.name)) == ["toy", "bilstm-crf"])
    let (man, land) = (
      try #require(dataset.post(id: "test0")), try #require(dataset.post(id: "test1"))
    )
    let toy = try #require(roster.expert("toy"))
    func type(_ post: Post, _ interventions: [Intervention] = []) -> String? {
      toy.ask(roster.see(post, of: dataset), under: interventions) {
        dataset.post(id: $0).map { roster.see($0, of: dataset) }
      }.mentions?.mentions.first?.mention.type.rawValue
    }
    #expect(type(man) == "PER" && type(land) == "LOC")
    #expect(type(man, [.swapPicture(land.id)]) == "LOC")
    #expect(type(man, [.blankPicture]) == "PER", "a blank picture is as bright as it was")
    // With the gate closed the two posts are one.
    let closed = [Intervention.set(tap: "toy/gate", .constant(0))]
    #expect(type(man, closed) == type(land, closed))
    // The roster shows both, and what the text expert cannot tell.
    let analysis = roster.analyse(man, of: dataset)
    #expect(analysis.answers.map(\.expert) == roster.experts.map(\.name))
    #expect(analysis.answers.compactMap(\.failure).isEmpty)
  }

  @Test func theToyStandsInTheProtocol() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let dataset = try write(place.folder + "/data")
    var material = RDSExperts.Material(command: "test")
    material.changes = FineTuningChanges(epochs: 6, batch: 8)
    let experts = try RDSExperts(material)
    let recipe = try experts.recipe("toy")
    let expert = try recipe.make(
      RDSTrainingJob(
        train: dataset.posts(in: .train), dev: dataset.posts(in: .dev), dataset: dataset,
        folder: place.folder + "/run", label: "toy", seed: 1, observe: { _ in true }))
    #expect(expert.devF1 == 100)
    let units = dataset.posts(in: .test).map { RoutedUnit(post: $0, pair: nil) }
    func right(_ change: Intervention? = nil) throws -> Int {
      let counts = try expert.counts(units) { _ in change.map { [$0] } ?? [] }
      return counts.reduce(0) { $0 + $1.correct }
    }
    #expect(try right() == 20)
    #expect(try right(.withoutPicture) == 10)
    // It is not a text expert, and says so.
    #expect(recipe.needsPictures)
  }
}
