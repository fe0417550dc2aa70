import Extractors
import Tensors

/// Everything a router folder holds, as a value: enough to route, and to be retrained anywhere.
///
/// The fixed base is what every retraining starts from; the installed discriminator is what routes.
/// The rehearsal sample (from D_split) and the held-out part (dev) carry embeddings and both
/// experts' counts.
package struct RouterBundle: Sendable, Hashable {
  /// What a router's `config.json` calls it.
  package static let system = "rds"

  /// Names, settings and version; `config.json`.
  package internal(set) var configuration: Configuration
  /// Where every retraining starts.
  package let base: Discriminator
  /// What routes now.
  package private(set) var installed: Discriminator
  /// Posts that were trained on at first and are again with every correction; nil without cached
  /// counts.
  package let rehearsal: RouterData?
  /// Posts that checkpoints and candidates are judged on; nil without cached counts.
  package let heldOut: RouterData?
  /// p of the installed discriminator on the held-out part, ascending.
  package private(set) var heldOutProbabilities: [Float]

  /// `config.json` of a router folder.
  package struct Configuration: Sendable, Hashable, Codable {
    /// Format of the folder; this version reads 1.
    package var format = 1
    /// `rds`, so that a folder tells what it is.
    package var system = RouterBundle.system
    /// Name of the router's folder.
    package var name: String
    /// Model folder of the text expert.
    package var textExpert: String
    /// Model folder of the multimodal expert.
    package var multimodalExpert: String
    /// Model folder of the dual encoder.
    package var encoder: String
    /// The fingerprint of its weights (`ModelFolder.fingerprint`); nil: only its width is checked.
    package var encoderFingerprint: String?
    /// What the experts answer, and so what the router learned to route for; nil: entities.
    package var task: ExpertTask?
    /// Entity types or relations that the experts can answer; corrections with others cannot be
    /// trained on.
    package var labels: [String]
    /// Width of the encoder's embeddings.
    package var dimensions: Int
    /// Factor on the input as built; `training.inputScale` says how it was chosen.
    package var inputScale: Float
    /// How the router is trained, at first and again.
    package var training: RouterConfiguration
    /// Decides batches and dropout of every training.
    package var seed: UInt64
    /// Counts installed discriminators; 1 is the base.
    package var version = 1
    /// What the installed discriminator was retrained with; nil for the base.
    package var stamp: RetrainingStamp?
    /// Ids of the rehearsal sample, in the order of their tensors.
    package var rehearsalIDs: [String] = []
    /// Ids of the held-out part, in the order of their tensors.
    package var heldOutIDs: [String] = []
  }

  /// What one retraining used, so that the same can be done again and compared.
  package struct RetrainingStamp: Sendable, Hashable, Codable {
    /// Corrected posts trained on.
    package let trainedOn: Int
    /// Corrected posts kept out of the training.
    package let heldOut: Int
    /// FNV-1a over ids, embeddings and counts of all corrections in order of id, in hexadecimal.
    package let corrections: String
    /// Held-out union F1 in percent before.
    package let heldOutBefore: Float
    /// Held-out union F1 in percent afterwards.
    package let heldOutAfter: Float
    /// When it was installed, `2026-11-21`; nil before.
    package var day: String?
  }

  /// A freshly trained router: base and installed are the same.
  ///
  /// - Throws: `RoutingError` when widths disagree or there is nothing to rehearse or to judge on.
  package init(
    name: String, task: ExpertTask = .entities, textExpert: String, multimodalExpert: String,
    encoder: String, labels: [String], base: Discriminator, training: RouterConfiguration,
    seed: UInt64, rehearsal: RouterData, heldOut: RouterData
  ) throws(RoutingError) {
    try training.validate()
    for part in [rehearsal, heldOut] where part.dimensions != base.dimensions {
      throw .wrongDimensions(have: part.dimensions, need: base.dimensions)
    }
    guard rehearsal.count > 0 else { throw .noPosts(what: "rehearsal posts") }
    guard heldOut.count > 0 else { throw .noPosts(what: "held-out posts") }
    var training = training
    // The folder describes the network that it holds, whatever the settings asked for.
    training.hidden = base.layout.hidden
    training.biases = base.hasBiases
    if base.leak != training.leak ?? 0 { training.leak = base.leak }
    configuration = Configuration(
      name: name, textExpert: textExpert, multimodalExpert: multimodalExpert, encoder: encoder,
      task: task, labels: labels, dimensions: base.dimensions, inputScale: base.inputScale,
      training: training, seed: seed, rehearsalIDs: rehearsal.ids, heldOutIDs: heldOut.ids)
    self.base = base
    installed = base
    self.rehearsal = rehearsal
    self.heldOut = heldOut
    heldOutProbabilities = base.probabilities(heldOut.askedInputs).sorted()
  }

  init(
    configuration: Configuration, base: Discriminator, installed: Discriminator,
    rehearsal: RouterData?, heldOut: RouterData?, heldOutProbabilities: [Float]
  ) {
    self.configuration = configuration
    self.base = base
    self.installed = installed
    self.rehearsal = rehearsal
    self.heldOut = heldOut
    self.heldOutProbabilities = heldOutProbabilities
  }

  /// What to call it wherever its p is shown: `rds`, or `rds, retrained 2026-11-21 on 24
  /// corrections`.
  package var title: String {
    guard let stamp = configuration.stamp else { return configuration.name }
    let count = stamp.trainedOn + stamp.heldOut
    return "\(configuration.name), retrained" + (stamp.day.map { " \($0)" } ?? "")
      + " on \(count) correction\(count == 1 ? "" : "s")"
  }

  /// Tells the router that every retraining starts from: 16 hexadecimal digits over its name,
  /// experts and numbers.
  package var baseFingerprint: String { fingerprint(of: base) }

  /// Tells the router that is in use, as `baseFingerprint` tells its base.
  package var installedFingerprint: String { fingerprint(of: installed) }

  private func fingerprint(of network: Discriminator) -> String {
    var hash = StableHash()
    for text in [
      configuration.name, configuration.textExpert, configuration.multimodalExpert,
      configuration.encoder, configuration.encoderFingerprint ?? "",
    ] { hash.add(text) }
    for (name, tensor) in network.parameters.sorted(by: { $0.key < $1.key }) {
      hash.add(name)
      for value in tensor.array { hash.add(UInt64(value.bitPattern)) }
    }
    return hash.digits
  }

  /// This router with the day on which it was installed.
  package func dated(_ day: String) -> RouterBundle {
    var result = self
    result.configuration.stamp?.day = day
    return result
  }

  /// Fingerprint of the encoder that made the embeddings; see `Configuration`.
  package var encoderFingerprint: String? {
    get { configuration.encoderFingerprint }
    set { configuration.encoderFingerprint = newValue }
  }

  /// This router with another discriminator installed, under the next version.
  package func installing(
    _ discriminator: Discriminator, version: Int, stamp: RetrainingStamp?
  ) -> RouterBundle {
    var result = self
    result.installed = discriminator
    result.heldOutProbabilities =
      heldOut.map { discriminator.probabilities($0.askedInputs).sorted() } ?? []
    result.configuration.version = version
    result.configuration.stamp = stamp
    return result
  }

  /// Where one post goes.
  ///
  /// - Throws: `RoutingError.wrongDimensions` when another encoder made the input, `notFinite` when
  ///   its numbers are none.
  package func decide(_ input: RouterInput) throws(RoutingError) -> RouteDecision {
    guard let x = input.product else { return .withoutPicture }
    guard x.count == base.dimensions else {
      throw .wrongDimensions(have: x.count, need: base.dimensions)
    }
    let p = installed.probability(x)
    guard p.isFinite, x.allSatisfy(\.isFinite) else { throw .notFinite(post: "this one") }
    return RouteDecision(
      probability: p, percentile: RankStatistics.percentile(of: p, in: heldOutProbabilities),
      cosine: Float(x.reduce(0.0) { $0 + Double($1) }))
  }
}
