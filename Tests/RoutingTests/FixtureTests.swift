import Tensors
import Testing

@testable import Routing

/// The discriminator, the reward and the policy gradient against PyTorch's numbers.
@Suite(.enabled(if: Fixture.folder != nil, "../shared/fixtures is absent"))
struct FixtureTests {
  private func actions(_ fixture: Fixture) throws -> [Bool] {
    try fixture.values("in.actions").map { $0 == 1 }
  }

  private func discriminator(_ fixture: Fixture) throws -> Discriminator {
    try Discriminator(
      parameters: [
        "w1": Tensor([8, 16], try fixture.values("in.w1")),
        "w2": Tensor([1, 8], try fixture.values("in.w2")),
      ], dimensions: 16, head: .mlp(hidden: 8), biases: false)
  }

  private func counts(_ fixture: Fixture) throws -> [ExpertCounts] {
    let values = try fixture.values("in.counts").map { Int($0) }
    return (0..<32).map { post in
      func one(_ expert: Int) -> MatchCounts {
        let at = post * 6 + expert * 3
        return MatchCounts(correct: values[at], predicted: values[at + 1], gold: values[at + 2])
      }
      return ExpertCounts(text: one(1), multimodal: one(0))
    }
  }

  @Test func probabilitiesAgree() throws {
    let fixture = try Fixture("discriminator/io.safetensors")
    let p = try discriminator(fixture).probabilities(try fixture.values("in.x"))
    #expect(largestDifference(p, try fixture.values("out.p")) < 1e-4)
  }

  @Test func rewardAgrees() throws {
    let fixture = try Fixture("discriminator/io.safetensors")
    let reward = Reward(
      counts: try counts(fixture), actions: try actions(fixture),
      alpha: Double(try fixture.values("in.alpha")[0]))
    #expect(abs(Float(reward.value) - (try fixture.values("out.reward")[0])) < 1e-5)
  }

  @Test func policyGradientAgrees() throws {
    let fixture = try Fixture("discriminator/io.safetensors")
    let discriminator = try discriminator(fixture)
    let x = try fixture.values("in.x")
    let actions = try actions(fixture)
    let logits = discriminator.logits(x)
    let logProbability = PolicyGradient.logProbability(logits: logits, actions: actions)
    #expect(abs(Float(logProbability) - (try fixture.values("out.log_pi")[0])) < 1e-4)

    let pass = DiscriminatorPass(for: discriminator, capacity: 32)
    pass.gather(x, rows: 0..<32)
    pass.forward(discriminator.weights)
    pass.backward(
      discriminator.weights,
      logitGradient: PolicyGradient.logits(
        logits.map(Discriminator.sigmoid), actions: actions,
        advantage: try fixture.values("out.reward")[0]))
    let layout = discriminator.layout
    #expect(largestDifference(pass.gradient[layout.w1], try fixture.values("grad.w1")) < 1e-4)
    #expect(largestDifference(pass.gradient[layout.w2], try fixture.values("grad.w2")) < 1e-4)
  }
}
