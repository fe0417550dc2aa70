import Corpora
import Foundation
import Tensors
import Traces

/// What there is to know of an expert before it is asked.
package struct ModelCard: Sendable {
  /// The folder's name.
  package let name: String
  /// The architecture, as in `config.json`.
  package let system: String
  /// What it answers.
  package let task: ExpertTask
  /// What it looks at beside the words; empty for experts that read the text alone.
  package let sights: [Sight]
  /// What it can answer: types of mentions, or relations in the order of their probabilities.
  package let labels: [String]
  /// C of the regions that it takes; nil for experts that take none.
  package var regionSize: Int?
  /// What distinguishes it from others of its system, by name; what is as usual is left out.
  package var switches: [String: String] = [:]
  /// Whether it looks at rectangles, so that others can be put in their place.
  package var takesRegions = false
  /// Whether it reads the pictures' files by itself.
  package var readsPictureFiles = false
  /// What its answers come from.
  package var origin = Origin.folder
  /// What must stand beside every number made with it; nil when nothing.
  package var mark: String?
  /// What was measured at the end of its training.
  package var notes = Notes()
  /// Where it came from; nil where nothing readable says so.
  package var provenance: Provenance?

  /// Whether it learned of posts without labels: it shows what it makes of words and pictures and
  /// has nothing to answer. What comes from outside need not say its labels.
  package var isWithoutLabels: Bool {
    labels.isEmpty && System.named(system)?.learnsUnlabelled == true
  }

  /// `card.json`: what a training finds out beside the weights.
  package struct Notes: Sendable, Hashable, Codable {
    /// 101 quantiles on dev of every scalar that the expert shows, for percentiles.
    package var references: [String: [Float]] = [:]
    /// What was measured on dev by name, e.g. how far attention agrees with occlusion; empty in
    /// folders of older versions.
    package var measures: [String: Double] = [:]
    /// Posts that were measured.
    package var measuredPosts: Int?
    /// Of what, when they are not the dev posts of its training.
    package var measuredOn: String?
    /// How it learned, epoch by epoch; nil in folders of older versions.
    package var epochs: [Epoch]?

    /// Nothing noted.
    package init() {}

    /// Whether there is nothing to write down.
    var isEmpty: Bool { references.isEmpty && measures.isEmpty && epochs == nil }
  }

  /// What an epoch of a training came to. Times are left out: the same training writes the same
  /// card.
  package struct Epoch: Sendable, Hashable, Codable {
    /// Counted from 1.
    package let epoch: Int
    /// Mean loss of its steps.
    package let loss: Double
    /// The score on dev after it, percent.
    package let dev: Double

    /// An epoch by its parts.
    package init(epoch: Int, loss: Double, dev: Double) {
      (self.epoch, self.loss, self.dev) = (epoch, loss, dev)
    }
  }

  /// What an expert's answers come from, so that those that were kept are known again.
  package enum Origin: Sendable, Hashable {
    /// The model folder of its name.
    case folder
    /// Other content, known by its checksum.
    case content(String)
    /// Something that may answer otherwise next time.
    case unknown
  }

  /// A card by its parts.
  package init(
    name: String, system: String, task: ExpertTask, sights: [Sight], labels: [String]
  ) {
    self.name = name
    self.system = system
    self.task = task
    self.sights = sights
    self.labels = labels
  }

  /// Whether the expert looks at pictures.
  package var seesPicture: Bool { !sights.isEmpty || readsPictureFiles }

  /// The folder beside the expert's whose network it sees by; nil when it needs none.
  package var grid: String? { sights.compactMap(\.network).first }

  /// The folder beside the expert's whose common space of text and picture it sees by; nil when it
  /// needs none.
  package var dual: String? { sights.compactMap(\.dual).first }

  /// Adds what the files of a folder say: `card.json`, `provenance.json`.
  package func reading(_ folder: String) -> ModelCard {
    var result = self
    result.provenance = ModelFolder.provenance(of: folder)
    if let data = FileManager.default.contents(atPath: folder + "/" + Self.file),
      data.count <= Self.most, let notes = try? JSONDecoder().decode(Notes.self, from: data),
      notes.references.values.allSatisfy({ $0.count <= 1001 }),
      notes.epochs.map({ $0.count <= Self.mostEpochs }) ?? true
    {
      result.notes = notes
    }
    return result
  }

  /// Writes what was noted beside the model.
  ///
  /// - Throws: `DurableFileError`.
  package func write(to folder: String) throws {
    guard !notes.isEmpty else { return }
    try ModelFolder.write(notes, folder, Self.file)
  }

  static let file = "card.json"
  private static let most = 1 << 22
  private static let mostEpochs = 10_000

  /// A trace with each scalar's place among those of dev.
  func ranked(_ trace: Trace) -> Trace {
    trace.map { signal in
      guard let value = signal.values.first, let reference = notes.references[signal.name],
        !reference.isEmpty
      else { return signal }
      return signal.withPercentile(Quantiles.share(below: value, in: reference))
    }
  }
}

/// Where a value stands among others.
package enum Quantiles {
  /// 101 quantiles of values, from the smallest to the largest.
  package static func of(_ values: [Float]) -> [Float] {
    let sorted = values.sorted()
    guard let last = sorted.indices.last else { return [] }
    return (0...100).map { sorted[last * $0 / 100] }
  }

  /// Share of the sorted values that are smaller, 0 … 1.
  package static func share(below value: Float, in sorted: [Float]) -> Float {
    RankStatistics.percentile(of: value, in: sorted)
  }
}
