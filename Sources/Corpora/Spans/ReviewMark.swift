import Foundation
import Records

/// How far a post has come, who said so and when: what an export tells beside the labels.
package struct ReviewMark: Sendable, Hashable {
  /// The name of the state, e.g. `accepted`.
  package var state: String
  /// Whether the labels count as right: somebody accepted them.
  package var isAccepted: Bool
  /// Whether they are a model's, which nobody looked at.
  package var isSuggestion: Bool
  /// Whether somebody threw the post out.
  package var isRejected: Bool
  /// Whether somebody passed it over for now.
  package var isSkipped: Bool
  /// Whether somebody wants to come back to it.
  package var isFlagged: Bool
  /// What a person wrote about it.
  package var note: String?
  /// Who did it; nil when nobody did anything.
  package var annotator: String?
  /// When, in milliseconds since 1970.
  package var time: Int64?

  package init(
    state: String, isAccepted: Bool = false, isSuggestion: Bool = false, isRejected: Bool = false,
    isSkipped: Bool = false, isFlagged: Bool = false, note: String? = nil,
    annotator: String? = nil, time: Int64? = nil
  ) {
    self.state = state
    self.isAccepted = isAccepted
    self.isSuggestion = isSuggestion
    self.isRejected = isRejected
    self.isSkipped = isSkipped
    self.isFlagged = isFlagged
    self.note = note
    self.annotator = annotator
    self.time = time
  }

  /// The time as ISO 8601 has it, in seconds: `2026-11-21T03:52:48Z`.
  package var date: String? {
    time.map { Date(timeIntervalSince1970: Double($0) / 1000).formatted(.iso8601) }
  }

  /// As fields of a JSON object: `"state":"accepted","annotator":"ann","time":"…"`.
  var fields: [String] {
    var fields = ["\"state\":\(JSONScanner.quoted(state))"]
    if let annotator { fields.append("\"annotator\":\(JSONScanner.quoted(annotator))") }
    if let date { fields.append("\"time\":\"\(date)\"") }
    if let note { fields.append("\"note\":\(JSONScanner.quoted(note))") }
    if isFlagged { fields.append("\"flagged\":true") }
    if isSkipped { fields.append("\"skipped\":true") }
    return fields
  }
  /// The same with every key in every object: readers of tables take them for columns.
  var columns: [String] {
    func value(_ text: String?) -> String { text.map(JSONScanner.quoted) ?? "null" }
    return [
      "\"state\":\(JSONScanner.quoted(state))", "\"annotator\":\(value(annotator))",
      "\"time\":\(value(date))", "\"note\":\(value(note))", "\"flagged\":\(isFlagged)",
      "\"skipped\":\(isSkipped)",
    ]
  }
}
