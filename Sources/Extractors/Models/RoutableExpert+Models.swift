import Corpora
import Encoders
import Tensors

extension ExpertModel: RoutableExpert {
  public var systemName: String { configuration.system }
  public var task: ExpertTask { .entities }
  public var pictures: String? { isMultimodal ? configuration.needs.first : nil }

  public func mentions(of inputs: [ExpertInput]) throws -> [[EntityMention]] {
    mentions(try inputs.map { try taggerInput($0) })
  }

  public func predict(_ input: ExpertInput) throws -> Prediction {
    predict(
      PostReader.Read(
        input: try taggerInput(input), text: [], picture: nil, notice: input.regions?.notice))
  }

  private func taggerInput(_ input: ExpertInput) throws -> TaggerInput {
    guard isMultimodal, let size = configuration.riva?.regionSize else {
      return TaggerInput(tokens: input.words, regions: Tensor([1, 1]), seen: nil)
    }
    let regions = try self.regions(of: input)
    guard regions.shape[1] == size else {
      throw EncoderInputError.pictures(
        shape: regions.shape, expected: "regions of \(size) numbers")
    }
    // RIVA was trained with zeros where there is no picture.
    return TaggerInput(
      tokens: input.words, regions: regions.isMissing ? Tensor(regions.shape) : regions.tensor,
      seen: regions.isMissing ? nil : regions.seen)
  }
}

extension BERTCRFModel: RoutableExpert {
  public var systemName: String { Self.system }
  public var task: ExpertTask { .entities }
  public var pictures: String? { nil }

  public func mentions(of inputs: [ExpertInput]) throws -> [[EntityMention]] {
    try mentions(inputs.map(\.words))
  }

  public func predict(_ input: ExpertInput) throws -> Prediction { try predict(input.words) }
}

extension PictureTaggerModel: RoutableExpert {
  public var systemName: String { Self.system }
  public var task: ExpertTask { .entities }
  public var pictures: String? { configuration.pictures }

  public func mentions(of inputs: [ExpertInput]) throws -> [[EntityMention]] {
    try mentions(inputs.map { ($0.words, try regions(of: $0)) })
  }

  public func predict(_ input: ExpertInput) throws -> Prediction {
    try predict(input.words, regions(of: input))
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
    try answers(inputs.map { ($0.words, $0.pairs, try regions(of: $0)) })
  }
}

extension ExpertInput {
  fileprivate var pairs: [TokenPair] {
    post.relations.map { TokenPair(head: $0.head, tail: $0.tail) }
  }
}
