import Corpora
import Foundation

extension DatasetAudit {
  /// Jensen–Shannon divergence of two splits' labels from which they count as shifted, bits. Of two
  /// equally common labels it is one that takes 67 of 100 places in one split and 50 in the other;
  /// the public datasets stay below 0.005.
  static let shiftAllowance = 0.02

  /// Splits whose labels are spread differently, by more than chance.
  static func labelShifts(of dataset: Dataset) -> [AuditFinding] {
    var result: [AuditFinding] = []
    for (noun, labels) in [("entity types", mentionTypes(of:)), ("relations", relations(of:))] {
      var tables: [Split: [String: Int]] = [:]
      for post in dataset.posts where post.split != .all {
        for label in labels(post) { tables[post.split, default: [:]][label, default: 0] += 1 }
      }
      for (i, a) in splits.enumerated() {
        for b in splits[(i + 1)...] {
          guard let first = tables[a], let second = tables[b] else { continue }
          if let finding = shift(dataset, noun, (a, first), (b, second)) { result.append(finding) }
        }
      }
    }
    return result
  }

  private static func mentionTypes(of post: Post) -> [String] { post.mentions.map(\.type.rawValue) }
  private static func relations(of post: Post) -> [String] { post.relations.map(\.label) }

  private static func shift(
    _ dataset: Dataset, _ noun: String, _ a: (split: Split, counts: [String: Int]),
    _ b: (split: Split, counts: [String: Int])
  ) -> AuditFinding? {
    let test = LabelShift(a.counts, b.counts)
    guard test.divergence > shiftAllowance, test.pValue < 0.001 else { return nil }
    func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }
    let moved = test.shares.sorted { abs($0.a - $0.b) > abs($1.a - $1.b) }
    let name = dataset.files.first { $0.split == b.split }?.name ?? b.split.rawValue
    return AuditFinding(
      .labelShift, .warning, file: name,
      "the \(noun) of \(b.split.rawValue) are spread otherwise than those of \(a.split.rawValue)",
      remedy: "Draw the splits anew, or give scores by label.",
      examples: moved.map {
        "\($0.label): \(percent($0.a)) in \(a.split.rawValue), \(percent($0.b)) in \(b.split.rawValue)"
      },
      measures: [("divergence", test.divergence), ("pValue", test.pValue)])
  }
}

/// Two label distributions compared.
struct LabelShift {
  /// Jensen–Shannon divergence, bits, 0 … 1: how different they are, whatever the sample.
  let divergence: Double
  /// Chance of as large a difference between two samples of one source (G-test).
  let pValue: Double
  /// The share of each label in both.
  let shares: [(label: String, a: Double, b: Double)]

  init(_ a: [String: Int], _ b: [String: Int]) {
    let labels = Set(a.keys).union(b.keys).sorted()
    let (n, m) = (Double(a.values.reduce(0, +)), Double(b.values.reduce(0, +)))
    var divergence = 0.0
    var g = 0.0
    var shares: [(label: String, a: Double, b: Double)] = []
    func term(_ p: Double, _ q: Double) -> Double { p > 0 && q > 0 ? p * log2(p / q) : 0 }
    for label in labels where n > 0 && m > 0 {
      let (x, y) = (Double(a[label] ?? 0), Double(b[label] ?? 0))
      let (p, q) = (x / n, y / m)
      divergence += 0.5 * term(p, (p + q) / 2) + 0.5 * term(q, (p + q) / 2)
      let expected = (x + y) / (n + m)
      g += 2 * log(2) * (term(x, expected * n) + term(y, expected * m))
      shares.append((label, p, q))
    }
    self.divergence = max(0, divergence)
    self.shares = shares
    pValue = Self.chiSquareTail(g, degrees: max(1, labels.count - 1))
  }

  /// Upper tail of χ² by Wilson and Hilferty's cube root (1931), good to a few percent.
  static func chiSquareTail(_ value: Double, degrees: Int) -> Double {
    guard value > 0 else { return 1 }
    let k = Double(degrees)
    let z = (cbrt(value / k) - (1 - 2 / (9 * k))) / (2 / (9 * k)).squareRoot()
    return 0.5 * erfc(z / 2.0.squareRoot())
  }
}
