import Corpora
import Encoders
import Foundation
import Tensors
import Testing

@testable import Extractors
@testable import Studies

/// Taggers whose words are known from elsewhere: published vectors, and a pretrained encoder beside
/// them (the paper's “+ BERT”).
@Suite("Words of other programs")
struct WordsOfOthersTests {
  private func write(_ text: String, _ place: TrainingPlace) throws -> String {
    let path = place.folder + "/vectors.txt"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func vectorsAreReadAsTheyArePublished() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let words: Set<String> = ["paris", "acme", "left"]
    // GloVe: no header; fastText: one. A word as it is read wins over another spelling of it.
    let glove = try WordVectors(
      path: try write("Paris 1 2\nparis 3 4\n. . . 5 6\nother x y\nacme -1e-1 .5\n", place),
      of: words)
    #expect(glove.size == 2 && glove.count == 2)
    #expect(glove["paris"] == [3, 4] && glove["acme"] == [-0.1, 0.5] && glove["left"] == nil)
    let fastText = try WordVectors(path: try write("2 3\nParis 1 2 3\nb 4 5 6\n", place), of: words)
    #expect(fastText.size == 3 && fastText["paris"] == [1, 2, 3])
    for (text, line) in [
      ("", ":1:"), ("paris 1 2\nacme 1\n", ":2:"), ("paris 1 x\n", ":1:"),
      ("paris 1 nan\n", ":1:"), ("paris\n", ":1:"), ("paris 1e39\n", ":1:"),
      ("paris 1 2\n\0\u{1} 1 2\n", ":2:"), ("zebra 1 2\nb 1 2\n", "none of the 3 words"),
    ] {
      let path = try write(text, place)
      #expect { try WordVectors(path: path, of: words) } throws: { "\($0)".contains(line) }
    }
  }

  @Test(arguments: [System.riva, .biLSTMCRF]) func vectorsAreBegunWith(_ system: System) throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let path = try write(
      "paris " + (0..<5).map { "\($0)" }.joined(separator: " ") + "\nzebra 1 1 1 1 1\n", place)
    var job = place.job(system, place.posts)
    job.vectors = path
    let result = try #require(try job.run(seeds: [1]).first)
    #expect(result.scores["wordsWithVector"] == 1)
    // Another file is another training.
    let more = try write(
      "paris 0 0 0 0 0\nacme 1 1 1 1 1\nzebra 1 1 1 1 1\n", place)
    var again = job
    again.vectors = more
    #expect(throws: TrainingError.self) { try again.run(seeds: [1]) }
    #expect(throws: TrainingError.self) {
      var plain = job
      plain.vectors = nil
      _ = try plain.run(seeds: [1])
    }
  }

  @Test(arguments: ["riva", "picture", "none"])
  func anEncoderStandsBesideTheWords(_ context: String) throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    _ = try place.pretraining().run()
    var job = place.job(.riva, place.posts, ["context": context, "relations": "auto"])
    if context != "riva" { job = place.job(.riva, place.posts, ["context": context]) }
    job.encoder = place.folder + "/encoder"
    let expert = try job.expert(seed: 1)
    let model = try #require(expert as? RIVAModel)
    #expect(model.configuration.options.encoderSize == 128)
    // It stands in a folder of its own as other programs read it, and learned along.
    let before = try TextBase(folder: place.folder + "/encoder")
    let after = try TextBase(folder: job.folder + "/encoder")
    let pairs = zip(before.encoder.parameters, after.encoder.parameters)
    #expect(pairs.contains { $0.value.array != $1.value.array })
    #expect(pairs.allSatisfy { $0.name == $1.name })
    let weights = try Safetensors(path: job.folder + "/model.safetensors").allTensors()
    #expect(!weights.keys.contains { $0.hasPrefix("encoder.") })
    #expect(expert.seesPicture == (context != "none"))
    let eyes = try place.eyes(of: expert)
    let posts = place.posts.dev.map { eyes.see($0, place.posts.pictures) }
    let answer = expert.ask(posts[0])
    #expect(answer.failure == nil)
    // Another encoder gives other answers.
    var other = try ExpertFolder.open(job.folder) as? RIVAModel
    let same = try expert.labels(of: posts, Asking(confidences: true))
    #expect(try other?.labels(of: posts, Asking(confidences: true)) == same)
    try FileManager.default.removeItem(atPath: job.folder + "/encoder/model.safetensors")
    try FileManager.default.copyItem(
      atPath: place.folder + "/encoder/model.safetensors",
      toPath: job.folder + "/encoder/model.safetensors")
    other = try ExpertFolder.open(job.folder) as? RIVAModel
    #expect(try other?.labels(of: posts, Asking(confidences: true)) != same)
    // A damaged one is named.
    try FileManager.default.removeItem(atPath: job.folder + "/encoder/config.json")
    #expect(throws: (any Error).self) { try ExpertFolder.open(job.folder) }
  }

  /// Means over the pieces of each word; words behind the encoder's end are zeros.
  @Test func wordsAreMeansOfTheirPieces() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    _ = try place.pretraining().run()
    let base = try TextBase(folder: place.folder + "/encoder")
    let encoded = EncodedWords(base)
    let posts = [["acmeleft", "paris"], ["left"]]
    let tape = Tape()
    let words = tape[encoded(posts, steps: 2, tape)]
    #expect(words.shape == [2, 2, 128])
    for (i, post) in posts.enumerated() {
      let encoding = base.tokenizer.encode(words: post)
      let alone = Tape()
      let batch = TextBatch([encoding.ids], padding: base.encoder.configuration.padding)
      let states = alone[try base.encoder(batch, alone).last]
      for word in post.indices {
        let pieces = encoding.wordIndices.indices.filter { encoding.wordIndices[$0] == word }
        for k in 0..<128 {
          let mean =
            pieces.reduce(Float(0)) { $0 + states.array[$1 * 128 + k] } / Float(pieces.count)
          #expect(abs(words.array[(i * 2 + word) * 128 + k] - mean) < 1e-4)
        }
      }
    }
    #expect(words.array.suffix(128).allSatisfy { $0 == 0 }, "no word, no vector")
    let long = [[String](repeating: "paris", count: 600)]
    let cut = tape[encoded(long, steps: 600, tape)]
    #expect(cut.array.suffix(128).allSatisfy { $0 == 0 })
  }

  /// The tags make RIVA's language models forget; what is told of words is of RIVA before them.
  @Test func wordsAreToldByWhatWasTaught() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let model = try #require(
      try place.job(.riva, place.posts).expert(seed: 1) as? RIVAModel)
    let (taught, riva) = (
      try #require(model.network.taught), try #require(model.network.riva)
    )
    #expect(taught.tensors != riva.tensors)
    let eyes = try place.eyes(of: model)
    let seen = eyes.see(place.posts.dev[0], place.posts.pictures)
    let told = try #require(model.ask(seen).trace()["vlcn/perplexity"]?.values.first)
    let batch = TaggerBatch(
      [try model.input(seen)], words: model.words, characters: model.characters)
    let stage = PretrainingStage(riva: taught)
    #expect(abs(Double(told) - 100 / stage.score([batch])) < 1e-3 * Double(told))
    #expect(abs(100 / PretrainingStage(riva: riva).score([batch]) - Double(told)) > 1e-4)
    // RIVA that does not move tells words itself, and nothing is kept twice.
    let frozen = try #require(
      try place.job(.riva, place.posts, ["pretrained-rate": "frozen"], models: "frozen")
        .expert(seed: 1) as? RIVAModel)
    #expect(frozen.network.taught == nil)
    #expect(frozen.ask(seen).trace()["vlcn/perplexity"] != nil)
  }

  @Test func withoutAPictureNoNetworkIsAskedFor() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    for context in ["text", "none"] {
      var job = place.job(.riva, place.posts, ["context": context], models: context)
      job.pictures = nil
      #expect(try job.expert(seed: 1).seesPicture == false)
    }
    var job = place.job(.riva, place.posts)
    job.pictures = nil
    #expect(throws: TrainingError.self) { try job.run(seeds: [1]) }
  }
}
