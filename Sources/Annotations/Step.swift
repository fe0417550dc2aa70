import Corpora
import Foundation

/// One row of the history: an edit, or the taking back or repeating of one. A fact, never
/// rewritten.
package struct Step: Sendable, Hashable, Identifiable {
  /// Counts from 1 without gaps.
  package let sequence: Int64
  /// Id of the post.
  package let post: String
  /// The dataset file in which the post stood.
  package let file: String
  /// `DatasetHash.hash(of:)` of the post as the dataset had it.
  package let postHash: String
  /// `DatasetHash.hash(ofTokens:)` of the post.
  package let tokensHash: String
  /// Name of the person.
  package let annotator: String
  /// Milliseconds since 1970.
  package let time: Int64
  /// What the step does.
  package let kind: Kind
  /// What was done, for a person: `undo: PER → ORG on 'Paris'`.
  package let name: String
  /// The number of the first of several edits that were made with one key, and are taken back with
  /// one; nil for those that were made alone.
  package let group: Int64?
  /// Whether an expert's answer was taken as it is.
  package let isSuggestion: Bool
  /// When it was made, of a step that was taken over from another store; nil for those that were
  /// made in their store, after all before them.
  package let clock: StepClock?

  /// The sequence number.
  package var id: Int64 { sequence }

  /// What a step does.
  package enum Kind: Sendable, Hashable {
    case edit(Edit.Action)
    /// Takes back the edit of that sequence number.
    case undo(Int64)
    /// Repeats an edit that was taken back.
    case redo(Int64)
  }

  /// A step; `EditHistory` makes them.
  package init(
    sequence: Int64, post: String, file: String, postHash: String, tokensHash: String,
    annotator: String, time: Int64, kind: Kind, name: String, group: Int64? = nil,
    isSuggestion: Bool = false, clock: StepClock? = nil
  ) {
    self.sequence = sequence
    self.post = post
    self.file = file
    self.postHash = postHash
    self.tokensHash = tokensHash
    self.annotator = annotator
    self.time = time
    self.kind = kind
    self.name = name
    self.group = group
    self.isSuggestion = isSuggestion
    self.clock = clock
  }

  /// When it was done.
  package var date: Date { Date(timeIntervalSince1970: Double(time) / 1000) }

  /// Now, in milliseconds since 1970.
  package static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

  /// `12  2026-11-21T03:52:48Z  ann  O_1926  PER → ORG on 'Paris'`: a line of `annotations log`.
  /// Control characters are left out, as names and ids may come from anywhere.
  package var logLine: String {
    let line = "\(sequence)  \(date.formatted(.iso8601))  \(annotator)  \(post)  \(name)"
    return String(
      String.UnicodeScalarView(
        line.unicodeScalars.filter {
          ![.control, .format, .lineSeparator, .paragraphSeparator]
            .contains($0.properties.generalCategory)
        }))
  }
}
