import Corpora
import Foundation

/// Which terms of a query speak for a post that matches, and what of the post they found.
package struct QueryExplainer {
  private var terms: [Term]

  private struct Term {
    let condition: Query.Condition
    let isPositive: Bool
    var matcher: QueryMatcher
    let marks: SearchMarks?
  }

  /// A term that speaks for a post.
  package struct Reason: Sendable, Equatable {
    /// As it can be typed.
    package let term: String
    /// Words, labels or numbers of the post; none for terms that must not hold, and where there is
    /// nothing to name.
    package let found: [String]
  }

  package init(_ query: Query) {
    terms = query.root.leaves(positive: true).map { condition, isPositive in
      var single = Query()
      single.root = .condition(condition)
      return Term(
        condition: condition, isPositive: isPositive, matcher: QueryMatcher(single),
        marks: SearchMarks(single))
    }
  }

  /// The terms that hold of a post, and those that must not and do not.
  package mutating func reasons(_ index: Int, _ context: inout QueryContext) -> [Reason] {
    var reasons: [Reason] = []
    for place in terms.indices {
      let verdict = terms[place].matcher.verdict(index, &context)
      let name = terms[place].condition.description
      if terms[place].isPositive, verdict == .yes {
        reasons.append(Reason(term: name, found: found(terms[place], index, &context)))
      } else if !terms[place].isPositive, verdict == .no {
        reasons.append(Reason(term: "-" + name, found: []))
      }
    }
    return reasons
  }

  private func found(_ term: Term, _ index: Int, _ context: inout QueryContext) -> [String] {
    let post = context.posts[index]
    func words(_ range: Range<Int>) -> String {
      post.tokens[range.clamped(to: post.tokens.indices)].map(\.text).joined(separator: " ")
    }
    switch term.condition {
    case .text, .pattern:
      let ranges = term.marks?.ranges(in: post.tokens) ?? []
      let marked = Self.runs(ranges.map { !$0.isEmpty }).map(words)
      return marked.isEmpty ? [post.id] : marked
    case .label(let type):
      return context.mentions(index).filter { $0.type == type }.map { words($0.range) }
    case .mention(let type, let text):
      return context.mentions(index)
        .filter { QueryLeaf.holds($0, type, text, in: post) }
        .map { "\($0.type.rawValue) on \(words($0.range))" }
    case .relation, .pair:
      return context.relations(index).map { "\($0.label): \(words($0.head)) → \(words($0.tail))" }
    case .number(let measure, _):
      guard let number = context.number(measure, index) ?? nil else { return [] }
      return [measure.scale == .count ? "\(Int(number))" : "\(number)"]
    case .id: return [post.id]
    case .state: return [context.review(index).word]
    case .annotator: return [context.states[index]?.annotator].compactMap { $0 }
    case .assigned: return context.assigneesOf(post)
    case .note: return [context.states[index]?.note].compactMap { $0 }
    case .since, .unread:
      return [context.states[index]?.time].compactMap { $0 }.map {
        Date(timeIntervalSince1970: Double($0) / 1000).formatted(.iso8601)
      }
    case .irregular:
      return post.irregularities(reading: context.reading).map {
        "\($0.tag) on \(words($0.irregularity.token..<($0.irregularity.token + 1)))"
      }
    case .route, .split, .flagged, .skipped, .picture, .imageAdds, .differs, .disputed, .cell,
      .flips,
      .changed,
      .divided,
      .picked:
      return []
    }
  }

  /// The stretches in which something is true.
  private static func runs(_ flags: [Bool]) -> [Range<Int>] {
    var (runs, start): ([Range<Int>], Int?) = ([], nil)
    for (place, flag) in flags.enumerated() {
      if flag, start == nil { start = place }
      if !flag, let begun = start {
        runs.append(begun..<place)
        start = nil
      }
    }
    if let begun = start { runs.append(begun..<flags.count) }
    return runs
  }
}
