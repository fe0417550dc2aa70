import Foundation
import Tensors

/// A paper's tables, to be measured again: their rows, and what the paper claims of them. One value
/// per paper, in the folder of its system.
package struct Paper: Sendable {
  /// What it is called on the command line, e.g. `i2srm`.
  package let id: String
  /// Its number in files of published results (their column `seed`).
  package let key: String
  /// Its tables, in the paper's order.
  package let tables: [PaperTable]
  /// What every reader of its published numbers should know.
  package let caveats: [String]

  /// A paper by its parts.
  package init(id: String, key: String, tables: [PaperTable], caveats: [String]) {
    self.id = id
    self.key = key
    self.tables = tables
    self.caveats = caveats
  }

  /// The tasks that the paper's own system answers; its tables are of no others.
  package var tasks: [ExpertTask] {
    let own = System.all.filter { $0.paper?.id == id }.map(\.task)
    return ExpertTask.allCases.filter(own.contains)
  }

  /// The papers of all systems.
  package static var all: [Paper] {
    var seen: Set<String> = []
    return System.all.compactMap(\.paper).filter { seen.insert($0.id).inserted }
  }
}

/// A table of a paper.
package struct PaperTable: Sendable {
  /// As the file of published results calls it, e.g. `Table 5`.
  package let name: String
  /// What it is about, a few words.
  package let title: String
  /// Its rows; a row is measured for every task that there is a system for.
  package let rows: [PaperRow]
  /// What the paper claims of the rows.
  package let claims: [PaperClaim]
  /// What is otherwise than in the paper, sentences.
  package let notes: [String]
  /// What its lines are.
  package private(set) var lines = Lines.rows
  /// Tables of the same on other datasets, which are measured by this one.
  package private(set) var twins: [String] = []

  /// What the lines of a table are.
  package enum Lines: Sendable {
    /// Its rows.
    case rows
    /// The relations of the dataset; the rows are its columns.
    case relations
    /// Its rows once for each pair of text and picture encoder that is given.
    case encoders
  }

  /// A table by its parts.
  package init(
    _ name: String, _ title: String, rows: [PaperRow], claims: [PaperClaim] = [],
    notes: [String] = []
  ) {
    self.name = name
    self.title = title
    self.rows = rows
    self.claims = claims
    self.notes = notes
  }

  /// The same with other lines.
  func lines(_ lines: Lines) -> PaperTable {
    var result = self
    result.lines = lines
    return result
  }

  /// The same, also for other datasets.
  func twins(_ names: [String]) -> PaperTable {
    var result = self
    result.twins = names
    return result
  }

  /// The names that it goes by.
  package var names: [String] { [name] + twins }
}

/// A row of a table: a system in some form, trained on posts in some form.
package struct PaperRow: Sendable {
  /// As the paper calls it; also the `model` in files of published results.
  package let name: String
  /// The `setting` in files of published results.
  package let setting: String
  /// The title of the system that is trained, the same for both tasks; nil for rows of which there
  /// is no system here.
  package let system: String?
  /// Its switches that are not as usual.
  package let switches: [String: String]
  /// What is done to the posts.
  package let data: DataVariation
  /// Whether the system was first trained on the other task.
  package let comesFromOtherTask: Bool
  /// What is counted.
  package private(set) var measure = PaperMeasure.answers
  /// Whether the picture adds to the test posts that count; nil: all count.
  package private(set) var whereAdds: Bool?
  /// Whether a pretrained text encoder stands beside the words of a system that needs none.
  package private(set) var readsEncoder = false

  /// A row by its parts.
  package init(
    _ name: String, setting: String, system: String?, _ switches: [String: String] = [:],
    _ data: DataVariation = .asItIs, comesFromOtherTask: Bool = false
  ) {
    self.name = name
    self.setting = setting
    self.system = system
    self.switches = switches
    self.data = data
    self.comesFromOtherTask = comesFromOtherTask
  }

  /// The same with something else counted.
  func measuring(_ measure: PaperMeasure) -> PaperRow {
    var result = self
    result.measure = measure
    return result
  }

  /// The same by another name.
  package func named(_ name: String) -> PaperRow {
    var result = PaperRow(
      name, setting: setting, system: system, switches, data,
      comesFromOtherTask: comesFromOtherTask)
    (result.measure, result.whereAdds) = (measure, whereAdds)
    result.readsEncoder = readsEncoder
    return result
  }

  /// The same with a pretrained text encoder beside the words.
  func readingEncoder() -> PaperRow {
    var result = self
    result.readsEncoder = true
    return result
  }

  /// The same on the test posts whose picture adds or does not; nil: on all.
  func `where`(adds: Bool?) -> PaperRow {
    var result = self
    result.whereAdds = adds
    return result
  }

  /// Whether it can be measured only where posts say whether their picture adds.
  package var needsImageAdds: Bool { measure != .answers || whereAdds != nil }

  /// The system for a task; nil where there is none.
  package func system(for task: ExpertTask) -> System? {
    System.all.first { $0.title == system && $0.task == task && $0.train != nil }
  }

  /// What tells it from the other rows of its table.
  package var label: String {
    setting.contains("=") ? "\(name), \(setting.split(separator: "=").last ?? "")" : name
  }
}

/// What is counted of a row's system on test.
package enum PaperMeasure: Sendable, Hashable {
  /// Its mentions or relations against the labels.
  case answers
  /// A gate that claims to tell whether the picture adds, against what the posts say: the signal of
  /// this name above 0.5.
  case signal(String)

  /// A name for files; nil for answers.
  package var name: String? {
    switch self {
    case .answers: nil
    case .signal(let name): name.replacingOccurrences(of: "/", with: "-")
    }
  }
}

/// That one row of a table is better than another.
package struct PaperClaim: Sendable, Hashable {
  /// The label of the row that should be better.
  package let better: String
  /// The label of the other.
  package let worse: String

  /// A claim of two rows' labels.
  package init(_ better: String, over worse: String) {
    self.better = better
    self.worse = worse
  }
}
