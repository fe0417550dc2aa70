import Corpora
import Encoders
import Foundation
import Tensors
import Testing
import Traces

@testable import Extractors
@testable import Studies

/// Networks that take over the layers of a CLIP or ViT and see patches: IMM and MKGformer.
@Suite("Networks on a picture tower's own layers", .serialized)
struct TowerTakingTests {
  /// A job whose pictures are seen by a tower of some width.
  private func job(_ system: System, _ place: TrainingPlace, fitting: Bool) throws -> TrainingJob {
    _ = try place.pretraining().run()
    let sizes = try TextBase(folder: place.folder + "/encoder").encoder.configuration.stack
    var job = place.job(system, place.posts)
    job.pictures =
      fitting
      ? try place.tower(
        width: sizes.hiddenSize, heads: sizes.heads, inner: sizes.intermediateSize)
      : try place.tower()
    return job
  }

  @Test(arguments: [System.imm, .immRelations, .mkgformer], [true, false])
  func theyTrainOnPatches(_ system: System, fitting: Bool) throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let job = try job(system, place, fitting: fitting)
    let expert = try job.expert(seed: 1)
    #expect(expert.card.grid == nil && expert.seesPicture)
    // The folder keeps the patches; the layers are the network's own.
    let kept = try EncoderFolder(job.folder + "/vision").loadViT()
    let before = try EncoderFolder(place.folder + "/vit").loadViT()
    #expect(kept.encoder.layers.isEmpty && before.encoder.layers.count == 1)
    #expect(
      kept.embeddings.projection.value.array != before.embeddings.projection.value.array,
      "it learns along")
    let eyes = try place.eyes(of: expert)
    let posts = (place.posts.train + place.posts.dev).map { eyes.see($0, place.posts.pictures) }
    let answers = try expert.labels(of: posts, Asking(confidences: true))
    #expect(
      try ExpertFolder.open(job.folder).labels(of: posts, Asking(confidences: true)) == answers)
    // One by one, and as seen through a whole answer.
    #expect(try expert.labels(of: [posts[3]], Asking(confidences: true))[0] == answers[3])
    let answer = expert.ask(posts[0])
    #expect(answer.failure == nil)
    let name = system.id == "mkgformer" ? "mkgformer/attention" : "imm/selection"
    let shown = try #require(answer.trace()[name])
    if name == "imm/selection" {
      #expect(shown.shape.suffix(2) == [2, 2], "four patches, the class position apart")
    }
    let swapped = expert.ask(posts[0], under: [.swapPicture(posts[1].post.id)]) { _ in posts[1] }
    #expect(swapped.trace()[name]?.values != shown.values)
    let blind = expert.ask(posts[0], under: [.withoutPicture])
    #expect(blind.failure == nil)
  }

  @Test func whatFitsIsTakenOver() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let job = try job(.imm, place, fitting: true)
    let base = try TextBase(folder: place.folder + "/encoder")
    let tower = try PictureTower(folder: try #require(job.pictures))
    let sizes = MultimodalSizes(
      stack: base.encoder.configuration.stack, task: .entities, regions: tower.shape,
      features: 0, hasTower: true)
    var generator = SeededGenerator(seed: 4)
    let imm = IMM(sizes, IMMOptions { _ in "" }, text: base.encoder, tower: tower, &generator)
    #expect(imm.patches == nil && imm.opening == nil, "a ViT has no norm before its layers")
    #expect(imm.classToken.value.array == tower.classToken.array)
    #expect(imm.positions.value.array == tower.positions.array)
    #expect(imm.pictureParts[0].first.weight.value == tower.layers[0].intermediate.weight.value)
    let lockStep = MKGformer(
      sizes, MKGformerOptions { _ in "" }, text: base.encoder, tower: tower, &generator)
    #expect(lockStep.layers[0].query.weight.value == tower.layers[0].query.weight.value)
    #expect(lockStep.layers[0].configuration.activation == .gelu, "the tower's, not CLIP's")
  }

  /// What a network reads first of a picture is what the tower itself would read.
  @Test func thePatchesAreTheTowers() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let tower = try PictureTower(folder: try place.tower())
    let post = try #require(place.posts.train.first)
    let picture = try Eyes(sights: [.tower]).see(post, place.posts.pictures).picture().get()
    let pixels = tower.pixels(picture, .whole)
    let tape = Tape()
    let patches = tape[try tower.patches(Tensor([1] + pixels.shape, pixels.array), tape)]
    let whole = try EncoderFolder(place.folder + "/vit").loadViT()
    // The states before the first layer.
    let read = tape[
      try whole(tape.constant(Tensor([1] + pixels.shape, pixels.array)), tape).hidden[0]]
    let d = tower.configuration.stack.hiddenSize
    for (i, value) in patches.array.enumerated() {
      #expect(abs(value + tower.positions.array[d + i] - read.array[d + i]) < 1e-6)
    }
    for i in 0..<d { #expect(abs(tower.classWithPosition.array[i] - read.array[i]) < 1e-6) }
    // A crop of one cell is one patch.
    #expect(tower.pixels(picture, .crop(.whole, cells: 1)).shape == [3, 8, 8])
    #expect(throws: EncoderInputError.self) { try tower.patches(Tensor([1, 3, 12, 12]), tape) }
  }

  /// IMM begins as its text encoder: what words find in the picture adds nothing yet, and would
  /// drown the text if first weights were any. Regions of a frozen network are standardized.
  @Test func immBeginsAsItsText() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    _ = try place.pretraining().run()
    let base = try TextBase(folder: place.folder + "/encoder")
    let sizes = MultimodalSizes(
      stack: base.encoder.configuration.stack, task: .entities, regions: [4, 6], features: 6,
      hasTower: false)
    var generator = SeededGenerator(seed: 4)
    var imm = IMM(
      sizes, IMMOptions { $0 == "norm" ? "post" : "" }, text: base.encoder, tower: nil, &generator)
    // Much alike, as what a frozen network pools is.
    let pictures = (0..<8).map { _ in
      PictureRegions(Tensor([4, 6], (0..<24).map { _ in 1 + 0.01 * generator.uniform() }))
    }
    imm.fit(pictures)
    let scaling = try #require(imm.scaling)
    let scaled = scaling(Tensor([1, 4, 6], pictures[0].array))
    #expect(scaled.array.contains { $0 > 0.5 } && scaled.array.contains { $0 < -0.5 })
    let encoding = base.tokenizer.encode(words: ["ann", "paris"])
    func states(_ picture: PictureRegions, _ imm: IMM) throws -> Tensor {
      let item = MultimodalItem(
        ids: encoding.ids, tagged: nil, pair: nil, wordPieces: [], wordCount: 2,
        pictures: [picture])
      let tape = Tape()
      return tape[
        try imm.states(
          MultimodalBatch([item], padding: 0, showsPictures: true), .plain(base.encoder), tape, nil)
      ]
    }
    let tape = Tape()
    let text = tape[
      try base.encoder(TextBatch([encoding.ids], padding: 0), tape).last]
    for (a, b) in zip(try states(pictures[0], imm).array, text.array) { #expect(abs(a - b) < 1e-4) }
    // A little of φ_v, and pictures that are much alike tell words apart.
    imm.insertions[0].value.weight.value = Tensor(
      [128, 128], (0..<(128 * 128)).map { _ in generator.uniform(-0.02, 0.02) })
    let (one, other) = (try states(pictures[0], imm), try states(pictures[1], imm))
    #expect(zip(one.array, other.array).contains { abs($0 - $1) > 1e-3 })
  }

  /// A tower of another kind is not put in the place of the one that was given.
  @Test func acrossTasksTheTowerIsTheOneGiven() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    var first = try job(.immRelations, place, fitting: true)
    let sizes = try TextBase(folder: place.folder + "/encoder").encoder.configuration.stack
    first.pictures = try place.clipTower(
      width: sizes.hiddenSize, heads: sizes.heads, inner: sizes.intermediateSize)
    _ = try first.run(seeds: [1])
    // What it keeps is read as Hugging Face has it: the pictures' half of a CLIP, without layers.
    let kept = try EncoderFolder(first.folder + "/vision").loadCLIPVision()
    #expect(kept.encoder.layers.isEmpty)
    var second = place.job(.imm, place.posts, models: "second")
    (second.pictures, second.encoder) = (place.folder + "/vit", first.folder)
    let expert = try second.expert(seed: 1)
    #expect(try ExpertFolder.open(second.folder).name == expert.name)
    #expect((try? EncoderFolder(second.folder + "/vision").loadViT()) != nil)
  }
}
