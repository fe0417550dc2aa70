import Encoders
import Tensors
import Testing

@testable import Extractors

/// RIVA's stages in front of the tags, step by step: Algorithm 1 (MODELS §8.5–8.6) and the sizes
/// of the paper.
@Suite("RIVA's stages")
struct RIVAStageTests {
  /// Which parameters one step over a list moved.
  private func moved(_ lists: [[TaggerInput]]) throws -> (moved: Set<String>, all: Set<String>) {
    let riva = try #require(Samples.riva().network.riva)
    let inputs = lists.flatMap { $0 }
    var settings = TaggerTraining()
    (settings.epochs, settings.batch) = (1, inputs.count)
    var run = StageRun(
      PretrainingStage(riva: riva), settings, epochs: 1, words: Samples.words,
      characters: Samples.characters)
    var steps = 0
    let went = try run.runEpoch(StageItems(lists: lists, dev: inputs)) { _ in
      steps += 1
      return true
    }
    #expect(went && steps == 1)
    let (before, after) = (PretrainingStage(riva: riva).tensors, run.model.tensors)
    #expect(before.keys == after.keys)
    return (Set(before.keys.filter { before[$0] != after[$0] }), Set(before.keys))
  }

  /// Lines 7 to 11 of the algorithm: posts that say whether their picture adds move the gate, and
  /// neither what looks at the picture for the language models nor these. The gate reads words:
  /// their vectors may move with it.
  @Test func labelledPostsMoveTheGateAlone() throws {
    let (moved, all) = try moved([[], Samples.inputs(8, seed: 5)])
    let gate = all.filter { $0.hasPrefix("rgn.") }
    #expect(gate.count == 20, "two layers of two directions, four each, and two linear layers")
    #expect(gate.isSubset(of: moved))
    let others = moved.subtracting(gate).filter { !$0.hasPrefix("embedding.") }
    #expect(others.isEmpty, "\(others.sorted()) moved too")
    #expect(all.contains { $0.hasPrefix("vcn.") } && all.contains { $0.hasPrefix("vlcn.") })
  }

  /// Lines 2 to 6: pseudo-labelled posts teach both tasks, so that everything moves but the scale
  /// of the regions, which is measured.
  @Test func pseudoLabelledPostsMoveEverything() throws {
    let (moved, all) = try moved([Samples.inputs(8, seed: 5), []])
    #expect(moved == all.filter { !$0.hasPrefix("regions.") })
  }

  /// Without anybody's word on its picture a labelled post teaches nothing.
  @Test func postsThatNobodyJudgedMoveNothing() throws {
    var inputs = Samples.inputs(4, seed: 5)
    for i in inputs.indices { inputs[i].imageAdds = nil }
    #expect(try moved([[], inputs]).moved.isEmpty)
  }

  /// Acceptance check 9 at the paper's sizes (MODELS §8.1–8.4): with the 512 numbers of a
  /// ResNet-34's regions, f_t and f_v have 512 numbers both, and all that follows from it.
  @Test func publishedSizesFit() throws {
    var options = RIVAOptions(regionSize: 512) { $0 == "sizes" ? "published" : "" }
    options.relations = .labels
    var sizes = TaggerSizes(words: 40, characters: 30)
    sizes.becomePublished(hidden: 512)
    let configuration = RIVAModel.Configuration(
      scheme: Samples.scheme, sizes: sizes, options: options, needs: ["resnet"])
    // Shapes alone: twenty million numbers are not drawn for them.
    var hollow = SeededGenerator.hollow
    let network = configuration.makeNetwork(&hollow)
    var shapes: [String: [Int]] = [:]
    var copy = network
    copy.visitParameters("") { shapes[$0] = $1.value.shape }
    #expect(shapes["riva.embedding.words.weight"] == [40, 100])
    #expect(shapes["riva.embedding.character_lstm.weight_hh_l0"] == [100, 25])
    #expect(network.riva?.words.size == 150 && network.words.size == 150)
    for owner in ["riva.rgn.", "teacher.rgn."] {
      #expect(shapes[owner + "lstm.weight_ih_l0"] == [1024, 150])
      #expect(shapes[owner + "lstm.weight_ih_l1_reverse"] == [1024, 512])
      #expect(shapes[owner + "lstm.weight_hh_l1"] == [1024, 256])
      #expect(shapes[owner + "hidden.weight"] == [512, 512])
      #expect(shapes[owner + "output.weight"] == [2, 512])
    }
    #expect(shapes["riva.vcn.query.weight"] == [512, 512])
    #expect(shapes["riva.vcn.value.weight"] == [512, 512])
    #expect(shapes["riva.vcn.query.bias"] == nil && shapes["riva.vcn.value.bias"] == nil)
    #expect(network.riva?.sight?.context.heads == 8)
    #expect(shapes["riva.vlcn.entry.weight"] == [150, 512])
    for reading in ["forward.", "backward."] {
      #expect(shapes["riva.vlcn.\(reading)weight_ih_l0"] == [1024, 150])
      #expect(shapes["riva.vlcn.\(reading)weight_ih_l1"] == [1024, 256])
      #expect(shapes["riva.vlcn.\(reading)weight_ih_l0_reverse"] == nil)
    }
    #expect(shapes["riva.vlcn.output.weight"] == [40, 256])
    // Words, characters and e^RIVA of 512.
    #expect(shapes["lstm.weight_ih_l0"] == [2048, 662])
    #expect(shapes["output.weight"] == [Samples.scheme.count, 1024])
    #expect(options.isSound)
  }

  /// The same by a pass: the sentence's vector meets the picture's number by number.
  @Test func sentenceAndPictureMeetAtThePublishedSize() {
    var generator = SeededGenerator(seed: 2)
    let gate = RelationGate(words: 150, size: 512, fusion: .product, dropout: 0, &generator)
    let tape = Tape()
    let words = tape.constant(
      Tensor([2, 3, 150], (0..<900).map { _ in generator.uniform(-1, 1) }))
    let regions = tape.constant(
      Tensor([2, 49, 512], (0..<(2 * 49 * 512)).map { _ in generator.uniform() }))
    let sentence = gate.sentence(words, lengths: [3, 2], tape)
    #expect(tape.shape(sentence) == [2, 512])
    #expect(tape.shape(tape.meanOverMiddle(regions)) == [2, 512])
    #expect(tape.shape(gate.logits(sentence: sentence, regions: regions, tape)) == [2, 2])
    let context = VisualContext(sentence: 512, regions: 512, heads: 8, &generator)
    #expect(
      tape.shape(
        context(sentence: sentence, regions: regions, seen: .whole, tape, nil)) == [2, 512])
  }
}
