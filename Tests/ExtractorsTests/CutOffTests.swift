import Corpora
import Encoders
import Foundation
import Tensors
import Testing

@testable import Extractors

@Suite("Pairs behind the encoder's last position")
struct CutOffTests {
  @Test func answersSayWhatWasNotRead() throws {
    try TinyEncoder.withFolder { folder in
      var base = try TextBase(folder: folder)
      let (network, configuration, _) = try TinyEncoder.pairs(&base)
      let model = MTBModel(name: "mtb", network, tokenizer: base.tokenizer, configuration)
      // 24 positions: two special tokens, four markers, eighteen words.
      let words = [String](repeating: "works", count: 40)
      let pairs: [(head: Range<Int>, tail: Range<Int>)] = [
        (0..<1, 3..<4), (1..<2, 35..<36), (30..<31, 2..<3), (30..<31, 35..<36), (0..<1, 10..<30),
      ]
      let expected: [[PairPart]] = [[], [.tail], [.head], [.head, .tail], [.tail]]
      #expect(try model.predict(words, pairs: pairs).map(\.cutOff) == expected)
      let together = try model.answers([
        (words, pairs.map { TokenPair(head: $0.head, tail: $0.tail) })
      ])
      #expect(together.first?.map(\.cutOff) == expected)
    }
  }

  @Test func multimodalAnswersSayIt() throws {
    try TinyEncoder.withFolder { folder in
      var base = try TextBase(folder: folder)
      let (network, configuration, _) = try TinyPictures.pairs(&base)
      let model = MEGALiteModel(
        name: "mega-lite", network, tokenizer: base.tokenizer, configuration)
      var generator = SeededGenerator(seed: 8)
      let regions = TinyPictures.regions(1, &generator)
      let words = [String](repeating: "works", count: 40)
      let pair = TokenPair(head: 1..<2, tail: 35..<36)
      #expect(try model.predict(words, pair, regions).cutOff == [.tail])
      let post = Post(
        id: "p", tokens: words.map { Token($0) }, imageID: nil, mentions: [],
        relations: [RelationMention(head: pair.head, tail: pair.tail, label: "None")], split: .all,
        source: SourceLocation(file: "f", line: 1))
      let labels = try model.labels(of: [Looked.post(post, regions)])
      #expect(labels.first?.relations?.first?.cutOff == [.tail])
    }
  }
}
