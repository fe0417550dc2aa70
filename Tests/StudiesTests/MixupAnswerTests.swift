import Extractors
import Tensors
import Testing

@testable import Studies

/// AttnMixup and the semantic loss are of the training alone (MODELS §12, item 5): an answer is the
/// same to the bit whatever they have learned, and whoever else is asked about.
@Suite("I2SRM's answers", .serialized)
struct MixupAnswerTests {
  @Test(arguments: ["i2srm", "i2srm-re"])
  func whatOnlyTrainingKnowsChangesNoAnswer(_ name: String) throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    _ = try place.pretraining().run()
    let system = try #require(System.trainable(name)).system
    let job = place.job(system, place.posts)
    let expert = try job.expert(seed: 1)
    let (eyes, posts) = (try place.eyes(of: expert), place.posts)
    let seen = (posts.train + posts.dev).map { eyes.see($0, posts.pictures) }
    let asking = Asking(confidences: true)
    let before = try expert.labels(of: seen, asking)
    #expect(before.count == 16)

    let path = job.folder + "/model.safetensors"
    let file = try Safetensors(path: path)
    let weights = try file.allTensors()
    /// Opens the folder with other numbers in all weights of a part.
    func changed(_ parts: [String], least: Int) throws -> any Expert {
      var (tensors, generator) = (weights, SeededGenerator(seed: 9))
      let names = weights.keys.sorted().filter { name in parts.contains { name.contains($0) } }
      #expect(names.count >= least, "\(parts)")
      for name in names {
        for i in 0..<(tensors[name]?.count ?? 0) { tensors[name]?.array[i] += generator.normal() }
      }
      try Safetensors.write(tensors, to: path, metadata: file.metadata)
      return try ExpertFolder.open(job.folder)
    }
    // A layer across the batch has sixteen weights, the two projections have four.
    let other = try changed([".mixup.", ".semantic."], least: 20)
    #expect(try other.labels(of: seen, asking) == before)
    for (post, labels) in zip(seen, before) {
      #expect(try other.labels(of: [post], asking) == [labels])
    }
    // What answers does count.
    #expect(try changed([".prefix."], least: 4).labels(of: seen, asking) != before)
  }
}
