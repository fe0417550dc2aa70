import Corpora
import Encoders
import Foundation
import Pictures
import Synchronization
import Tensors
import Testing
import Traces

@testable import Extractors

@Suite("Multimodal experts as model folders, and their door")
struct PictureModelTests {
  private let provenance = Provenance(command: "test", seed: 1, data: [:], metrics: [:])

  /// A network's folder answers to the same bits as the network.
  private func roundTrip<Head: PictureTaggerHead>(
    _ head: Head.Type, _ labels: LabelScheme
  ) throws {
    try TinyEncoder.withFolder { folder in
      let base = try TextBase(folder: folder)
      let (network, configuration, _) = TinyPictures.tagger(Head.self, base, labels)
      let made = PictureTaggerModel<Head>(
        name: "made", network, tokenizer: base.tokenizer, configuration)
      let out = folder + "/trained"
      try PictureTaggerModel<Head>.save(
        network, configuration, from: base, to: out, provenance: provenance)
      let model = try PictureTaggerModel<Head>(folder: out)
      #expect(model.configuration == configuration)
      let posts = TinyPictures.posts(seed: 3)
      for post in posts {
        let (a, b) = (
          try made.predict(post.words, post.regions), try model.predict(post.words, post.regions)
        )
        #expect(a.marginals == b.marginals && a.path == b.path)
        #expect(a.trace.signals.map(\.values) == b.trace.signals.map(\.values))
      }
      let expert = try ExpertFolder.open(out)
      #expect(expert.card.system == Head.system && expert.task == .entities)
      #expect(expert.card.grid == "resnet" && expert.seesPicture)
      let inputs = posts.map { Looked.post(Self.post($0.words), $0.regions) }
      #expect(
        try expert.labels(of: inputs).map(\.mentions)
          == posts.map { try model.predict($0.words, $0.regions).mentions.map(\.mention) })
      // Other programs find an encoder there; strangers' numbers are refused.
      #expect(try EncoderFolder(out).loadBERT().configuration.vocabulary == 17)
      #expect(throws: ModelFolderError.self) { try BERTCRFModel(folder: out) }
      #expect(throws: EncoderInputError.self) {
        try model.predict(["Ann"], PictureRegions(Tensor([9, 5])))
      }
      let config = try String(contentsOfFile: out + "/config.json", encoding: .utf8)
      for (good, bad) in [("\"longest\" : 24", "\"longest\" : 0"), ("\"pictures\"", "\"p\"")] {
        #expect(config.contains(good))
        try config.replacingOccurrences(of: good, with: bad)
          .write(toFile: out + "/config.json", atomically: true, encoding: .utf8)
        #expect(throws: ModelFolderError.self) { try PictureTaggerModel<Head>(folder: out) }
      }
    }
  }

  @Test(arguments: LabelScheme.allCases) func foldersOfUMT(labels: LabelScheme) throws {
    try roundTrip(UMTHead.self, labels)
  }

  @Test(arguments: LabelScheme.allCases) func foldersOfMAF(labels: LabelScheme) throws {
    try roundTrip(MAFHead.self, labels)
  }

  @Test func foldersOfMEGALite() throws {
    try TinyEncoder.withFolder { folder in
      var base = try TextBase(folder: folder)
      let (network, configuration, _) = try TinyPictures.pairs(&base)
      let made = MEGALiteModel(
        name: "made", network, tokenizer: base.tokenizer, configuration)
      let out = folder + "/trained"
      try MEGALiteModel.save(
        network, configuration, from: base, to: out, provenance: provenance)
      let model = try MEGALiteModel(folder: out)
      #expect(model.configuration == configuration)
      var generator = SeededGenerator(seed: 51)
      let regions = TinyPictures.regions(0, &generator)
      let pairs = [TokenPair(head: 0..<1, tail: 3..<4), TokenPair(head: 3..<4, tail: 0..<1)]
      let words = TinyEncoder.posts[0].words
      let expert = try ExpertFolder.open(out)
      var post = Self.post(words)
      post.relations = pairs.map { RelationMention(head: $0.head, tail: $0.tail, label: "None") }
      let answers = try #require(
        try expert.labels(of: [Looked.post(post, regions)]).first?.relations)
      for (pair, answer) in zip(pairs, answers) {
        let (a, b) = (
          try made.predict(words, pair, regions), try model.predict(words, pair, regions)
        )
        #expect(a.answer == b.answer && a.label == answer.label)
        #expect(abs(a.probabilities.reduce(0, +) - 1) < 1e-5)
      }
      #expect(expert.task == .relations)
      #expect(throws: ExpertError.self) { try expert.labels(of: [Looked.post(post)]) }
      let failed = expert.ask(Looked.post(post)).failure
      #expect(
        failed
          == ExpertError.noRegions(expert: "trained", post: "a", source: "resnet").description)
    }
  }

  private static func post(_ words: [String], id: String = "a", image: String? = nil) -> Post {
    Post(
      id: id, tokens: words.map { Token($0) }, imageID: image, mentions: [],
      split: .all, source: SourceLocation(file: "memory", line: 1))
  }

  // MARK: Regions

  private static var recipe: PictureRecipe {
    var result = PictureRecipe.harbor
    (result.shortSide, result.side) = (28, 24)
    return result
  }

  private static var encoder: PictureEncoderModel {
    var generator = SeededGenerator(seed: 61)
    let configuration = ResNet.Configuration(
      embeddingSize: 4, hiddenSizes: [4, 6], depths: [1, 1], layerType: .basic)
    return PictureEncoderModel(
      name: "tiny-resnet",
      classifier: PictureClassifier(configuration, classes: 2, &generator), classes: ["a", "b"],
      recipe: Self.recipe)
  }

  private static func picture(_ shade: UInt8) -> Picture {
    Picture(
      width: 32, height: 32,
      pixels: (0..<(3 * 32 * 32)).map { UInt8(truncatingIfNeeded: $0 / 7) &+ shade })
  }

  @Test func regionsAreThoseOfTheEncoderAndShared() throws {
    let model = Self.encoder
    let source = RegionSource(model)
    #expect(
      source.shape == [9, 6] && source.name == "tiny-resnet" && source.decoding == .shortSide(28))
    let picture = Self.picture(3)
    let expected = try #require(model.regions([model.recipe.prepare(picture)]).first)
    let own = try source.regions(of: picture)
    #expect(!own.isMissing)
    #expect(zip(own.array, expected.array).allSatisfy { abs($0 - $1) < 1e-4 })
    // Posts with the same picture ask once; a post without one gets the mean colour's.
    let asked = Mutex(0)
    let provider = PictureProvider(name: "made") { post, _ in
      asked.withLock { $0 += 1 }
      guard let image = post.imageID else {
        return .failure(PictureNotice(sentence: "the post names no picture"))
      }
      return .success(Self.picture(image == "x" ? 3 : 90))
    }
    let posts = [("a", "x"), ("b", "x"), ("c", "y"), ("d", nil)].map {
      Self.post(["Ann"], id: $0.0, image: $0.1)
    }
    func look(
      _ source: RegionSource, _ provider: PictureProvider,
      _ goesOn: @escaping @Sendable (Int) -> Bool = { _ in true }
    ) throws -> [PictureRegions]? {
      let eyes = Eyes(sources: [source])
      let seen = posts.map { eyes.see($0, provider) }
      guard Eyes.look(at: [.grid(source.name)], of: seen, progress: goesOn) else { return nil }
      return try seen.map { try $0.grid(source.name) }
    }
    let all = try #require(try look(source, provider))
    #expect(asked.withLock { $0 } == 3)
    let first = asked.withLock { $0 }
    #expect(all[0] == own && all[1] == own && all[2] != own)
    #expect(all[3].isMissing && all[3].notice == "the post names no picture")
    #expect(all[3].shape == [9, 6])
    #expect(try look(source, provider) == all)
    #expect(asked.withLock { $0 } == first, "nothing is looked at twice")
    let others = PictureProvider(name: "others") { post, _ in .success(Self.picture(90)) }
    #expect(try look(source, others)?.first == all[2])
    #expect(try look(RegionSource(model), provider) { _ in false } == nil)
  }

  @Test func wideRegionsAreKeptInHalfPrecision() {
    var generator = SeededGenerator(seed: 62)
    let wide = Tensor([2, 600], (0..<1200).map { _ in 3 * generator.normal() })
    let regions = PictureRegions(wide)
    #expect(regions.shape == [2, 600])
    #expect(zip(regions.array, wide.array).allSatisfy { abs($0 - $1) <= 1e-3 * abs($1) + 1e-6 })
    let narrow = Tensor([4, 300], wide.array)
    #expect(PictureRegions(narrow).array == narrow.array)
  }

  @Test func foldersThatAreNoExpertsSaySo() throws {
    try TinyEncoder.withFolder { folder in
      #expect(throws: ModelFolderError.self) { try ExpertFolder.open(folder) }
      #expect(throws: ModelFolderError.self) { try RegionSource(folder: folder) }
    }
  }

  @Test(arguments: [3, 4, 7, 9, 14]) func objectsAreDrawnWhereTheyWereSeen(side: Int) {
    // A picture that is 1 in one cell and 0 elsewhere: exactly the objects whose rectangle holds
    // the cell's middle are not flat.
    let seen = ImageRegion(left: 0.125, top: 0, width: 0.75, height: 1)
    for cell in 0..<(side * side) {
      var tensor = Tensor([side * side, 2])
      tensor.array[2 * cell] = 1
      let regions = PictureRegions(tensor, seen: seen)
      let x = seen.left + seen.width * (Double(cell % side) + 0.5) / Double(side)
      let y = seen.top + seen.height * (Double(cell / side) + 0.5) / Double(side)
      let objects = regions.objects.array
      for (i, place) in regions.objectPlaces.enumerated() {
        let holds =
          place.left < x && x < place.left + place.width && place.top < y
          && y < place.top + place.height
        #expect((objects[2 * i] != 0) == holds, "object \(i), cell \(cell)")
      }
    }
  }
}
