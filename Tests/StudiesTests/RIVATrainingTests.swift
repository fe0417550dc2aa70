import Corpora
import Encoders
import Foundation
import Pictures
import Tensors
import Testing

@testable import Extractors
@testable import Studies

/// RIVA's training before its tags: teacher, pseudo-labels, Algorithm 1.
@Suite("RIVA's training")
struct RIVATrainingTests {
  /// The posts of `TrainingPlace`, of which some say whether their picture adds.
  private func posts(
    _ place: TrainingPlace, mentions: Bool = true, adds: (Int) -> Bool? = { $0 % 2 == 0 }
  ) -> TrainingPosts {
    func made(_ posts: [Post]) -> [Post] {
      posts.enumerated().map { i, post in
        Post(
          id: post.id, tokens: post.tokens, imageID: post.imageID,
          mentions: mentions ? post.mentions : [], split: post.split,
          attributes: adds(i).map { ["imageAdds": $0 ? "yes" : "no"] } ?? [:],
          source: post.source)
      }
    }
    let base = place.posts
    return TrainingPosts(
      name: "made", hash: "\(mentions)", train: made(base.train + base.train.map(renamed)),
      dev: made(base.dev), relationLabels: [], pictures: base.pictures)
  }

  private func renamed(_ post: Post) -> Post {
    Post(
      id: post.id + "b", tokens: post.tokens, imageID: post.imageID, mentions: post.mentions,
      split: post.split, source: post.source)
  }

  private func train(
    _ place: TrainingPlace, _ posts: TrainingPosts, _ switches: [String: String] = [:],
    models: String = "models", pretrained: String? = nil
  ) throws -> (model: RIVAModel, metrics: [String: Double]) {
    var job = place.job(.riva, posts, switches, models: models)
    job.pretrained = pretrained
    let result = try job.run(seeds: [1])
    return (try RIVAModel(folder: job.folder), result[0].scores)
  }

  /// Where no post says anything, the teacher tells a post's own picture from another's.
  @Test func relationsAreFoundWhereThereAreSome() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let told = try train(place, posts(place), models: "told")
    #expect(told.model.configuration.options.relations == .labels)
    #expect(told.metrics["teacherAccuracy"] != nil && told.metrics["gateAccuracy"] != nil)
    let untold = try train(place, posts(place) { _ in nil }, models: "untold")
    #expect(untold.model.configuration.options.relations == .matching)
    #expect(untold.model.card.switches["relations"] == "matching")
    // Of one in ten, the other posts' word is not read.
    let tenth = try train(place, posts(place), ["relations": "tenth"], models: "tenth")
    #expect(try #require(tenth.metrics["pseudoLabelled"]) <= 21)
    // Neither by the teacher nor while tags are learned: the other posts may say the opposite.
    var generator = SeededGenerator(seed: 1, stream: "labelled tenth")
    let kept = Set(generator.permutation(24).prefix(3))
    let turned = posts(place) { i in
      // The first four are dev's too.
      kept.contains(i) || i < 4 ? i % 2 == 0 : i % 2 != 0
    }
    _ = try train(place, turned, ["relations": "tenth"], models: "turned")
    #expect(
      try place.bytes("turned/riva/model.safetensors")
        == place.bytes("tenth/riva/model.safetensors"))
    let ungated = try train(place, posts(place), ["gate": "off"], models: "ungated")
    #expect(ungated.metrics["teacherAccuracy"] == nil && ungated.metrics["perplexity"] != nil)
  }

  /// A picture network that learns along begins as the frozen one and moves, in RIVA and in its
  /// teacher; its folder answers as it did.
  @Test func thePictureNetworkCanLearnAlong() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let trained = try train(place, posts(place), ["resnet": "trained"], models: "trained").model
    #expect(trained.card.switches["resnet"] == "trained")
    let first = try RegionSource.network(folder: place.folder + "/models/resnet")
    let now = trained.network.tensors
    for owner in ["riva.pictures.", "teacher.pictures."] {
      let moved = first.tensors.filter { now[owner + $0.key] != $0.value }
      #expect(moved.contains { $0.key.hasSuffix("convolution.weight") }, "\(owner) stayed")
      // Batch norms keep their statistics.
      #expect(!moved.contains { $0.key.contains("running") })
    }
    let size = try #require(trained.configuration.options.regionSize)
    let side = try #require(trained.configuration.options.pictureNetwork?.side)
    var generator = SeededGenerator(seed: 7)
    let pixels = (0..<3).map { _ in
      Tensor([3, side, side], (0..<(3 * side * side)).map { _ in generator.uniform(-1, 1) })
    }
    func input(_ pixels: Tensor?) -> TaggerInput {
      var result = TaggerInput(
        tokens: ["Ann", "at", "Acme"], regions: Tensor([9, size]),
        seen: pixels == nil ? nil : .whole)
      if let pixels { result.pixels = { @Sendable in pixels } }
      return result
    }
    func batch(_ shown: [Tensor?]) -> TaggerBatch {
      TaggerBatch(shown.map(input), words: trained.words, characters: trained.characters)
    }
    var scaling = RegionScaling(size)
    let sizes = try #require(trained.configuration.options.pictureNetwork)
    var pictures = TrainedPictures(sizes, &generator)
    pictures.begin(with: first)
    let engine = ResNetEngine(first)
    let seen = try pixels.map { try engine($0.reshaped([1, 3, side, side])) }
    scaling.fit(seen.map { $0.reshaped([$0.count / size, size]) })
    func regions(_ pictures: TrainedPictures, recording: Bool) -> [Float] {
      let tape = Tape(recording: recording)
      let shown = Optional(pictures).regions(batch([pixels[0], nil, pixels[1]]), scaling, tape)
      return tape[shown].array
    }
    let plain = regions(pictures, recording: true)
    let n = plain.count / 3
    // As the frozen network's regions, scaled; nothing where there is no picture.
    for (item, picture) in [(0, 0), (2, 1)] {
      let frozen = scaling(seen[picture].reshaped([1, n / size, size])).array
      for (a, b) in zip(plain[(item * n)..<((item + 1) * n)], frozen) { #expect(abs(a - b) < 1e-4) }
    }
    #expect(plain[n..<(2 * n)].allSatisfy { $0 == 0 })
    pictures.pack()
    for (a, b) in zip(regions(pictures, recording: false), plain) { #expect(abs(a - b) < 1e-4) }
    // What is seen changes the answer.
    func emissions(_ shown: Tensor?) -> [Float] {
      let tape = Tape()
      return tape[trained.network.emissions(batch([shown]), tape, nil)].array
    }
    #expect(emissions(pixels[0]) != emissions(pixels[1]))
    #expect(emissions(pixels[0]) != emissions(nil))
  }

  /// Posts without labels teach RIVA itself; a tagger takes it over.
  @Test func unlabelledPostsTeachEverythingButTags() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let first = try train(place, posts(place, mentions: false), models: "first")
    #expect(first.model.card.labels.isEmpty && first.model.card.mark != nil)
    let frozen = try train(
      place, posts(place), ["pretrained-rate": "frozen"], models: "second",
      pretrained: place.folder + "/first/riva")
    #expect(frozen.model.card.labels.count == 4 && frozen.model.card.mark == nil)
    #expect(frozen.model.words == first.model.words)
    let (before, after) = (first.model.network.tensors, frozen.model.network.tensors)
    for (name, value) in before where name.hasPrefix("riva.") || name.hasPrefix("teacher.") {
      #expect(after[name] == value, "\(name) moved")
    }
    // What is built otherwise is not taken over.
    #expect(throws: TrainingError.self) {
      try train(
        place, posts(place), ["gate": "off"], models: "third",
        pretrained: place.folder + "/first/riva")
    }
  }

  /// An interrupt in any stage costs nothing: the same weights come out.
  @Test(arguments: ["teacher", "pretraining", "tags"])
  func everyStageGoesOnAfterAnInterrupt(_ stage: String) throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let whole = place.job(.riva, posts(place), models: "whole")
    _ = try whole.run(seeds: [1])
    let stopping = place.job(.riva, posts(place), models: "parts") { event in
      guard case .progress(let model, let progress) = event else { return true }
      let isIt = stage == "tags" ? model.hasSuffix("seed 1") : model.hasSuffix(stage)
      return !(isIt && progress.epoch == 2)
    }
    #expect(throws: TrainingStopped.self) { try stopping.run(seeds: [1]) }
    _ = try place.job(.riva, posts(place), models: "parts").run(seeds: [1])
    #expect(
      try place.bytes("parts/riva/model.safetensors")
        == place.bytes("whole/riva/model.safetensors"))
    let left = try? FileManager.default.contentsOfDirectory(
      atPath: place.folder + "/parts/.training")
    #expect(left?.isEmpty ?? true)
  }

  /// More posts are read without their labels, and belong to what tells trainings apart.
  @Test func aCorpusIsReadWithoutItsLabels() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let corpus = Dataset(
      name: "more",
      posts: (0..<6).map { i in
        Post(
          id: "more\(i)", tokens: ["quite", "another", "word"].map { Token($0) }, imageID: nil,
          mentions: [EntityMention(0..<1, .person)], split: .train,
          source: SourceLocation(file: "memory", line: i))
      })
    let base = posts(place)
    let wide = base.adding(corpus: corpus)
    #expect(wide.hash != base.hash && wide.corpus?.posts.count == 6)
    let trained = try train(place, wide, models: "wide")
    #expect(trained.model.words["another"] != Vocabulary.unknown)
  }
}
