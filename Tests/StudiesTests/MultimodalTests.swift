import Corpora
import Encoders
import Foundation
import Pictures
import Tensors
import Testing
import Traces

@testable import Extractors
@testable import Studies

/// What HVPNeT, I2SRM, IMM, MKGformer and FocalMRE share, and what each is to hold to
/// (MODELS §12).
@Suite("Multimodal networks", .serialized)
struct MultimodalTests {
  /// A place with an encoder, and a job on it.
  private func place() throws -> TrainingPlace {
    let place = try TrainingPlace()
    _ = try place.pretraining().run()
    return place
  }

  private func seen(_ expert: any Expert, _ place: TrainingPlace) throws -> [SeenPost] {
    let (eyes, posts) = (try place.eyes(of: expert), place.posts)
    return (posts.train + posts.dev).map { eyes.see($0, posts.pictures) }
  }

  @Test(arguments: [System.i2srm, .i2srmRelations, .hvpnet, .immRelations, .focalMRE])
  func answersDoNotDependOnTheBatch(_ system: System) throws {
    let place = try place()
    defer { place.remove() }
    let expert = try place.job(system, place.posts).expert(seed: 1)
    let posts = try seen(expert, place)
    #expect(posts.count == 16)
    let together = try expert.labels(of: posts, Asking(confidences: true))
    for (post, labels) in zip(posts, together) {
      #expect(try expert.labels(of: [post], Asking(confidences: true)) == [labels])
    }
  }

  @Test func aPrefixIsReadByPackedWeights() throws {
    let place = try place()
    defer { place.remove() }
    let base = try TextBase(folder: place.folder + "/encoder")
    let source = try RegionSource(folder: place.folder + "/models/resnet")
    let sizes = MultimodalSizes(
      stack: base.encoder.configuration.stack, task: .entities, regions: source.shape,
      features: source.featureWidth, hasTower: false)
    var generator = SeededGenerator(seed: 9)
    let network = HVPNeT(
      sizes, HVPNeTOptions { _ in "" }, text: base.encoder, tower: nil, &generator)
    let posts = place.posts
    let eyes = Eyes(sources: [source])
    let items = try posts.dev.map { post in
      let encoding = base.tokenizer.encode(words: post.tokens.map(\.text))
      return MultimodalItem(
        ids: encoding.ids, tagged: nil, pair: nil, wordPieces: [], wordCount: 0,
        pictures: try HVPNeT.look(
          eyes.see(post, posts.pictures), nil, EyeNames(pictures: "resnet"), network.options))
    }
    let batch = MultimodalBatch(items, padding: 0, showsPictures: true)
    let (plainProbe, packedProbe) = (Probe(), Probe())
    let (plain, packed) = (Tape(), Tape())
    let there = plain[try network.states(batch, .plain(base.encoder), plain, plainProbe)]
    let here = packed[
      try network.states(batch, .packed(BERTEngine(base.encoder)), packed, packedProbe)]
    for (i, isReal) in batch.mask.enumerated() where isReal {
      for k in (i * 128)..<((i + 1) * 128) { #expect(abs(there.array[k] - here.array[k]) < 1e-4) }
    }
    let shares = try #require(plainProbe.trace["prefix/attention"])
    for (a, b) in zip(shares.values, packedProbe.trace["prefix/attention"]?.values ?? []) {
      #expect(abs(a - b) < 1e-4)
    }
    #expect(shares.values.allSatisfy { (0...1).contains($0) })
    // Without the prefix the text is another.
    let alone = Tape()
    let text = alone[try TextReader.plain(base.encoder).states(batch.text, alone)]
    #expect(text.array != there.array)
  }

  @Test func aGateThatIsShutLeavesTheText() throws {
    let place = try place()
    defer { place.remove() }
    let expert = try place.job(.focalMRE, place.posts).expert(seed: 1)
    let posts = try seen(expert, place)
    let shut = [Intervention.set(tap: "focal/gate", .constant(0))]
    let swapped = shut + [.swapPicture(posts[1].post.id)]
    let plain = expert.ask(posts[0], under: shut) { _ in posts[1] }
    let other = expert.ask(posts[0], under: swapped) { _ in posts[1] }
    #expect(
      plain.labels?.relations?.map(\.probabilities) == other.labels?.relations?.map(\.probabilities)
    )
    // With the gate as it is, the picture counts.
    #expect(
      expert.ask(posts[0]).labels?.relations?.map(\.probabilities)
        != expert.ask(posts[0], under: [.swapPicture(posts[1].post.id)]) { _ in posts[1] }
        .labels?.relations?.map(\.probabilities))
    let trace = expert.ask(posts[0]).trace()
    #expect(trace["focal/without"]?.values.count == 7)
    // What a slot is worth is told of the gate that was put there.
    #expect(plain.trace()["focal/without"]?.values != trace["focal/without"]?.values)
    #expect(trace["focal/weights"]?.values.count == 7)
  }

  @Test func aTowerLearnsAlong() throws {
    let place = try place()
    defer { place.remove() }
    var job = place.job(.focalMRE, place.posts)
    job.pictures = try place.tower()
    let expert = try job.expert(seed: 1)
    #expect(expert.card.grid == nil && expert.card.dual == "dual" && expert.seesPicture)
    // It stands in the expert's folder as other programs read it, and is not what it was.
    let (before, after) = (
      try EncoderFolder(place.folder + "/vit").loadViT(),
      try EncoderFolder(job.folder + "/vision").loadViT()
    )
    #expect(before.parameters.map(\.name) == after.parameters.map(\.name))
    #expect(zip(before.parameters, after.parameters).contains { $0.value.array != $1.value.array })
    let posts = try seen(expert, place)
    let answer = expert.ask(posts[0])
    #expect(answer.failure == nil)
    let attention = try #require(answer.trace()["focal/attention"])
    #expect(attention.shape == [7, 2, 2, 2], "four patches, the class position apart")
    #expect(try ExpertFolder.open(job.folder).labels(of: posts) == expert.labels(of: posts))
    let swapped = expert.ask(posts[0], under: [.swapPicture(posts[1].post.id)]) { _ in posts[1] }
    #expect(
      swapped.labels?.relations?.map(\.probabilities)
        != answer.labels?.relations?.map(\.probabilities))
    let blind = expert.ask(posts[0], under: [.withoutPicture])
    #expect(blind.failure == nil && blind.trace()["focal/attention"] == nil)
    // Systems that need a frozen network say so.
    var other = place.job(.hvpnetRelations, place.posts)
    other.pictures = job.pictures
    #expect {
      try other.run(seeds: [1])
    } throws: {
      "\($0)".contains("--pictures") && "\($0)".contains("is a vision transformer (ViT)")
    }
    // What stands out is found by an encoder of both then.
    var salient = place.job(.focalMRE, place.posts, ["rectangles": "salient"], models: "other")
    (salient.pictures, salient.dual) = (job.pictures, nil)
    #expect { try salient.run(seeds: [1]) } throws: { "\($0)".contains("--dual") }
  }

  @Test func imageLessNetworksDoNotSeePictures() throws {
    let place = try place()
    defer { place.remove() }
    for system in [System.hvpnetRelations, .imm, .mkgformer, .focalMRE] {
      let job = place.job(system, place.posts, ["image": "off"])
      let expert = try job.expert(seed: 1)
      let posts = try seen(expert, place)
      func labels(_ post: SeenPost) throws -> Labels {
        try expert.labels(of: [post], Asking(confidences: true))[0]
      }
      #expect(
        try labels(posts[0])
          == labels(
            posts[0].changed([.swapPicture(posts[1].post.id)]) { _ in
              posts[1]
            }), "\(system.id)")
    }
  }

  // MARK: Bad input

  @Test func whatATrainingLacksIsSaidBeforeIt() throws {
    let place = try place()
    defer { place.remove() }
    func reason(_ change: (inout TrainingJob) -> Void, _ system: System) -> String {
      var job = place.job(system, place.posts)
      change(&job)
      do {
        _ = try job.run(seeds: [1])
        return "nothing"
      } catch { return "\(error)" }
    }
    #expect(reason({ $0.changes.batch = 2 }, .i2srm).contains("--without attn-mixup"))
    #expect(reason({ $0.changes.batch = 7 }, .maf).contains("--matching off"))
    #expect(reason({ $0.changes.batch = 1 }, .immRelations).contains("--without sw"))
    #expect(reason({ $0.dual = nil }, .focalMRE).contains("--dual"))
    #expect(reason({ $0.pictures = nil }, .hvpnet).contains("--pictures"))
    #expect(reason({ $0.encoder = nil }, .imm).contains("--encoder"))
    #expect(
      reason({ $0.switches = ["rectangles": "boxes"] }, .focalMRE).contains("--boxes"))
    #expect(
      reason({ $0.switches = ["grounding": "0", "detected": "0"] }, .focalMRE)
        .contains("no slot is left"))
    #expect(reason({ $0.dual = place.folder + "/models/resnet" }, .focalMRE).contains("resnet"))
    #expect(reason({ $0.pictures = place.folder + "/encoder" }, .hvpnet).contains("ResNet"))
    // What is not needed is not asked for.
    #expect(
      reason(
        {
          $0.dual = nil
          $0.switches = ["rectangles": "salient"]
        }, .focalMRE) == "nothing")
  }

  @Test func anotherTasksNetworkIsTakenOver() throws {
    let place = try place()
    defer { place.remove() }
    let first = place.job(.imm, place.posts)
    _ = try first.run(seeds: [1])
    let base = try TextBase(folder: first.folder)
    let source = try RegionSource(folder: place.folder + "/models/resnet")
    let sizes = MultimodalSizes(
      stack: base.encoder.configuration.stack, task: .relations, regions: source.shape,
      features: source.featureWidth, hasTower: false)
    var generator = SeededGenerator(seed: 4)
    let scheme = RelationScheme(labels: ["None", "a"])
    var fresh = MultimodalTrainee<IMM>(
      base.encoder, prefix: base.prefix, sizes,
      .relations(
        PairReading(
          scheme: scheme, markers: RelationMarkers(pieces: [], ids: []), longest: 24)),
      IMMOptions { _ in "" }, &generator)
    let before = fresh.network.patches?.weight.value.array
    let head = fresh.head.output.weight.value.array
    try fresh.takeOver(first.folder)
    #expect(fresh.network.patches?.weight.value.array != before)
    #expect(fresh.head.output.weight.value.array == head, "the head begins anew")
    // A folder of another system is an encoder alone.
    var other = fresh
    other.network.patches?.weight.value.array = try #require(before)
    try other.takeOver(place.folder + "/encoder")
    #expect(other.network.patches?.weight.value.array == before)
  }

  // MARK: Regions

  @Test func chunksAreLookedForBehindTheMentions() {
    let words = ["Ann", "loves", "the", "old", "brick", "house", "of", "Paris", "#sun", "http://t"]
    let queries = RegionFinding.queries(words, TokenPair(head: 0..<1, tail: 7..<8))
    #expect(queries == [0..<1, 7..<8, 3..<6, 1..<2, 8..<9])
    #expect(RegionFinding.queries(["the", "of"], nil).isEmpty)
  }

  @Test func whatStandsOutIsFound() {
    var numbers = [Float](repeating: 0, count: 49 * 2)
    for (row, column) in [(1, 1), (1, 2), (2, 1), (5, 5)] { numbers[(row * 7 + column) * 2] = 3 }
    let seen = ImageRegion(left: 0.1, top: 0, width: 0.7, height: 1)
    let found = PictureRegions(Tensor([49, 2], numbers), seen: seen).salient(most: 3)
    #expect(found.count == 2)
    let first = found[0]
    #expect(abs(first.left - 0.2) < 1e-9 && abs(first.top - 1.0 / 7) < 1e-9)
    #expect(abs(first.width - 0.2) < 1e-9 && abs(first.height - 2.0 / 7) < 1e-9)
    #expect(PictureRegions(Tensor([49, 2])).salient(most: 3).isEmpty)
    #expect(
      PictureRegions(Tensor([49, 2], numbers), notice: "none").salient(most: 3).isEmpty)
  }

  @Test func regionsAreDrawnAndDisturbed() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let source = try RegionSource(folder: place.folder + "/models/resnet")
    let posts = place.posts
    let post = Eyes(sources: [source]).see(posts.dev[0], posts.pictures)
    let eyes = EyeNames(pictures: "resnet")
    func find(_ changes: [Intervention]) throws -> RegionFinding.Found {
      try RegionFinding.fixed.find(
        try post.changed(changes), nil, grounding: 4, detected: 3, eyes)
    }
    let plain = try find([])
    #expect(plain.grounding.compactMap(\.self).count == 4 && plain.detected.count == 3)
    let box = ImageRegion(left: 0.2, top: 0.2, width: 0.1, height: 0.1)
    let drawn = try find([.regions([box])])
    #expect(drawn.grounding == [box, nil, nil, nil] && drawn.detected == [nil, nil, nil])
    #expect(try find([.disturbRegions(share: 0, seed: 1)]).grounding == plain.grounding)
    let disturbed = try find([.disturbRegions(share: 1, seed: 1)])
    let all = disturbed.grounding + disturbed.detected
    #expect(zip(all, plain.grounding + plain.detected).allSatisfy { $0 != $1 })
    for region in all.compactMap(\.self) {
      #expect(region.left >= 0 && region.left + region.width <= 1.0001)
      #expect(region.top >= 0 && region.top + region.height <= 1.0001)
    }
    #expect(
      try find([.disturbRegions(share: 1, seed: 1)]).grounding == disturbed.grounding)
    // Without the encoder of both, nothing can be grounded.
    #expect(throws: ExpertError.self) {
      try RegionFinding.grounded.find(post, nil, grounding: 1, detected: 0, eyes)
    }
  }

  @Test func viewsHaveTheirShapes() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let source = try RegionSource(folder: place.folder + "/models/resnet")
    var picture = Picture(width: 40, height: 24, color: RGB(90, 120, 30))
    for x in 0..<10 { for y in 0..<24 { picture[x, y] = RGB(250, 10, 10) } }
    let part = ImageRegion(left: 0.5, top: 0, width: 0.5, height: 1)
    #expect(try source.regions(of: picture, .crop(part, cells: 4)).shape == [16, 6])
    #expect(try source.regions(of: picture, .crop(part, cells: 2)).shape == [4, 6])
    #expect(try source.regions(of: picture, .frame(part, .red)).seen == .whole)
    let quadrants = try source.regions(of: picture, .quadrants(nil))
    #expect(quadrants.shape == [5, source.featureWidth])
    // The last row is the mean of the whole, as the regions have it.
    let whole = try source.regions(of: picture)
    for k in 0..<6 {
      let mean =
        (0..<whole.shape[0]).reduce(Float(0)) { $0 + whole.array[$1 * 6 + k] }
        / Float(whole.shape[0])
      #expect(abs(mean - quadrants.array[4 * source.featureWidth + 4 + k]) < 1e-5)
    }
    let mirrored = try source.regions(of: picture, .mirrored)
    #expect(mirrored.array != whole.array && mirrored.shape == whole.shape)
    #expect(picture.mirrored.mirrored == picture)
    for view in [
      PictureView.whole, .mirrored, .quadrants(nil), .crop(part, cells: 4), .frame(part, .blue),
    ] {
      let missing = try source.missing(view, "none")
      #expect(missing.notice == "none")
      #expect(missing.shape == (try source.regions(of: picture, view).shape))
      #expect(source.colours(of: .success(picture), view).shape == missing.shape)
    }
  }

  /// P, q and p of a batch are kept with the model; a damaged file of them is named, and without
  /// one the model answers all the same.
  @Test func matricesOfABatchAreKept() throws {
    let place = try place()
    defer { place.remove() }
    let expert = try place.job(.imm, place.posts).expert(seed: 1)
    let post = try seen(expert, place)[0]
    let trace = expert.ask(post).trace()
    func rows(_ name: String) throws -> [[Float]] {
      let signal = try #require(trace[name], "\(name)")
      #expect(signal.shape == [4, 4])
      return (0..<4).map { Array(signal.values[(4 * $0)..<(4 * $0 + 4)]) }
    }
    for row in try rows("imm/P") { #expect(row.allSatisfy { (0...1.001).contains($0) }) }
    for name in ["imm/q", "imm/p"] {
      for row in try rows(name) { #expect(abs(row.reduce(0, +) - 1) < 1e-4, "\(name)") }
    }
    let (cosines, shares) = (try rows("imm/P"), try rows("imm/q"))
    for (row, share) in zip(cosines, shares) where row.reduce(0, +) > 0 {
      for (a, b) in zip(row, share) { #expect(abs(a / row.reduce(0, +) - b) < 1e-5) }
    }
    let file = "\(place.folder)/models/imm/batch.json"
    for text in ["{", "[{\"name\":\"x\",\"caption\":\"y\",\"posts\":[\"a\"],\"values\":[1,2]}]"] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
      #expect(throws: ModelFolderError.self) {
        try ExpertFolder.open("\(place.folder)/models/imm")
      }
    }
    try FileManager.default.removeItem(atPath: file)
    let without = try ExpertFolder.open("\(place.folder)/models/imm").ask(post)
    #expect(without.failure == nil && without.trace()["imm/P"] == nil)
  }
}
