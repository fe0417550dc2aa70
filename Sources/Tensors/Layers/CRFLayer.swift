/// The parameters of a linear-chain CRF over K tags, U(±0.1) at first (MODELS §2.6).
package struct CRF: ParameterContainer {
  /// K×K: from the tag of the row to that of the column.
  package var transitions: Parameter
  /// K: scores of the first tag.
  package var start: Parameter
  /// K: scores of the last tag.
  package var end: Parameter

  /// Random scores for K tags.
  package init(tags: Int, _ generator: inout SeededGenerator) {
    transitions = .uniform([tags, tags], bound: 0.1, &generator)
    start = .uniform([tags], bound: 0.1, &generator)
    end = .uniform([tags], bound: 0.1, &generator)
  }

  /// Mean negative log-likelihood over sequences; emissions B×T×K.
  package func loss(_ emissions: Tape.Variable, tags: [[Int]], _ tape: Tape) -> Tape.Variable {
    tape.crfLoss(
      emissions, tags: tags, transitions: tape(transitions), start: tape(start), end: tape(end))
  }

  /// The field itself, for decoding and marginals.
  package var chain: LinearChainCRF {
    LinearChainCRF(transitions: transitions.value, start: start.value, end: end.value)
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    visit(prefix + "transitions", &transitions)
    visit(prefix + "start_transitions", &start)
    visit(prefix + "end_transitions", &end)
  }
}
