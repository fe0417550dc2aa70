/// The ids of the tokens that mean something to the model and never come from a text.
package struct SpecialTokens: Sendable, Hashable {
  /// Stands for what the vocabulary cannot spell: `[UNK]`, `<unk>`.
  package internal(set) var unknown: Int?
  /// Begins an input: `[CLS]`, `<s>`, `<|startoftext|>`.
  package internal(set) var start: Int?
  /// Ends a sequence: `[SEP]`, `</s>`, `<|endoftext|>`.
  package internal(set) var end: Int?
  /// Fills an input up: `[PAD]`, `<pad>`, CLIP's `<|endoftext|>`.
  package internal(set) var padding: Int?
  /// `[MASK]`, `<mask>`.
  package internal(set) var mask: Int?
}

/// Where the special tokens stand around one sequence or two, and the type id of each part.
package struct SpecialTokenTemplate: Sendable, Hashable {
  /// One part of an input.
  package enum Part: Sendable, Hashable {
    /// A special token.
    case token(id: Int, type: Int)
    /// The first sequence's pieces.
    case first(type: Int)
    /// The second sequence's pieces.
    case second(type: Int)
  }

  /// The parts of an input of one sequence.
  package var single: [Part]
  /// The parts of an input of two.
  package var pair: [Part]

  /// A template from its parts.
  package init(single: [Part], pair: [Part]) {
    self.single = single
    self.pair = pair
  }

  /// No special tokens: the sequences as they are.
  package static let plain = SpecialTokenTemplate(
    single: [.first(type: 0)], pair: [.first(type: 0), .second(type: 0)])

  /// `[CLS] a [SEP]` and `[CLS] a [SEP] b [SEP]`, b and what follows it of type 1.
  package static func bert(start: Int, end: Int) -> SpecialTokenTemplate {
    let single: [Part] = [
      .token(id: start, type: 0), .first(type: 0), .token(id: end, type: 0),
    ]
    return SpecialTokenTemplate(
      single: single, pair: single + [.second(type: 1), .token(id: end, type: 1)])
  }

  /// `<s> a </s>` and `<s> a </s> </s> b </s>`, all of type 0; CLIP's too with its own tokens.
  package static func roberta(start: Int, end: Int) -> SpecialTokenTemplate {
    let stop = Part.token(id: end, type: 0)
    let single: [Part] = [.token(id: start, type: 0), .first(type: 0), stop]
    return SpecialTokenTemplate(single: single, pair: single + [stop, .second(type: 0), stop])
  }

  /// The special tokens of an input.
  static func tokenCount(_ parts: [Part]) -> Int {
    parts.reduce(0) { count, part in
      if case .token = part { count + 1 } else { count }
    }
  }
}
