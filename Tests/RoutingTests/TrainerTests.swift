import Foundation
import Tensors
import Testing

@testable import Routing

struct TrainerTests {
  private func quick(_ preset: RouterConfiguration, iterations: Int) -> RouterConfiguration {
    var result = preset
    result.iterations = iterations
    result.hidden = min(result.hidden, 16)
    result.evaluateEvery = 10
    return result
  }

  private func train(
    _ configuration: RouterConfiguration, on data: RouterData, dev: RouterData?, seed: UInt64 = 1
  ) throws -> RouterTrainer.Result {
    try RouterTrainer(configuration: configuration, seed: seed).train(
      from: configuration.makeDiscriminator(for: data, seed: seed), on: data, dev: dev)
  }

  @Test func exactFindsTheGainOfRouting() throws {
    let data = try World.separable(300, seed: 1)
    let dev = try World.separable(200, seed: 2)
    let test = try World.separable(300, seed: 3)
    let result = try train(quick(.exact, iterations: 300), on: data, dev: dev)
    let routes = result.discriminator.routes(test.x)
    let union = test.counts.union(routes: routes).f1Percent
    let better = test.counts.union(routes: test.counts.betterExpertRoutes()).f1Percent
    let gold = test.counts.union(routes: ReferenceRouting.gold(imageAdds: test.imageAdds)).f1Percent
    #expect(union > better + 15, "union \(union), better expert \(better), gold routing \(gold)")
    #expect(union > gold - 3)
    let objectives = result.steps.map(\.objective)
    #expect(try #require(objectives.last) > objectives[0], "objective \(objectives[0]) first")
    #expect(result.devUnion == result.steps.compactMap(\.devUnion).max())
  }

  @Test(arguments: [Route.text, .multimodal])
  func exactFallsBackToTheBetterExpertWhenRoutingCannotHelp(better: Route) throws {
    func world(_ seed: UInt64) throws -> RouterData {
      let data = try World.random(300, dimensions: 6, seed: seed)
      var generator = SeededGenerator(seed: seed, stream: "answers")
      let counts = data.ids.map { _ in
        func one(_ chance: Float) -> MatchCounts {
          MatchCounts(
            correct: (0..<2).count { _ in generator.chance(chance) }, predicted: 2, gold: 2)
        }
        return ExpertCounts(
          text: one(better == .text ? 0.9 : 0.5), multimodal: one(better == .text ? 0.5 : 0.9))
      }
      return try RouterData(dimensions: 6, ids: data.ids, x: data.x, counts: counts)
    }
    let test = try world(3)
    let result = try train(quick(.exact, iterations: 400), on: world(1), dev: world(2))
    let union = test.counts.union(routes: result.discriminator.routes(test.x)).f1Percent
    #expect(union > test.counts.total()[better].f1Percent - 1)
    #expect(result.discriminator.routes(test.x).count { $0 == better } > 280)
  }

  @Test func reinforceLearnsTheSeparableWorld() throws {
    var configuration = quick(.paper, iterations: 400)
    configuration.learningRate = 3e-3
    configuration.standardised = true
    configuration.baseline = .movingAverage(window: 20)
    let data = try World.separable(400, seed: 1)
    let test = try World.separable(300, seed: 3)
    let result = try train(configuration, on: data, dev: World.separable(200, seed: 2))
    let union = test.counts.union(routes: result.discriminator.routes(test.x)).f1Percent
    let better = test.counts.union(routes: test.counts.betterExpertRoutes()).f1Percent
    #expect(union > better + 10, "union \(union), better expert \(better)")
  }

  @Test(arguments: ["paper", "code", "exact"])
  func sameSeedSameBits(preset: String) throws {
    let configuration = quick(
      try #require(RouterConfiguration.presets[preset]), iterations: 25)
    let data = try World.random(120, dimensions: 40, seed: 5)
    let dev = try World.random(50, dimensions: 40, seed: 6)
    let first = try train(configuration, on: data, dev: dev)
    let second = try train(configuration, on: data, dev: dev)
    let other = try train(configuration, on: data, dev: dev, seed: 2)
    #expect(first.discriminator == second.discriminator)
    #expect(first.steps == second.steps)
    #expect(first.discriminator != other.discriminator)
  }

  /// MODELS §4.6: 600 steps of 5e-5 leave the linear head's p within about .46 … .54 when Σ|x| ≤ 1.
  @Test func codePresetStaysNearOneHalf() throws {
    var generator = SeededGenerator(seed: 4)
    let x = try (0..<300).flatMap { _ in
      try RouterInput(
        text: (0..<512).map { _ in generator.normal() },
        picture: (0..<512).map { _ in generator.normal() }
      ).product ?? []
    }
    let data = try RouterData(
      dimensions: 512, ids: (0..<300).map { "\($0)" }, x: x,
      counts: (0..<300).map { _ in World.counts(&generator) })
    var configuration = RouterConfiguration.code
    configuration.iterations = 100
    let result = try train(configuration, on: data, dev: nil)
    let p = result.discriminator.probabilities(data.x)
    #expect(p.allSatisfy { (0.45...0.55).contains($0) })
    #expect(result.steps.allSatisfy { abs($0.multimodalShare - 179 / 256) < 1e-6 })
    #expect(result.devUnion == nil)
    #expect(result.bestStep == 100)
  }

  /// With fresh gradients Adam's second step follows the second batch alone; with forgotten
  /// clearing it follows the sum, so the same seeds part ways at the second step and not before.
  @Test func accumulationChangesTheSecondStepOnly() throws {
    let data = try World.random(80, dimensions: 8, seed: 5)
    func after(_ steps: Int, accumulate: Bool) throws -> Discriminator {
      var configuration = RouterConfiguration.code
      configuration.iterations = steps
      configuration.batchSize = 20
      configuration.accumulateForever = accumulate
      return try train(configuration, on: data, dev: nil).discriminator
    }
    #expect(try after(1, accumulate: true) == after(1, accumulate: false))
    #expect(try after(2, accumulate: true) != after(2, accumulate: false))
  }

  /// Beside a plain loop over the whole split: Adam, up the running sum of R (d − p) x.
  @Test(arguments: [false, true])
  func stepsAreThoseOfAPlainLoop(accumulating: Bool) throws {
    let data = try World.random(24, dimensions: 3, seed: 6)
    var configuration = RouterConfiguration.code
    (configuration.iterations, configuration.batchSize) = (6, data.count)
    configuration.learningRate = 1e-2
    configuration.accumulateForever = accumulating
    let trained = try train(configuration, on: data, dev: nil).discriminator.parameters
    let start = try configuration.makeDiscriminator(for: data, seed: 1).parameters
    func numbers(_ parameters: [String: Tensor]) throws -> [Double] {
      try (#require(parameters["w"]).array + #require(parameters["b"]).array).map(Double.init)
    }
    var weights = try numbers(start)
    var (sum, first, second) = ([0.0, 0, 0, 0], [0.0, 0, 0, 0], [0.0, 0, 0, 0])
    for step in 1...6 {
      let inputs = (0..<data.count).map { post in
        (0..<3).map { Double(data.x[post * 3 + $0]) } + [1]
      }
      let p = inputs.map { x in 1 / (1 + exp(-zip(x, weights).reduce(0) { $0 + $1.0 * $1.1 })) }
      let actions = DecisionRule.topShare(0.7).routes(p.map(Float.init)).map { $0 == .multimodal }
      let reward = Reward(counts: data.counts, actions: actions, alpha: 0.5).value
      for k in 0..<4 {
        let gradient = inputs.indices.reduce(0.0) { total, i in
          total + reward * ((actions[i] ? 1 : 0) - p[i]) * inputs[i][k]
        }
        sum[k] = accumulating ? sum[k] + gradient : gradient
        first[k] = 0.9 * first[k] + 0.1 * sum[k]
        second[k] = 0.999 * second[k] + 0.001 * sum[k] * sum[k]
        let (m, v) = (
          first[k] / (1 - pow(0.9, Double(step))), second[k] / (1 - pow(0.999, Double(step)))
        )
        weights[k] += 1e-2 * m / (v.squareRoot() + 1e-8)
      }
    }
    for (mine, plain) in zip(try numbers(trained), weights) { #expect(abs(mine - plain) < 1e-5) }
  }

  /// Posts without a picture change nothing but the union that is climbed: REINFORCE never draws
  /// them, and the exact objective gets no gradient from them.
  @Test(arguments: [RouterConfiguration.exact, .code])
  func postsWithoutAPictureTeachNothing(preset: RouterConfiguration) throws {
    let data = try World.separable(60, dimensions: 4, seed: 3)
    let blind = try World.separable(40, dimensions: 4, seed: 4, prefix: "b")
    let both = try data.appending(
      RouterData(
        dimensions: 4, ids: blind.ids,
        inputs: [RouterInput](repeating: .withoutPicture, count: 40), counts: blind.counts))
    #expect(both.askedInputs == data.x)
    var configuration = quick(preset, iterations: 40)
    configuration.batchSize = 30
    configuration.dropout = 0
    let start = try configuration.makeDiscriminator(for: both, seed: 1)
    #expect(try start == configuration.makeDiscriminator(for: data, seed: 1))
    let trained = try train(configuration, on: both, dev: nil).discriminator
    if configuration.objective == .reinforce {
      #expect(try trained == train(configuration, on: data, dev: nil).discriminator)
    }
    // Whatever they would be given in place of a vector, the result is the same.
    let other = try data.appending(
      RouterData(
        dimensions: 4, ids: blind.ids, x: blind.x,
        isAsked: [Bool](repeating: false, count: 40), counts: blind.counts))
    let again = try RouterTrainer(configuration: configuration, seed: 1)
      .train(from: start, on: other, dev: nil).discriminator
    #expect(again == trained)
    let evaluation = RouterEvaluation(trained, on: both)
    #expect(evaluation.unimodal.posts >= 40)
    let alone = RouterEvaluation(trained, on: data)
    #expect(evaluation.multimodal == alone.multimodal)
    #expect(evaluation.union == alone.union + blind.counts.total().text)
  }

  @Test func biaslessHeadsKeepNoBiases() throws {
    var configuration = quick(.exact, iterations: 20)
    configuration.biases = false
    let data = try World.random(60, dimensions: 5, seed: 7)
    let discriminator = try train(configuration, on: data, dev: nil).discriminator
    let layout = discriminator.layout
    #expect(discriminator.weights[layout.b1].allSatisfy { $0 == 0 })
    #expect(discriminator.weights[layout.b2.lowerBound] == 0)
  }

  /// A post of weight 3 trains as if it stood there three times.
  @Test func weightsAreRepetitions() throws {
    let data = try World.random(30, dimensions: 4, seed: 8)
    let weighted = try RouterData(
      dimensions: 4, ids: data.ids, x: data.x, counts: data.counts,
      weights: [3] + [Float](repeating: 1, count: 29))
    let repeated = try data.appending(data.subset([0])).appending(data.subset([0]))
    var configuration = quick(.exact, iterations: 40)
    configuration.standardised = false
    configuration.dropout = 0
    let start = try configuration.makeDiscriminator(for: data, seed: 3)
    let trainer = RouterTrainer(configuration: configuration)
    let a = try trainer.train(from: start, on: weighted, dev: nil).discriminator
    let b = try trainer.train(from: start, on: repeated, dev: nil).discriminator
    #expect(largestDifference(a.weights, b.weights) < 1e-4)
    #expect(largestDifference(a.weights, start.weights) > 1e-2)
  }

  @Test func progressCanStop() throws {
    let data = try World.random(50, dimensions: 4, seed: 1)
    let configuration = quick(.exact, iterations: 50)
    let result = try RouterTrainer(configuration: configuration).train(
      from: configuration.makeDiscriminator(for: data, seed: 0), on: data, dev: nil
    ) { $0.number < 7 }
    #expect(!result.isComplete)
    #expect(result.steps.count == 7)
    #expect(result.bestStep == 7)
  }

  @Test func badRequestsAreNamed() throws {
    let data = try World.random(10, dimensions: 4, seed: 1)
    let start = try Discriminator(dimensions: 5, head: .linear, seed: 0)
    #expect(throws: RoutingError.wrongDimensions(have: 4, need: 5)) {
      _ = try RouterTrainer().train(from: start, on: data, dev: nil)
    }
    #expect(throws: RoutingError.noPosts(what: "posts to train the router on")) {
      _ = try RouterTrainer().train(from: start, on: data.subset([]), dev: nil)
    }
    var configuration = RouterConfiguration.exact
    configuration.learningRate = .nan
    #expect(throws: RoutingError.self) {
      _ = try RouterTrainer(configuration: configuration).train(from: start, on: data, dev: nil)
    }
  }

  @Test(arguments: RouterConfiguration.presets.keys.sorted())
  func presetsAreValidAndSurviveJSON(name: String) throws {
    let preset = try #require(RouterConfiguration.presets[name])
    try preset.validate()
    let data = try JSONEncoder().encode(preset)
    #expect(try JSONDecoder().decode(RouterConfiguration.self, from: data) == preset)
  }
}
