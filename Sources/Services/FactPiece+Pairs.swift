import Corpora
import Extractors
import Inspection
import Queries
import Routing

extension FactPiece {
  /// What both of the router's experts answer.
  mutating func askBoth(into batch: inout FactBatch) {
    let task = models.task
    let asked = places.filter { task == .entities || !dataset.posts[$0].relations.isEmpty }
    for place in places where !asked.contains(place) {
      batch.failures[place] = FactBatch.Failure(
        .both, "\(dataset.posts[place].id) names no pair, and the router routes for relations")
    }
    var found: [Int: [Route: ChosenAnswer]] = [:]
    for route in [Route.text, .multimodal] {
      guard let expert = route == .text ? models.routed.text : models.routed.multimodal else {
        for place in asked {
          batch.failures[place] = FactBatch.Failure(
            .both, "no \(route.rawValue) expert of the router is loaded")
        }
        continue
      }
      for (place, labels) in answers(of: expert, asked, needs: .both, into: &batch) {
        found[place, default: [:]][route] = ChosenAnswer(
          route: nil, task: task, mentions: labels.mentions,
          relations: labels.relations?.map {
            RelationMention(head: $0.head, tail: $0.tail, label: $0.label)
          })
      }
    }
    for (place, answers) in found {
      guard let text = answers[.text], let multimodal = answers[.multimodal] else { continue }
      batch.pairs[place] = ExpertPair(text: text, multimodal: multimodal)
    }
  }
}
