import Encoders

/// An architecture: what it is called, what it answers, what it must see, how it is opened and
/// trained. One value per system, in the system's folder; `System.all` is the only list of them.
package struct System: Sendable {
  /// The `system` in `config.json`, and its name on the command line.
  package let id: String
  /// What tables call it.
  package let title: String
  /// What `train` says of it, a sentence without its full stop.
  package let summary: String
  /// What it answers.
  package let task: ExpertTask
  /// Whether it looks at pictures.
  package let seesPicture: Bool
  /// What it looks at in place of the regions of a frozen network.
  package var sights: [Sight] = []
  /// Whether it looks at the regions of a frozen network, which a training names.
  package var needsRegions: Bool { seesPicture && sights.isEmpty }
  /// The switch whose value `boxes` reads regions from files; nil for systems that take none.
  package var boxesSwitch: String?
  /// Whether it can take regions from files.
  package var takesBoxes: Bool { boxesSwitch != nil }
  /// Whether its experts, by their switches, see by an encoder of text and picture in one space.
  package var needsDual: @Sendable (_ value: (String) -> String) -> Bool = { _ in false }
  /// Whether any of its experts does.
  package var takesDual = false
  /// Whether experts with such switches need a network of pictures, of a system that does.
  package var needsPictures: @Sendable (_ value: (String) -> String) -> Bool = { _ in true }
  /// Whether its experts, by their switches, look for parts of the picture.
  package var findsRegions: @Sendable (_ value: (String) -> String) -> Bool = { _ in false }
  /// Whether a pretrained text encoder may stand beside its own words.
  package var takesEncoder = false
  /// Whether a CLIP or ViT may see its pictures, trained along.
  package var takesTower = false
  /// Names of the stages of its training before the last, e.g. of a teacher.
  package var stages: [String] = []
  /// Whether it learns something of posts without labels.
  package var learnsUnlabelled = false
  /// Why switches exclude each other; nil when they do not.
  package var conflict: @Sendable ([String: String]) -> String? = { _ in nil }
  /// Why switches do not go with how it is trained, e.g. with a batch; nil when they do.
  package var settingsConflict: @Sendable (_ value: (String) -> String, FineTuning) -> String? = {
    _, _ in nil
  }
  /// Whether the generated sample has an expert of it, trained from nothing.
  package var isOfSample = false
  /// Whether its experts read words with vectors of their own.
  package var isTagger: Bool { if case .tagger = recipe { true } else { false } }
  /// Whether it is built on a pretrained text encoder.
  package let needsEncoder: Bool
  /// What distinguishes one expert of the system from another.
  package var switches: [Switch] = []
  /// Names of its own for experts whose switches are not as usual, e.g. for tables and folders.
  package var variants: [Variant] = []
  /// How it is trained when nothing else is asked for.
  package let recipe: Recipe
  /// What lies on top of the encoder, for tables of results.
  package var head: @Sendable (TrainingResult.Origin) -> String = { _ in "" }
  /// Its training steps at published size, for benchmarks; nil where none are measured.
  package var rehearsal: (@Sendable (StepRehearsal.Sizes) -> StepRehearsal)?
  /// The paper whose tables are measured again; nil where there is none.
  package var paper: Paper?
  /// Name in RDS's tables; nil for systems that are not in them.
  package var published: String?
  /// Opens a folder.
  package let open: @Sendable (String) throws -> any Expert
  /// Trains one seed and writes the folder; nil for systems that are only opened.
  package let train: (@Sendable (SeededTraining) throws -> TrainingResult)?
  /// `architectures` of published folders that are of this system without saying so.
  package var architectures: [String] = []

  /// How a system is trained.
  package enum Recipe: Sendable, Hashable {
    /// An encoder with a head, for so many epochs.
    case fineTuning(FineTuning)
    /// Everything from scratch, to the plateau on dev.
    case tagger(TaggerTraining)
  }

  /// An expert of a system with a name of its own.
  package struct Variant: Sendable, Hashable {
    /// E.g. `riva-ungated`.
    package let name: String
    /// Its switches.
    package let switches: [String: String]

    /// A variant by its parts.
    package init(_ name: String, _ switches: [String: String]) {
      self.name = name
      self.switches = switches
    }
  }

  /// A system by its parts; what is seldom needed is set afterwards.
  package init(
    id: String, title: String, summary: String, task: ExpertTask, seesPicture: Bool,
    needsEncoder: Bool, recipe: Recipe, open: @escaping @Sendable (String) throws -> any Expert,
    train: (@Sendable (SeededTraining) throws -> TrainingResult)?
  ) {
    self.id = id
    self.title = title
    self.summary = summary
    self.task = task
    self.seesPicture = seesPicture
    self.needsEncoder = needsEncoder
    self.recipe = recipe
    self.open = open
    self.train = train
  }

  /// The same with something set.
  package func with<Value>(_ field: WritableKeyPath<System, Value>, _ value: Value) -> System {
    var result = self
    result[keyPath: field] = value
    return result
  }

  // MARK: The list

  /// Every system, text experts before multimodal ones and entities before relations: where a
  /// folder of models says nothing else, the first of a kind is taken.
  package static var all: [System] { builtIn + added }

  /// The system of an id; nil for an unknown one.
  package static func named(_ id: String) -> System? { all.first { $0.id == id } }

  /// What can be trained by a name: a system, or a variant of one.
  package static func trainable(_ name: String) -> (system: System, switches: [String: String])? {
    if let system = named(name), system.train != nil { return (system, [:]) }
    for system in all {
      for variant in system.variants where variant.name == name {
        return (system, variant.switches)
      }
    }
    return nil
  }

  /// The id of the same architecture for a task, e.g. `imm-re` of `imm`.
  package func sibling(_ task: ExpertTask) -> String {
    let name = id.hasSuffix("-re") ? String(id.dropLast(3)) : id
    return task == .relations && self.task != .relations
      ? name + "-re" : task == self.task ? id : name
  }

  /// All names of `trainable`, variants behind their systems.
  package static var trainableNames: [String] {
    all.filter { $0.train != nil }.flatMap { [$0.id] + $0.variants.map(\.name) }
  }

  /// Systems beside the program's own, within `System.$added.withValue([…]) { … }`: tests have one.
  @TaskLocal package static var added: [System] = []

  // MARK: Switches

  /// Whether experts with such switches look at pictures.
  package func seesPicture(_ value: (String) -> String) -> Bool {
    seesPicture && needsPictures(value) && value("image") != Switch.off
  }

  /// Makes sure that switches are the system's own.
  ///
  /// - Throws: `TrainingError.unknownSwitch`.
  func check(_ values: [String: String]) throws(TrainingError) {
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      guard let known = switches.first(where: { $0.name == name }) else {
        throw .unknownSwitch(
          system: id, name: name, value: value, known: switches.map(\.name))
      }
      guard known.values.contains(value) else {
        throw .unknownSwitch(
          system: id, name: name, value: value, known: known.values.map { "\(name)=\($0)" })
      }
    }
    if let reason = refusal(of: values) { throw .conflict(system: id, reason: reason) }
  }

  /// Why values do not go together; nil when they do.
  package func refusal(of values: [String: String]) -> String? {
    needless(values) ?? conflict(values)
  }

  /// Why it cannot be trained so; nil when it can. Told before anything is computed.
  ///
  /// - Parameters:
  ///   - values: switches that are not as usual.
  ///   - changes: what is wanted otherwise than in the recipe.
  package func trainingConflict(_ values: [String: String], _ changes: FineTuningChanges) -> String?
  {
    guard case .fineTuning(let recipe) = recipe else { return nil }
    let value = { name in
      values[name] ?? switches.first { $0.name == name }?.usual ?? ""
    }
    return settingsConflict(value, changes.applied(to: recipe))
  }

  /// Why a value that is given changes nothing, its part being left out; nil when none is.
  private func needless(_ values: [String: String]) -> String? {
    func missing(_ known: Switch) -> String? {
      for part in known.parts {
        if values[part] == Switch.off { return part }
        if let missing = switches.first(where: { $0.name == part }).flatMap(missing) {
          return missing
        }
      }
      return nil
    }
    for known in switches where values[known.name] != nil {
      if let part = missing(known) {
        return "\(known.name) changes nothing without \(part); leave out one of them"
      }
    }
    return nil
  }

  /// `gate=off, labels=with-x`; nil when everything is as usual.
  func text(of values: [String: String]) -> String? {
    let other = switches.compactMap { known in
      values[known.name].flatMap { $0 == known.usual ? nil : "\(known.name)=\($0)" }
    }
    return other.isEmpty ? nil : other.joined(separator: ", ")
  }

  /// A recipe for an encoder: small ones, of fewer than 256 dimensions, take higher rates and learn
  /// longer.
  ///
  /// - Parameter folder: the encoder's; one that cannot be read gives the usual recipe.
  package func recipe(_ recipe: FineTuning, encoder folder: String) -> FineTuning {
    guard let files = try? EncoderFolder(folder) else { return recipe }
    switch files.architecture {
    case .bert(let sizes), .roberta(let sizes):
      guard sizes.stack.hiddenSize < 256 else { return recipe }
      var result = recipe
      result.epochs = 10
      (result.encoderRate, result.headRate) = (5e-4, 2e-3)
      // Fresh layers of attention over pictures do not bear the rate that a linear layer does.
      if seesPicture { (result.headRate, result.warmUp) = (5e-4, 0.1) }
      return result
    default: return recipe
    }
  }
}

/// A choice between ways to build a system: a part that can be left out, or one of several.
package struct Switch: Sendable, Hashable {
  /// E.g. `gate`.
  package let name: String
  /// What it may be, the usual first.
  package let values: [String]
  /// What it does, for help, a sentence without its full stop.
  package let summary: String
  /// Parts without each of which it changes nothing.
  private(set) var parts: [String] = []

  /// The same, of parts without each of which it changes nothing: it is then refused.
  func of(_ parts: String...) -> Switch {
    var result = self
    result.parts = parts
    return result
  }

  /// The usual value.
  package var usual: String { values.first ?? "" }
  /// Whether it is a part that can be left out (`--without NAME`).
  package var isPart: Bool { values == [Self.on, Self.off] }

  /// A part that can be left out.
  package static func part(_ name: String, _ summary: String) -> Switch {
    Switch(name: name, values: [on, off], summary: summary)
  }

  /// One of several ways, the usual first.
  package static func choice(_ name: String, _ values: [String], _ summary: String) -> Switch {
    Switch(name: name, values: values, summary: summary)
  }

  static let on = "on"
  /// What is left out.
  package static let off = "off"
}
