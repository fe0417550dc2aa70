import Testing

@testable import Tensors

@Suite("Joining and weighing rows")
struct JoiningTests {
  @Test func gradientsAgree() {
    let (a, b) = (randomTensor([2, 3, 4], seed: 1), randomTensor([2, 2, 4], seed: 2))
    #expect(gradientError([a, b]) { $0.joinRows($1[0], $1[1]) } < 5e-3)
    let weights = randomTensor([2, 5, 3], seed: 3)
    #expect(gradientError([a]) { $0.weightedRows(weights, of: $1[0]) } < 5e-3)
    let real = [true, false, true, false, false, true]
    #expect(gradientError([a]) { $0.meanOverRows($1[0], real: real) } < 5e-3)
  }

  @Test func valuesAreThoseByHand() {
    let tape = Tape()
    let a = tape.constant(Tensor([2, 1, 2], [1, 2, 5, 6]))
    let b = tape.constant(Tensor([2, 2, 2], [3, 4, 0, 0, 7, 8, 1, 1]))
    let joined = tape[tape.joinRows(a, b)]
    #expect(joined.shape == [2, 3, 2])
    #expect(joined.array == [1, 2, 3, 4, 0, 0, 5, 6, 7, 8, 1, 1])
    let means = tape[tape.meanOverRows(b, real: [true, true, false, false])]
    // The second item has no real row.
    #expect(means == Tensor([2, 2], [1.5, 2, 0, 0]))
    let sums = tape[tape.weightedRows(Tensor([2, 1, 2], [2, 1, 0, -1]), of: b)]
    #expect(sums == Tensor([2, 1, 2], [6, 8, -1, -1]))
  }
}
