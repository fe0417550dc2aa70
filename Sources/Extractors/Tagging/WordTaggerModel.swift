import Corpora
import Encoders
import Files
import Foundation
import Tensors
import Traces

/// A trained expert that reads words and characters, with everything it needs: what a folder such
/// as `riva` holds.
///
/// Forward passes only; may be used from several threads at once.
package struct WordTaggerModel<Network: Tagger>: Expert {
  /// What it is, what it sees and where it came from.
  package let card: ModelCard
  /// What the folder's `config.json` says.
  package let configuration: Configuration
  /// The network.
  package let network: Network
  /// The words that have a vector.
  package let words: Vocabulary
  /// The characters that have a vector.
  package let characters: Vocabulary

  /// What `config.json` holds.
  package struct Configuration: Sendable, Hashable, Codable {
    /// The system's id.
    package var system = Network.system
    /// Its tags.
    package var scheme: TagScheme
    /// Sizes of the network.
    package var sizes: TaggerSizes
    /// What distinguishes it from others of its system.
    package var options: Network.Options
    /// Folders beside this one that it needs: the picture encoder of a multimodal expert.
    package var needs: [String]
    /// Quantiles of its scalars, in folders from before there were model cards.
    package var references: [String: [Float]] = [:]

    /// A configuration by its parts.
    package init(scheme: TagScheme, sizes: TaggerSizes, options: Network.Options, needs: [String]) {
      self.scheme = scheme
      self.sizes = sizes
      self.options = options
      self.needs = needs
    }

    private struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(_ name: String) { stringValue = name }
      init?(stringValue: String) { self.init(stringValue) }
      init?(intValue: Int) { nil }
    }

    /// Reads a configuration; the options stand under the system's own key.
    package init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: Key.self)
      system = try fields.decode(String.self, forKey: Key("system"))
      scheme = try fields.decode(TagScheme.self, forKey: Key("scheme"))
      sizes = try fields.decode(TaggerSizes.self, forKey: Key("sizes"))
      options =
        try Network.Options.key.map { try fields.decode(Network.Options.self, forKey: Key($0)) }
        ?? Network.Options()
      needs = try fields.decode([String].self, forKey: Key("needs"))
      references =
        try fields.decodeIfPresent([String: [Float]].self, forKey: Key("references")) ?? [:]
    }

    /// Writes a configuration.
    package func encode(to encoder: any Encoder) throws {
      var fields = encoder.container(keyedBy: Key.self)
      try fields.encode(system, forKey: Key("system"))
      try fields.encode(ExpertTask.entities, forKey: Key("task"))
      try fields.encode(scheme, forKey: Key("scheme"))
      try fields.encode(sizes, forKey: Key("sizes"))
      if let key = Network.Options.key { try fields.encode(options, forKey: Key(key)) }
      try fields.encode(needs, forKey: Key("needs"))
      try fields.encode(references, forKey: Key("references"))
    }
  }

  /// A model by its parts.
  package init(
    name: String, configuration: Configuration, network: Network, words: Vocabulary,
    characters: Vocabulary
  ) {
    self.configuration = configuration
    self.network = network
    self.words = words
    self.characters = characters
    var card = ModelCard(
      name: name, system: Network.system, task: .entities,
      sights: configuration.needs.prefix(configuration.options.regionSize == nil ? 0 : 1).map {
        .grid($0)
      },
      labels: configuration.scheme.types)
    card.regionSize = configuration.options.regionSize
    card.switches = configuration.options.switches
    card.notes.references = configuration.references
    if configuration.scheme.types.isEmpty {
      card.mark = "posts without labels and answers no mentions"
    }
    self.card = card
  }

  private init(_ other: WordTaggerModel, card: ModelCard) {
    (configuration, network) = (other.configuration, other.network)
    (words, characters) = (other.words, other.characters)
    self.card = card
  }

  /// The same with another card.
  package func replacing(card: ModelCard) -> WordTaggerModel { WordTaggerModel(self, card: card) }

  /// Reads a folder.
  ///
  /// - Throws: `ModelFolderError`, `SafetensorsError`, `ParameterError`.
  package init(folder: String) throws {
    let configuration = try ModelFolder.configuration(Configuration.self, folder)
    try configuration.validate(folder)
    var generator = SeededGenerator.hollow
    var network = configuration.makeNetwork(&generator)
    try Safetensors(path: folder + "/model.safetensors").fill(&network)
    try network.readParts(of: folder)
    let words = try ModelFolder.vocabulary(folder, "words.txt")
    let characters = try ModelFolder.vocabulary(folder, "characters.txt")
    guard words.size == configuration.sizes.words, characters.size == configuration.sizes.characters
    else {
      throw ModelFolderError(
        folder: folder, problem: "has vocabularies of other sizes than its config.json says")
    }
    let opened = WordTaggerModel(
      name: FilePath.name(of: folder), configuration: configuration, network: network,
      words: words, characters: characters)
    self.init(opened, card: opened.card.reading(folder))
  }

  /// Writes a folder.
  ///
  /// - Throws: `DurableFileError`.
  package func save(to folder: String, provenance: Provenance) throws {
    try ModelFolder.create(folder)
    try ModelFolder.write(words, folder, "words.txt")
    try ModelFolder.write(characters, folder, "characters.txt")
    try card.write(to: folder)
    let rest = try network.keepingParts(in: folder)
    try ModelFolder.write(configuration, folder, provenance, parameters: rest.tensors)
  }

  /// Words without a vector.
  package func unknownCount(of words: [String]) -> Int { self.words.unknownCount(of: words) }

  // MARK: Answers

  /// A post as the network takes it; the regions are zeros where there is no picture.
  ///
  /// - Throws: `ExpertError.noRegions`, `EncoderInputError`.
  func input(_ post: SeenPost) throws -> TaggerInput {
    guard let size = configuration.options.regionSize, let name = card.grid else {
      return TaggerInput(tokens: post.words, regions: Tensor([1, 1]), seen: nil)
    }
    let regions = try post.grid(name)
    guard regions.shape[1] == size else {
      throw EncoderInputError.pictures(
        shape: regions.shape, expected: "regions of \(size) numbers")
    }
    var input = TaggerInput(tokens: post.words, regions)
    if configuration.options.readsPixels {
      input.pixels = { [post] in (try? post.pixels(for: name)) ?? Tensor([0]) }
    }
    return input
  }

  /// Labels of many posts.
  package func labels(of posts: [SeenPost], _ asking: Asking) throws -> [Labels] {
    var inputs: [TaggerInput] = []
    for post in posts {
      var input = try self.input(post)
      if let make = input.pixels {
        // Decoded once more when its turn comes: pixels of all posts would not fit.
        input.pixels = {
          defer { post.releasePicture() }
          return make()
        }
      }
      inputs.append(input)
    }
    return try labels(inputs, asking)
  }

  /// Labels of inputs that were prepared before.
  ///
  /// - Throws: `EncoderInputError.notFinite`.
  package func labels(
    _ inputs: [TaggerInput], _ asking: Asking = Asking()
  ) throws(EncoderInputError) -> [Labels] {
    let (chain, scheme) = (network.crf.chain, configuration.scheme)
    let emissions = try TaggerInference.emissions(
      network, inputs, words: words, characters: characters)
    return zip(inputs, emissions).map {
      chain.labels($1, scheme, words: $0.tokens.count, asking)
    }
  }

  /// The answer for one post with everything it shows.
  package func answer(_ post: SeenPost, _ taps: Taps) throws -> Answer.Content {
    .mentions(try predict(try input(post), taps))
  }

  /// The answer for one input with everything it shows.
  ///
  /// - Throws: `EncoderInputError.notFinite`.
  package func predict(
    _ input: TaggerInput, _ taps: Taps = [:]
  ) throws(EncoderInputError) -> Prediction {
    let batch = TaggerBatch([input], words: words, characters: characters)
    let tape = Tape()
    let probe = Probe(hasPicture: input.seen != nil, substituting: taps)
    let emissions = tape[network.emissions(batch, tape, probe)]
    try EncoderInputError.check(emissions.array, "the tag scores of \(name)")
    let decoded = network.decode(
      emissions: emissions, lengths: batch.words.lengths, scheme: configuration.scheme)
    return Prediction(
      expert: name, scheme: configuration.scheme, words: input.tokens.count,
      decoded.first ?? DecodedTags(path: [], marginals: [], mentions: []), probe.trace)
  }
}

extension WordTaggerModel.Configuration {
  /// A fresh network of these sizes.
  package func makeNetwork(_ generator: inout SeededGenerator) -> Network {
    Network(sizes, options, tags: scheme.count, &generator)
  }

  /// Sizes come from strangers: they are bounded before anything is allocated.
  func validate(_ folder: String) throws {
    guard system == Network.system else {
      throw ModelFolderError(
        folder: folder, problem: "holds the system \(system.prefix(40)), not \(Network.system)")
    }
    let sound =
      (scheme.types.isEmpty || ModelLimits.types.contains(scheme.types.count))
      && Set(scheme.types).count == scheme.types.count
      && ModelLimits.vocabulary.contains(sizes.words)
      && ModelLimits.characters.contains(sizes.characters)
      && [sizes.wordSize, sizes.characterSize, sizes.characterHidden, sizes.hidden]
        .allSatisfy(ModelLimits.vector.contains)
      && (0..<1).contains(sizes.dropout) && options.isSound
      && references.values.allSatisfy { $0.count <= 1001 }
    if !sound {
      throw ModelFolderError(
        folder: folder, problem: "has sizes in config.json outside what is read")
    }
  }
}

/// Switches and sizes of a word tagger beside those that all share.
package protocol WordTaggerOptions: Sendable, Hashable, Codable {
  /// Where they stand in `config.json`; nil when there are none.
  static var key: String? { get }
  /// The usual ones.
  init()
  /// C of the picture's regions; nil for networks that read the text alone.
  var regionSize: Int? { get }
  /// Whether numbers from a file can be worked with; they come from strangers.
  var isSound: Bool { get }
  /// What is otherwise than usual, by name, for the model card.
  var switches: [String: String] { get }
  /// Whether posts without labels teach it something.
  var learnsUnlabelled: Bool { get }
  /// Whether a picture network learns along, so that pixels are read beside frozen regions.
  var readsPixels: Bool { get }
  /// Numbers of the tagger's biLSTM per direction at the published sizes.
  var publishedHidden: Int { get }
}

extension WordTaggerOptions {
  package var learnsUnlabelled: Bool { false }
  package var readsPixels: Bool { false }
  package var publishedHidden: Int { 256 }
}

/// Nothing to choose.
package struct NoTaggerOptions: WordTaggerOptions {
  /// Nothing is written.
  package static let key: String? = nil
  /// Nothing to choose.
  package init() {}
  /// No pictures.
  package var regionSize: Int? { nil }
  /// Nothing can be wrong.
  package var isSound: Bool { true }
  /// Nothing is otherwise.
  package var switches: [String: String] { [:] }
}
