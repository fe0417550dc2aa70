import Corpora
import Encoders
import Tensors
import Testing
import Traces

@testable import Extractors

/// What docs/models.md says of the experts that look at pictures, where the tests of each switch do
/// not tell it.
@Suite("Experts with pictures as their page tells them")
struct PictureClaimsTests {
  // MARK: UMT

  /// A head whose weights all matter: fresh ones are small and biases 0.
  private func umt(
    _ base: TextBase, _ labels: LabelScheme = .firstPieceOnly, spanTask: Bool
  ) -> (network: UMT, items: [PicturedPieces]) {
    var options = UMTOptions()
    options.spanTask = spanTask
    let made = TinyPictures.tagger(UMTHead.self, base, labels, options: options)
    var network = made.network
    var generator = SeededGenerator(seed: 24)
    network.head.visitParameters("") { _, parameter in
      for i in 0..<parameter.value.count { parameter.value.array[i] += 0.2 * generator.normal() }
    }
    return (network, made.items)
  }

  /// Scores of one post whose gate is closed: what words take from the regions themselves is 0.
  private func behindAClosedGate(
    _ head: UMTHead, _ item: PicturedPieces, _ states: Tensor
  ) -> [Float] {
    let tape = Tape()
    let batch = PictureBatch([item], tape.constant(states), showsPictures: true, tape)
    let probe = Probe(substituting: ["umt/gate": { Tensor($0.shape) }])
    return tape[head.emissions(batch, tape, probe)].array
  }

  private func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
  }

  private func silence(_ layer: inout Linear) {
    layer.weight.value = Tensor(layer.weight.value.shape)
    if let bias = layer.bias { layer.bias = Parameter(Tensor(bias.value.shape)) }
  }

  /// Words look at what the regions found, so the picture still comes through behind a closed gate;
  /// where that look brings nothing, it does not.
  @Test func wordsLookAtWhatTheRegionsFound() throws {
    try TinyEncoder.withFolder { folder in
      let (network, items) = umt(try TextBase(folder: folder), spanTask: false)
      var generator = SeededGenerator(seed: 31)
      let text = items[0].text
      let (a, b) = (
        PicturedPieces(text, TinyPictures.regions(0, &generator)),
        PicturedPieces(text, TinyPictures.regions(2, &generator))
      )
      let states = try network.statesSource.states([a])
      var head = network.head
      #expect(
        largestDifference(
          behindAClosedGate(head, a, states), behindAClosedGate(head, b, states)) > 1e-4)
      silence(&head.wordsOverImage.value)
      #expect(
        largestDifference(
          behindAClosedGate(head, a, states), behindAClosedGate(head, b, states)) < 1e-6)
    }
  }

  /// Regions look at words: with words that do not see each other and a closed gate, the first word
  /// can hear of the last piece from the regions alone.
  @Test func regionsLookAtWords() throws {
    try TinyEncoder.withFolder { folder in
      let (network, items) = umt(try TextBase(folder: folder), spanTask: false)
      let item = items[0]
      var head = network.head
      silence(&head.wordLayer.value)
      let states = try network.statesSource.states([item])
      var other = states
      let width = states.shape[2]
      for i in 0..<width {
        other.array[(item.ids.count - 1) * width + i] += i % 2 == 0 ? 1.5 : -0.5
      }
      let count = head.sizes.states.count
      func firstWord(_ head: UMTHead, _ states: Tensor) -> [Float] {
        Array(behindAClosedGate(head, item, states).prefix(count))
      }
      #expect(largestDifference(firstWord(head, states), firstWord(head, other)) > 1e-4)
      silence(&head.regionsOverWords.value)
      #expect(largestDifference(firstWord(head, states), firstWord(head, other)) < 1e-6)
    }
  }

  /// The final scores are the means of the first task's and of the second one's, each span state's
  /// given in equal parts to the tags it stands for.
  @Test(arguments: LabelScheme.allCases)
  func finalScoresAreMeansOfBothTasks(labels: LabelScheme) throws {
    // The span state of each state, and its share of it: a quarter for each of the four types.
    let all = labels == .withX
    let begin = all ? 2 : 1
    let types: [(Int, Float)] = (0..<8).map { (begin + $0 % 2, 0.25) }
    let before: [(Int, Float)] = all ? [(0, 1), (1, 1)] : [(0, 1)]
    let behind: [(Int, Float)] = all ? [(4, 1), (5, 1), (6, 1)] : []
    let parts: [(Int, Float)] = before + types + behind
    try TinyEncoder.withFolder { folder in
      let base = try TextBase(folder: folder)
      let (both, items) = umt(base, labels, spanTask: true)
      let (one, _) = umt(base, labels, spanTask: false)
      let tape = Tape()
      let batch = PictureBatch(
        items, tape.constant(try both.statesSource.states(items)), showsPictures: true, tape)
      let (whole, aside) = both.head.forward(batch, tape, nil)
      let (plain, nothing) = one.head.forward(batch, tape, nil)
      #expect(nothing == nil)
      let (sums, e) = (tape[whole], tape[plain])
      let spans = tape[try #require(aside)]
      let (k, kinds) = (sums.shape[2], spans.shape[2])
      #expect(k == parts.count && e.shape == sums.shape)
      var largest: Float = 0
      for i in 0..<sums.count {
        let (span, share) = parts[i % k]
        let expected = 0.5 * (e.array[i] + share * spans.array[i / k * kinds + span])
        largest = max(largest, abs(sums.array[i] - expected))
      }
      #expect(largest < 1e-5)
      // Not for want of scores to add.
      #expect(largestDifference(sums.array, e.array) > 1e-2)
    }
  }

  // MARK: MAF

  /// Encoders narrower than 512 match by means; others as the reference, and nothing else differs.
  @Test func narrowEncodersMatchByMeans() {
    let reference = MAFOptions()
    #expect(reference.matching == .flattened(length: 128))
    for size in [16, 128, 256, 511] {
      var expected = reference
      expected.matching = .pooled
      #expect(MAFOptions.fitting(hiddenSize: size) == expected, "\(size)")
    }
    for size in [512, 768, 1024] {
      #expect(MAFOptions.fitting(hiddenSize: size) == reference, "\(size)")
    }
  }

  // MARK: mega-lite

  /// Objects do not look at the padding behind a text: a pair answers the same alone and beside
  /// longer ones, and whatever the states of padding are.
  @Test(arguments: MEGALiteOptions.Structure.allCases)
  func objectsDoNotLookAtPadding(structure: MEGALiteOptions.Structure) throws {
    try TinyEncoder.withFolder { folder in
      var base = try TextBase(folder: folder)
      var options = MEGALiteOptions()
      options.structure = structure
      let (network, _, items) = try TinyPictures.pairs(&base, options: options)
      #expect(Set(items.map(\.ids.count)).count > 1)
      let engine = BERTEngine(network.encoder)
      let together = try network.head.logits(items, engine)
      for (item, expected) in zip(items, together) {
        let alone = try #require(try network.head.logits([item], engine).first)
        #expect(zip(alone, expected).allSatisfy { abs($0 - $1) < 1e-5 * max(1, abs($1)) })
      }
      func scores(_ states: Tensor) -> [Float] {
        let tape = Tape()
        return tape[network.head(tape.constant(states), items, tape, nil)].array
      }
      let states = try engine.states(items)
      var other = states
      let (length, width) = (states.shape[1], states.shape[2])
      for (row, item) in items.enumerated() {
        for i in ((row * length + item.ids.count) * width)..<((row + 1) * length * width) {
          other.array[i] = 3
        }
      }
      #expect(other != states)
      #expect(largestDifference(scores(states), scores(other)) < 1e-6)
    }
  }

  /// The picture reaches the answer only through the weights with which objects look at the text:
  /// with even weights two pictures answer alike.
  @Test(arguments: MEGALiteOptions.Structure.allCases)
  func evenWeightsHideThePicture(structure: MEGALiteOptions.Structure) throws {
    try TinyEncoder.withFolder { folder in
      var base = try TextBase(folder: folder)
      var options = MEGALiteOptions()
      options.structure = structure
      let (network, configuration, _) = try TinyPictures.pairs(&base, options: options)
      let model = MEGALiteModel(name: "mega", network, tokenizer: base.tokenizer, configuration)
      let words = TinyEncoder.posts[0].words
      let pair = TokenPair(head: 0..<1, tail: 3..<4)
      var generator = SeededGenerator(seed: 33)
      let (a, b) = (TinyPictures.regions(0, &generator), TinyPictures.regions(2, &generator))
      let even: [String: @Sendable (Tensor) -> Tensor] = [
        "mega-lite/alignment": { Tensor($0.shape, repeating: 1 / Float($0.shape[3])) }
      ]
      let own = try [a, b].map { try model.predict(words, pair, $0).answer }
      #expect(own[0] != own[1])
      let hidden = try [a, b].map {
        try model.predict(words, pair, $0, even).answer
      }
      #expect(hidden[0] == hidden[1] && hidden[0] != own[0])
    }
  }

  // MARK: Numbers that are none

  /// Finite weights that are far too large, in the layer that gives the scores.
  private func spoil(_ model: inout some ParameterContainer) {
    var spoilt = 0
    model.visitParameters("") { name, parameter in
      guard name == FineTuneNames.head + "output.weight" else { return }
      spoilt += 1
      for i in 0..<parameter.value.count {
        parameter.value.array[i] = i % 2 == 0 ? 3e38 : -3e38
      }
    }
    #expect(spoilt == 1)
  }

  private func refusesToTag<Head: PictureTaggerHead>(_ head: Head.Type) throws {
    try TinyEncoder.withFolder { folder in
      let base = try TextBase(folder: folder)
      let made = TinyPictures.tagger(Head.self, base)
      var network = made.network
      spoil(&network)
      let spoilt = network
      let error = EncoderInputError.notFinite("the tag scores of \(Head.system)")
      #expect(throws: error) { try spoilt.score(made.items) }
      let model = PictureTaggerModel<Head>(
        name: "m", spoilt, tokenizer: base.tokenizer, made.configuration)
      let posts = TinyPictures.posts(seed: 3)
      #expect(throws: error) { try model.predict(posts[0].words, posts[0].regions) }
      #expect(throws: error) {
        try model.mentions(posts.map { (words: $0.words, regions: $0.regions) })
      }
    }
  }

  @Test func tagsOfUMTThatAreNoNumbersAreErrors() throws { try refusesToTag(UMTHead.self) }

  @Test func tagsOfMAFThatAreNoNumbersAreErrors() throws { try refusesToTag(MAFHead.self) }

  @Test func relationsOfMEGALiteThatAreNoNumbersAreErrors() throws {
    try TinyEncoder.withFolder { folder in
      var base = try TextBase(folder: folder)
      let made = try TinyPictures.pairs(&base)
      var network = made.network
      spoil(&network)
      let spoilt = network
      let error = EncoderInputError.notFinite("the relation scores of mega-lite")
      #expect(throws: error) { try spoilt.score(made.items) }
      let model = MEGALiteModel(
        name: "m", spoilt, tokenizer: base.tokenizer, made.configuration)
      var generator = SeededGenerator(seed: 34)
      let (words, regions) = (TinyEncoder.posts[0].words, TinyPictures.regions(0, &generator))
      let pair = TokenPair(head: 0..<1, tail: 3..<4)
      #expect(throws: error) { try model.predict(words, pair, regions) }
      #expect(throws: error) {
        let post = Post(
          id: "p", tokens: words.map { Token($0) }, imageID: nil, mentions: [],
          relations: [RelationMention(head: pair.head, tail: pair.tail, label: "None")],
          split: .all, source: SourceLocation(file: "f", line: 1))
        return try model.labels(of: [Looked.post(post, regions)])
      }
    }
  }

  /// Beside the tags of a multimodal expert stands 1 − the largest probability at each word, too.
  @Test func uncertaintyIsWhatTheLikeliestTagLeaves() throws {
    try TinyEncoder.withFolder { folder in
      let base = try TextBase(folder: folder)
      let (network, configuration, _) = TinyPictures.tagger(UMTHead.self, base)
      let model = UMTModel(name: "umt", network, tokenizer: base.tokenizer, configuration)
      for post in TinyPictures.posts(seed: 3) {
        let prediction = try model.predict(post.words, post.regions)
        let shown = try #require(prediction.trace["crf/uncertainty"])
        #expect(shown.kind == .words && shown.shape == [post.words.count])
        for (value, row) in zip(shown.values, prediction.marginals) {
          #expect(abs(value - (1 - (row.max() ?? 9))) < 1e-6)
        }
      }
    }
  }
}
