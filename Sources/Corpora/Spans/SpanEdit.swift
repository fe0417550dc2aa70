/// The spans and relations that a record needs to say what a post says: which of its own stay, and
/// which are new. Whatever stays is written with the bytes it has.
struct SpanEdit {
  /// A span to be written.
  struct Span {
    /// The record's own span that it comes from.
    var origin: Int?
    /// Whether that span stays as it is.
    var isKept = false
    /// What relations call it.
    var name: String
    /// Its tokens; none for one of the record's own that lies outside the text.
    var range: Range<Int>
    /// Nil for an end of a relation that is no mention.
    var label: String?
  }

  /// A relation to be written.
  struct Relation {
    /// The record's own relation, where that stays as it is.
    var kept: Int?
    /// Its ends, as indices of `spans`.
    var head: Int
    var tail: Int
    var label: String
  }

  private(set) var spans: [Span] = []
  private(set) var relations: [Relation] = []

  /// - Parameters:
  ///   - post: what is to be said.
  ///   - record: what a file says of the post, with how it was read; nil for a new file.
  ///   - misc: the file's word for MISC.
  ///   - name: the name of a new span, given its number, from 0.
  init(
    _ post: Post, over record: SpanRecord? = nil, _ reading: SpanReading? = nil, misc: String,
    name: (Int) -> String
  ) {
    var names = Set(record?.spans.map(\.name) ?? [])
    var number = 0
    func fresh() -> String {
      while true {
        let next = name(number)
        number += 1
        if names.insert(next).inserted { return next }
      }
    }
    var left = Dictionary(post.mentions.map { ($0.range, $0) }) { first, _ in first }
    if let record, let reading {
      for (i, mention) in reading.mentions {
        guard let new = left.removeValue(forKey: mention.range) else { continue }
        spans.append(
          Span(
            origin: i, isKept: new == mention, name: record.spans[i].name, range: new.range,
            label: new.type.spelled(misc: misc)))
      }
    }
    for mention in post.mentions where left[mention.range] != nil {
      spans.append(
        Span(name: fresh(), range: mention.range, label: mention.type.spelled(misc: misc)))
    }
    addEnds(post, record, reading, fresh)
    if let record, let reading { keepOthers(post, record, reading) }
    spans.sort { ($0.origin ?? .max) < ($1.origin ?? .max) }
    addRelations(post, record, reading)
  }

  /// Whether the spans of a record must be written anew.
  func changesSpans(of record: SpanRecord) -> Bool {
    spans.map { $0.isKept ? $0.origin : nil } != record.spans.indices.map(Optional.some)
  }

  /// Whether the relations of a record must be written anew.
  func changesRelations(of record: SpanRecord) -> Bool {
    relations.map(\.kept) != record.relations.indices.map(Optional.some)
  }

  /// Spans for the ends of relations that are no mentions.
  private mutating func addEnds(
    _ post: Post, _ record: SpanRecord?, _ reading: SpanReading?, _ fresh: () -> String
  ) {
    var covered = Set(spans.map(\.range))
    let used = Set(spans.compactMap(\.origin))
    var own: [Range<Int>: Int] = [:]
    for (i, range) in (reading?.ranges ?? []).enumerated() where !used.contains(i) {
      if let range, own[range] == nil { own[range] = i }
    }
    for range in post.relations.flatMap({ [$0.head, $0.tail] })
    where covered.insert(range).inserted {
      if let i = own[range], let span = record?.spans[i] {
        spans.append(
          Span(origin: i, isKept: span.label == nil, name: span.name, range: range, label: nil))
      } else {
        spans.append(Span(name: fresh(), range: range, label: nil))
      }
    }
  }

  /// Spans that are no mentions because they overlap one, or lie outside the text: they stay,
  /// unless they would hide a new mention when the file is read again.
  private mutating func keepOthers(_ post: Post, _ record: SpanRecord, _ reading: SpanReading) {
    let mentions = Set(reading.mentions.map(\.span))
    let used = Set(spans.compactMap(\.origin))
    let new = spans.filter { !$0.isKept && $0.label != nil }.map(\.range)
    for (i, span) in record.spans.enumerated()
    where span.label != nil && !mentions.contains(i) && !used.contains(i) {
      let range = reading.ranges[i] ?? 0..<0
      if new.contains(where: { $0.overlaps(range) }) { continue }
      spans.append(
        Span(origin: i, isKept: true, name: span.name, range: range, label: span.label))
    }
  }

  /// A pair and the names of the spans that it connects.
  private struct Connection: Hashable {
    let pair: RelationMention
    let head: String
    let tail: String
  }

  private mutating func addRelations(
    _ post: Post, _ record: SpanRecord?, _ reading: SpanReading?
  ) {
    var own: [Connection: [Int]] = [:]
    for (i, pair) in (reading?.relations ?? []).reversed() {
      guard let relation = record?.relations[i] else { continue }
      own[Connection(pair: pair, head: relation.head, tail: relation.tail), default: []].append(i)
    }
    let places = Dictionary(spans.indices.map { (spans[$0].range, $0) }) { first, _ in first }
    for pair in post.relations {
      guard let head = places[pair.head], let tail = places[pair.tail] else { continue }
      let same = Connection(pair: pair, head: spans[head].name, tail: spans[tail].name)
      relations.append(
        Relation(kept: own[same]?.popLast(), head: head, tail: tail, label: pair.label))
    }
  }
}

extension EntityType {
  /// The name as a file spells it.
  func spelled(misc: String) -> String { self == .miscellaneous ? misc : rawValue }
}
