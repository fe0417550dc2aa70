import Corpora
import Encoders
import Foundation
import Pictures
import Tensors
import Testing

@testable import Extractors
@testable import Studies

/// No setting is without effect: every value of every switch of every system makes another
/// training than the usual one, or is refused.
///
/// Of multimodal networks on a text encoder one step's gradients are compared, which takes no time;
/// other systems are trained for two epochs on a dozen posts.
@Suite("Switches have an effect", .serialized)
struct SwitchEffectTests {
  /// A switch of a system.
  struct Case: Sendable, CustomTestStringConvertible {
    let system: String
    let name: String

    var testDescription: String { "\(system) \(name)" }
  }

  private static var all: [Case] {
    System.builtIn.filter { $0.train != nil }.flatMap { system in
      system.switches.map { Case(system: system.id, name: $0.name) }
    }
  }

  /// Systems whose steps are compared.
  private static let networks = [
    "hvpnet", "hvpnet-re", "i2srm", "i2srm-re", "imm", "imm-re", "mkgformer", "focalmre",
  ]

  /// What names the same thing as the usual value, with the reason.
  private static let synonyms = [
    // `fitting` matches by means with an encoder of eight numbers.
    "maf matching=pooled",
    // `auto` reads labels where posts have some; without any `labels` is refused, see below.
    "riva relations=labels",
  ]

  /// What decides the training alone, and is not written beside the weights.
  private static let unwritten: [String] = []

  @Test func networksAreKnown() {
    let known = System.builtIn.filter { $0.rehearsal != nil }.map(\.id)
    #expect(Set(known).isSubset(of: Self.networks), "add the new one's type to `gradients`")
    #expect(Self.networks.allSatisfy { System.named($0) != nil })
  }

  // MARK: Steps

  /// Posts with pictures of noise, what they are seen with, and a text encoder of four layers.
  private struct World {
    let small: SmallTraining
    let place: TrainingPlace
    var base: TextBase
    let source: RegionSource
    let posts: [SeenPost]

    init() throws {
      small = try SmallTraining()
      place = try TrainingPlace()
      base = try TextBase(folder: small.folder + "/encoder")
      var stack = base.encoder.configuration.stack
      (stack.layers, stack.deviation) = (4, 0.3)
      var weights = WeightSource.random(seed: 12)
      base.encoder = BERTModel(
        TextConfiguration(
          stack: stack, vocabulary: base.encoder.configuration.vocabulary, positions: 24,
          tokenTypes: 2, padding: 0, counting: .fromZero, pooler: false), &weights)
      source = try RegionSource(folder: place.folder + "/models/resnet")
      let eyes = Eyes(
        sources: [source], duals: [try DualEncoderFolder.open(place.folder + "/models/dual")])
      let pictures = PictureProvider(name: "noise") { post, _ in
        var generator = SeededGenerator(seed: 6, stream: post.id)
        return .success(
          Picture(
            width: 48, height: 32,
            pixels: (0..<(3 * 48 * 32)).map { _ in UInt8(generator.index(below: 256)) }))
      }
      posts = place.posts.train.prefix(8).map { eyes.see($0, pictures) }
    }

    func remove() {
      small.remove()
      place.remove()
    }
  }

  /// What one step would move, by parameter: gradients of the training loss, the loss itself, and
  /// what is not moved at all.
  ///
  /// - Throws: `TrainingError` or `ExpertError` for a value that is refused.
  private func gradients<Network: MultimodalNetwork>(
    _ network: Network.Type, _ system: System, _ values: [String: String], _ world: World
  ) throws -> [String: [Float]] {
    let job = world.place.job(system, world.place.posts, values)
    let options = Network.Options { job.value($0) }
    // What a folder keeps of it is all of it.
    let kept = try JSONDecoder().decode(Network.Options.self, from: JSONEncoder().encode(options))
    #expect(kept == options, "\(values)")
    var (base, generator) = (world.base, SeededGenerator(seed: 5))
    let reading: TaskReading =
      system.task == .relations
      ? .relations(
        PairReading(
          scheme: RelationScheme(fitting: world.place.posts.relationLabels),
          markers: try RelationMarkers(addedTo: &base, &generator), longest: 24))
      : .entities(scheme: .standard, labels: LabelScheme(job), longest: 24)
    let configuration = MultimodalModel<Network>.Configuration(
      reading: reading, options: options,
      eyes: EyeNames(
        pictures: "resnet", dual: system.needsDual { job.value($0) } ? "dual" : nil),
      regions: world.source.shape, features: world.source.featureWidth)
    let items = try world.posts.flatMap { seen -> [MultimodalItem] in
      let guide = try Network.guide(seen, configuration.eyes, options)
      return try MultimodalModel<Network>.items(
        seen, configuration, base.tokenizer, tower: nil
      ).map {
        var item = $0
        item.guide = guide
        return item
      }
    }
    #expect(items.count == 8)
    var trainee = MultimodalTrainee<Network>(
      base.encoder, prefix: base.prefix, configuration.sizes(base.encoder), reading, options,
      &generator)
    if options.usesPicture { trainee.network.fit(items.compactMap(\.pictures.first)) }
    trainee.indexParameters()
    let tape = Tape(recording: true, seed: 3)
    let loss = try trainee.loss(items, tape)
    tape.backward(from: loss)
    let (all, isFrozen) = (tape.parameterGradients, trainee.isFrozen)
    var result = ["loss": [tape[loss].item]]
    trainee.visitParameters("") { name, parameter in
      let gradient = isFrozen(name) ? [] : all[parameter.slot] ?? [0]
      // Computed and zero, or not computed: neither moves anything.
      result[name] = gradient.contains { $0 != 0 } || isFrozen(name) ? gradient : [0]
    }
    return result
  }

  private func gradients(
    _ system: System, _ values: [String: String], _ world: World
  ) throws -> [String: [Float]] {
    try system.check(values)
    return switch system.id {
    case "hvpnet", "hvpnet-re": try gradients(HVPNeT.self, system, values, world)
    case "i2srm", "i2srm-re": try gradients(I2SRM.self, system, values, world)
    case "imm", "imm-re": try gradients(IMM.self, system, values, world)
    case "mkgformer": try gradients(MKGformer.self, system, values, world)
    case "focalmre": try gradients(FocalMRE.self, system, values, world)
    default: throw ExpertError.noBoxes(expert: system.id)
    }
  }

  /// Whether something was refused, and not broken.
  private func isRefusal(_ error: any Error) -> Bool {
    error is TrainingError || error is ExpertError
  }

  @Test(arguments: networks) func everyValueMakesAnotherStep(_ id: String) throws {
    let system = try #require(System.named(id))
    let world = try World()
    defer { world.remove() }
    let usual = try gradients(system, [:], world)
    // The comparison itself: twice the same is the same, and there is something to compare.
    #expect(try gradients(system, [:], world) == usual)
    #expect(usual.values.contains { $0.contains { $0 != 0 } })
    for known in system.switches {
      // The usual value by its name is the usual training.
      #expect(try gradients(system, [known.name: known.usual], world) == usual, "\(known.name)")
      for value in known.values.dropFirst() {
        do {
          let other = try gradients(system, [known.name: value], world)
          #expect(other != usual, "\(known.name)=\(value) changes nothing")
        } catch {
          guard isRefusal(error) else { throw error }
          // Regions of files alone want something that is not here.
          #expect(value == "boxes", "\(known.name)=\(value): \(error)")
        }
      }
    }
  }

  /// With a part left out, what else is said is refused where it changes nothing. (What is refused
  /// may draw other weights than it needs, so that the converse is not tested.)
  @Test(arguments: ["hvpnet-re", "i2srm-re", "imm-re", "mkgformer", "focalmre"])
  func whatIsOfALeftOutPartIsRefused(_ id: String) throws {
    let system = try #require(System.named(id))
    let world = try World()
    defer { world.remove() }
    for part in system.switches where part.isPart {
      let without = try gradients(system, [part.name: Switch.off], world)
      for known in system.switches where known.name != part.name {
        let values = [part.name: Switch.off, known.name: known.values.last ?? ""]
        // Regions of files alone want something that is not here.
        guard known.values.last != "boxes" else { continue }
        guard system.refusal(of: values) == nil else { continue }
        #expect(try gradients(system, values, world) != without, "\(values)")
      }
    }
  }

  // MARK: Trainings

  /// The small posts with relations, and with somebody's word on half of their pictures.
  private func posts(_ place: SmallTraining, judged: Bool = true) -> TrainingPosts {
    func made(_ posts: [Post]) -> [Post] {
      posts.enumerated().map { i, post in
        Post(
          id: post.id, tokens: post.tokens, imageID: post.imageID, mentions: post.mentions,
          relations: [
            RelationMention(head: 0..<1, tail: 2..<3, label: i % 3 == 0 ? "a" : "None")
          ], split: post.split,
          attributes: judged && i % 2 == 0 ? ["imageAdds": i % 4 == 0 ? "yes" : "no"] : [:],
          source: post.source)
      }
    }
    let base = place.posts
    return TrainingPosts(
      name: "made", hash: "\(judged)", train: made(base.train), dev: made(base.dev),
      relationLabels: ["None", "a"], pictures: base.pictures)
  }

  /// The weights that a short training ends with, and what its folder says of the model.
  private func train(
    _ system: System, _ values: [String: String], _ place: SmallTraining, models: String,
    judged: Bool = true
  ) throws -> [Data] {
    let usual = place.job(system, values, epochs: 2, models: models)
    var job = TrainingJob(
      system, switches: values, encoder: usual.encoder, pictures: usual.pictures,
      posts: posts(place, judged: judged), models: usual.models, name: system.id, command: "test",
      observe: { _ in true })
    (job.changes, job.isMeasured) = (usual.changes, false)
    // MAF exchanges pictures in batches of eight and more.
    job.changes.batch = 8
    _ = try job.run(seeds: [1])
    return try ["config.json", "model.safetensors"].map {
      try Data(contentsOf: URL(fileURLWithPath: job.folder + "/" + $0))
    }
  }

  @Test(arguments: all.filter { !networks.contains($0.system) })
  func everyValueMakesAnotherModel(_ it: Case) throws {
    let system = try #require(System.named(it.system))
    let known = try #require(system.switches.first { $0.name == it.name })
    let place = try SmallTraining()
    defer { place.remove() }
    let usual = try train(system, [:], place, models: "usual")
    for value in known.values.dropFirst() {
      do {
        let other = try train(system, [it.name: value], place, models: value)
        // Weights, not `config.json` alone: what is only written down does nothing.
        let isSynonym = Self.synonyms.contains("\(it.system) \(it.name)=\(value)")
        #expect((other[1] == usual[1]) == isSynonym, "\(it.name)=\(value)")
        if !Self.unwritten.contains("\(it.system) \(it.name)") {
          #expect((other[0] == usual[0]) == isSynonym, "\(it.name)=\(value) in config.json")
        }
      } catch {
        guard isRefusal(error) else { throw error }
        #expect(value == "boxes", "\(it.name)=\(value): \(error)")
      }
    }
  }

  /// `labels` is what `auto` reads, and not what it falls back to.
  @Test func labelsAreRefusedWhereThereAreNone() throws {
    let place = try SmallTraining()
    defer { place.remove() }
    _ = try train(.riva, [:], place, models: "auto", judged: false)
    #expect(throws: TrainingError.self) {
      try train(.riva, ["relations": "labels"], place, models: "labels", judged: false)
    }
  }
}
