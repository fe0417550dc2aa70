import Foundation
import Tensors
import Testing

@testable import Extractors

/// IMM's SW loss as it is trained with (MODELS §12, item 7): nothing where the network is of one
/// mind with CLIP, and the same in any order of the batch.
@Suite("SW loss")
struct AlignmentAtRestTests {
  private struct Case {
    let text: Tensor
    let picture: Tensor
    let options: IMMOptions
  }

  /// Vectors of four posts, compared by a cosine or as they are.
  private func cases() -> [Case] {
    var generator = SeededGenerator(seed: 6)
    func vectors() -> Tensor {
      Tensor([4, 5], (0..<20).map { _ in generator.uniform(-1, 1) })
    }
    var mild = IMMOptions { _ in "" }
    // Shares of 1e-12 beside 1 would drown in ε.
    mild.temperature = 0.5
    return [
      Case(text: vectors(), picture: vectors(), options: mild),
      Case(
        text: vectors(), picture: vectors(),
        options: IMMOptions { $0 == "comparison" ? "raw" : "" }),
    ]
  }

  private func loss(_ it: Case, _ similarity: Tensor, text: [Int]? = nil, picture: [Int]? = nil)
    -> Double
  {
    func rows(_ x: Tensor, _ order: [Int]?) -> Tensor {
      guard let order else { return x }
      return Tensor(x.shape, order.flatMap { Array(x.array[(5 * $0)..<(5 * $0 + 5)]) })
    }
    let tape = Tape()
    return Double(
      tape[
        SwitchedAlignment.loss(
          tape.constant(rows(it.text, text)), tape.constant(rows(it.picture, picture)),
          similarity, it.options, tape)
      ].item)
  }

  /// exp of the scores: its rows and its columns, each brought to the sum 1, are the network's p
  /// in both directions.
  private func agreeing(_ it: Case) -> Tensor {
    let tape = Tape()
    let scores = tape[
      SwitchedAlignment.scores(
        tape.constant(it.text), tape.constant(it.picture), it.options, tape)]
    return Tensor([4, 4], scores.array.map { exp($0) })
  }

  @Test func nothingIsLostWherePIsQ() {
    for it in cases() {
      let agreeing = agreeing(it)
      #expect(abs(loss(it, agreeing)) < 1e-5)
      // One cosine otherwise, and it is no longer so.
      var other = agreeing
      other.array[6] *= 4
      #expect(loss(it, other) > 1e-3)
      // Turned, texts and pictures are taken for each other.
      var turned = agreeing
      for i in 0..<4 { for j in 0..<4 { turned.array[4 * i + j] = agreeing.array[4 * j + i] } }
      #expect(loss(it, turned) > 1e-3)
    }
  }

  @Test func theOrderOfTheBatchDoesNotCount() {
    var generator = SeededGenerator(seed: 7)
    let similarity = Tensor([4, 4], (0..<16).map { _ in generator.uniform() })
    let (texts, pictures) = ([2, 0, 3, 1], [1, 3, 2, 0])
    func turned(_ rows: [Int], _ columns: [Int]) -> Tensor {
      Tensor([4, 4], rows.flatMap { i in columns.map { similarity.array[4 * i + $0] } })
    }
    for it in cases() {
      let plain = loss(it, similarity)
      #expect(plain > 1e-3)
      #expect(
        abs(loss(it, turned(texts, texts), text: texts, picture: texts) - plain) < 1e-5)
      // Texts in one order, pictures in another.
      #expect(
        abs(loss(it, turned(texts, pictures), text: texts, picture: pictures) - plain) < 1e-5)
      // q alone in another order is another loss.
      #expect(abs(loss(it, turned(texts, texts)) - plain) > 1e-4)
    }
  }
}
