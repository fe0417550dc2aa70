import Foundation
import Testing

@testable import Encoders

@Suite(
  "Tokenizers against the reference's output",
  .enabled(
    if: Shared.folder("fixtures/tokenizers") != nil && Shared.folder("models") != nil,
    "../shared/fixtures/tokenizers or ../shared/models is absent"))
struct TokenizerFixtureTests {
  private struct Line: Decodable {
    let words: [String]
    let ids: [Int]
    let word_ids: [Int?]
    let text_ids: [Int]
  }

  @Test(arguments: [
    ("wordpiece", "minilm-l6", Tokenizer.Family.wordPiece),
    ("roberta", "roberta-tokenizer", .byteLevelBPE),
    ("clip", "clip-tokenizer", .clipBPE),
  ])
  func everyLine(_ name: String, _ model: String, _ family: Tokenizer.Family) throws {
    let path = try #require(Shared.folder("fixtures/tokenizers/\(name).jsonl"))
    let tokenizer = try Tokenizer(folder: try #require(Shared.folder("models/" + model)))
    #expect(tokenizer.family == family)
    var count = 0
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      let expected = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
      let encoding = tokenizer.encode(words: expected.words)
      #expect(encoding.ids == expected.ids, "\(expected.words)")
      #expect(encoding.wordIndices == expected.word_ids, "\(expected.words)")
      let text = tokenizer.encode(text: expected.words.joined(separator: " "))
      #expect(text.ids == expected.text_ids, "\(expected.words)")
      count += 1
    }
    #expect(count > 300)
  }

  @Test func vocabularyFilesGiveTheSame() throws {
    let folder = try #require(Shared.folder("models/minilm-l6"))
    let whole = try Tokenizer(folder: folder)
    let copy = try TokenizerFolder([:])
    for name in ["vocab.txt", "tokenizer_config.json"] {
      try copy.write(name, Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))))
    }
    let lines = try copy.tokenizer()
    var texts = RandomTexts(seed: 11)
    for _ in 0..<300 {
      let text = texts.text(upTo: 40)
      #expect(lines.encode(text: text) == whole.encode(text: text))
    }
    #expect(lines.template == whole.template)
    #expect(lines.special == whole.special)
  }

  @Test func whatTheFolderSays() throws {
    let bert = try Tokenizer(folder: try #require(Shared.folder("models/minilm-l6")))
    #expect(bert.vocabularySize == 30522)
    #expect(bert.maximumLength == 512)
    #expect(bert.id(ofPiece: "[unused0]") == 1)
    let clip = try Tokenizer(folder: try #require(Shared.folder("models/clip-tokenizer")))
    #expect(clip.maximumLength == 77)
    #expect(clip.special.padding == 49407)
    let roberta = try Tokenizer(folder: try #require(Shared.folder("models/roberta-tokenizer")))
    #expect(roberta.prefixesText)
    #expect(roberta.special.padding == 1)
  }

  @Test func speedIsMeasured() throws {
    let clip = try Tokenizer(folder: try #require(Shared.folder("models/clip-tokenizer")))
    let speed = TokenizerSpeed.measure(
      clip, posts: [["a", "b"], ["sun"]], passes: 3, inBatch: true)
    #expect(speed.words == 3)
    #expect(speed.pieces == 7)
    #expect(speed.passes.count == 3)
    #expect(speed.piecesPerSecond > 0)
  }
}
