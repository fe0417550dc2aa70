import Corpora
import Encoders
import Foundation
import Pictures
import Tensors
import Testing

@testable import Extractors
@testable import Studies

/// What RIVA's gate learns from, and what the sample's gate knows.
@Suite("RIVA's gate")
struct RIVAGateTests {
  // MARK: The sample

  /// The committed model's card: gate and teacher tell which pictures add, and do so by the
  /// picture: with another post's they tell it less well.
  @Test(arguments: ["rgn/gate", "rgn/teacher"])
  func theSamplesGateKnowsWhichPicturesAdd(_ name: String) throws {
    let card = PublishedNamesTests.root + "/Samples/models/riva/card.json"
    let notes = try JSONDecoder().decode(
      ModelCard.Notes.self, from: Data(contentsOf: URL(fileURLWithPath: card)))
    let own = try #require(notes.measures["\(name), AUC against imageAdds"])
    let other = try #require(notes.measures["\(name), AUC with another post's picture"])
    #expect(own > 0.8 && own <= 1)
    #expect(other >= 0 && other < own)
    #expect(notes.measuredPosts == 500)
    #expect(notes.references[name]?.count == 101)
  }

  // MARK: Algorithm 1

  /// Twelve posts without entity labels, six with a dark picture and six with a light one; of every
  /// other one somebody said that its picture adds.
  private func posts(_ place: TrainingPlace) -> TrainingPosts {
    func judged(_ posts: [Post]) -> [Post] {
      posts.enumerated().map { i, post in
        Post(
          id: post.id, tokens: post.tokens, imageID: post.imageID, mentions: [],
          split: post.split, attributes: ["imageAdds": i % 2 == 0 ? "yes" : "no"],
          source: post.source)
      }
    }
    let base = place.posts
    return TrainingPosts(
      name: "made", hash: "1", train: judged(base.train), dev: judged(base.dev),
      relationLabels: [], pictures: base.pictures)
  }

  /// RIVA behind a teacher that was exchanged when it had learned.
  private func train(
    _ place: TrainingPlace, _ switches: [String: String], models: String,
    teacher change: ([String: Tensor]) throws -> [String: Tensor]
  ) throws -> (model: RIVAModel, metrics: [String: Double]) {
    let posts = posts(place)
    let stopping = place.job(.riva, posts, switches, models: models) { event in
      guard case .progress(let model, _) = event else { return true }
      return !model.hasSuffix("pretraining")
    }
    #expect(throws: TrainingStopped.self) { try stopping.run(seeds: [1]) }
    let checkpoint = stopping.checkpoint(1, stage: "teacher")
    let origin = try JSONDecoder().decode(
      TrainingResult.Origin.self,
      from: Data(try #require(try Safetensors(path: checkpoint.path).metadata["origin"]).utf8))
    let kept = try checkpoint.load(StageRun<TeacherStage>.State.self, origin)
    guard let kept else { throw TrainingStopped(model: "without a teacher") }
    var tensors = kept.tensors
    for (name, value) in try change(tensors.named("best.")) { tensors["best." + name] = value }
    try checkpoint.save(tensors, kept.state, origin)
    let job = place.job(.riva, posts, switches, models: models)
    let metrics = try #require(try job.run(seeds: [1]).first?.scores)
    return (try RIVAModel(folder: job.folder), metrics)
  }

  /// The logarithm of p / (1 − p).
  private func score(_ p: Float) -> Float { log(p / (1 - p)) }

  /// A teacher that says the same of every post.
  private func saying(_ p: Float) -> ([String: Tensor]) throws -> [String: Tensor] {
    { tensors in
      let weight = try #require(tensors["rgn.output.weight"])
      return [
        "rgn.output.weight": Tensor(weight.shape),
        "rgn.output.bias": Tensor([2], [0, score(p)]),
      ]
    }
  }

  private func meanGate(_ model: RIVAModel, _ place: TrainingPlace) throws -> Float {
    let (eyes, posts) = (try place.eyes(of: model), posts(place))
    let inputs = try posts.train.map { try model.input(eyes.see($0, posts.pictures)) }
    let gates = PretrainingStage(riva: try #require(model.network.riva)).gates(
      TaggerBatch.batches(inputs, words: model.words, characters: model.characters))
    #expect(gates.count == 12)
    return gates.reduce(0, +) / 12
  }

  /// Of .55 the teacher is not sure: no post gets a pseudo-label. Of .61 and .39 it is (the larger
  /// class has .61 both times): all do, and the gate learns the one answer or the other. What the
  /// posts say themselves is not read, where labelled posts do not have the last word.
  @Test func onlyTheSureAnswersAreBelieved() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    var gates: [Float: Float] = [:]
    for (p, believed) in [(Float(0.55), 0.0), (0.61, 12), (0.39, 12)] {
      let trained = try train(
        place, ["finetuning": "off"], models: "\(p)", teacher: saying(p))
      #expect(trained.metrics["pseudoLabelled"] == believed, "\(p)")
      #expect(
        trained.model.network.teacher?.gate.output.bias?.value.array == [0, score(p)],
        "the exchanged teacher is the one that was asked")
      gates[p] = try meanGate(trained.model, place)
    }
    #expect(try #require(gates[0.61]) > #require(gates[0.39]))
  }

  /// A teacher that is sure of the posts with one of the two pictures, and says .55 of the others:
  /// half of the posts are believed.
  @Test func postsAreBelievedOneByOne() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let source = try RegionSource(folder: place.folder + "/models/resnet")
    /// The mean of each number of the regions of a picture of one shade.
    func means(_ shade: UInt8) throws -> [Float] {
      let seen = try source.regions(
        of: Picture(width: 32, height: 32, color: RGB(shade, shade, shade)))
      let (rows, width) = (seen.shape[0], seen.shape[1])
      return (0..<width).map { k in
        (0..<rows).reduce(Float(0)) { $0 + seen.array[$1 * width + k] } / Float(rows)
      }
    }
    // The number that tells the pictures apart best; scaled, it has a sign for each.
    let differences = zip(try means(40), try means(200)).map { abs($0 - $1) }
    let told = try #require(differences.indices.max { differences[$0] < differences[$1] })
    try #require(differences[told] > 1e-3)
    let trained = try train(place, ["fusion": "concatenation"], models: "halves") { tensors in
      // h₁ = gelu(10,000 x): far above 0 for the one picture, 0 for the other.
      var hidden = Tensor(try #require(tensors["rgn.hidden.weight"]).shape)
      let (size, width) = (hidden.shape[0], hidden.shape[1])
      #expect(width == 2 * size)
      hidden.array[size + told] = 10_000
      var output = Tensor([2, size])
      output.array[size] = 1
      return [
        "rgn.hidden.weight": hidden, "rgn.hidden.bias": Tensor([size]),
        "rgn.output.weight": output, "rgn.output.bias": Tensor([2], [0, score(0.55)]),
      ]
    }
    #expect(trained.metrics["pseudoLabelled"] == 6)
  }
}
