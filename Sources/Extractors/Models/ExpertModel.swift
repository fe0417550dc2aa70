import Corpora
import Encoders
import Foundation
import Tensors
import Traces

/// A trained expert with everything it needs: what a folder such as `riva` holds.
public struct ExpertModel: Sendable {
  /// The folder's name.
  public let name: String
  /// What the folder's `config.json` says.
  public let configuration: Configuration
  /// The network.
  public var tagger: any Tagger
  /// The words that have a vector.
  public let words: Vocabulary
  /// The characters that have a vector.
  public let characters: Vocabulary

  /// Whether it looks at pictures.
  public var isMultimodal: Bool { configuration.system == System.riva }

  /// The systems that a folder may name.
  public enum System {
    /// The text expert.
    public static let text = "bilstm-crf"
    /// The multimodal expert, with its gate or without.
    public static let riva = "riva"
  }

  /// What `config.json` holds.
  public struct Configuration: Sendable, Hashable, Codable {
    /// One of `System`.
    public var system: String
    /// What it was trained to do; `ner` is all there is.
    public var task = "ner"
    /// Its tags.
    public var scheme: TagScheme
    /// Sizes of the network.
    public var sizes: TaggerSizes
    /// What distinguishes one RIVA from another; nil for the text expert.
    public var riva: RIVAOptions?
    /// Folders beside this one that it needs, e.g. the dual encoder.
    public var needs: [String]
    /// 101 quantiles on dev of the scalars that it shows, for percentiles.
    public var references: [String: [Float]] = [:]

    /// A configuration by its parts.
    public init(
      system: String, scheme: TagScheme, sizes: TaggerSizes, riva: RIVAOptions?, needs: [String]
    ) {
      self.system = system
      self.scheme = scheme
      self.sizes = sizes
      self.riva = riva
      self.needs = needs
    }

    /// A fresh tagger of these sizes.
    public func makeTagger(_ generator: inout SeededGenerator) -> any Tagger {
      if let riva {
        RIVATagger(sizes, riva, tags: scheme.count, &generator)
      } else {
        BiLSTMCRF(sizes, tags: scheme.count, &generator)
      }
    }
  }

  /// A model by its parts.
  public init(
    name: String, configuration: Configuration, tagger: any Tagger, words: Vocabulary,
    characters: Vocabulary
  ) {
    self.name = name
    self.configuration = configuration
    self.tagger = tagger
    self.words = words
    self.characters = characters
  }

  /// Reads a folder.
  ///
  /// - Throws: `ModelFolderError`, `SafetensorsError`, `ParameterError`.
  public init(folder: String) throws {
    let configuration = try ModelFolder.configuration(Configuration.self, folder)
    try configuration.validate(folder)
    var generator = SeededGenerator.hollow
    func filled(_ tagger: some Tagger) throws -> any Tagger {
      var tagger = tagger
      try Safetensors(path: folder + "/model.safetensors").fill(&tagger)
      return tagger
    }
    let tagger = try filled(configuration.makeTagger(&generator))
    let words = try ModelFolder.vocabulary(folder, "words.txt")
    let characters = try ModelFolder.vocabulary(folder, "characters.txt")
    guard words.size == configuration.sizes.words, characters.size == configuration.sizes.characters
    else {
      throw ModelFolderError(
        folder: folder, problem: "has vocabularies of other sizes than its config.json says")
    }
    self.init(
      name: (folder as NSString).lastPathComponent, configuration: configuration, tagger: tagger,
      words: words, characters: characters)
  }

  /// Writes a folder.
  ///
  /// - Throws: `DurableFileError`.
  public func save(to folder: String, provenance: Provenance) throws {
    try ModelFolder.create(folder)
    try ModelFolder.write(configuration, folder, "config.json")
    try ModelFolder.write(words, folder, "words.txt")
    try ModelFolder.write(characters, folder, "characters.txt")
    try ModelFolder.write(provenance, folder, "provenance.json")
    var tensors: [String: Tensor] = [:]
    for (name, value) in tagger.parameters { tensors[name] = value }
    try Safetensors.write(tensors, to: folder + "/model.safetensors")
  }
}

extension ExpertModel.Configuration {
  /// Sizes come from strangers: they are bounded before anything is allocated.
  func validate(_ folder: String) throws {
    guard [ExpertModel.System.text, ExpertModel.System.riva].contains(system) else {
      throw ModelFolderError(
        folder: folder,
        problem: "holds the system \(system.prefix(40)), which is not an expert here")
    }
    let riva = self.riva
    let sound =
      ModelLimits.types.contains(scheme.types.count)
      && Set(scheme.types).count == scheme.types.count
      && ModelLimits.vocabulary.contains(sizes.words)
      && ModelLimits.characters.contains(sizes.characters)
      && [sizes.wordSize, sizes.characterSize, sizes.characterHidden, sizes.hidden]
        .allSatisfy(ModelLimits.vector.contains)
      && (0..<1).contains(sizes.dropout) && (system == ExpertModel.System.riva) == (riva != nil)
      && (riva.map {
        $0.regionSize > 1 && ModelLimits.regionSize.contains($0.regionSize)
          && $0.regionSize % 2 == 0
          && ModelLimits.heads.contains($0.heads) && $0.regionSize % $0.heads == 0
          && ModelLimits.vector.contains($0.entrySize)
      } ?? true)
      && references.values.allSatisfy { $0.count <= 1001 }
    if !sound {
      throw ModelFolderError(
        folder: folder, problem: "has sizes in config.json outside what is read")
    }
  }
}
