import Corpora
import Encoders
import Tensors

extension ExpertModel: RoutableExpert {
  public var systemName: String { configuration.system }
  public var task: ExpertTask { .entities }
  public var pictures: String? { isMultimodal ? configuration.needs.first : nil }

  public func mentions(of inputs: [ExpertInput]) throws -> [[EntityMention]] {
    let size = configuration.riva?.regionSize ?? 1
    let seen = isMultimodal ? try regions(of: inputs) : []
    return mentions(
      try inputs.enumerated().map { i, input in
        guard isMultimodal else {
          return TaggerInput(tokens: input.words, regions: Tensor([1, 1]), seen: nil)
        }
        let regions = seen[i]
        guard regions.shape[1] == size else {
          throw EncoderInputError.pictures(
            shape: regions.shape, expected: "regions of \(size) numbers")
        }
        // RIVA was trained with zeros where there is no picture.
        return TaggerInput(
          tokens: input.words, regions: regions.isMissing ? Tensor(regions.shape) : regions.tensor,
          seen: regions.isMissing ? nil : regions.seen)
      })
  }
}

extension BERTCRFModel: RoutableExpert {
  public var systemName: String { Self.system }
  public var task: ExpertTask { .entities }
  public var pictures: String? { nil }

  public func mentions(of inputs: [ExpertInput]) throws -> [[EntityMention]] {
    try mentions(inputs.map(\.words))
  }
}

extension PictureTaggerModel: RoutableExpert {
  public var systemName: String { Self.system }
  public var task: ExpertTask { .entities }
  public var pictures: String? { configuration.pictures }

  public func mentions(of inputs: [ExpertInput]) throws -> [[EntityMention]] {
    try mentions(zip(inputs, regions(of: inputs)).map { ($0.words, $1) })
  }
}

extension MTBModel: RoutableExpert {
  public var systemName: String { Self.system }
  public var task: ExpertTask { .relations }
  public var pictures: String? { nil }

  public func answers(of inputs: [ExpertInput]) throws -> [[Answer]] {
    try answers(inputs.map { ($0.words, $0.pairs) })
  }
}

extension MEGALiteModel: RoutableExpert {
  public var systemName: String { Self.system }
  public var task: ExpertTask { .relations }
  public var pictures: String? { configuration.pictures }

  public func answers(of inputs: [ExpertInput]) throws -> [[MTBModel.Answer]] {
    try answers(zip(inputs, regions(of: inputs)).map { ($0.words, $0.pairs, $1) })
  }
}

extension ExpertInput {
  fileprivate var pairs: [TokenPair] {
    post.relations.map { TokenPair(head: $0.head, tail: $0.tail) }
  }
}
