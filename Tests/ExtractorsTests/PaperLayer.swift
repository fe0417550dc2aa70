import Encoders
import Foundation
import Tensors
import Testing

@testable import Extractors

/// Small inputs with what the papers' equations give for them in PyTorch, by
/// `Tests/Fixtures/paper-layers.py`.
struct PaperLayer {
  private let tensors: [String: Tensor]

  init(_ name: String) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/paper-layers")
    let file = try Safetensors(path: folder.appendingPathComponent(name + ".safetensors").path)
    var tensors: [String: Tensor] = [:]
    for name in file.names { tensors[name] = try file.tensor(name) }
    self.tensors = tensors
  }

  subscript(_ name: String) -> Tensor { tensors[name] ?? Tensor([0], []) }

  /// Numbers as places.
  func places(_ name: String) -> [Int] { self[name].array.map { Int($0) } }

  /// Truths of a mask.
  func mask(_ name: String) -> [Bool] { self[name].array.map { $0 > 0 } }

  /// Fills parameters, each by its name behind a prefix; other names by a table.
  func fill(
    _ model: inout some ParameterContainer, _ prefix: String = "",
    names: [String: String] = [:]
  ) throws {
    var missing: [String] = []
    model.visitParameters("") { name, parameter in
      let stem = name.split(separator: ".").dropLast().joined(separator: ".")
      let known = names[stem].map { $0 + "." + (name.split(separator: ".").last ?? "") } ?? name
      if let tensor = tensors["w." + prefix + known], tensor.shape == parameter.value.shape {
        parameter.value = tensor
      } else {
        missing.append(name)
      }
    }
    #expect(missing.isEmpty, "no weights for \(missing)")
  }

  /// Whether a value equals an output, within rounding.
  func expect(
    _ value: Tensor, _ name: String, within tolerance: Float = 1e-5,
    _ location: SourceLocation = #_sourceLocation
  ) {
    let wanted = self[name]
    #expect(value.count == wanted.count && wanted.count > 0, sourceLocation: location)
    let worst = zip(value.array, wanted.array).map { abs($0 - $1) }.max() ?? .infinity
    #expect(worst < tolerance, "\(name) is \(worst) away", sourceLocation: location)
  }
}
