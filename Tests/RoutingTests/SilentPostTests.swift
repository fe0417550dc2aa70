import Foundation
import Tensors
import Testing

@testable import Routing

/// Posts for which every hidden unit of a router is off.
struct SilentPostTests {
  private static let hidden = 6

  /// A router whose first layer is off for whatever `data` holds.
  private func off(_ data: RouterData, leak: Float) throws -> Discriminator {
    var parameters = try Discriminator(
      dimensions: data.dimensions, head: .mlp(hidden: Self.hidden), seed: 4
    ).parameters
    parameters["b1"] = Tensor([Self.hidden], [Float](repeating: -3, count: Self.hidden))
    return try Discriminator(
      parameters: parameters, dimensions: data.dimensions, head: .mlp(hidden: Self.hidden),
      leak: leak, inputScale: 3)
  }

  @Test func isToldByTheHiddenUnitsAlone() throws {
    let data = try World.random(200, dimensions: 5, seed: 2)
    let router = try Discriminator(
      dimensions: 5, head: .mlp(hidden: 3), inputScale: 6, seed: 11)
    let bias = try #require(router.parameters["b2"]).array[0]
    var silent = 0
    for post in 0..<data.count {
      let x = Array(data.row(post))
      // Where nothing comes through, the output unit's bias is all that is left.
      #expect(router.isSilent(x) == (router.logits(x)[0] == bias), "post \(post)")
      silent += router.isSilent(x) ? 1 : 0
    }
    #expect(silent > 0 && silent < data.count, "both kinds were tried: \(silent)")
    let linear = try Discriminator(dimensions: 5, head: .linear, seed: 11)
    let leaking = try Discriminator(
      dimensions: 5, head: .mlp(hidden: 3), leak: 0.01, inputScale: 6, seed: 11)
    #expect(!linear.isSilent(Array(data.row(0))))
    #expect((0..<data.count).allSatisfy { !leaking.isSilent(Array(data.row($0))) })
  }

  /// With the paper's relu such a layer stays off for good; with the default's leak it comes back.
  @Test func trainingBringsThemBack() throws {
    let data = try World.separable(160, seed: 3)
    let dev = try World.separable(120, seed: 4)
    var configuration = RouterConfiguration.exact
    configuration.iterations = 600
    configuration.learningRate = 0.03
    configuration.weightDecay = 0
    configuration.dropout = 0
    func trained(leak: Float) throws -> [Float] {
      try RouterTrainer(configuration: configuration, seed: 1).train(
        from: off(data, leak: leak), on: data, dev: dev
      ).discriminator.probabilities(dev.x)
    }
    #expect(Set(try trained(leak: 0)).count == 1, "one p for all posts")
    let leak = try #require(RouterConfiguration.exact.leak)
    let probabilities = try trained(leak: leak)
    #expect(Set(probabilities).count > dev.count / 2)
    let right = zip(probabilities, dev.imageAdds).count { ($0 > 0.5) == $1 }
    #expect(right > dev.count * 8 / 10, "\(right) of \(dev.count) posts")
  }

  @Test func theDefaultLeavesNoPostWithoutItsOwnProbability() throws {
    let bundle = try BundleTests.make()
    #expect(bundle.configuration.training.leak == RouterConfiguration.exact.leak)
    let heldOut = try #require(bundle.heldOut)
    #expect((0..<heldOut.count).allSatisfy { !bundle.installed.isSilent(Array(heldOut.row($0))) })
    #expect(Set(bundle.heldOutProbabilities).count == heldOut.count)
  }

  /// Folders of versions without the setting hold relu networks, and give the numbers they gave.
  @Test func aFolderWithoutTheSettingIsARelu() throws {
    let bundle = try BundleTests.make()
    var object = try #require(
      try JSONSerialization.jsonObject(with: bundle.encodedConfiguration()) as? [String: Any])
    var training = try #require(object["training"] as? [String: Any])
    #expect(training.removeValue(forKey: "leak") != nil)
    object["training"] = training
    let old = try RouterBundle(
      configuration: JSONSerialization.data(withJSONObject: object), tensors: bundle.tensors)
    #expect(old.installed.leak == 0)
    let relu = try Discriminator(
      parameters: bundle.installed.parameters, dimensions: 8, head: .mlp(hidden: 12))
    let heldOut = try #require(bundle.heldOut)
    #expect(old.installed.probabilities(heldOut.x) == relu.probabilities(heldOut.x))
    #expect(relu.probabilities(heldOut.x) != bundle.installed.probabilities(heldOut.x))
  }

  @Test(arguments: [Float(-0.1), 1, .nan])
  func aLeakOutOfRangeIsRefused(_ leak: Float) {
    #expect(throws: RoutingError.self) {
      _ = try Discriminator(dimensions: 3, head: .mlp(hidden: 2), leak: leak, seed: 1)
    }
    var configuration = RouterConfiguration.exact
    configuration.leak = leak
    #expect(throws: RoutingError.self) { try configuration.validate() }
  }
}
