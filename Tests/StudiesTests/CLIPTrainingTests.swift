import Corpora
import Encoders
import Foundation
import Tensors
import Testing
import Traces

@testable import Extractors
@testable import Studies

/// FocalMRE, MKGformer and IMM with a CLIP that is trained along (MODELS §7.4), from folder to
/// folder; `CLIPTowerLayerTests` look at its layers.
@Suite("A CLIP that learns along", .serialized)
struct CLIPTrainingTests {
  /// A place with an encoder, and a job whose pictures a small CLIP sees.
  private func job(_ system: System, _ place: TrainingPlace, fitting: Bool) throws -> TrainingJob {
    _ = try place.pretraining().run()
    let sizes = try TextBase(folder: place.folder + "/encoder").encoder.configuration.stack
    var job = place.job(system, place.posts)
    // The CLIP's recipe is the ViT's.
    _ = try place.tower()
    job.pictures =
      fitting
      ? try place.clipTower(
        width: sizes.hiddenSize, heads: sizes.heads, inner: sizes.intermediateSize)
      : try place.clipTower(width: 8, heads: 2, inner: 16)
    return job
  }

  /// Names of the parameters that are not what they were, of all that both have.
  private func moved(_ before: CLIPVisionModel, _ after: CLIPVisionModel) -> Set<String> {
    let (old, new) = (before.tensors, after.tensors)
    return Set(new.keys.filter { old[$0] != new[$0] })
  }

  private func seen(_ expert: any Expert, _ place: TrainingPlace) throws -> [SeenPost] {
    let (eyes, posts) = (try place.eyes(of: expert), place.posts)
    return (posts.train + posts.dev).map { eyes.see($0, posts.pictures) }
  }

  @Test func focalMRELearnsWithIt() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let job = try job(.focalMRE, place, fitting: false)
    let expert = try job.expert(seed: 1)
    #expect(expert.card.grid == nil && expert.card.dual == "dual" && expert.seesPicture)
    // It stands in the expert's folder as Hugging Face lays out the pictures' half of a CLIP.
    let (before, after) = (
      try EncoderFolder(place.folder + "/clip").loadCLIPVision(),
      try EncoderFolder(job.folder + "/vision").loadCLIPVision()
    )
    #expect(before.parameters.map(\.name) == after.parameters.map(\.name))
    #expect(after.encoder.layers.count == 1)
    let moved = moved(before, after)
    for name in [
      "embeddings.class_embedding", "embeddings.patch_embedding.weight", "pre_layrnorm.weight",
      "encoder.layers.0.mlp.fc1.weight", "encoder.layers.0.self_attn.v_proj.weight",
    ] { #expect(moved.contains(name), "\(name) stayed") }
    // Places are read before the last norm: nothing tells it anything.
    #expect(!moved.contains { $0.hasPrefix("post_layernorm.") })
    let posts = try seen(expert, place)
    let answer = expert.ask(posts[0])
    #expect(answer.failure == nil)
    let attention = try #require(answer.trace()["focal/attention"])
    #expect(attention.shape == [7, 2, 2, 2], "four patches, the class position apart")
    #expect(attention.values.allSatisfy { $0 > 0 && $0 < 1 })
    #expect(try ExpertFolder.open(job.folder).labels(of: posts) == expert.labels(of: posts))
    let together = try expert.labels(of: posts, Asking(confidences: true))
    #expect(try expert.labels(of: [posts[3]], Asking(confidences: true))[0] == together[3])
    let swapped = expert.ask(posts[0], under: [.swapPicture(posts[1].post.id)]) { _ in posts[1] }
    #expect(
      swapped.labels?.relations?.map(\.probabilities)
        != answer.labels?.relations?.map(\.probabilities))
    let blind = expert.ask(posts[0], under: [.withoutPicture])
    #expect(blind.failure == nil && blind.trace()["focal/attention"] == nil)
  }

  /// Networks that take its layers over keep its patches in the folder, and its opening norm among
  /// their own parameters where their width is the CLIP's.
  @Test(arguments: [System.immRelations, .mkgformer], [true, false])
  func theyTrainOnItsPatches(_ system: System, fitting: Bool) throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let job = try job(system, place, fitting: fitting)
    let expert = try job.expert(seed: 1)
    #expect(expert.card.grid == nil && expert.seesPicture)
    let (before, after) = (
      try EncoderFolder(place.folder + "/clip").loadCLIPVision(),
      try EncoderFolder(job.folder + "/vision").loadCLIPVision()
    )
    #expect(before.encoder.layers.count == 1 && after.encoder.layers.isEmpty)
    #expect(moved(before, after).contains("embeddings.patch_embedding.weight"))
    let weights = try Safetensors(path: job.folder + "/model.safetensors")
    let opening = try #require(
      fitting ? weights.names.first { $0.hasSuffix("network.opening_norm.weight") } : "none")
    if fitting {
      #expect(
        try weights.tensor(opening) != Tensor([before.preNorm.weight.value.count], repeating: 1),
        "it learns along")
    }
    #expect(weights.names.contains { $0.contains("network.opening_norm") } == fitting)
    #expect(weights.names.contains { $0.contains("network.patches.") } == !fitting)
    let posts = try seen(expert, place)
    let answers = try expert.labels(of: posts, Asking(confidences: true))
    #expect(
      try ExpertFolder.open(job.folder).labels(of: posts, Asking(confidences: true)) == answers)
    #expect(try expert.labels(of: [posts[3]], Asking(confidences: true))[0] == answers[3])
    let answer = expert.ask(posts[0])
    #expect(answer.failure == nil)
    let name = system.id == "mkgformer" ? "mkgformer/attention" : "imm/selection"
    let shown = try #require(answer.trace()[name])
    let swapped = expert.ask(posts[0], under: [.swapPicture(posts[1].post.id)]) { _ in posts[1] }
    #expect(swapped.trace()[name]?.values != shown.values)
    #expect(expert.ask(posts[0], under: [.withoutPicture]).failure == nil)
  }
}
