import Corpora
import Foundation
import Pictures
import Tensors
import Testing

@testable import Extractors
@testable import Studies

/// A training that cannot begin says why, and takes nothing away.
@Suite("Refused trainings") struct TrainingRefusalTests {
  /// Every file under a folder with its bytes.
  private func files(_ folder: String) throws -> [String: Data] {
    var result: [String: Data] = [:]
    for name in FileManager.default.enumerator(atPath: folder) ?? .init() {
      guard let name = name as? String else { continue }
      result[name] = FileManager.default.contents(atPath: folder + "/" + name)
    }
    return result
  }

  private func job(
    _ place: SmallTraining, _ posts: TrainingPosts? = nil, name: String = "umt"
  ) -> TrainingJob {
    let plain = place.job(.umt, epochs: 2)
    var job = TrainingJob(
      .umt, encoder: plain.encoder, pictures: plain.pictures, posts: posts ?? place.posts,
      models: plain.models, name: name, command: "test", observe: { _ in true })
    (job.changes, job.replaces, job.isFresh) = (plain.changes, true, true)
    return job
  }

  @Test func badOptionsTakeNothingAway() throws {
    let place = try SmallTraining()
    defer { place.remove() }
    _ = try place.job(.umt, epochs: 1).run(seeds: [1])
    let models = place.folder + "/models"
    let before = try files(models)
    #expect(before[".results/umt-1.json"] != nil && before["umt/config.json"] != nil)
    func refusal(
      _ posts: TrainingPosts? = nil, name: String = "umt",
      _ change: (inout TrainingJob) -> Void = { _ in }
    ) throws -> String {
      var job = job(place, posts, name: name)
      change(&job)
      var message = ""
      do {
        _ = try job.run(seeds: [1])
        Issue.record("it trained")
      } catch { message = "\(error)" }
      #expect(try files(models) == before, "\(message)")
      return message
    }
    let (encoder, resnet) = (place.folder + "/encoder", models + "/resnet")
    let missing = try refusal { $0.pictures = "/nowhere/at/all" }
    #expect(missing.hasPrefix("--pictures /nowhere/at/all does not exist; the option takes"))
    let text = try refusal { $0.pictures = encoder }
    #expect(text.contains("is a text encoder (bert)") && text.hasSuffix("given with --encoder"))
    let picture = try refusal { $0.encoder = resnet }
    #expect(picture.hasPrefix("--encoder \(resnet) is a picture encoder"))
    #expect(picture.hasSuffix("given with --pictures"))
    let expert = try refusal { $0.pictures = models + "/umt" }
    #expect(expert.contains("is an expert (UMT"))
    let all = try refusal { $0.pictures = models }
    #expect(all.contains("holds model folders (resnet, umt)"))
    let own = try refusal(name: "resnet")
    #expect(own.contains("would be overwritten") && own.contains("--name"))
    let unlabelled = place.posts.train.map {
      $0.replacing(tokens: $0.tokens, mentions: [], relations: [])
    }
    let nothing = try refusal(place.posts.replacing(train: unlabelled, part: "bare"))
    #expect(nothing.contains("no entity mentions in its split train"))
    // Weights that do not fit the configuration.
    try place.widenEncoder(to: 16)
    let damaged = try refusal()
    #expect(damaged.hasPrefix("--encoder \(encoder) cannot be used: "))
    try place.widenEncoder(to: 8)
    // What can begin replaces model and results.
    let results = try job(place).run(seeds: [1])
    let after = try files(models)
    #expect(results.count == 1 && results[0].epochs.count == 2)
    #expect(after["umt/model.safetensors"] != before["umt/model.safetensors"])
    #expect(after[".results/umt-1.json"] != before[".results/umt-1.json"])
  }

  /// Results of the model that goes are not those of the one that comes.
  @Test func resultsOfTheReplacedModelGoWithIt() throws {
    let place = try SmallTraining()
    defer { place.remove() }
    _ = try place.job(.umt, epochs: 1).run(seeds: [1, 2])
    let kept = place.folder + "/models/.results"
    func names() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: kept).filter { $0.hasPrefix("umt-") }
        .sorted()
    }
    #expect(try names() == ["umt-1.json", "umt-2.json"])
    var other = job(place)
    other.isFresh = false
    _ = try other.run(seeds: [3])
    #expect(try names() == ["umt-3.json"])
  }
}
