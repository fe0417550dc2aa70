import Corpora
import Extractors
import Routing

/// A trained expert of either task, frozen.
package protocol RDSExpert: Sendable {
  /// Best F1 on dev when it was trained, percent.
  var devF1: Double { get }

  /// How its answers match the gold; one per unit, in order.
  ///
  /// - Throws: what reading pictures and running the network throw.
  ///
  /// - Parameter interventions: what is changed of each post before it is asked.
  func counts(
    _ units: [RoutedUnit], under interventions: @escaping @Sendable (Post) -> [Intervention]
  ) throws -> [MatchCounts]
}

extension RDSExpert {
  /// The same with the posts as they are.
  package func counts(_ units: [RoutedUnit]) throws -> [MatchCounts] {
    try counts(units) { _ in [] }
  }
}

/// How the protocol makes an expert.
package struct RDSExpertRecipe: Sendable {
  /// The system's name in tables, e.g. `bert-crf`.
  package let name: String
  /// What it answers.
  package let task: ExpertTask
  /// Whether it looks at pictures.
  package let needsPictures: Bool
  /// Trains it, or takes it up where it was interrupted, or reads it when it is finished.
  package let make: @Sendable (RDSTrainingJob) throws -> any RDSExpert

  /// A recipe by its parts.
  package init(
    name: String, task: ExpertTask, needsPictures: Bool,
    make: @escaping @Sendable (RDSTrainingJob) throws -> any RDSExpert
  ) {
    self.name = name
    self.task = task
    self.needsPictures = needsPictures
    self.make = make
  }
}

/// What one expert is trained on.
package struct RDSTrainingJob: Sendable {
  /// Posts to learn from.
  package let train: [Post]
  /// Posts to choose the epoch by.
  package let dev: [Post]
  /// The dataset, for pictures.
  package let dataset: Dataset
  /// Where checkpoints and the finished model are kept.
  package let folder: String
  /// The expert's name, with what distinguishes this training, e.g. `umt, D_model, seed 1`.
  package let label: String
  /// Decides first weights, batches and dropout.
  package let seed: UInt64
  /// Whether the expert stays, so that its card is worth measuring.
  package var isKept = true
  /// What is changed of each post, in training and when the expert is asked: for controls.
  package var interventions: @Sendable (Post) -> [Intervention] = { _ in [] }
  /// Called from the training's own thread; returns false to stop.
  package let observe: @Sendable (TrainingEvent) -> Bool
}
