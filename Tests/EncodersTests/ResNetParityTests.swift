import Foundation
import Tensors
import Testing

@testable import Encoders

enum Shared {
  /// A folder beside the checkout, nil where it is absent.
  static func folder(_ name: String) -> String? {
    var url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while url.path != "/" {
      if FileManager.default.fileExists(atPath: url.appendingPathComponent("Package.swift").path) {
        let path = url.deletingLastPathComponent().appendingPathComponent("shared/\(name)").path
        return FileManager.default.fileExists(atPath: path) ? path : nil
      }
      url.deleteLastPathComponent()
    }
    return nil
  }
}

@Suite(
  "ResNet parity with the reference",
  .enabled(if: Shared.folder("fixtures") != nil, "../shared/fixtures is absent"))
struct ResNetParityTests {
  @Test(arguments: ["resnet-basic", "resnet-bottleneck"])
  func everyStage(_ name: String) throws {
    let folder = try #require(Shared.folder("fixtures/" + name))
    let configuration = try JSONDecoder().decode(
      ResNet.Configuration.self,
      from: Data(contentsOf: URL(fileURLWithPath: folder + "/config.json")))
    var generator = SeededGenerator(seed: 0)
    var network = ResNet(configuration, &generator)
    let weights = try Safetensors(path: folder + "/model.safetensors").allTensors()
    try network.load(weights.filter { !$0.key.hasSuffix("num_batches_tracked") })
    let io = try Safetensors(path: folder + "/io.safetensors")
    let tape = Tape()
    let maps = network.stages(tape.constant(try io.tensor("in.pixel_values")), tape)
    for (i, map) in maps.enumerated() {
      let expected = try io.tensor("out.stage\(i)")
      #expect(tape.shape(map) == expected.shape)
      let error = zip(tape[map].array, expected.array).reduce(Float(0)) {
        max($0, abs($1.0 - $1.1))
      }
      #expect(error < 1e-4, "stage \(i) of \(name)")
    }
  }
}
