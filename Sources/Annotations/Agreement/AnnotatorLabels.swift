import Corpora

/// What each person says of each post, whatever others did to it: the labels that the steps of that
/// person alone leave, laid over those of the files.
///
/// What somebody did to adjudicate a post is not among these steps: it is no judgement of the
/// person's own, as it was made with the others' in view.
package struct AnnotatorLabels: Sendable {
  /// Everybody who made a step, by name.
  package let annotators: [String]
  private let states: [[String: LabelState]]
  /// The latest step of each post that says something of its labels.
  private var judged: [String: Int64] = [:]
  /// The steps that adjudicated each post and are in effect.
  private var adjudicated: [String: Set<Int64>] = [:]

  /// Which posts count for an annotator.
  package enum Counting: Sendable {
    /// Those that the annotator accepted.
    case accepted
    /// Those too to which he or she made an edit.
    case edited
  }

  /// - Parameters:
  ///   - steps: in the store's order.
  ///   - post: the post of an id as the dataset has it.
  /// - Complexity: O(steps).
  package init(_ steps: [Step], post: (String) -> Post?) {
    let order = StepOrder(steps)
    let adjudications = Adjudications(steps)
    var own: [String: [Step]] = [:]
    for step in order.steps {
      guard !adjudications.contains(step) else {
        adjudicated[step.post, default: []].insert(step.sequence)
        continue
      }
      switch step.kind {
      case .edit: break
      case .undo(let edit): adjudicated[step.post]?.remove(edit)
      case .redo(let edit):
        if adjudications.edits.contains(edit) { adjudicated[step.post, default: []].insert(edit) }
      }
      own[step.annotator, default: []].append(step)
      if case .edit(let action) = step.kind, action.judges {
        judged[step.post] = max(judged[step.post] ?? 0, step.sequence)
      }
    }
    var hashes: [String: String] = [:]
    func fit(_ step: Step) -> (base: Post?, rebase: Bool) {
      guard let base = post(step.post) else { return (nil, true) }
      let hash = hashes[step.post] ?? DatasetHash.hash(ofTokens: base)
      hashes[step.post] = hash
      return (hash == step.tokensHash ? base : nil, true)
    }
    annotators = own.keys.sorted()
    states = annotators.map { name in
      // What was done to edits of others fails here, and is nobody's loss.
      let steps = own[name] ?? []
      return EditHistory.replaying(StepOrder(alone: steps), steps, fit: fit).states
    }
  }

  /// The labels of a post; nil where it does not count for the annotator.
  package func labels(
    of post: String, by annotator: Int, _ counting: Counting = .accepted
  ) -> LabelTable.Labels? {
    guard let state = states[annotator][post] else { return nil }
    let counts =
      switch state.review {
      case .reviewed: true
      case .edited: counting == .edited
      // Nobody's own judgement of the labels.
      case .untouched, .suggested, .adjudicated, .rejected: false
      }
    guard counts else { return nil }
    return LabelTable.Labels(mentions: state.mentions, relations: state.relations)
  }

  /// Whether an annotator rejected a post.
  package func isRejected(_ post: String, by annotator: Int) -> Bool {
    states[annotator][post]?.review == .rejected
  }

  /// Whether somebody labelled a post after it was adjudicated, or a store with such steps was
  /// merged since.
  package func isLabelledSinceAdjudication(_ post: String) -> Bool {
    judged[post] ?? 0 > adjudication(of: post) ?? 0
  }

  /// The last step in effect of those that adjudicated a post.
  package func adjudication(of post: String) -> Int64? { adjudicated[post]?.max() }

  /// Posts that somebody decided on or began.
  package var posts: Set<String> { states.reduce(into: []) { $0.formUnion($1.keys) } }
}

extension LabelTable {
  /// The table of some annotators over a dataset.
  /// - Parameter names: the annotators, in the order in which they are shown.
  package init(
    _ labels: AnnotatorLabels, of names: [String], over posts: some Sequence<Post>,
    _ counting: AnnotatorLabels.Counting = .accepted
  ) {
    let places = names.map { labels.annotators.firstIndex(of: $0) }
    self.init(
      annotators: names,
      posts: posts.map { post in
        var rows: [(annotator: Int, labels: Labels)] = []
        for (number, place) in places.enumerated() {
          guard let place, let own = labels.labels(of: post.id, by: place, counting) else {
            continue
          }
          rows.append((number, own))
        }
        return Row(tokens: post.tokens.count, pairs: post.relations, labels: rows)
      })
  }
}

/// Steps that decided where annotators disagreed.
private struct Adjudications {
  private struct Key: Hashable {
    let annotator: String
    let group: Int64
  }

  private var groups: Set<Key> = []
  /// Their numbers.
  private(set) var edits: Set<Int64> = []

  init(_ steps: [Step]) {
    for step in steps {
      guard case .edit(.review(_, .adjudicated)) = step.kind, let group = step.group else {
        continue
      }
      groups.insert(Key(annotator: step.annotator, group: group))
    }
    edits = Set(steps.lazy.filter { [self] in contains($0) }.map(\.sequence))
  }

  func contains(_ step: Step) -> Bool {
    if case .edit(.review(_, .adjudicated)) = step.kind { return true }
    return step.group.map { groups.contains(Key(annotator: step.annotator, group: $0)) } ?? false
  }
}
