/// How tags mark where mentions begin and end. A file keeps one scheme throughout, which is
/// recognised from its tags and kept on writing.
///
/// Ramshaw and Marcus, "Text Chunking using Transformation-Based Learning" (1995) for IOB1; Tjong
/// Kim Sang and Veenstra, "Representing Text Chunks" (EACL 1999) for IOB2 and the marked ends;
/// Ratinov and Roth, "Design Challenges and Misconceptions in Named Entity Recognition" (CoNLL
/// 2009) for BILOU.
package enum TaggingScheme: String, Sendable, Hashable, CaseIterable, Codable {
  /// Every mention begins with `B-`; what is usually called BIO.
  case iob2
  /// Mentions are `I-` throughout; `B-` begins one that touches another of its type.
  case iob1
  /// The type alone, `PER`; mentions of one type that touch cannot be told apart.
  case io
  /// `E-` ends a mention of several tokens, `S-` is one of a single token.
  case bioes
  /// The same as BIOES with `L-` (last) and `U-` (unit).
  case bilou
  /// The same as BIOES with `M-` (middle) in place of `I-`.
  case bmes

  /// Whether the last token of a mention has a tag of its own.
  var marksEnds: Bool { self == .bioes || self == .bilou || self == .bmes }

  /// Whether a mention may begin with an inside tag.
  var beginsWithInside: Bool { self == .iob1 || self == .io }

  /// A tag of this scheme, parsed.
  package func tag(_ text: String) -> BIO.Tag {
    let tag = BIO.Tag(text)
    switch (self, tag) {
    case (.io, .unreadable) where Self.isName(text): return .inside(.normalized(text))
    case (.io, .foreign) where Self.isName(text): return .inside(EntityType(text))
    case (.bmes, .foreign(let type)) where text.hasPrefix("M-"): return .inside(type)
    default: return tag
    }
  }

  /// A tag as this scheme spells it, with the file's own word for MISC.
  func spell(_ tag: BIO.Tag, misc: String) -> String {
    guard let type = tag.type else { return "O" }
    let name = type == .miscellaneous ? misc : type.rawValue
    switch tag {
    case .begin: return "B-\(name)"
    case .inside: return self == .io ? name : (self == .bmes ? "M-" : "I-") + name
    case .end: return (self == .bilou ? "L-" : "E-") + name
    case .single: return (self == .bilou ? "U-" : "S-") + name
    case .outside, .foreign, .unreadable: return "O"
    }
  }

  /// Whether tags of this scheme can tell the mentions apart: IO joins those of one type that
  /// touch.
  func tells(_ mentions: [EntityMention]) -> Bool {
    self != .io
      || zip(mentions, mentions.dropFirst()).allSatisfy {
        $0.type != $1.type || $0.range.upperBound != $1.range.lowerBound
      }
  }

  /// Whether a text without a prefix can be a type: `PER`, `geo-loc`; not `O`, `_` or `B-`.
  private static func isName(_ text: String) -> Bool {
    guard text != "O", let first = text.unicodeScalars.first, first.properties.isAlphabetic,
      let last = text.unicodeScalars.last
    else { return false }
    return last != "-"
      && text.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_./".unicodeScalars.contains($0)
      }
  }

  /// The scheme that an inventory of tags spells.
  package init(inventory tags: [String]) {
    var tally = Tally()
    for tag in tags where tag != "O" { tally.add(tag) }
    self = tally.scheme
  }

  /// The entity type that a tag of this scheme names; nil for `O` and what is no tag.
  package func type(of tag: String) -> EntityType? { self.tag(tag).type }

  /// What is counted of a file's tags in order to recognise its scheme.
  struct Tally: Sendable {
    private var begins = 0
    /// `B-` where IOB1 would write `I-`.
    private var freeBegins = 0
    /// `I-` where IOB2 would write `B-`.
    private var orphans = 0
    private var ends = 0
    private var singles = 0
    private var names = 0
    private var others = 0
    private var letters: Set<UInt8> = []
    private var before: EntityType?

    /// A token is outside, or a post begins.
    mutating func addOutside() { before = nil }

    /// Counts the next tag of a post.
    mutating func add(_ text: String) {
      let tag = BIO.Tag(text)
      let follows = tag.type != nil && tag.type == before
      before = tag.type
      switch tag {
      case .outside: return
      case .begin:
        begins += 1
        if !follows { freeBegins += 1 }
      case .inside:
        if !follows { orphans += 1 }
      case .end: ends += 1
      case .single: singles += 1
      case .foreign where text.hasPrefix("M-"): break
      case .foreign, .unreadable:
        if TaggingScheme.isName(text) { names += 1 } else { others += 1 }
        return
      }
      if let letter = text.utf8.first { letters.insert(letter) }
    }

    /// The scheme of what was counted. A stray tag of another scheme does not decide: where ends
    /// are marked, about every `B-` has one.
    var scheme: TaggingScheme {
      if letters.contains(UInt8(ascii: "M")), 2 * ends >= begins { return .bmes }
      if ends + singles > 0, 2 * ends >= begins {
        let isBILOU =
          letters.contains(UInt8(ascii: "L")) || letters.contains(UInt8(ascii: "U"))
        return isBILOU ? .bilou : .bioes
      }
      if names > 0, letters.isEmpty, others == 0 { return .io }
      // A few orphans without any `B-` may be slips; a `B-` only where mentions touch is none.
      let isHabit = begins > 0 || orphans > 2
      return orphans > 0 && freeBegins == 0 && isHabit ? .iob1 : .iob2
    }

    /// Adds what was counted of later posts.
    mutating func add(_ other: Tally) {
      begins += other.begins
      freeBegins += other.freeBegins
      orphans += other.orphans
      ends += other.ends
      singles += other.singles
      names += other.names
      others += other.others
      letters.formUnion(other.letters)
      before = other.before
    }

    /// Counts the tags of a post.
    mutating func add(post tags: [String]) {
      addOutside()
      for tag in tags {
        if tag == "O" { addOutside() } else { add(tag) }
      }
    }
  }
}
