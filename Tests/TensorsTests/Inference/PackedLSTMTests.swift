import Testing

@testable import Tensors

extension KernelTests {
  @Suite("LSTM with packed weights")
  struct PackedLSTMTests {
    @Test(arguments: [[5], [3, 9, 1, 6], [0, 4]])
    func givesWhatTheTapeGives(lengths: [Int]) {
      var generator = SeededGenerator(seed: 1)
      let lstm = LSTM(13, hidden: 21, layers: 2, &generator)
      let x = uniformTensor([lengths.count, lengths.max() ?? 0, 13], seed: 2)
      let tape = Tape()
      let expected = tape[lstm(tape.constant(x), lengths: lengths, tape)]
      onEveryLevel { level in
        let packed = PackedLSTM(lstm)
        let found = packed(x, lengths: lengths)
        #expect(difference(found, expected) < 1e-5, "\(level)")
        #expect(packed(x, lengths: lengths) == found)
      }
    }
  }
}
