import Corpora
import Foundation

/// One row of the history: an edit, or the taking back or repeating of one. A fact, never
/// rewritten.
public struct Step: Sendable, Hashable, Identifiable {
  /// Counts from 1 without gaps.
  public let sequence: Int64
  /// Id of the post.
  public let post: String
  /// The dataset file in which the post stood.
  public let file: String
  /// `DatasetHash.hash(of:)` of the post as the dataset had it.
  public let postHash: String
  /// `DatasetHash.hash(ofTokens:)` of the post.
  public let tokensHash: String
  /// Name of the person.
  public let annotator: String
  /// Milliseconds since 1970.
  public let time: Int64
  /// What the step does.
  public let kind: Kind
  /// What was done, for a person: `undo: PER → ORG on 'Paris'`.
  public let name: String

  /// The sequence number.
  public var id: Int64 { sequence }

  /// What a step does.
  public enum Kind: Sendable, Hashable {
    case edit(Edit.Action)
    /// Takes back the edit of that sequence number.
    case undo(Int64)
    /// Repeats an edit that was taken back.
    case redo(Int64)
  }

  /// A step; `EditHistory` makes them.
  public init(
    sequence: Int64, post: String, file: String, postHash: String, tokensHash: String,
    annotator: String, time: Int64, kind: Kind, name: String
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
  }

  /// When it was done.
  public var date: Date { Date(timeIntervalSince1970: Double(time) / 1000) }

  /// Now, in milliseconds since 1970.
  public static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

  /// `12  2026-11-21T03:52:48Z  ann  O_1926  PER → ORG on 'Paris'`: a line of `annotations log`.
  /// Control characters are left out, as names and ids may come from anywhere.
  public var logLine: String {
    let line = "\(sequence)  \(date.formatted(.iso8601))  \(annotator)  \(post)  \(name)"
    return String(
      String.UnicodeScalarView(
        line.unicodeScalars.filter {
          ![.control, .format, .lineSeparator, .paragraphSeparator]
            .contains($0.properties.generalCategory)
        }))
  }
}
