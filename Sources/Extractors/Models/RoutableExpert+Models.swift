import Corpora
import Encoders
import Tensors
import Traces

extension ExpertModel: RoutableExpert {
  /// Its tags.
  public var scheme: TagScheme? { configuration.scheme }
  /// The folder's `system`.
  public var systemName: String { configuration.system }
  /// Mentions.
  public var task: ExpertTask { .entities }
  /// Its picture encoder's folder; nil for the text expert.
  public var pictures: String? { isMultimodal ? configuration.needs.first : nil }

  /// Viterbi mentions of many posts.
  public func mentions(of inputs: [ExpertInput]) throws -> [[EntityMention]] {
    try mentions(inputs.map { try taggerInput($0) })
  }

  /// The answer for one post with everything it shows.
  public func predict(_ input: ExpertInput) throws -> Prediction {
    try predict(
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
  /// Its tags.
  public var scheme: TagScheme? { configuration.scheme }
  /// The folder's `system`.
  public var systemName: String { Self.system }
  /// Mentions.
  public var task: ExpertTask { .entities }
  /// It reads the text alone.
  public var pictures: String? { nil }

  /// Viterbi mentions of many posts.
  public func mentions(of inputs: [ExpertInput]) throws -> [[EntityMention]] {
    try mentions(inputs.map(\.words))
  }

  /// The answer for one post with everything it shows.
  public func predict(_ input: ExpertInput) throws -> Prediction { try predict(input.words) }
}

extension PictureTaggerModel: RoutableExpert {
  /// Its tags.
  public var scheme: TagScheme? { configuration.scheme }
  /// The folder's `system`.
  public var systemName: String { Self.system }
  /// Mentions.
  public var task: ExpertTask { .entities }
  /// Its region source's folder.
  public var pictures: String? { configuration.pictures }

  /// Viterbi mentions of many posts.
  public func mentions(of inputs: [ExpertInput]) throws -> [[EntityMention]] {
    try mentions(inputs.map { ($0.words, try regions(of: $0)) })
  }

  /// The answer for one post with everything it shows.
  public func predict(_ input: ExpertInput) throws -> Prediction {
    try predict(input.words, regions(of: input))
  }
}

extension MTBModel: RoutableExpert {
  /// Its labels.
  public var relationLabels: [String] { configuration.scheme.labels }
  /// The folder's `system`.
  public var systemName: String { Self.system }
  /// Relations.
  public var task: ExpertTask { .relations }
  /// It reads the text alone.
  public var pictures: String? { nil }

  /// An answer for each of the posts' pairs.
  public func answers(of inputs: [ExpertInput]) throws -> [[Answer]] {
    try answers(inputs.map { ($0.words, $0.pairs) })
  }

  /// Each answer with its probabilities as a signal.
  public func tracedAnswers(of input: ExpertInput) throws -> [(answer: Answer, trace: Trace)] {
    (try answers(of: [input]).first ?? []).map { answer in
      var trace = Trace()
      trace.append(answer.signal(configuration.scheme))
      return (answer, trace)
    }
  }
}

extension MEGALiteModel: RoutableExpert {
  /// Its labels.
  public var relationLabels: [String] { configuration.text.scheme.labels }
  /// The folder's `system`.
  public var systemName: String { Self.system }
  /// Relations.
  public var task: ExpertTask { .relations }
  /// Its region source's folder.
  public var pictures: String? { configuration.pictures }

  /// Whether its objects come from files.
  public var needsBoxes: Bool { configuration.options.objects == .boxes }
  /// Whether its regions leaked.
  public var mark: String? { configuration.mark }

  /// An answer for each of the posts' pairs.
  public func answers(of inputs: [ExpertInput]) throws -> [[MTBModel.Answer]] {
    try answers(inputs.map { ($0.words, $0.pairs, try usable($0)) })
  }

  /// Alignment and objects of the first 64 pairs, each of which is a pass of its own: enough for
  /// posts as people write them. The pairs behind them are answered together.
  public func tracedAnswers(
    of input: ExpertInput
  ) throws -> [(answer: MTBModel.Answer, trace: Trace)] {
    let regions = try usable(input)
    let traced = try input.pairs.prefix(64).map { try predict(input.words, $0, regions) }
    let rest = Array(input.pairs.dropFirst(64))
    guard !rest.isEmpty else { return traced }
    return traced + (try answers([(input.words, rest, regions)]).first ?? []).map { ($0, Trace()) }
  }

  /// The regions of an input, with those of files where the objects come from these.
  private func usable(_ input: ExpertInput) throws -> PictureRegions {
    let regions = try regions(of: input)
    if needsBoxes, regions.boxes == nil { throw ExpertError.noBoxes(expert: name) }
    return regions
  }
}

extension ExpertInput {
  fileprivate var pairs: [TokenPair] {
    post.relations.map { TokenPair(head: $0.head, tail: $0.tail) }
  }
}
