extension BIO {
  /// The tag texts to write for edited mentions, changing no tag without need.
  ///
  /// A token keeps the tag it came with unless its tag changed by the edit, or unless keeping
  /// it would make the file spell other mentions than the edited ones (an old orphan `I-` right
  /// behind a new mention would join it). So edits that were taken back give the file's own bytes.
  /// - Parameters:
  ///   - original: the tags as they stood, one per token; nil where there was none.
  ///   - mentions: what the tags shall spell now.
  ///   - reading: how the file was read.
  ///   - scheme: how the file spells mentions.
  ///   - misc: the file's word for MISC, `MISC` or `OTHER`.
  ///   - respelled: ranges of tokens where an irregular tag is not kept even so.
  package static func rewrite(
    original: [String?], to mentions: [EntityMention], reading: Reading,
    scheme: TaggingScheme = .iob2, misc: String = "MISC", respelled: [Range<Int>] = []
  ) -> [String] {
    let parsed = original.map { $0.map(scheme.tag) ?? .outside }
    let read = Self.mentions(of: parsed, reading: reading, scheme: scheme).mentions
    if read == mentions, respelled.isEmpty { return original.map { $0 ?? "O" } }
    let count = parsed.count
    let old = tags(of: read, count: count, scheme: scheme)
    let new = tags(of: mentions, count: count, scheme: scheme)
    var keeps = new.indices.map { i in
      old[i] == new[i] && (parsed[i] == new[i] || !respelled.contains { $0.contains(i) })
    }
    // Each round gives up what reads otherwise than wanted, and its neighbours, which may be why.
    for round in 0..<8 {
      let written = new.indices.map { keeps[$0] ? parsed[$0] : new[$0] }
      let back = tags(
        of: Self.mentions(of: written, reading: reading, scheme: scheme).mentions, count: count,
        scheme: scheme)
      let wrong = new.indices.filter { back[$0] != new[$0] }
      if wrong.isEmpty { break }
      let own = wrong.filter { keeps[$0] }
      for i in own { keeps[i] = false }
      if own.isEmpty {
        for i in wrong { for j in max(0, i - 1)..<min(count, i + 2) { keeps[j] = false } }
      }
      if round == 6 { keeps = keeps.map { _ in false } }
    }
    return new.indices.map { i in
      keeps[i] ? original[i] ?? "O" : scheme.spell(new[i], misc: misc)
    }
  }
}

extension Post {
  /// The tags to write for this post's mentions, changing no tag without need (`BIO.rewrite`).
  package func tagTexts(reading: BIO.Reading = .lenient, misc: String = "MISC") -> [String] {
    BIO.rewrite(
      original: tokens.map(\.originalTag), to: mentions, reading: reading, scheme: scheme,
      misc: misc, respelled: respelled)
  }

  /// The tags, as they would be written now, that their scheme does not allow where they stand. An
  /// edit that covers one takes it away.
  package func irregularities(
    reading: BIO.Reading = .lenient
  ) -> [(irregularity: BIO.Irregularity, tag: String)] {
    guard tokens.contains(where: { $0.originalTag != nil }) else { return [] }
    let tags = tagTexts(reading: reading)
    return BIO.mentions(of: tags, reading: .lenient, scheme: scheme).irregularities
      .map { ($0, tags[$0.token]) }
  }
}
