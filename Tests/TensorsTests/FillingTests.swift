import Foundation
import Testing

@testable import Tensors

@Suite("Filling a model from a file")
struct FillingTests {
  private func file(_ tensors: [String: Tensor]) throws -> Safetensors {
    try Safetensors(data: Safetensors.encode(tensors), path: "some/model.safetensors")
  }

  private func hollow(_ inputs: Int, _ outputs: Int) -> Linear {
    var generator = SeededGenerator.hollow
    return Linear(inputs, outputs, &generator)
  }

  @Test func hollowModelsHoldNothingUntilTheyAreFilled() throws {
    var model = hollow(3, 2)
    #expect(model.parameters.map(\.value.count) == [0, 0])
    let weight = Tensor([2, 3], [1, 2, 3, 4, 5, 6])
    try file(["weight": weight, "bias": Tensor([2])]).fill(&model)
    #expect(model.parameters.first?.value == weight)
  }

  @Test func whatDoesNotFitIsTold() throws {
    // 2⁵⁰ numbers are described here, and none is allocated.
    var model = hollow(1 << 25, 1 << 25)
    let wrong = try file(["weight": Tensor([2, 3]), "other": Tensor([1])])
    let error = #expect(throws: ParameterError.self) { try wrong.fill(&model) }
    let text = error?.description ?? ""
    for part in ["some/model.safetensors", "weight: expected", "missing bias", "extra other"] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity]) func numbersThatAreNoneAreRefusedByName(
    value: Float
  ) throws {
    var weight = Tensor([40, 60])
    weight.array[1_234] = value
    let tensors = ["weight": weight, "bias": Tensor([40])]
    var model = hollow(60, 40)
    let error = #expect(throws: ParameterError.self) { try file(tensors).fill(&model) }
    #expect(error?.problems.count == 1)
    #expect(error?.problems.first?.hasPrefix("weight holds") == true)
    #expect(error?.problems.first?.contains("element 1234") == true)
    #expect(throws: ParameterError.self) { try model.load(tensors) }
  }

  @Test func theFirstOddNumberIsFound() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      var numbers = (0..<generator.index(below: 5_000)).map { _ in generator.normal() * 1e37 }
      #expect(NotFinite.first(in: numbers) == nil)
      guard !numbers.isEmpty else { continue }
      let places = (0..<3).map { _ in generator.index(below: numbers.count) }
      for place in places { numbers[place] = generator.chance(0.5) ? .nan : .infinity }
      #expect(NotFinite.first(in: numbers) == places.min(), "seed \(seed)")
    }
  }

  @Test func tensorsThatShareBytesAreRefused() throws {
    let header =
      #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"#
      + #""b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#
    var data = Data()
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
    data += Data(header.utf8) + Data(count: 16)
    let error = #expect(throws: SafetensorsError.self) { try Safetensors(data: data, path: "x") }
    #expect(error?.description.contains("another tensor") == true)
  }

  @Test func moreThanTheMachineHoldsIsRefused() {
    #expect(Memory.refusal(numbers: [[1000, 1000], [3]]) == nil)
    for shapes in [[[1 << 40, 16]], [[1 << 20, 1 << 20, 1 << 20, 1 << 20]]] {
      #expect(Memory.refusal(numbers: shapes)?.contains("MB") == true)
    }
  }
}
