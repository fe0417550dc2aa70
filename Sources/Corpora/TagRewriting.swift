extension BIO {
  /// The tag texts to write for edited mentions, changing no tag without need.
  ///
  /// A token keeps the tag it came with unless its IOB2 tag changed by the edit, or unless keeping
  /// it would make the file spell other mentions than the edited ones (an old orphan `I-` right
  /// behind a new mention would join it). So edits that were taken back give the file's own bytes.
  /// - Parameters:
  ///   - original: the tags as they stood, one per token; nil where there was none.
  ///   - mentions: what the tags shall spell now.
  ///   - reading: how the file was read.
  ///   - misc: the file's word for MISC, `MISC` or `OTHER`.
  ///   - respelled: ranges of tokens where an irregular tag is not kept even so.
  public static func rewrite(
    original: [String?], to mentions: [EntityMention], reading: Reading, misc: String = "MISC",
    respelled: [Range<Int>] = []
  ) -> [String] {
    let parsed = original.map { $0.map(Tag.init) ?? .outside }
    let old = tags(of: Self.mentions(of: parsed, reading: reading).mentions, count: parsed.count)
    let new = tags(of: mentions, count: parsed.count)
    var open: EntityType?
    return new.indices.map { i in
      let kept = parsed[i].canonical(after: open, reading: reading)
      open = new[i].type
      let keeps =
        old[i] == new[i] && kept == new[i]
        && (parsed[i] == new[i] || !respelled.contains { $0.contains(i) })
      return keeps ? original[i] ?? "O" : spell(new[i], misc: misc)
    }
  }

  /// A tag with the file's own word for MISC.
  static func spell(_ tag: Tag, misc: String) -> String {
    switch tag {
    case .begin(.miscellaneous): "B-\(misc)"
    case .inside(.miscellaneous): "I-\(misc)"
    default: tag.text
    }
  }
}

extension Post {
  /// The tags to write for this post's mentions, changing no tag without need (`BIO.rewrite`).
  public func tagTexts(reading: BIO.Reading = .lenient, misc: String = "MISC") -> [String] {
    BIO.rewrite(
      original: tokens.map(\.originalTag), to: mentions, reading: reading, misc: misc,
      respelled: respelled)
  }

  /// The tags, as they would be written now, that IOB2 does not allow where they stand. An edit
  /// that covers one takes it away.
  public func irregularities(
    reading: BIO.Reading = .lenient
  ) -> [(irregularity: BIO.Irregularity, tag: String)] {
    guard tokens.contains(where: { $0.originalTag != nil }) else { return [] }
    let tags = tagTexts(reading: reading)
    return BIO.mentions(of: tags, reading: .lenient).irregularities.map { ($0, tags[$0.token]) }
  }
}
