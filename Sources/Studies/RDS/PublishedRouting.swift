import Extractors
import Foundation

/// What RDS's paper reports, to stand beside what was measured. Facts of Tables 1 to 3; the numbers
/// of a file in the same form may replace them.
package struct PublishedRouting: Sendable, Hashable {
  /// Where it stands, e.g. `Table 1`.
  package let table: String
  /// `MNRE`, `Twitter-2015`, `Twitter-2017`.
  package let dataset: String
  /// Unimodal, Multimodal or Full.
  package let set: String
  /// The system as the paper calls it.
  package let model: String
  /// With which multimodal expert posts were routed, as the paper calls it.
  package let multimodal: String
  /// Precision, recall and F1, percent.
  package let scores: [Double]

  /// The multimodal expert of tables that name none.
  private static let unnamed = "MEGA"

  /// What every reader of these numbers should know (MODELS §1, §4, §11).
  package static let caveats = [
    "Published numbers are of one run; where their counts can be reconstructed they fit one run exactly.",
    "The released router is not the paper's: one linear unit, top 70 % by rank, gradients never cleared.",
    "The paper gives no hidden width and no chosen grid point.",
    "Twitter-2015 is used in several differently corrected versions; numbers across papers are not comparable.",
    "MTB on the Unimodal set: P 60.60 is 140/231 truncated, not rounded.",
  ]

  /// The rows of RDS's tables in a file with the columns
  /// seed,table,dataset,setting,model,precision,recall,f1; seed 000 is RDS.
  ///
  /// - Throws: `PublishedError` with the line of what does not fit.
  package static func read(_ path: String) throws -> [PublishedRouting] {
    var rows: [PublishedRouting] = []
    for (line, fields) in try PublishedFile.rows(path) where fields[0] == "000" {
      let scores = fields[5...7].compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
      guard scores.count == 3 else {
        throw PublishedError(
          path: path, line: line, problem: "has no three numbers in its last fields")
      }
      var settings: [String: String] = [:]
      for part in fields[3].split(separator: ";") {
        let pair = part.split(separator: "=", maxSplits: 1).map {
          $0.trimmingCharacters(in: .whitespaces)
        }
        if pair.count == 2 { settings[pair[0]] = pair[1] }
      }
      rows.append(
        PublishedRouting(
          table: fields[1], dataset: fields[2], set: settings["test subset"] ?? "Full",
          model: fields[4], multimodal: settings["multimodal model"] ?? Self.unnamed, scores: scores
        ))
    }
    return rows
  }

  /// The rows about one pair of experts.
  package static func rows(
    _ rows: [PublishedRouting], multimodal: String
  ) -> [PublishedRouting] {
    let name = System.trainable(multimodal)?.system.published
    return name.map { name in rows.filter { $0.multimodal == name } } ?? []
  }
}

/// Published numbers with the columns seed,table,dataset,setting,model,precision,recall,f1.
enum PublishedFile {
  /// The fields of every line behind the first, eight each, with the line's number.
  ///
  /// - Throws: `PublishedError` with the line of what does not fit.
  static func rows(_ path: String) throws -> [(line: Int, fields: [String])] {
    guard let data = FileManager.default.contents(atPath: path), data.count <= 4 << 20 else {
      throw PublishedError(path: path, line: 0, problem: "cannot be read, or has more than 4 MB")
    }
    let lines = String(decoding: data, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    let head = lines.first?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    guard head == "seed,table,dataset,setting,model,precision,recall,f1" else {
      throw PublishedError(path: path, line: 1, problem: "has other columns")
    }
    return try lines.enumerated().dropFirst().filter { !$0.element.isEmpty }.map { index, line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 8 else {
        throw PublishedError(
          path: path, line: index + 1, problem: "has \(fields.count) fields instead of 8")
      }
      return (index + 1, fields)
    }
  }
}

/// A file of published numbers that cannot be read.
package struct PublishedError: Error, CustomStringConvertible {
  let path: String
  let line: Int
  let problem: String

  /// `file:line`, and what is wrong there.
  package var description: String {
    "\(path)\(line > 0 ? ":\(line)" : "") \(problem); give a file with the columns "
      + "seed,table,dataset,setting,model,precision,recall,f1"
  }
}
