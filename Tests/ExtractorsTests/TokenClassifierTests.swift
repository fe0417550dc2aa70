import Corpora
import Foundation
import Tensors
import Testing
import Traces

@testable import Extractors

/// Small classifiers that transformers saved, with what transformers answers
/// (`Tools/token-classifiers.py`).
@Suite("Published token classifiers")
struct TokenClassifierTests {
  struct Case: Decodable {
    let words: [String]
    let ids: [Int]
    let word_ids: [Int?]
    let logits: [[Float]]
    let attentions: [[[[Float]]]]?
  }

  static let names = ["bert", "roberta"]

  private func folder(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("TokenClassifiers/" + name).path
  }

  private func cases(_ name: String) throws -> [Case] {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder(name) + "/io.json"))
    return try JSONDecoder().decode([Case].self, from: data)
  }

  private func seen(_ words: [String]) -> SeenPost {
    Looked.post(
      Post(
        id: "p", tokens: words.map { Token($0) }, imageID: nil, mentions: [], split: .test,
        source: SourceLocation(file: "memory", line: 1)))
  }

  @Test(arguments: names) func scoresEqualTransformers(_ name: String) throws {
    let expert = try TokenClassifier(folder: folder(name))
    for one in try cases(name) {
      let logits = try expert.logits([one.words])[0]
      #expect(logits.count == one.logits.count * expert.labels.count)
      let worst = zip(logits, one.logits.flatMap { $0 }).map { abs($0 - $1) }.max() ?? 1
      #expect(worst < 1e-4, "\(one.words): \(worst)")
    }
    // All at once as one by one.
    let texts = try cases(name).map(\.words)
    for (together, words) in zip(try expert.logits(texts), texts) {
      let alone = try expert.logits([words])[0]
      #expect((zip(together, alone).map { abs($0 - $1) }.max() ?? 1) < 1e-4)
    }
  }

  @Test(arguments: names) func attentionEqualsTransformers(_ name: String) throws {
    let expert = try TokenClassifier(folder: folder(name))
    let first = try #require(try cases(name).first)
    let wanted = try #require(first.attentions)
    let signal = try #require(expert.ask(seen(first.words)).trace()["attention"])
    #expect(signal.steps == [.layer(2), .head(2)])
    #expect(signal.tensor.shape == [2, 2, first.ids.count, first.ids.count])
    let all = wanted.flatMap { $0 }.flatMap { $0 }.flatMap { $0 }
    #expect((zip(signal.tensor.array, all).map { abs($0 - $1) }.max() ?? 1) < 1e-4)
  }

  /// The tags of a case by the fixture's own scores: a word's first piece, or the largest of all.
  private func tags(_ one: Case, _ labels: [String], max pools: Bool) -> [String] {
    one.words.indices.map { word in
      let rows = zip(one.word_ids, one.logits).filter { $0.0 == word }.map(\.1)
      let row = pools ? rows[0].indices.map { i in rows.map { $0[i] }.max() ?? 0 } : rows[0]
      return labels[row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }]
    }
  }

  @Test(arguments: names, [false, true])
  func wordsAreReadAtTheirPieces(_ name: String, pools: Bool) throws {
    let copy = NSTemporaryDirectory() + "classifier-" + UUID().uuidString
    try FileManager.default.copyItem(atPath: folder(name), toPath: copy)
    defer { try? FileManager.default.removeItem(atPath: copy) }
    if pools {
      let path = copy + "/config.json"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try Data(("{\"word_pooling\": \"max\"," + text.dropFirst()).utf8).write(
        to: URL(fileURLWithPath: path))
    }
    // Opened as any folder of models is: nothing in it says that it is ours.
    let expert = try #require(try ExpertFolder.open(copy) as? TokenClassifier)
    for one in try cases(name) {
      let wanted = tags(one, expert.labels, max: pools)
      let read = BIO.mentions(
        of: wanted, reading: .lenient, scheme: TaggingScheme(inventory: expert.labels)
      ).mentions
      let answer = try #require(expert.ask(seen(one.words)).mentions)
      #expect(answer.path.map { expert.labels[$0] } == wanted)
      #expect(answer.mentions.map(\.mention) == read)
      #expect(answer.marginals.count == one.words.count)
      for row in answer.marginals { #expect(abs(row.reduce(0, +) - 1) < 1e-5) }
      for found in answer.mentions {
        let p = found.mention.range.reduce(Float(1)) { $0 * (answer.marginals[$1].max() ?? 0) }
        #expect(abs((found.confidence ?? 0) - p) < 1e-6)
      }
      let occlusion = try ExpertOcclusion(expert, seen(one.words))
      #expect(occlusion.words.count == one.words.count && occlusion.regions.isEmpty)
    }
  }

  @Test(arguments: [
    #"{"0": "O"}"#, #"{"0": "O", "2": "B-PER"}"#, #"{"0": "B-PER", "1": "I-PER"}"#,
    #"{"0": "O", "1": "O"}"#,
  ]) func labelsThatAreNoTagsAreRefused(labels: String) throws {
    let copy = NSTemporaryDirectory() + "classifier-" + UUID().uuidString
    try FileManager.default.copyItem(atPath: folder("bert"), toPath: copy)
    defer { try? FileManager.default.removeItem(atPath: copy) }
    let path = copy + "/config.json"
    var fields = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
        as? [String: Any])
    fields["id2label"] = try JSONSerialization.jsonObject(with: Data(labels.utf8))
    try JSONSerialization.data(withJSONObject: fields).write(to: URL(fileURLWithPath: path))
    #expect { try TokenClassifier(folder: copy) } throws: { "\($0)".contains("id2label") }
  }
}
