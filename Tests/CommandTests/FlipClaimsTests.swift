import Corpora
import Extractors
import Foundation
import Routing
import Testing

@testable import Inspection

/// What the reasons claim of a changed post is what the router says of it when it is changed.
@Suite("Claims of changes that turn a route")
struct FlipClaimsTests {
  @Test("every change that is said to turn the route turns it, with the p that is said")
  func claimsHold() throws {
    let dataset = try Dataset.open(SampleModelsTests.data)
    let set = try Roster.open(SampleModelsTests.models)
    var kinds: [RouteExplanation.Flip.Kind: Int] = [:]
    for post in dataset.posts.prefix(24) {
      let seen = set.see(post, of: dataset)
      guard let explanation = set.explainRoute(seen, set.analyse(seen)),
        let before = explanation.decision, before.scores != nil, let regions = explanation.regions
      else { continue }
      func masks(_ cells: [Int]) -> [Intervention] {
        cells.map { .maskPicture(RouteOcclusion.region(of: $0, in: regions.seen)) }
      }
      // One region is worth what masking it costs.
      let alone = set.decision(try seen.changed(masks([24])))?.scores?.probability ?? -1
      #expect(abs(alone - regions.effects[24].probability) < 1e-4, "\(post.id)")
      for flip in explanation.flips {
        guard let places = flip.places else { continue }
        let changes: [Intervention] =
          switch flip.kind {
          case .blank: [.blankPicture]
          case .tokens: [.dropWords(Set(places))]
          case .regions: masks(places)
          case .both: [.dropWords(Set(places))] + masks(flip.regions)
          }
        let after = try #require(set.decision(try seen.changed(changes)))
        #expect(after.route != before.route, "\(post.id), \(flip)")
        #expect(
          abs((after.scores?.probability ?? -1) - flip.probability) < 1e-4, "\(post.id), \(flip)")
        kinds[flip.kind, default: 0] += 1
      }
    }
    #expect((kinds[.tokens] ?? 0) > 0 && (kinds[.regions] ?? 0) > 0, "\(kinds)")
  }
}
