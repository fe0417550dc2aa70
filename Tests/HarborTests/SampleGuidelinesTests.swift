import Corpora
import Foundation
import Testing

@testable import Harbor

/// What a sample tells its annotators.
@Suite struct SampleGuidelinesTests {
  /// The recipe of `Samples/harbor`, as Scripts/make-samples draws it.
  @Test func theEmbeddedSampleSaysTheSame() throws {
    var place = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { place.deleteLastPathComponent() }
    let stored = try String(
      contentsOf: place.appendingPathComponent("Samples/harbor/dataset.toml"), encoding: .utf8)
    let writer = SampleWriter(SampleRecipe(train: 0, dev: 100, test: 300, captions: 0))
    #expect(writer.settings == stored)
  }

  @Test func everyLabelOfASampleHasAGuideline() throws {
    let folder = NSTemporaryDirectory() + "twinlens-guidelines-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var recipe = SampleRecipe(seed: 3, train: 0, dev: 120, test: 0, captions: 0, side: 32)
    recipe.pairs = .everyPost
    try SampleWriter(recipe).write(to: folder) { _ in }
    let dataset = try Dataset.open(folder)
    #expect(dataset.findings.isEmpty, "\(dataset.findings)")
    #expect(dataset.guidelines.general != nil)
    for type in dataset.labelInventory {
      #expect(dataset.guidelines.text(of: type.rawValue) != nil, "\(type)")
    }
    for label in Set(dataset.posts.flatMap { $0.relations.map(\.label) }) {
      #expect(dataset.guidelines.text(of: label) != nil, "\(label)")
    }
    // Nothing is said of labels that no post can have.
    #expect(dataset.guidelines.text(of: "/per/per/couple") == nil)
  }

  /// What the guideline says of the words between two names is how posts are made.
  @Test func theWordsBetweenTwoNamesDecide() throws {
    var recipe = SampleRecipe(seed: 4, side: 32)
    recipe.pairs = .everyPost
    let writer = SampleWriter(recipe)
    let relating = Set(Sentence.links.filter(\.relates).map(\.words))
    for i in 0..<200 {
      let post = try writer.post(.test, i).post
      let pair = try #require(post.relations.first)
      guard pair.label != RelationInventory.none else { continue }
      let word = post.tokens[pair.tail.lowerBound - 1].text
      // Thumbs slip in words of four letters and more.
      #expect(relating.contains(word) || word.count > 3, "\(post.id): \(word)")
      let types = try #require(RelationInventory.types(of: pair.label))
      #expect(types.head == post.mentions.first { $0.range == pair.head }?.type)
      #expect(types.tail == post.mentions.first { $0.range == pair.tail }?.type)
    }
  }
}
