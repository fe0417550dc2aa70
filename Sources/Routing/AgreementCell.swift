/// Which of the router's two experts are right of a post: they give all labels that are asked for,
/// and no other.
package enum AgreementCell: String, Sendable, CaseIterable {
  case both, text, multimodal, neither

  /// The cell of two experts.
  package init(text: Bool, multimodal: Bool) {
    self =
      switch (text, multimodal) {
      case (true, true): .both
      case (true, false): .text
      case (false, true): .multimodal
      case (false, false): .neither
      }
  }
}

extension ExpertCounts {
  /// Who is right of the post, by the counts.
  package var cell: AgreementCell {
    AgreementCell(text: text.isRight, multimodal: multimodal.isRight)
  }
}

extension MatchCounts {
  /// Whether every answer is right, and none is missing.
  package var isRight: Bool { correct == predicted && correct == gold }
}
