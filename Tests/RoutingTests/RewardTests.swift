import Foundation
import Tensors
import Testing

@testable import Routing

/// MODELS §12.4.
struct RewardTests {
  @Test func countingMatchesMentions() {
    let counts = ExpertCounts.count(
      text: [.init(0..<2, .person), .init(3..<4, .location)],
      multimodal: [.init(0..<2, .person), .init(3..<4, .organization), .init(5..<6, .person)],
      gold: [.init(0..<2, .person), .init(3..<4, .organization)])
    #expect(counts.text == MatchCounts(correct: 1, predicted: 2, gold: 2))
    #expect(counts.multimodal == MatchCounts(correct: 2, predicted: 3, gold: 2))
  }

  /// The published row that MODELS §12.3 checks: 419 of 627 predicted and 640 gold give
  /// 66.83/65.47/66.14.
  @Test func scoresArePublishedOnes() {
    let union =
      MatchCounts(correct: 140, predicted: 279, gold: 231 - 35)
      + MatchCounts(correct: 279, predicted: 348, gold: 444)
    #expect(union == MatchCounts(correct: 419, predicted: 627, gold: 640))
    #expect((union.precision * 1e4).rounded() == 6683)
    #expect((union.recall * 1e4).rounded() == 6547)
    #expect((union.f1Percent * 100).rounded() == 6614)
    #expect(MatchCounts.zero.f1 == 0)
  }

  /// The reward of sums equals running "experts" whose answers are kept one by one.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func cachedRewardIsThatOfTheExperts(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let gold = (0..<12).map { _ in
      Set((0..<generator.index(below: 4)).map { _ in generator.index(below: 5) })
    }
    func answers() -> [Set<Int>] {
      (0..<12).map { _ in
        Set((0..<generator.index(below: 4)).map { _ in generator.index(below: 5) })
      }
    }
    let (text, both) = (answers(), answers())
    let actions = (0..<12).map { _ in generator.chance(0.5) }
    func f1(_ answers: [Set<Int>], where action: Bool) -> Double {
      var (correct, predicted, asked) = (0, 0, 0)
      for i in 0..<12 where actions[i] == action {
        correct += answers[i].intersection(gold[i]).count
        predicted += answers[i].count
        asked += gold[i].count
      }
      let precision = predicted == 0 ? 0 : Double(correct) / Double(predicted)
      let recall = asked == 0 ? 0 : Double(correct) / Double(asked)
      return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall)
    }
    let alpha = 0.3
    let expected =
      alpha * (f1(both, where: true) - f1(text, where: true))
      + (1 - alpha) * (f1(text, where: false) - f1(both, where: false))
    func count(_ answers: Set<Int>, _ gold: Set<Int>) -> MatchCounts {
      MatchCounts(
        correct: answers.intersection(gold).count, predicted: answers.count, gold: gold.count)
    }
    let counts = (0..<12).map {
      ExpertCounts(text: count(text[$0], gold[$0]), multimodal: count(both[$0], gold[$0]))
    }
    let reward = Reward(counts: counts, actions: actions, alpha: alpha)
    #expect(abs(reward.value - expected) < 1e-12, "seed \(seed)")
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func swappingTheExpertsAndTheSetsChangesNothing(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let counts = (0..<15).map { _ in World.counts(&generator) }
    let actions = counts.map { _ in generator.chance(0.4) }
    let alpha = Double(generator.uniform())
    let swapped = Reward(
      counts: counts.map { ExpertCounts(text: $0.multimodal, multimodal: $0.text) },
      actions: actions.map { !$0 }, alpha: 1 - alpha)
    let reward = Reward(counts: counts, actions: actions, alpha: alpha)
    #expect(abs(swapped.value - reward.value) < 1e-12, "seed \(seed)")
  }

  @Test func anEmptySetScoresZero() {
    var generator = SeededGenerator(seed: 1)
    let counts = (0..<6).map { _ in World.counts(&generator) }
    let reward = Reward(counts: counts, actions: [Bool](repeating: true, count: 6), alpha: 0.5)
    #expect(reward.textOnText == 0)
    #expect(reward.multimodalOnText == 0)
    #expect(reward.multimodalOnMultimodal == counts.total().multimodal.f1)
  }

  @Test func policyGradientIsThatOfTheLogLikelihood() {
    let logits: [Float] = [-3, -0.5, 0, 0.7, 4]
    let actions = [true, false, true, true, false]
    let analytic = PolicyGradient.logits(
      logits.map(Discriminator.sigmoid), actions: actions, advantage: 0.7)
    let almost = PolicyGradient.logits(
      logits.map(Discriminator.sigmoid), actions: actions, advantage: 0.7, logEpsilon: 1e-8)
    for i in logits.indices {
      func value(_ change: Float) -> Double {
        var moved = logits
        moved[i] += change
        return 0.7 * PolicyGradient.logProbability(logits: moved, actions: actions)
      }
      let numeric = (value(1e-2) - value(-1e-2)) / 2e-2
      #expect(abs(numeric - Double(analytic[i])) < 1e-4)
      #expect(abs(almost[i] - analytic[i]) < 1e-5)
    }
    #expect(
      PolicyGradient.logProbability(logits: [1000, -1000], actions: [false, true]) == -2000)
  }

  /// E[Σ(d − p)] = 0 under Bernoulli; with the top 70 % it is .7 B − Σp ≠ 0 (MODELS §4.6).
  @Test func bernoulliActionsHaveNoDrift() {
    var generator = SeededGenerator(seed: 11)
    let p = (0..<50).map { _ in generator.uniform() }
    let total = p.reduce(0, +)
    let rounds = 4000
    var drift = 0.0
    for _ in 0..<rounds {
      let chosen = ActionRule.bernoulli.actions(p, from: &generator).count { $0 }
      drift += Double(Float(chosen) - total)
    }
    // Σ(d − p) has variance at most 50/4 a round, so five standard errors are below 0.28.
    #expect(abs(drift / Double(rounds)) < 0.28)
    let top = ActionRule.topShare(0.7).actions(p, from: &generator).count { $0 }
    #expect(top == 35)
  }

  @Test func topShareRanksAndBreaksTiesByPlace() {
    var generator = SeededGenerator(seed: 0)
    let actions = ActionRule.topShare(0.5).actions([0.2, 0.9, 0.5, 0.5, 0.5], from: &generator)
    #expect(actions == [false, true, true, false, false])
    for count in 0...40 {
      let p = [Float](repeating: 0.5, count: count)
      let chosen = ActionRule.topShare(0.7).actions(p, from: &generator).count { $0 }
      #expect(chosen == 7 * count / 10, "\(count) posts")
    }
    #expect(DecisionRule.threshold.routes([0.5, 0.500001]) == [.text, .multimodal])
    #expect(DecisionRule.topShare(0.5).routes([0.1, 0.3]) == [.text, .multimodal])
  }

  @Test func explorationPenaltyPullsTheMeanBack() {
    var high: [Float] = [0, 0]
    PolicyGradient.addExplorationPenalty(to: &high, [0.95, 0.93])
    #expect(high.allSatisfy { $0 < 0 })
    var low: [Float] = [0, 0]
    PolicyGradient.addExplorationPenalty(to: &low, [0.02, 0.03])
    #expect(low.allSatisfy { $0 > 0 })
    var middle: [Float] = [1, 2]
    PolicyGradient.addExplorationPenalty(to: &middle, [0.5, 0.6])
    #expect(middle == [1, 2])
  }
}
