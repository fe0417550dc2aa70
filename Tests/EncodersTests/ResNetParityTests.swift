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

@Suite("ResNet parity with the reference")
struct ResNetParityTests {
  @Test(
    .enabled(
      if: ParityFixture.isPresent("resnet-basic"), "../shared/fixtures/resnet-basic is absent"),
    arguments: ["resnet-basic", "resnet-bottleneck"])
  func everyStage(_ name: String) throws {
    let fixture = try ParityFixture(name)
    let network = try EncoderFolder(fixture.folder).loadResNet()
    let tape = Tape()
    let maps = network.stages(tape.constant(try fixture.io.tensor("in.pixel_values")), tape)
    for (i, map) in maps.enumerated() { try fixture.expect(tape[map], "out.stage\(i)") }
    let last = tape[maps[maps.count - 1]]
    try fixture.expect(last, "out.last_hidden_state")
    let pooled = tape.meanOverMiddle(tape.regions(maps[maps.count - 1]))
    try fixture.expect(tape[pooled].reshaped(last.shape.prefix(2) + [1, 1]), "out.pooler_output")
  }
}
