import Encoders
import Foundation
import Inspection
import Tensors
import Testing

@testable import Extractors

/// An expert knows the weights of what it sees pictures with.
@Suite("Weights beside an expert") struct OtherWeightsTests {
  @Test func anotherPictureEncoderOfTheSameNameIsRefused() throws {
    let place = try SmallTraining()
    defer { place.remove() }
    let models = place.folder + "/models"
    _ = try place.job(.umt, epochs: 1).run(seeds: [1])
    let basis = try place.provenance("models/umt").basis ?? []
    #expect(basis.contains(ModelFolder.namedFingerprint(of: models + "/resnet")))
    #expect(basis.contains(ModelFolder.namedFingerprint(of: place.folder + "/encoder")))
    #expect(try Roster.open(models, experts: ["umt"]).notices.isEmpty)
    #expect(try ModelReport(folder: models + "/umt").needs.compactMap(\.problem).isEmpty)

    // The same network, trained a little longer.
    let path = models + "/resnet/model.safetensors"
    let file = try Safetensors(path: path)
    var tensors = try file.allTensors()
    let name = try #require(tensors.keys.min())
    tensors[name]?.array[0] += 0.1
    try Safetensors.write(tensors, to: path, metadata: file.metadata)
    #expect {
      try Roster.open(models, experts: ["umt"])
    } throws: {
      "\($0)".contains("umt was trained with other weights than \(models)/resnet holds")
    }
    let problems = try ModelReport(folder: models + "/umt").needs.compactMap(\.problem)
    #expect(problems.first?.contains("other weights than it was trained with") == true)

    // Folders of older versions do not tell.
    try FileManager.default.removeItem(atPath: models + "/umt/provenance.json")
    #expect(try Roster.open(models, experts: ["umt"]).experts.count == 1)
  }
}
