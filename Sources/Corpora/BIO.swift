/// BIO tags as a spelling of mentions: reading them (leniently or strictly, by name) and writing
/// them.
///
/// In memory only spans exist, so an invalid tag sequence cannot be made; one that arrives in a
/// file is read by one of two published rules, and every irregularity is listed. Sources: CoNLL's
/// `conlleval` for `lenient` (MODELS §2.8.1), IOB2 for `strict` (MODELS §1.3).
public enum BIO {
  /// How tags that do not follow IOB2 are understood.
  public enum Reading: String, Sendable, Hashable, CaseIterable, Codable {
    /// An `I-` that continues nothing opens a mention, as `conlleval` has it.
    case lenient
    /// A mention begins with `B-` only; anything that continues nothing is outside.
    case strict
  }

  /// One tag, parsed.
  public enum Tag: Sendable, Hashable {
    /// `O`
    case outside
    /// `B-TYPE`
    case begin(EntityType)
    /// `I-TYPE`
    case inside(EntityType)
    /// Another prefix before a type, e.g. `E-PER` of BIOES.
    case foreign(EntityType)
    /// Anything else: no type, no dash, empty.
    case unreadable

    /// Parses a tag; `OTHER` is Twitter-2015's word for MISC and becomes it (MODELS §2.1).
    public init(_ text: String) {
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
      default: self = .foreign(type)
      }
    }

    /// `O`, `B-PER`, `I-PER`; foreign and unreadable tags, which are never written, give `O`.
    public var text: String {
      switch self {
      case .begin(let type): "B-\(type.rawValue)"
      case .inside(let type): "I-\(type.rawValue)"
      case .outside, .foreign, .unreadable: "O"
      }
    }
  }

  /// A tag that IOB2 does not allow where it stands.
  public struct Irregularity: Sendable, Hashable {
    /// Index of the token.
    public let token: Int
    /// What is wrong with the tag there.
    public let kind: Kind

    /// What is wrong with the tag.
    public enum Kind: Sendable, Hashable {
      /// `I-` that continues no mention of its type.
      case orphan
      /// A prefix that is neither `B` nor `I`.
      case unknownPrefix
      /// Not a tag at all.
      case unreadable
    }
  }

  /// The mentions that tags spell, in order and without overlap, and what was irregular about them.
  /// - Complexity: O(*n*) in the number of tags.
  public static func mentions(
    of tags: some Collection<Tag>, reading: Reading
  ) -> (mentions: [EntityMention], irregularities: [Irregularity]) {
    var mentions: [EntityMention] = []
    var irregularities: [Irregularity] = []
    var open: (start: Int, type: EntityType)?
    func close(at end: Int) {
      if let mention = open { mentions.append(EntityMention(mention.start..<end, mention.type)) }
      open = nil
    }
    for (i, tag) in tags.enumerated() {
      if let kind = tag.irregularity(after: open?.type) {
        irregularities.append(Irregularity(token: i, kind: kind))
      }
      switch tag.canonical(after: open?.type, reading: reading) {
      case .begin(let type):
        close(at: i)
        open = (i, type)
      case .inside: continue
      default: close(at: i)
      }
    }
    close(at: tags.count)
    return (mentions, irregularities)
  }

  /// The mentions that tags spell, from their texts.
  public static func mentions(
    of tags: [String], reading: Reading
  ) -> (mentions: [EntityMention], irregularities: [Irregularity]) {
    mentions(of: tags.map(Tag.init), reading: reading)
  }

  /// The IOB2 tags of mentions over `count` tokens; what leaves the tokens or overlaps an earlier
  /// mention is left out.
  public static func tags(of mentions: [EntityMention], count: Int) -> [Tag] {
    var tags = [Tag](repeating: .outside, count: count)
    var end = 0
    for mention in mentions.sorted(by: { $0.range.lowerBound < $1.range.lowerBound })
    where mention.range.lowerBound >= end && mention.range.upperBound <= count {
      tags[mention.range.lowerBound] = .begin(mention.type)
      for i in mention.range.dropFirst() { tags[i] = .inside(mention.type) }
      end = mention.range.upperBound
    }
    return tags
  }
}

extension BIO.Tag {
  /// The type the tag names, if any.
  var type: EntityType? {
    switch self {
    case .begin(let type), .inside(let type), .foreign(let type): type
    case .outside, .unreadable: nil
    }
  }

  /// The IOB2 tag that this one is read as behind a token that lies in a mention of type `open`.
  func canonical(after open: EntityType?, reading: BIO.Reading) -> BIO.Tag {
    switch self {
    case .outside, .begin: self
    case .unreadable: .outside
    case .inside(let type):
      open == type ? self : reading == .lenient ? .begin(type) : .outside
    case .foreign(let type):
      reading == .strict ? .outside : open == type ? .inside(type) : .begin(type)
    }
  }

  /// What IOB2 has against the tag behind a token that lies in a mention of type `open`.
  func irregularity(after open: EntityType?) -> BIO.Irregularity.Kind? {
    switch self {
    case .outside, .begin: nil
    case .inside(let type): open == type ? nil : .orphan
    case .foreign: .unknownPrefix
    case .unreadable: .unreadable
    }
  }
}

extension EntityType {
  /// Twitter-2015's name for `MISC`.
  static let otherSpelling = "OTHER"

  /// The type of that name, with `OTHER` understood as MISC.
  static func normalized(_ name: some StringProtocol) -> EntityType {
    name == otherSpelling ? .miscellaneous : EntityType(String(name))
  }
}
