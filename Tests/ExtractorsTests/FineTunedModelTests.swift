import Corpora
import Encoders
import Foundation
import Tensors
import Testing

@testable import Extractors

@Suite("BERT-CRF and MTB")
struct FineTunedModelTests {
  @Test func statesStandAtPiecesAsSpecified() throws {
    try TinyEncoder.withFolder { folder in
      let base = try TextBase(folder: folder)
      let types = TagScheme(types: ["MISC", "PER", "ORG", "LOC"])
      let encoding = base.tokenizer.encode(words: ["in", "Parisville", "Bobs"])
      let tags = [0, 7, 3]
      let x = TagStates(scheme: types, labels: .withX)
      // MODELS §2.2: 1 O, 8 B-LOC, 4 B-PER, 10 X, 11 [CLS], 12 [SEP]; K = 13.
      let pieces = x.layOut(encoding, tags: tags)
      #expect(x.count == 13)
      #expect(pieces.states == [11, 1, 8, 10, 4, 10, 12])
      #expect(pieces.words == [1, 2, 4] && pieces.places == Array(0..<7))
      #expect(x.tagOf == [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0])
      let words = TagStates(scheme: types, labels: .firstPieceOnly).layOut(encoding, tags: tags)
      #expect(words.states == tags && words.places == [1, 2, 4] && words.words == [0, 1, 2])
      // Cut in the middle of the second word: the third has no step.
      let cut = base.tokenizer.encode(
        words: ["in", "Parisville", "Bobs"], options: EncodingOptions(maximumLength: 4))
      #expect(x.layOut(cut, tags: tags).states == [11, 1, 8, 12])
      #expect(x.layOut(cut, tags: tags).words == [1, 2])
    }
  }

  @Test func confidencesAreSumsOverPaths() {
    // Two words, the first of two pieces; 3 tags, 7 states: enumerated.
    let states = TagStates(scheme: TagScheme(types: ["PER"]), labels: .withX)
    var generator = SeededGenerator(seed: 77)
    let crf = CRF(tags: states.count, &generator)
    let emissions = (0..<(5 * states.count)).map { _ in 2 * generator.normal() }
    let chain = crf.chain
    let (steps, tagOf, k) = ([1, 3], states.tagOf, states.count)
    let decoded = chain.decode(emissions, scheme: states.scheme, steps: steps, tagOf: tagOf)
    let best = chain.viterbi(emissions)
    var (total, marginals) = (0.0, [[Double]](repeating: [0, 0, 0], count: 2))
    var exact = [Double](repeating: 0, count: decoded.mentions.count)
    var path = [Int](repeating: 0, count: 5)
    for number in 0..<Int(pow(Double(k), 5)) {
      var rest = number
      for t in 0..<5 {
        path[t] = rest % k
        rest /= k
      }
      let weight = exp(chain.score(emissions, path: path))
      total += weight
      for (word, step) in steps.enumerated() { marginals[word][tagOf[path[step]]] += weight }
      for (i, scored) in decoded.mentions.enumerated() {
        // Read by the words' tags alone, whatever the states between them.
        if states.scheme.mentions(of: steps.map { tagOf[path[$0]] }).contains(scored.mention) {
          exact[i] += weight
        }
      }
    }
    for word in 0..<2 {
      for tag in 0..<3 {
        #expect(abs(Double(decoded.marginals[word][tag]) - marginals[word][tag] / total) < 1e-5)
      }
    }
    for (i, scored) in decoded.mentions.enumerated() {
      #expect(abs(Double(scored.confidence ?? .nan) - exact[i] / total) < 1e-5)
    }
    #expect(decoded.path == steps.map { tagOf[best[$0]] })
  }

  @Test(arguments: LabelScheme.allCases) func entityFoldersSurviveTheRoundTrip(
    labels: LabelScheme
  ) throws {
    try TinyEncoder.withFolder { folder in
      let base = try TextBase(folder: folder)
      let (network, items) = TinyEncoder.entities(base, labels)
      let out = folder + "/trained"
      try BERTCRFModel.save(
        network, longest: 24, from: base, to: out,
        provenance: Provenance(command: "test", seed: 1, data: [:], metrics: [:]))
      let model = try BERTCRFModel(folder: out)
      let paths = try network.head.paths(items, BERTEngine(network.encoder))
      for (post, path) in zip(TinyEncoder.posts, paths) {
        let prediction = try model.predict(post.words)
        #expect(prediction.path == path)
        #expect(prediction.mentions.map(\.mention) == TagScheme.standard.mentions(of: path))
        #expect(prediction.marginals.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-4 })
        #expect(prediction.mentions.allSatisfy { (0...1).contains($0.confidence ?? -1) })
      }
      // What does not fit in the positions is O, not an error, and how surely nobody knows.
      let long = try model.predict([String](repeating: "Parisville", count: 40))
      #expect(long.path.count == 40 && long.path[39] == 0 && long.isUnread(39))
      #expect(!long.isUnread(0) && long.cutOffNotice?.contains("of 40 words") == true)
      #expect(try model.predict([]).path.isEmpty)
      // Other programs find an encoder there.
      #expect(try EncoderFolder(out).loadBERT().configuration.vocabulary == 17)
      #expect(throws: ModelFolderError.self) { try MTBModel(folder: out) }
      let config = try String(contentsOfFile: out + "/config.json", encoding: .utf8)
      for (good, bad) in [("\"PER\"", "\"LOC\""), ("\"longest\" : 24", "\"longest\" : 0")] {
        #expect(config.contains(good))
        try config.replacingOccurrences(of: good, with: bad)
          .write(toFile: out + "/config.json", atomically: true, encoding: .utf8)
        #expect(throws: ModelFolderError.self) { try BERTCRFModel(folder: out) }
      }
    }
  }

  @Test func relationFoldersSurviveTheRoundTrip() throws {
    try TinyEncoder.withFolder { folder in
      var base = try TextBase(folder: folder)
      let (network, configuration, _) = try TinyEncoder.pairs(&base)
      let out = folder + "/trained"
      try MTBModel.save(
        network, configuration, from: base, to: out,
        provenance: Provenance(command: "test", seed: 1, data: [:], metrics: [:]))
      let model = try MTBModel(folder: out)
      #expect(model.configuration == configuration)
      let pairs = [(head: 0..<1, tail: 3..<4), (head: 3..<4, tail: 0..<1)]
      let answers = try model.predict(["Ann", "works", "at", "Acme"], pairs: pairs)
      let again = try MTBModel(name: "m", network, tokenizer: base.tokenizer, configuration)
        .predict(["Ann", "works", "at", "Acme"], pairs: pairs)
      #expect(answers == again)
      #expect(answers[0].probabilities != answers[1].probabilities)
      #expect(answers.allSatisfy { abs($0.probabilities.reduce(0, +) - 1) < 1e-4 })
      // A post that spells a marker does not get one.
      let item = configuration.markers.markedPair(
        ["<s>", "Ann", "<o>"], head: 1..<2, tail: 0..<1, label: 0, model.tokenizer, longest: 24)
      #expect(item.ids.count { $0 == configuration.markers.ids[0] } == 1)
      #expect(item.ids.count { $0 == configuration.markers.ids[2] } == 1)
    }
  }

  @Test func markersCloseBeforeTheyOpenAndClamp() throws {
    try TinyEncoder.withFolder { folder in
      var base = try TextBase(folder: folder)
      var generator = SeededGenerator(seed: 1)
      let before = base.encoder.configuration.vocabulary
      let markers = try RelationMarkers(addedTo: &base, &generator)
      #expect(markers.ids == [17, 18, 19, 20] && before == 17)
      #expect(base.encoder.embeddings.words.weight.value.shape == [21, 16])
      func pieces(_ head: Range<Int>, _ tail: Range<Int>, _ longest: Int = 24) -> MarkedPair {
        markers.markedPair(
          ["ann", "bob", "acme"], head: head, tail: tail, label: 0, base.tokenizer,
          longest: longest)
      }
      func text(_ pair: MarkedPair) -> String {
        pair.ids.map { base.tokenizer.piece($0) ?? "?" }.joined(separator: " ")
      }
      #expect(text(pieces(0..<1, 2..<3)) == "[CLS] <s> ann </s> bob <o> acme </o> [SEP]")
      #expect(text(pieces(1..<2, 0..<1)) == "[CLS] <o> ann </o> <s> bob </s> acme [SEP]")
      #expect(text(pieces(0..<3, 1..<2)) == "[CLS] <s> ann <o> bob </o> acme </s> [SEP]")
      #expect(text(pieces(1..<2, 1..<2)) == "[CLS] ann <s> <o> bob </s> </o> acme [SEP]")
      #expect(pieces(1..<2, 0..<1).head == 4 && pieces(1..<2, 0..<1).tail == 1)
      let short = pieces(0..<1, 2..<3, 5)
      #expect(short.ids.count == 5 && short.head == 1 && short.tail == 4)
    }
  }

  @Test func scoresAreThoseOfThePapers() {
    func score(correct: Int, predicted: Int, gold: Int) -> RelationScore {
      var result = RelationScore()
      for _ in 0..<correct { result.add(predicted: "a", gold: "a") }
      for _ in 0..<(predicted - correct) { result.add(predicted: "a", gold: "None") }
      for _ in 0..<(gold - correct) { result.add(predicted: "None", gold: "b") }
      return result
    }
    // RDS and FocalMRE as published (MODELS §1.2).
    for (counts, wanted) in [
      ((419, 627, 640), [66.83, 65.47, 66.14]), ((558, 628, 640), [88.85, 87.19, 88.01]),
    ] {
      let it = score(correct: counts.0, predicted: counts.1, gold: counts.2).withoutNone
      let found = [it.precision, it.recall, it.f1].map { ($0 * 100).rounded() / 100 }
      #expect(found == wanted)
    }
    var mixed = RelationScore()
    for (predicted, gold) in [("a", "b"), ("None", "None"), ("a", "a"), ("None", "a")] {
      mixed.add(predicted: predicted, gold: gold)
    }
    #expect(mixed.accuracy == 50 && mixed.withNone.f1 == 50)
    #expect(mixed.withoutNone.precision == 50 && mixed.withoutNone.recall == 100.0 / 3)
    #expect(mixed.labels["a"] == RelationScore.Counts(correct: 1, predicted: 2, gold: 2))
    #expect(RelationScore().f1 == 0 && RelationScore().accuracy == 0)
  }
}
