import Corpora
import Extractors
import Foundation
import Inspection
import Routing
import Traces

extension PostReport {
  /// Everything as JSON: each number as the shortest text that reads back as the same Float.
  package func json() -> String {
    let timed: [(String, JSONText)] =
      times.isEmpty
      ? [] : [("milliseconds", .object(times.map { ($0.expert, .double($0.milliseconds)) }))]
    return JSONText.object(
      [
        ("dataset", .string(dataset.name)),
        ("post", .string(post.id)),
        ("split", .string(post.split.rawValue)),
        ("source", .string(post.source.description)),
        ("image", .optional(post.imageID)),
        ("review", .string(review.word)),
        ("annotator", .optional(state?.annotator)),
        (
          "time",
          .optional(
            state?.time.map {
              Date(timeIntervalSince1970: Double($0) / 1000).formatted(.iso8601)
            })
        ),
        ("note", .optional(state?.note)),
        ("marks", .strings((state?.marks ?? []).map(\.rawValue).sorted())),
        ("store", .string(store)),
        ("tokens", .strings(post.tokens.map(\.text))),
        (
          "attributes",
          .object(post.attributes.sorted { $0.key < $1.key }.map { ($0, .string($1)) })
        ),
        ("mentions", .list(post.mentions.map { Self.mention($0) })),
        ("relations", .list(post.relations.map(Self.relation))),
        ("router", .optional(analysis.router)),
        ("route", analysis.decision.map(Self.route) ?? .null),
        ("explanation", explanation.map { Self.explanation($0, post) } ?? .null),
        ("notices", .strings(notices)),
        ("unknownWords", .list(analysis.unknownWords.map(Self.unknownWords))),
        ("experts", .list(analysis.answers.map(Self.expert))),
        ("changed", changedJSON),
        ("occlusion", occlusionJSON), ("corrections", correctionsJSON),
      ] + timed
    ).text()
  }

  static func unknownWords(_ words: UnknownWords) -> JSONText {
    .object([
      ("model", .string(words.model)), ("unknown", .int(words.unknown)),
      ("words", .int(words.words)), ("share", .float(words.share)),
    ])
  }

  static func mention(_ mention: EntityMention, confidence: Float? = nil) -> JSONText {
    .object(
      [
        ("start", .int(mention.range.lowerBound)), ("end", .int(mention.range.upperBound)),
        ("type", .string(mention.type.rawValue)),
      ] + (confidence.map { [("confidence", .float($0))] } ?? []))
  }

  private static func relation(_ relation: RelationMention) -> JSONText {
    .object([
      ("head", range(relation.head)), ("tail", range(relation.tail)),
      ("label", .string(relation.label)),
    ])
  }

  static func relations(_ answers: RelationAnswers) -> [(String, JSONText)] {
    [
      ("labels", .strings(answers.labels)),
      (
        "pairs",
        .list(
          answers.answers.map { answer in
            .object([
              ("head", range(answer.head)), ("tail", range(answer.tail)),
              ("label", .string(answer.label)),
              ("confidence", answer.confidence.map(JSONText.float) ?? .null),
              ("probabilities", .floats(answer.probabilities)),
              ("cutOff", .strings(answer.cutOff.map(\.rawValue))),
              ("signals", signals(answer.trace)),
            ])
          })
      ),
    ]
  }

  static func range(_ range: Range<Int>) -> JSONText {
    .list([.int(range.lowerBound), .int(range.upperBound)])
  }

  static func route(_ decision: RouteDecision) -> JSONText {
    .object(
      [("route", .string(decision.route.rawValue))] + scores(decision)
        + [("threshold", .float(RouteDecision.threshold))])
  }

  /// p, its rank and the cosine; null where the router was not asked.
  static func scores(_ decision: RouteDecision?) -> [(String, JSONText)] {
    let scores = decision?.scores
    return [
      ("p", .optional(scores?.probability)), ("percentile", .optional(scores?.percentile)),
      ("cosine", .optional(scores?.cosine)),
    ]
  }

  /// Every signal; those that a post without a picture does not have with null in place of values.
  static func signals(_ trace: Trace) -> JSONText {
    .list(
      trace.signals.map(signal)
        + trace.absent.map {
          .object([
            ("name", .string($0.name)), ("caption", .string($0.caption)), ("values", .null),
            ("absent", .string($0.cause.rawValue)),
          ])
        })
  }

  /// One expert's answer: mentions, pairs, or why there is none.
  static func expert(_ answer: Answer) -> JSONText {
    let task: ExpertTask? =
      answer.mentions != nil ? .entities : answer.relations != nil ? .relations : nil
    let head: [(String, JSONText)] = [
      ("name", .string(answer.expert)), ("task", .optional(task?.rawValue)),
      ("seesPicture", .bool(answer.seesPicture)),
    ]
    switch answer.content {
    case .mentions(let found): return .object(head + mentions(found))
    case .relations(let found): return .object(head + relations(found))
    case .failed(let reason): return .object(head + [("failure", .string(reason))])
    }
  }

  private static func mentions(_ prediction: Prediction) -> [(String, JSONText)] {
    [
      (
        "mentions",
        .list(prediction.mentions.map { mention($0.mention, confidence: $0.confidence) })
      ),
      ("tags", .strings(prediction.path.map { prediction.labels[safe: $0] ?? "?" })),
      ("labels", .strings(prediction.labels)),
      ("marginals", .list(prediction.marginals.map(JSONText.floats))),
      ("signals", signals(prediction.trace)),
    ]
  }

  private static func signal(_ signal: Signal) -> JSONText {
    .object(
      [
        ("name", .string(signal.name)), ("caption", .string(signal.caption)),
        ("kind", .string(kindName(signal.kind))),
        ("shape", .list(signal.shape.map(JSONText.int))),
        ("steps", .list(signal.steps.map(step))),
      ] + details(signal.kind) + slots(signal) + [("values", .floats(signal.values))])
  }

  /// What the slots of a signal of regions are for, and which of the regions each looks at.
  private static func slots(_ signal: Signal) -> [(String, JSONText)] {
    guard !signal.slots.isEmpty else { return [] }
    return [
      (
        "slots",
        .list(
          signal.slots.map {
            .object([("name", .string($0.name)), ("region", $0.place.map(JSONText.int) ?? .null)])
          })
      )
    ]
  }

  private static func step(_ axis: Signal.Axis) -> JSONText {
    switch axis {
    case .head(let count): .object([("axis", .string("head")), ("count", .int(count))])
    case .layer(let count): .object([("axis", .string("layer")), ("count", .int(count))])
    case .slot(let names): .object([("axis", .string("slot")), ("names", .strings(names))])
    }
  }

  /// The name of a kind in texts and JSON.
  static func kindName(_ kind: Signal.Kind) -> String {
    switch kind {
    case .scalar: "scalar"
    case .words: "words"
    case .imageMap: "imageMap"
    case .wordsByImage: "wordsByImage"
    case .matrix: "matrix"
    case .wordDistributions: "wordDistributions"
    case .distribution: "distribution"
    case .regions: "regions"
    case .series: "series"
    }
  }

  private static func details(_ kind: Signal.Kind) -> [(String, JSONText)] {
    switch kind {
    case .scalar(let low, let high, let threshold, let percentile):
      [
        ("low", .float(low)), ("high", .float(high)), ("threshold", .optional(threshold)),
        ("percentile", .optional(percentile)),
      ]
    case .imageMap(let rows, let columns, let area), .wordsByImage(let rows, let columns, let area):
      [("rows", .int(rows)), ("columns", .int(columns)), ("region", region(area))]
    case .matrix(let rows, let columns):
      [("rows", .strings(rows)), ("columns", .strings(columns))]
    case .wordDistributions(let labels), .distribution(let labels): [("labels", .strings(labels))]
    case .regions(let regions): [("regions", .list(regions.map(region)))]
    case .words, .series: []
    }
  }

  static func region(_ region: ImageRegion) -> JSONText {
    .object([
      ("left", .double(region.left)), ("top", .double(region.top)),
      ("width", .double(region.width)), ("height", .double(region.height)),
    ])
  }
}
