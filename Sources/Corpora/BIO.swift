/// Tags as a spelling of mentions: reading them (leniently or strictly, by name) and writing
/// them, in any `TaggingScheme`.
///
/// In memory only spans exist, so an invalid tag sequence cannot be made; one that arrives in a
/// file is read by one of two published rules, and every irregularity is listed. Sources: CoNLL's
/// `conlleval` for `lenient` (MODELS §2.8.1), IOB2 and BIOES for `strict` (MODELS §1.3).
package enum BIO {
  /// How tags that do not follow IOB2 are understood.
  package enum Reading: String, Sendable, Hashable, CaseIterable, Codable {
    /// An `I-` that continues nothing opens a mention, as `conlleval` has it.
    case lenient
    /// A mention begins with `B-` only; anything that continues nothing is outside.
    case strict
  }

  /// One tag, parsed.
  package enum Tag: Sendable, Hashable {
    /// `O`
    case outside
    /// `B-TYPE`
    case begin(EntityType)
    /// `I-TYPE`
    case inside(EntityType)
    /// `E-TYPE` of BIOES and BMES, `L-TYPE` of BILOU: the last token of a mention of several.
    case end(EntityType)
    /// `S-TYPE` of BIOES and BMES, `U-TYPE` of BILOU: a mention of one token.
    case single(EntityType)
    /// Another prefix before a type, e.g. `X-PER`.
    case foreign(EntityType)
    /// Anything else: no type, no dash, empty.
    case unreadable

    /// Parses a tag; `OTHER` is Twitter-2015's word for MISC and becomes it (MODELS §2.1).
    package init(_ text: String) {
      if text == "O" {
        self = .outside
        return
      }
      guard let dash = text.firstIndex(of: "-"), text.index(after: dash) < text.endIndex else {
        self = .unreadable
        return
      }
      let type = EntityType.normalized(text[text.index(after: dash)...])
      switch text[..<dash] {
      case "B": self = .begin(type)
      case "I": self = .inside(type)
      case "E", "L": self = .end(type)
      case "S", "U": self = .single(type)
      default: self = .foreign(type)
      }
    }

    /// As BIOES spells it; foreign and unreadable tags, which are never written, give `O`.
    package var text: String {
      switch self {
      case .begin(let type): "B-\(type.rawValue)"
      case .inside(let type): "I-\(type.rawValue)"
      case .end(let type): "E-\(type.rawValue)"
      case .single(let type): "S-\(type.rawValue)"
      case .outside, .foreign, .unreadable: "O"
      }
    }
  }

  /// A tag that the file's scheme does not allow where it stands.
  package struct Irregularity: Sendable, Hashable {
    /// Index of the token.
    package let token: Int
    /// What is wrong with the tag there.
    package let kind: Kind

    /// What is wrong with the tag.
    package enum Kind: Sendable, Hashable {
      /// `I-` (or an end) that continues no mention of its type.
      case orphan
      /// The last tag of a mention that no `E-` ends, in a scheme that has it.
      case unended
      /// A prefix that the scheme does not have.
      case unknownPrefix
      /// Not a tag at all.
      case unreadable
    }
  }

  /// The mentions that tags spell, in order and without overlap, and what was irregular about them.
  ///
  /// Strictly, a scheme that marks ends has only mentions that are ended.
  /// - Complexity: O(*n*) in the number of tags.
  package static func mentions(
    of tags: some Collection<Tag>, reading: Reading, scheme: TaggingScheme = .iob2
  ) -> (mentions: [EntityMention], irregularities: [Irregularity]) {
    let isStrict = reading == .strict && !scheme.beginsWithInside
    var mentions: [EntityMention] = []
    var irregularities: [Irregularity] = []
    var open: (start: Int, type: EntityType)?
    func close(at end: Int, ended: Bool = false) {
      guard let mention = open else { return }
      open = nil
      if scheme.marksEnds, !ended {
        irregularities.append(Irregularity(token: end - 1, kind: .unended))
        if isStrict { return }
      }
      mentions.append(EntityMention(mention.start..<end, mention.type))
    }
    for (i, tag) in tags.enumerated() {
      let before = open?.type
      let canonical = tag.canonical(after: before, strict: isStrict, scheme: scheme)
      switch canonical {
      case .begin(let type):
        close(at: i)
        open = (i, type)
      case .single(let type):
        close(at: i)
        mentions.append(EntityMention(i..<(i + 1), type))
      case .inside: break
      case .end: close(at: i + 1, ended: true)
      default: close(at: i)
      }
      if let kind = tag.irregularity(after: before, scheme: scheme) {
        irregularities.append(Irregularity(token: i, kind: kind))
      }
    }
    close(at: tags.count)
    return (mentions, irregularities)
  }

  /// The mentions that tags spell, from their texts.
  package static func mentions(
    of tags: [String], reading: Reading, scheme: TaggingScheme = .iob2
  ) -> (mentions: [EntityMention], irregularities: [Irregularity]) {
    mentions(of: tags.lazy.map(scheme.tag), reading: reading, scheme: scheme)
  }

  /// The tags of mentions over `count` tokens; what leaves the tokens or overlaps an earlier
  /// mention is left out.
  package static func tags(
    of mentions: [EntityMention], count: Int, scheme: TaggingScheme = .iob2
  ) -> [Tag] {
    var tags = [Tag](repeating: .outside, count: count)
    var end = 0
    var last: EntityType?
    for mention in mentions.sorted(by: { $0.range.lowerBound < $1.range.lowerBound })
    where mention.range.lowerBound >= end && mention.range.upperBound <= count {
      let (range, type) = (mention.range, mention.type)
      let touches = range.lowerBound == end && last == type
      for i in range { tags[i] = .inside(type) }
      if scheme.marksEnds {
        tags[range.upperBound - 1] = .end(type)
        tags[range.lowerBound] = range.count == 1 ? .single(type) : .begin(type)
      } else if scheme == .iob2 || (scheme == .iob1 && touches) {
        tags[range.lowerBound] = .begin(type)
      }
      end = range.upperBound
      last = type
    }
    return tags
  }
}

extension BIO.Tag {
  /// The type the tag names, if any.
  var type: EntityType? {
    switch self {
    case .begin(let type), .inside(let type), .end(let type), .single(let type),
      .foreign(let type):
      type
    case .outside, .unreadable: nil
    }
  }

  /// The regular tag that this one is read as behind a token that lies in a mention of type `open`.
  func canonical(
    after open: EntityType?, strict isStrict: Bool, scheme: TaggingScheme
  ) -> BIO.Tag {
    switch self {
    case .outside, .begin: self
    case .unreadable: .outside
    case .inside(let type):
      open == type ? self : isStrict ? .outside : .begin(type)
    case .single(let type):
      isStrict && !scheme.marksEnds ? .outside : .single(type)
    case .end(let type):
      if isStrict && !scheme.marksEnds {
        .outside
      } else {
        open == type ? self : isStrict ? .outside : .single(type)
      }
    case .foreign(let type):
      isStrict ? .outside : open == type ? .inside(type) : .begin(type)
    }
  }

  /// What the scheme has against the tag behind a token that lies in a mention of type `open`.
  func irregularity(
    after open: EntityType?, scheme: TaggingScheme
  ) -> BIO.Irregularity.Kind? {
    switch self {
    case .outside, .begin: nil
    case .inside(let type): open == type || scheme.beginsWithInside ? nil : .orphan
    case .end(let type): !scheme.marksEnds ? .unknownPrefix : open == type ? nil : .orphan
    case .single: scheme.marksEnds ? nil : .unknownPrefix
    case .foreign: .unknownPrefix
    case .unreadable: .unreadable
    }
  }
}

extension EntityType {
  /// Twitter-2015's name for `MISC`.
  static let otherSpelling = "OTHER"

  /// The type of that name, with `OTHER` understood as MISC.
  package static func normalized(_ name: some StringProtocol) -> EntityType {
    name == otherSpelling ? .miscellaneous : EntityType(String(name))
  }
}
