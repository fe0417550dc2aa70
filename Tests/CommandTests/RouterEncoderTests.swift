import Corpora
import Encoders
import Extractors
import Foundation
import Inspection
import Pictures
import Routing
import Tensors
import Testing

/// Routers and the encoders that they were trained with.
@Suite("Routers and their encoders") struct RouterEncoderTests {
  @Test("a router trained with other weights is left out, and both are named")
  func otherWeights() throws {
    let folder = try TemporaryFolder()
    let dataset = try Dataset.open(try SmallDataset.make(in: folder))
    let models = try SmallModels.make(for: dataset, in: folder)
    let right = try #require(ModelFolder.fingerprint(of: models + "/clip"))
    #expect(right != ModelFolder.fingerprint(of: models + "/resnet"))
    var router = try SmallModels.router(dimensions: 8)
    router.encoderFingerprint = right
    try router.save(to: models + "/rds")
    let fitting = try Roster.open(models)
    #expect(fitting.router != nil && fitting.notices.isEmpty)

    // The same encoder, trained a little longer.
    var dual = try DualEncoderModel(folder: models + "/clip")
    dual.encoder.visitParameters("") { _, parameter in parameter.value.array[0] += 0.1 }
    try dual.save(
      to: models + "/clip",
      provenance: Provenance(command: "test", seed: 1, data: [:], metrics: [:]))
    let other = try Roster.open(models)
    #expect(other.router == nil && other.pair(.entities).text != nil)
    let notice = try #require(other.notices.first)
    #expect(notice.contains("rds") && notice.contains("clip"))
  }

  private static let fixture =
    FileManager.default.currentDirectoryPath + "/../shared/fixtures/clip"

  /// A folder with the fixture's weights and a tokenizer of letters.
  private func publishedCLIP(_ folder: String, endOfText: Int = 149) throws {
    let files = FileManager.default
    try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["config.json", "model.safetensors"] {
      try files.copyItem(atPath: Self.fixture + "/" + name, toPath: folder + "/" + name)
    }
    var pieces: [String: Int] = ["<|startoftext|>": 148, "<|endoftext|>": endOfText]
    for (i, letter) in "abcdefghijklmnopqrstuvwxyz".enumerated() {
      pieces[String(letter)] = i
      pieces["\(letter)</w>"] = 26 + i
    }
    try JSONSerialization.data(withJSONObject: pieces).write(
      to: URL(fileURLWithPath: folder + "/vocab.json"))
    try Data("#version: 0.2\n".utf8).write(to: URL(fileURLWithPath: folder + "/merges.txt"))
    try Data(#"{"tokenizer_class": "CLIPTokenizer"}"#.utf8).write(
      to: URL(fileURLWithPath: folder + "/tokenizer_config.json"))
  }

  @Test(
    "a published CLIP sees posts for the router, on screen and in explanations",
    .enabled(
      if: FileManager.default.fileExists(atPath: fixture), "../shared/fixtures/clip is absent"))
  func publishedEncoder() throws {
    let folder = try TemporaryFolder()
    let dataset = try Dataset.open(try SmallDataset.make(in: folder))
    let models = try SmallModels.make(for: dataset, in: folder)
    try FileManager.default.removeItem(atPath: models + "/clip")
    try publishedCLIP(models + "/clip")
    try SmallModels.router(dimensions: 32).save(to: models + "/rds")
    let set = try Roster.open(models)
    #expect(set.notices.isEmpty && set.router != nil && set.dual is CLIPEmbedder)
    let post = try #require(dataset.post(id: "post-0"))
    let seen = set.see(post, of: dataset)
    let embedding = try seen.embedding("clip")
    let vectors = [embedding.text, try #require(embedding.picture)]
    for vector in vectors {
      #expect(vector.count == 32 && abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
    }
    let dual = try #require(set.dual)
    let products = try #require(
      try dual.products(dataset.posts, of: dataset, progress: { _ in true }))
    #expect(products[0] == zip(vectors[0], vectors[1]).map { $0 * $1 })
    #expect(products[3] == nil && products[4] == nil)
    // More than one batch of pictures gives what each gives alone.
    let picture = dual.prepare(try #require(self.picture(of: post, dataset, dual)))
    let many = try dual.encode(prepared: [PreparedPicture](repeating: picture, count: 19))
    #expect(many.count == 19)
    for vector in many {
      #expect(zip(vector, vectors[1]).allSatisfy { abs($0 - $1) < 1e-5 })
    }
    let explanation = try #require(set.explainRoute(seen, set.analyse(seen)))
    #expect(explanation.notice == nil && explanation.tokens.count == post.tokens.count)
    #expect(explanation.regions?.effects.count == RouteExplanation.regionCount)
    #expect(explanation.tokens.contains { $0.logit != 0 })
  }

  @Test(
    "pieces outside the encoder's table are told, not lost",
    .enabled(
      if: FileManager.default.fileExists(atPath: fixture), "../shared/fixtures/clip is absent"))
  func otherTokenizer() throws {
    let folder = try TemporaryFolder()
    let dataset = try Dataset.open(try SmallDataset.make(in: folder))
    let models = try SmallModels.make(for: dataset, in: folder)
    try FileManager.default.removeItem(atPath: models + "/clip")
    try publishedCLIP(models + "/clip", endOfText: 150)
    try SmallModels.router(dimensions: 32).save(to: models + "/rds")
    let set = try Roster.open(models)
    let post = try #require(dataset.post(id: "post-0"))
    let analysis = set.analyse(post, of: dataset)
    #expect(analysis.notices.contains { $0.contains("150") && $0.contains("tokenizer") })
    let dual = try #require(set.dual)
    #expect(throws: EncoderInputError.self) {
      _ = try dual.products(dataset.posts, of: dataset, progress: { _ in true })
    }
  }

  private func picture(
    of post: Post, _ dataset: Dataset, _ dual: any DualEncoding
  ) -> Picture? {
    try? dataset.picture(of: post, for: dual.decoding).get()
  }
}
