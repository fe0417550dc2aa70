import Encoders
import Extractors
import Files
import Foundation
import Routing
import Tensors

/// What `twinlens models inspect` says of a folder that this program wrote: an expert, a router, a
/// picture encoder or a dual encoder.
package struct ModelReport: Sendable, Codable {
  /// Path of the folder.
  package let folder: String
  /// As in `config.json`.
  package let system: String
  /// What it answers, `ner` or `re`; nil for encoders.
  package private(set) var task: String?
  /// Whether it learned of posts without labels, and so answers nothing.
  package private(set) var isWithoutLabels = false
  /// Types or relations that it can answer; empty for encoders.
  package private(set) var labels: [String] = []
  /// What an expert looks at beside the words, in words; empty for those that read the text alone.
  package private(set) var sees: [String] = []
  /// What distinguishes an expert from others of its system, by name.
  package private(set) var switches: [String: String] = [:]
  /// The scalars whose places among those of dev are known.
  package private(set) var references: [String] = []
  /// What was measured of an expert on dev, by name.
  package private(set) var measures: [String: Double] = [:]
  /// On how many posts.
  package private(set) var measuredPosts: Int?
  /// Of what, when they are not the dev posts of its training.
  package private(set) var measuredOn: String?
  /// Folders that must stand beside it, by what they are for.
  package private(set) var needs: [Need] = []
  /// Numbers that stand for a router's state; empty for everything else.
  package private(set) var facts: [String: String] = [:]
  /// The stored tensors, by name.
  package let tensors: [FolderReport.Row]
  /// Numbers in all tensors.
  package let parameters: Int
  /// Where it came from; nil without a readable `provenance.json`.
  package let provenance: Provenance?
  /// Everything that is wrong.
  package private(set) var problems: [String] = []

  /// A folder that must stand beside it.
  package struct Need: Sendable, Codable {
    /// E.g. `text expert`.
    package let role: String
    /// The folder's name.
    package let name: String
    /// What keeps it from being used; nil when it is there.
    package let problem: String?
  }

  /// Whether a folder is one of this program's own.
  package static func isOwn(_ folder: String) -> Bool {
    guard let system = try? ModelFolder.system(of: folder) else { return false }
    // `train encoder` writes a system too, into what is an encoder folder like any other.
    return (System.all.map(\.id) + [PictureEncoderModel.system, DualEncoderModel.system, router])
      .contains(system)
  }

  /// Inspects a folder: opens it whole, so that what does not fit is found.
  ///
  /// - Throws: `ModelFolderError` or `SafetensorsError` when not even the headers can be read.
  package init(folder: String) throws {
    self.folder = folder
    system = try ModelFolder.system(of: folder)
    // A system may keep the little that it learned in config.json.
    // What was trained along stands in folders of its own.
    tensors = try ([""] + ModelFolder.parts.map { $0 + "/" }).flatMap { part in
      let weights = folder + "/" + part + "model.safetensors"
      return FileManager.default.fileExists(atPath: weights)
        ? FolderReport.Row.rows(of: try Safetensors(path: weights), under: part) : []
    }
    parameters = tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }
    provenance = FileManager.default.contents(atPath: folder + "/provenance.json").flatMap {
      try? JSONDecoder().decode(Provenance.self, from: $0)
    }
    do { try open() } catch { problems.append("\(error)") }
    problems += needs.compactMap { need in need.problem.map { "\(need.role): \($0)" } }
  }

  private mutating func open() throws {
    switch system {
    case PictureEncoderModel.system: _ = try PictureEncoderModel(folder: folder)
    case DualEncoderModel.system: _ = try DualEncoderModel(folder: folder)
    case Self.router: try openRouter()
    default:
      let expert = try ExpertFolder.open(folder)
      task = expert.task.rawValue
      labels = expert.card.labels
      isWithoutLabels = expert.card.isWithoutLabels
      let card = expert.card
      sees = card.sights.map(\.caption)
      switches = card.switches
      references = card.notes.references.keys.sorted()
      (measures, measuredPosts) = (card.notes.measures, card.notes.measuredPosts)
      measuredOn = card.notes.measuredOn
      if let pictures = card.grid { need("picture encoder", pictures) }
      if let dual = card.dual { need("dual encoder", dual) }
    }
  }

  private static let router = RouterBundle.system

  private mutating func openRouter() throws {
    let bundle = try RouterBundle(folder: folder)
    let known = bundle.configuration
    task = (known.task ?? .entities).rawValue
    labels = known.labels
    need("text expert", known.textExpert)
    need("multimodal expert", known.multimodalExpert)
    need("router's encoder", known.encoder, fingerprint: known.encoderFingerprint)
    facts["dimensions"] = "\(known.dimensions)"
    facts["retrainings"] = "\(known.version)"
    facts["retrained"] = known.stamp.map { "on \($0.trainedOn.counted("correction"))" } ?? "no"
    facts["rehearsal"] =
      bundle.rehearsal.map { $0.count.counted("post") } ?? "none: cannot be retrained"
    facts["held out"] =
      bundle.heldOut.map { $0.count.counted("post") } ?? "none: cannot be retrained"
  }

  private mutating func need(_ role: String, _ name: String, fingerprint: String? = nil) {
    // Names come from config.json files of strangers.
    let isName = !name.isEmpty && !name.hasPrefix(".") && !name.contains("/")
    let own = URL(fileURLWithPath: folder).standardizedFileURL.path
    let place = FilePath.parent(of: own) + "/" + name
    var problem =
      isName ? ModelFolder.absence(of: place).map { "\(place) \($0)" } : "no folder's name"
    let isOther =
      fingerprint.map { wanted in ModelFolder.fingerprint(of: place).map { $0 != wanted } ?? false }
      ?? ModelFolder.hasOtherWeights(own, of: name)
    if problem == nil, isOther {
      problem = "\(place) holds other weights than it was trained with"
    }
    needs.append(Need(role: role, name: VisibleText.name(name), problem: problem))
  }

  /// What was measured, for people.
  package var measured: String {
    let title =
      "  measured on      \((measuredPosts ?? 0).counted("post")) of \(VisibleText.name(measuredOn ?? "dev"))"
      + (measuredOn == nil ? "; the scores above are of all of dev" : "")
    return
      ([title]
      + measures.sorted { $0.key < $1.key }.map { name, value in
        "    \(VisibleText.sentence(name)): " + String(format: "%.4g", value)
      }).joined(separator: "\n")
  }

  /// The report for people.
  package var text: String {
    var lines = ["\(VisibleText.name(folder)): \(VisibleText.name(system))"]
    func line(_ title: String, _ value: String) {
      lines.append("  " + title + String(repeating: " ", count: max(1, 22 - title.count)) + value)
    }
    if isWithoutLabels {
      line(
        "answers",
        "nothing: it learned no labels; `twinlens train \(VisibleText.name(system)) --pretrained` adds them"
      )
    } else if let task {
      line("answers", task == ExpertTask.entities.rawValue ? "mentions" : "relations")
    }
    if !labels.isEmpty { line("labels", labels.map(VisibleText.name).joined(separator: ", ")) }
    if task != nil, system != Self.router {
      line("looks at", (["the words"] + sees).joined(separator: ", "))
    }
    for (name, value) in switches.sorted(by: { $0.key < $1.key }) {
      line("switch", "\(VisibleText.name(name)) \(VisibleText.name(value))")
    }
    for need in needs { line(need.role, need.name) }
    for name in facts.keys.sorted() { line(name, facts[name] ?? "") }
    line("parameters", "\(parameters)")
    if let provenance {
      line("made by", VisibleText.sentence(provenance.command))
      line("version, seed", "\(VisibleText.name(provenance.version)), \(provenance.seed)")
      for (name, hash) in provenance.data.sorted(by: { $0.key < $1.key }) {
        line("data", "\(VisibleText.name(name)) \(VisibleText.name(hash))")
      }
      for (name, value) in provenance.metrics.sorted(by: { $0.key < $1.key }) {
        line(VisibleText.name(TrainingMetric.words(name)), TrainingMetric.text(name, value))
      }
    }
    if measuredPosts != nil { lines.append(measured) }
    if !references.isEmpty {
      line("ranks of", references.map(VisibleText.name).joined(separator: ", "))
    }
    for row in tensors { lines.append("  \(row.name) \(row.shape) \(row.type) \(row.bytes) bytes") }
    lines += problems.map { "  problem: \(VisibleText.sentence($0))" }
    lines.append(
      problems.isEmpty
        ? "  everything fits" : "  \(problems.count) problem\(problems.count == 1 ? "" : "s")")
    return lines.joined(separator: "\n")
  }
}
