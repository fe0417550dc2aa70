import Foundation
import Tensors

extension RouterBundle {
  /// Bound on posts in a folder, so that a damaged one cannot ask for all memory.
  private static let largestSample = 1_000_000

  /// `config.json`, with keys in order, so that the same router gives the same bytes.
  package func encodedConfiguration() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(configuration)
  }

  /// Everything else, for `model.safetensors`: `base.…` and `installed.…` as
  /// `Discriminator.parameters` names them; `rehearsal.…` and `heldOut.…` with `x` [n, dimensions],
  /// `counts.text` and `counts.multimodal` [n, 3] (correct, predicted, gold), `imageAdds` [n] (1
  /// yes, 0 no, −1 unknown) and `isAsked` [n] (0 for posts without a picture); `heldOut.p`, one for
  /// each held-out post that is asked about.
  package var tensors: [String: Tensor] {
    var result = [String: Tensor]()
    for (prefix, discriminator) in [("base.", base), ("installed.", installed)] {
      for (name, tensor) in discriminator.parameters { result[prefix + name] = tensor }
    }
    for (prefix, data) in [("rehearsal.", rehearsal), ("heldOut.", heldOut)] {
      guard let data else { continue }
      result[prefix + "x"] = Tensor([data.count, data.dimensions], data.x)
      result[prefix + "isAsked"] = Tensor([data.count], data.isAsked.map { $0 ? 1 : 0 })
      result[prefix + "counts.text"] = Self.table(data.counts.map(\.text))
      result[prefix + "counts.multimodal"] = Self.table(data.counts.map(\.multimodal))
      result[prefix + "imageAdds"] = Tensor(
        [data.count], data.imageAdds.map { adds in adds.map { $0 ? 1 : 0 } ?? -1 })
    }
    if heldOut != nil {
      result["heldOut.p"] = Tensor([heldOutProbabilities.count], heldOutProbabilities)
    }
    return result
  }

  /// A router from the two files of its folder.
  ///
  /// A folder without rehearsal and held-out tensors still routes; it cannot be retrained.
  /// - Throws: `DecodingError` for JSON of another form, `RoutingError` that names the setting or
  ///   tensor
  ///   that is wrong and what to do.
  package init(configuration data: Data, tensors: [String: Tensor]) throws {
    let configuration = try JSONDecoder().decode(Configuration.self, from: data)
    guard configuration.format == 1 else {
      throw RoutingError.unknownFormat(configuration.format)
    }
    try configuration.training.validate()
    func discriminator(_ prefix: String) throws -> Discriminator {
      try Discriminator(
        parameters: tensors, dimensions: configuration.dimensions,
        head: configuration.training.head, biases: configuration.training.biases,
        leak: configuration.training.leak ?? 0,
        inputScale: configuration.inputScale, prefix: prefix)
    }
    let base = try discriminator("base.")
    let installed = try discriminator("installed.")
    let rehearsal = try Self.sample(
      "rehearsal.", ids: configuration.rehearsalIDs, configuration, tensors)
    let heldOut = try Self.sample(
      "heldOut.", ids: configuration.heldOutIDs, configuration, tensors)
    self.init(
      configuration: configuration, base: base, installed: installed, rehearsal: rehearsal,
      heldOut: heldOut, heldOutProbabilities: try Self.probabilities(heldOut, tensors))
  }

  static func table(_ counts: [MatchCounts]) -> Tensor {
    Tensor(
      [counts.count, 3],
      counts.flatMap { [Float($0.correct), Float($0.predicted), Float($0.gold)] })
  }

  private static func probabilities(
    _ heldOut: RouterData?, _ tensors: [String: Tensor]
  ) throws(RoutingError) -> [Float] {
    guard let heldOut else { return [] }
    // Folders of earlier versions have a number for posts without a picture, too.
    let shape = tensors["heldOut.p"]?.shape == [heldOut.count] ? heldOut.count : heldOut.asked.count
    let tensor = try tensor("heldOut.p", shape: [shape], tensors)
    guard tensor.array.allSatisfy({ $0 >= 0 && $0 <= 1 }),
      zip(tensor.array, tensor.array.dropFirst()).allSatisfy({ $0 <= $1 })
    else {
      throw .badValues(name: "heldOut.p", why: "is not ascending within 0 to 1")
    }
    return tensor.array
  }

  private static func sample(
    _ prefix: String, ids: [String], _ configuration: Configuration, _ tensors: [String: Tensor]
  ) throws(RoutingError) -> RouterData? {
    guard let x = tensors[prefix + "x"] else {
      guard ids.isEmpty else { throw .missingTensor(name: prefix + "x") }
      return nil
    }
    guard tensors[prefix + "counts.text"] != nil, tensors[prefix + "counts.multimodal"] != nil
    else { throw .noCachedCounts(router: configuration.name) }
    guard x.shape.count == 2, (1...largestSample).contains(x.shape[0]) else {
      throw .wrongShape(
        name: prefix + "x", have: x.shape, need: [ids.count, configuration.dimensions])
    }
    guard x.shape[1] == configuration.dimensions else {
      throw .wrongDimensions(have: x.shape[1], need: configuration.dimensions)
    }
    guard x.shape[0] == ids.count else {
      throw .unequalCounts(what: prefix + "x rows", have: x.shape[0], posts: ids.count)
    }
    let text = try counts(prefix + "counts.text", ids.count, tensors)
    let multimodal = try counts(prefix + "counts.multimodal", ids.count, tensors)
    let adds =
      tensors[prefix + "imageAdds"] == nil
      ? nil : try tensor(prefix + "imageAdds", shape: [ids.count], tensors)
    // Earlier versions gave posts without a picture zeros, which no product of unit vectors is.
    let asked =
      tensors[prefix + "isAsked"] == nil
      ? (0..<ids.count).map { row in
        x.array[(row * configuration.dimensions)..<((row + 1) * configuration.dimensions)]
          .contains { $0 != 0 }
      }
      : try tensor(prefix + "isAsked", shape: [ids.count], tensors).array.map { $0 > 0.5 }
    return try RouterData(
      dimensions: configuration.dimensions, ids: ids, x: x.array, isAsked: asked,
      counts: zip(text, multimodal).map { ExpertCounts(text: $0, multimodal: $1) },
      imageAdds: adds?.array.map { $0 < 0 ? nil : $0 > 0.5 })
  }

  static func counts(
    _ name: String, _ posts: Int, _ tensors: [String: Tensor]
  ) throws(RoutingError) -> [MatchCounts] {
    let values = try tensor(name, shape: [posts, 3], tensors).array
    guard values.allSatisfy({ $0 >= 0 && $0 <= 0x1p24 && $0 == $0.rounded() }) else {
      throw .badValues(name: name, why: "holds numbers that are no counts")
    }
    return (0..<posts).map { post in
      let row = values[3 * post..<3 * post + 3].map { Int($0) }
      return MatchCounts(correct: row[0], predicted: row[1], gold: row[2])
    }
  }

  static func tensor(
    _ name: String, shape: [Int], _ tensors: [String: Tensor]
  ) throws(RoutingError) -> Tensor {
    guard let tensor = tensors[name] else { throw .missingTensor(name: name) }
    guard tensor.shape == shape else {
      throw .wrongShape(name: name, have: tensor.shape, need: shape)
    }
    return tensor
  }
}
