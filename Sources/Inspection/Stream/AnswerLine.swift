import Corpora
import Extractors
import Records
import Routing
import Tensors

/// Fingerprints of the models that answer, which stand in every answer.
package struct ModelMarks: Sendable, Hashable {
  /// Of each expert's weights, by name; none for an expert without weights.
  let experts: [String: String]
  /// Of the router's numbers and of its encoder's weights; nil without a router.
  let router: String?
  let encoder: String?
  /// What the models compute in.
  let precision: Precision

  /// Reads pages of the files of weights.
  package init(_ models: Roster) {
    func weights(_ name: String) -> String? {
      ModelFolder.fingerprint(of: models.folder + "/" + name)
    }
    var experts: [String: String] = [:]
    for expert in models.experts { experts[expert.name] = weights(expert.name) }
    self.experts = experts
    router = models.router.map { router in
      let known = router.configuration
      return (known.stamp == nil ? weights(known.name) : nil) ?? router.installedFingerprint
    }
    precision = models.precision
    encoder = models.router.flatMap { weights($0.configuration.encoder) }
  }
}

/// An answer as a line of JSON, the same in `predictions.jsonl` and in a stream: who answered a
/// post, how it was routed, how sure the answer is, and the fingerprints of the models. What was
/// not asked is absent. Keys are sorted, numbers are the shortest that read back as the same Float,
/// and nothing in a text can steer a terminal.
package struct AnswerLine: Sendable {
  /// Nil where the post has none of its own.
  package var post: String?
  /// Its words.
  package let tokens: [String]
  /// Its part of the dataset; nil where it has none.
  package var split: Split?
  /// What was found out.
  package let judgement: Roster.Judgement
  /// Why the picture that it names was not looked at; nil where there is nothing to say.
  package var notice: String?
  /// More to be told, as an object of JSON on one line.
  package var signals: String?

  /// An answer to a post.
  package init(_ post: String?, tokens: [String], _ judgement: Roster.Judgement) {
    (self.post, self.tokens, self.judgement) = (post, tokens, judgement)
  }

  /// The line, without its line feed.
  package func text(_ marks: ModelMarks) -> String {
    var fields: [String] = []
    func add(_ key: String, _ text: String?) {
      if let text { fields.append("\"\(key)\":\(text)") }
    }
    let decision = judgement.decision
    add("encoder", decision == nil ? nil : marks.encoder.map(JSONString.printable))
    add("expert", judgement.chosen.map(JSONString.printable))
    if case .mentions(let found, let confidences) = judgement.answer {
      let all = found.enumerated().map { i, mention in
        "{" + Self.confidence(confidences?[i]) + "\"end\":\(mention.range.upperBound),"
          + "\"start\":\(mention.range.lowerBound),"
          + "\"type\":\(JSONString.printable(mention.type.rawValue))}"
      }
      add("mentions", "[\(all.joined(separator: ","))]")
    }
    add("notice", notice.map(JSONString.printable))
    add("p", Self.number(decision?.scores?.probability))
    if case .relations(let found) = judgement.answer {
      add("pairs", "[\(found.map(Self.pair).joined(separator: ","))]")
    }
    add("post", post.map(JSONString.printable))
    let isExact = marks.precision == .float32
    add("precision", isExact ? nil : JSONString.printable(marks.precision.rawValue))
    add("route", (decision?.route.rawValue).map(JSONString.printable))
    add("router", decision == nil ? nil : marks.router.map(JSONString.printable))
    add("show", signals)
    add("split", (split?.rawValue).map(JSONString.printable))
    add("tokens", "[\(tokens.map(JSONString.printable).joined(separator: ","))]")
    add("weights", judgement.chosen.flatMap { marks.experts[$0] }.map(JSONString.printable))
    return "{\(fields.joined(separator: ","))}"
  }

  /// The shortest text that reads back as the same number; nil where JSON has none.
  private static func number(_ value: Float?) -> String? {
    value.flatMap { $0.isFinite ? "\($0)" : nil }
  }

  private static func confidence(_ value: Float?) -> String {
    Self.number(value).map { "\"confidence\":\($0)," } ?? ""
  }

  private static func pair(_ answer: RelationAnswer) -> String {
    "{" + confidence(answer.confidence)
      + "\"head\":[\(answer.head.lowerBound),\(answer.head.upperBound)],"
      + "\"label\":\(JSONString.printable(answer.label)),"
      + "\"tail\":[\(answer.tail.lowerBound),\(answer.tail.upperBound)]}"
  }

  /// The line in place of an answer where there is none.
  ///
  /// - Parameter line: where the record stands, counted from 1.
  package static func failure(_ reason: String, line: Int, post: String?) -> String {
    "{\"error\":\(JSONString.printable(reason)),\"line\":\(line)"
      + (post.map { ",\"post\":\(JSONString.printable($0))" } ?? "") + "}"
  }
}
