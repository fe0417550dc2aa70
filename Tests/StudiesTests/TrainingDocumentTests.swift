import Corpora
import Encoders
import Foundation
import Pictures
import Tensors
import Testing

@testable import Extractors
@testable import Studies

/// Sections of results: each training has its own, and leaves everything else alone.
@Suite("Training documents") struct TrainingDocumentTests {
  private func result(
    _ system: System, options: String? = nil, scores: [String: Double] = ["devF1": 50],
    _ change: (inout TaggerTraining) -> Void = { _ in }
  ) -> TrainingResult {
    var origin = TrainingResult.Origin(system: system.id, dataset: "made", data: "1")
    var tagger = TaggerTraining()
    change(&tagger)
    (origin.options, origin.tagger) = (options, tagger)
    return TrainingResult(origin: origin, epochs: [], scores: scores, relations: [:])
  }

  private func title(_ document: TrainingDocument) -> String {
    document.section.split(separator: "\n").first.map(String.init) ?? ""
  }

  private var posts: TrainingPosts {
    TrainingPosts(
      name: "made", hash: "1", train: [], dev: [], relationLabels: [],
      pictures: PictureProvider(name: "none") { _, _ in
        .failure(PictureNotice(sentence: "there is none"))
      })
  }

  private func job(_ change: (inout TrainingJob) -> Void) -> TrainingJob {
    var job = TrainingJob(
      .riva, pictures: "/models/resnet-harbor", posts: posts, models: "/models", name: "riva",
      command: "test", observe: { _ in true })
    change(&job)
    return job
  }

  /// All that distinguishes a training stands in its title; what is as usual does not.
  @Test func aJobTellsWhatIsOtherwise() throws {
    let folder = NSTemporaryDirectory() + "differences-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(
      atPath: folder + "/riva", withIntermediateDirectories: true)
    try Data("ann 1 2\n".utf8).write(to: URL(fileURLWithPath: folder + "/glove.txt"))
    #expect(job { _ in }.differences.isEmpty)
    #expect(job { _ in }.pictureFolders == ["resnet-harbor"])
    #expect(job { $0.switches = ["context": "text"] }.pictureFolders.isEmpty)
    // As many as the recipe has is no difference.
    #expect(job { $0.changes = FineTuningChanges(epochs: 40) }.differences.isEmpty)
    #expect(
      job { $0.changes = FineTuningChanges(epochs: 1, batch: 8) }.differences == [
        "1 epoch", "batch 8",
      ])
    #expect(job { $0.vectors = folder + "/glove.txt" }.differences == ["vectors glove.txt 8 bytes"])
    #expect(job { $0.pretrained = folder + "/riva" }.differences == ["pretrained riva"])
    // Two models of one name are told apart by their weights.
    try Data(repeating: 1, count: 64).write(
      to: URL(fileURLWithPath: folder + "/riva/model.safetensors"))
    let one = job { $0.pretrained = folder + "/riva" }.differences
    try Data(repeating: 2, count: 64).write(
      to: URL(fileURLWithPath: folder + "/riva/model.safetensors"))
    let other = job { $0.pretrained = folder + "/riva" }.differences
    #expect(one != other && one[0].hasPrefix("pretrained riva ") && one[0].count == 24)
    let more = Dataset(
      name: "tweets",
      posts: [
        Post(
          id: "a", tokens: [Token("a")], imageID: "a", mentions: [], split: .all,
          source: SourceLocation(file: "memory", line: 1))
      ])
    let corpus = TrainingJob(
      .riva, posts: posts.adding(corpus: more), models: "/models", name: "riva", command: "test",
      observe: { _ in true }
    ).differences
    #expect(corpus.count == 1 && corpus[0].hasPrefix("corpus tweets "))
  }

  @Test func everyTrainingHasItsOwnSection() {
    func document(_ differences: [String], _ pictures: [String] = ["resnet"]) -> TrainingDocument {
      TrainingDocument(
        [result(.riva)], peer: nil, pictureFolders: pictures, differences: differences,
        posts: (1, 12))
    }
    let plain = document([])
    #expect(title(plain) == "## RIVA with words and characters, resnet on made")
    #expect(title(document(["1 epoch"])) == title(plain) + ", 1 epoch")
    #expect(plain.section.contains("Learned from 1 post, chosen by and scored on 12 posts of dev."))
    let all = [
      plain, document(["vectors a.txt 3 bytes"]), document(["corpus a 12345678"]),
      document(["pretrained riva 12345678"]), document(["1 epoch"]), document([], ["vit"]),
    ]
    var text = ""
    for document in all + all { text = document.document(replacing: text) }
    let titles = text.split(separator: "\n").filter { $0.hasPrefix("## ") }.map(String.init)
    #expect(titles.count == all.count && Set(titles) == Set(all.map(title)))
    #expect(titles == titles.sorted() && text.hasPrefix(TrainingDocument.header))
  }

  @Test func otherTextsAreLeftAlone() {
    let document = TrainingDocument([result(.riva)], peer: nil)
    let others = """
      Mine, above everything.

      ## Later

      kept

      <!-- rds -->

      ## A table

      <!-- /rds -->

      """
    let once = document.document(replacing: others)
    #expect(once.hasPrefix(others.trimmingCharacters(in: .newlines)))
    #expect(once.contains("\n\n## RIVA with words and characters on made\n"))
    // In the middle it takes its own lines and no mark of others.
    let between = once + "\n<!-- rds b -->\n\n## More\n\n<!-- /rds b -->\n"
    let twice = document.document(replacing: between)
    #expect(twice == between)
    let longer = TrainingDocument(
      [result(.riva, scores: ["devF1": 50, "gateAccuracy": 75, "gatePosts": 16])], peer: nil)
    let third = longer.document(replacing: between)
    #expect(third.contains("| gate, accuracy on dev | 75.00 | 16 |"))
    #expect(third.contains("<!-- rds b -->\n\n## More") && third.contains("Mine, above"))
  }

  @Test func theRecipeIsToldAsItWas() {
    let adam = TrainingDocument([result(.riva) { ($0.epochs, $0.patience) = (1, 1) }], peer: nil)
    #expect(
      adam.section.contains(
        "AdamW with 0.003, halved 3 times on a plateau of 1 epoch, at most 1 epoch."))
    let descent = TrainingDocument([result(.riva) { $0.usesDescent = true }], peer: nil)
    #expect(descent.section.contains("plain descent with") && !descent.section.contains("AdamW"))
  }
}
