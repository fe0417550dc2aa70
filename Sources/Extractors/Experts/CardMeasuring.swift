import Corpora
import Foundation
import Traces

/// Measures what a model card tells of an expert: where its scalars lie on dev, and what its
/// attention and its picture are worth to its answers.
package struct CardMeasuring {
  private let expert: any Expert
  private let posts: [SeenPost]

  /// Posts whose scalars are noted, at most.
  private static let ranked = 500
  /// Posts on which everything is left out once, at most: each takes a pass per word and region.
  private static let occluded = 16

  /// - Parameter posts: of dev, on which the expert was chosen; at most 500 of them are asked.
  package init(_ expert: any Expert, _ posts: [SeenPost]) {
    self.expert = expert
    self.posts = posts
  }

  /// A gate's number for a post with its own and with another's picture, and what is true.
  private struct Judged {
    let own: Float
    let exchanged: Float
    let adds: Bool?
  }

  /// Evenly spread, so that order does not matter.
  private func some(_ count: Int) -> [SeenPost] {
    let step = max(1, posts.count / count)
    return stride(from: 0, to: posts.count, by: step).prefix(count).map { posts[$0] }
  }

  /// - Parameter progress: called with the share that is done; false ends it with what there is.
  package func notes(_ progress: (Double) -> Bool) -> ModelCard.Notes {
    var notes = ModelCard.Notes()
    var scalars: [String: [Float]] = [:]
    var exchanged: [String: [(Float, Float)]] = [:]
    // Of gates, whose numbers claim to tell whether a picture adds.
    var gates: [String: [Judged]] = [:]
    let ranked = some(Self.ranked)
    func scalarValues(_ answer: Answer) -> [String: Float] {
      var result: [String: Float] = [:]
      for signal in answer.trace().signals {
        if case .scalar = signal.kind, let value = signal.values.first {
          result[signal.name] = value
        }
      }
      return result
    }
    func gateNames(_ answer: Answer) -> Set<String> {
      Set(
        answer.trace().signals.compactMap { signal in
          guard case .scalar(_, _, let threshold?, _) = signal.kind, threshold > 0,
            signal.needsPicture
          else { return nil }
          return signal.name
        })
    }
    for (i, post) in ranked.enumerated() {
      guard progress(Double(i) / Double(2 * ranked.count)) else { return notes }
      let answer = expert.ask(post)
      let own = scalarValues(answer)
      guard !own.isEmpty else { break }
      for (name, value) in own { scalars[name, default: []].append(value) }
      guard expert.seesPicture, ranked.count > 1 else { continue }
      let isJudged = post.post.imageAdds != nil
      guard isJudged || i < 100 else { continue }
      // Half the list away: never a post's own, and nothing is drawn at random.
      let other = ranked[(i + ranked.count / 2) % ranked.count]
      let swapped = scalarValues(
        expert.ask(post, under: [.swapPicture(other.post.id)]) { _ in other })
      for (name, value) in own {
        if let there = swapped[name] { exchanged[name, default: []].append((value, there)) }
      }
      for name in gateNames(answer) {
        guard let value = own[name], let there = swapped[name] else { continue }
        gates[name, default: []].append(
          Judged(own: value, exchanged: there, adds: post.post.imageAdds))
      }
    }
    for (name, judged) in gates {
      let adds = judged.map(\.adds)
      if let own = RankStatistics.auc(scores: judged.map(\.own), labels: adds) {
        notes.measures["\(name), AUC against imageAdds"] = own
        notes.measures["\(name), AUC with another post's picture"] = RankStatistics.auc(
          scores: judged.map(\.exchanged), labels: adds)
      }
    }
    notes.references = scalars.mapValues(Quantiles.of)
    for (name, pairs) in exchanged {
      notes.measures["\(name), correlation with another post's picture"] =
        RankStatistics.pearson(pairs.map { (Double($0.0), Double($0.1)) })
    }
    notes.measuredPosts = ranked.count
    let words = expert.unknownWords(in: ranked.map(\.words))
    if words.words > 0 {
      notes.measures["share of words in the vocabulary"] = 1 - Double(words.share)
    }
    if let own = score(ranked, of: ranked) { notes.measures["F1"] = own }
    guard expert.seesPicture else { return notes }
    let others = ranked.indices.map { ranked[($0 + ranked.count / 2) % ranked.count] }
    let exchangedPosts = zip(ranked, others).map { post, other in
      (try? post.changed([.swapPicture(other.post.id)]) { _ in other }) ?? post
    }
    if ranked.count > 1, let other = score(exchangedPosts, of: ranked) {
      notes.measures["F1, with another post's picture"] = other
    }
    let occluded = some(Self.occluded)
    var agreements: [String: [Double]] = [:]
    for (i, post) in occluded.enumerated() {
      guard progress(0.5 + Double(i) / Double(2 * occluded.count)) else { return notes }
      guard let found = try? ExpertOcclusion(expert, post) else { continue }
      for (name, rho) in found.agreement(with: expert.ask(post).trace()) {
        agreements[name, default: []].append(rho)
      }
    }
    for (name, all) in agreements where !all.isEmpty {
      notes.measures["\(name), rank correlation with occlusion"] =
        all.reduce(0, +) / Double(all.count)
    }
    return notes
  }

  /// F1 in percent of what the expert answers for posts against the labels of others; nil where
  /// nothing is labelled or it cannot answer.
  private func score(_ asked: [SeenPost], of gold: [SeenPost]) -> Double? {
    guard let answers = try? expert.labels(of: asked) else { return nil }
    var mentions = EntityScore()
    var relations = RelationScore()
    for (answer, post) in zip(answers, gold.map(\.post)) {
      switch answer {
      case .mentions(let found, _): mentions.add(predicted: found, gold: post.mentions)
      case .relations(let found):
        for (answer, pair) in zip(found, post.relations) {
          relations.add(predicted: answer.label, gold: pair.label)
        }
      }
    }
    guard mentions.gold + relations.withoutNone.gold > 0 else { return nil }
    return expert.task == .entities ? mentions.f1 : relations.f1
  }
}
