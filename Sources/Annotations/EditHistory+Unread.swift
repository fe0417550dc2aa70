import Corpora

/// What others did to a dataset since somebody last saw it.
package struct UnreadChanges: Sendable, Hashable {
  /// What one of them did.
  package struct Person: Sendable, Hashable {
    package let annotator: String
    /// Posts whose last change by them was to accept them.
    package fileprivate(set) var accepted: Set<Post.ID> = []
    /// Posts that they changed otherwise, or put a note or mark on.
    package fileprivate(set) var changed: Set<Post.ID> = []

    fileprivate mutating func take(_ post: Post.ID, accepted isAccepted: Bool) {
      if isAccepted { accepted.insert(post) } else { changed.insert(post) }
    }
  }

  /// Who did most comes first; of equals by name.
  package let people: [Person]

  /// Every post that any of them accepted or changed.
  package var posts: Set<Post.ID> {
    people.reduce(into: []) { $0.formUnion($1.accepted.union($1.changed)) }
  }

  package var isEmpty: Bool { people.isEmpty }
}

extension EditHistory {
  /// What others than `annotator` did after the step of a number, but for what was taken back
  /// since.
  /// - Parameter isMeant: whether a post counts; by default each does that has steps.
  /// - Complexity: linear in the steps after that number.
  package func changes(
    after seen: Int64, byOthersThan annotator: String,
    where isMeant: (Post.ID) -> Bool = { _ in true }
  ) -> UnreadChanges {
    let start = steps.lastIndex { $0.sequence <= seen }.map { $0 + 1 } ?? 0
    var changes: [Post.ID: StandingChanges] = [:]
    // One's own steps too: they may take back what others did.
    for step in steps[start...] where isMeant(step.post) {
      changes[step.post, default: StandingChanges()].take(step)
    }
    var people: [String: UnreadChanges.Person] = [:]
    for (post, changes) in changes {
      for (name, accepts) in changes.lastOfEach where name != annotator {
        people[name, default: UnreadChanges.Person(annotator: name)].take(post, accepted: accepts)
      }
    }
    return UnreadChanges(
      people: people.values.sorted {
        let (a, b) = ($0.accepted.count + $0.changed.count, $1.accepted.count + $1.changed.count)
        return (b, $0.annotator) < (a, $1.annotator)
      })
  }
}

/// The changes of one post that stand, of the steps that were taken in.
private struct StandingChanges {
  private struct Change {
    /// The number of the edit; of the one that was taken back, where that is older than all here.
    let edit: Int64
    let annotator: String
    let accepts: Bool
    let isTakingBack: Bool
  }

  private var standing: [Change] = []
  /// What was taken back, to be found again when it is repeated.
  private var takenBack: [Int64: Change] = [:]

  mutating func take(_ step: Step) {
    if case .undo(let edit) = step.kind {
      if let at = standing.lastIndex(where: { $0.edit == edit && !$0.isTakingBack }) {
        takenBack[edit] = standing.remove(at: at)
      } else {
        standing.append(
          Change(edit: edit, annotator: step.annotator, accepts: false, isTakingBack: true))
      }
    } else if case .redo(let edit) = step.kind {
      if let at = standing.lastIndex(where: { $0.edit == edit && $0.isTakingBack }) {
        standing.remove(at: at)
      } else if let change = takenBack.removeValue(forKey: edit) {
        standing.append(change)
      } else {
        // It was taken back before all that is here.
        standing.append(
          Change(edit: edit, annotator: step.annotator, accepts: false, isTakingBack: false))
      }
    } else if case .edit(let action) = step.kind {
      standing.append(
        Change(
          edit: step.sequence, annotator: step.annotator, accepts: action.accepts,
          isTakingBack: false))
    }
  }

  /// Whether the last standing change of each annotator is an acceptance.
  var lastOfEach: [String: Bool] {
    standing.reduce(into: [:]) { $0[$1.annotator] = $1.accepts }
  }
}
