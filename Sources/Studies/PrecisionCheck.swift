import Corpora
import Extractors
import Foundation
import Inspection
import Routing
import Tensors

/// What a lower precision changes in the answers of some models: the same posts asked twice.
package struct PrecisionCheck: Sendable, Encodable {
  /// What one expert answers.
  package struct Expert: Sendable, Encodable {
    package let name: String
    package let task: ExpertTask
    /// Posts that it answered.
    package let posts: Int
    /// F1 in float32 and in the lower precision, percent; nil where the posts have no label of its
    /// task.
    package let float32: Double?
    package let low: Double?
    /// Labels that float32 gives, and those of either that the other does not give.
    package let labels: Int
    package let differing: Int

    /// Points of F1 that the lower precision gains.
    package var difference: Double? { float32.flatMap { exact in low.map { $0 - exact } } }

    private enum CodingKeys: String, CodingKey {
      case name, task, posts, float32, low, labels, differing, difference
    }

    package func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(name, forKey: .name)
      try container.encode(task, forKey: .task)
      try container.encode(posts, forKey: .posts)
      try container.encodeIfPresent(float32, forKey: .float32)
      try container.encodeIfPresent(low, forKey: .low)
      try container.encodeIfPresent(difference, forKey: .difference)
      try container.encode(labels, forKey: .labels)
      try container.encode(differing, forKey: .differing)
    }
  }

  /// Where the router sends posts.
  package struct Router: Sendable, Encodable {
    package let name: String
    /// Posts that it routed both times.
    package let posts: Int
    /// Posts that go to the other expert.
    package let flips: Int
    /// Largest difference of p; nil where the router gave none.
    package let largest: Double?
    /// The encoder that it sees posts through.
    package let encoder: String

    /// Percent of the posts.
    package var flipped: Double { posts == 0 ? 0 : 100 * Double(flips) / Double(posts) }
  }

  package let precision: Precision
  package let dataset: String
  package let split: String
  package let posts: Int
  package let experts: [Expert]
  /// What was opened in the lower precision, and how much of it that reaches.
  package let networks: [OpenedNetwork]
  /// Nil without a router.
  package let router: Router?

  /// Posts that are asked about at once: pictures take memory.
  private static let block = 128

  /// Asks both.
  ///
  /// - Parameters:
  ///   - exact: the models in float32; `low`: the same in another precision.
  ///   - progress: called with the share that is done, 0 … 1.
  /// - Throws: `StudyError` for a split without posts; what the experts throw.
  package init(
    _ dataset: Dataset, split: Split, exact: Roster, low: Roster,
    progress: (Double) -> Void = { _ in }
  ) throws {
    let posts = split == .all ? dataset.posts : dataset.posts(in: split)
    guard !posts.isEmpty else {
      throw StudyError.emptySplit(split.rawValue, Set(dataset.posts.map(\.split.rawValue)).sorted())
    }
    var tallies = exact.experts.map { _ in Tally() }
    var routes = RouteTally()
    for start in stride(from: 0, to: posts.count, by: Self.block) {
      let part = Array(posts[start..<min(posts.count, start + Self.block)])
      let (seen, again) = (
        part.map { exact.see($0, of: dataset) }, part.map { low.see($0, of: dataset) }
      )
      for (i, expert) in exact.experts.enumerated() {
        guard let other = low.expert(expert.name) else { continue }
        let asked = part.indices.filter {
          expert.task == .entities || !part[$0].relations.isEmpty
        }
        let first = try exact.labels(of: expert, asked.map { seen[$0] })
        let second = try low.labels(of: other, asked.map { again[$0] })
        for (place, pair) in zip(asked, zip(first, second)) {
          tallies[i].add(part[place], pair.0, pair.1)
        }
      }
      if exact.router != nil {
        for (a, b) in zip(seen, again) { routes.add(exact.decision(a), low.decision(b)) }
      }
      progress(Double(start + part.count) / Double(posts.count))
    }
    precision = low.precision
    self.dataset = dataset.name
    self.split = split.rawValue
    self.posts = posts.count
    experts = zip(exact.experts, tallies).filter { $1.posts > 0 }.map { expert, tally in
      let isDefined = tally.exact.gold > 0
      return Expert(
        name: expert.name, task: expert.task, posts: tally.posts,
        float32: isDefined ? 100 * tally.exact.f1 : nil, low: isDefined ? 100 * tally.low.f1 : nil,
        labels: tally.labels, differing: tally.differing)
    }
    router = exact.router.map {
      Router(
        name: $0.configuration.name, posts: routes.posts, flips: routes.flips,
        largest: routes.largest, encoder: $0.configuration.encoder)
    }
    networks = low.networks
  }

  private struct Tally {
    var posts = 0
    var exact = MatchCounts.zero
    var low = MatchCounts.zero
    var labels = 0
    var differing = 0

    mutating func add(_ post: Post, _ first: Labels, _ second: Labels) {
      posts += 1
      exact += MatchCounts(first, gold: post)
      low += MatchCounts(second, gold: post)
      switch (first, second) {
      case (.mentions(let a, _), .mentions(let b, _)):
        labels += a.count
        differing += Set(a).symmetricDifference(b).count
      case (.relations(let a), .relations(let b)):
        labels += a.count
        differing += zip(a, b).count { $0.label != $1.label }
      default: differing += 1
      }
    }
  }

  private struct RouteTally {
    var posts = 0
    var flips = 0
    var largest: Double?

    mutating func add(_ first: RouteDecision?, _ second: RouteDecision?) {
      guard let first, let second else { return }
      posts += 1
      if first.route != second.route { flips += 1 }
      if let a = first.scores?.probability, let b = second.scores?.probability {
        largest = max(largest ?? 0, Double(abs(a - b)))
      }
    }
  }
}

extension PrecisionCheck {
  /// For people: what differs, and what was computed in the lower precision.
  package var tables: [PlainTable] { [answersTable, networksTable] }

  private var answersTable: PlainTable {
    var table = PlainTable(
      "\(dataset), \(split), \(posts) posts: float32 and \(precision)",
      ["expert", "task", "F1 float32", "F1 \(precision)", "points", "labels", "differ"])
    for expert in experts {
      table.add([
        expert.name, expert.task.rawValue, expert.float32.map { Self.number($0) } ?? "—",
        expert.low.map { Self.number($0) } ?? "—",
        expert.difference.map { ($0 > 0 ? "+" : "") + Self.number($0) } ?? "—", "\(expert.labels)",
        "\(expert.differing)",
      ])
    }
    if let router {
      table.notes.append(
        "\(router.name): \(router.flips) of \(router.posts) posts go to the other expert "
          + "(\(Self.number(router.flipped)) %)"
          + (router.largest.map { "; p differs by at most \(Self.number($0, digits: 4))" } ?? ""))
      if networks.contains(where: { $0.use == .dual && $0.name == router.encoder && $0.low == 0 }) {
        table.notes.append(
          "\(router.name) sees posts through \(router.encoder), which stays float32: that no post "
            + "goes elsewhere says nothing of \(precision)")
      }
    }
    return table
  }

  private var networksTable: PlainTable {
    var table = PlainTable(
      "What is computed in \(precision)",
      ["network", "as", "weights", "in \(precision)", "why the others are not"])
    for network in networks {
      table.add([
        network.name, network.use.rawValue, network.weights.map { "\($0)" } ?? "—",
        "\(network.low)",
        network.reason
          ?? (network.use == .regions
            ? "the first convolution, norms" : "embeddings, norms, heads"),
      ])
    }
    return table
  }

  private static func number(_ value: Double, digits: Int = 2) -> String {
    let text = String(format: "%.\(digits)f", abs(value))
    return value < 0 && text.contains { "123456789".contains($0) } ? "−" + text : text
  }
}
