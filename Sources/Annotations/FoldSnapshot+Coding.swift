import Corpora
import Files

extension FoldSnapshot {
  /// The snapshot as a file's bytes.
  /// - Throws: `FoldCoding.Unwritable`.
  func encoded() throws -> [UInt8] {
    var head = FoldWriter()
    head.put(FoldCoding.version)
    head.put(mark.last)
    head.put(mark.rows)
    head.put(mark.digest)
    head.put(place)
    var writer = FoldWriter()
    let history = folded.history
    writer.put(history.lastSequence)
    writer.put(all: history.steps) { $1.put($0) }
    writer.put(all: history.states.sorted { $0.key < $1.key }) {
      $1.put($0.key)
      $1.put($0.value)
    }
    let places = Dictionary(
      zip(history.steps.map(\.sequence), history.steps.indices), uniquingKeysWith: { $1 })
    func put(_ edit: EditHistory.Done, _ writer: inout FoldWriter) throws {
      guard let place = places[edit.step.sequence], history.steps[place] == edit.step,
        edit.base.id == edit.step.post
      else { throw FoldCoding.Unwritable() }
      writer.put(place)
      writer.put(optional: edit.before) { $1.put($0) }
    }
    func put(_ undone: EditHistory.Undone, _ writer: inout FoldWriter) throws {
      try put(undone.edit, &writer)
      writer.put(optional: undone.after) { $1.put($0) }
    }
    try writer.put(all: history.done, put)
    try writer.put(all: history.undone, put)
    try writer.put(all: history.ended.sorted { $0.key < $1.key }) {
      $1.put($0.key)
      try $1.put(all: $0.value) {
        $1.put($0.place)
        try put($0.undone, &$1)
      }
    }
    try writer.put(all: folded.findings) { try $1.put($0) }
    writer.put(all: folded.strained.sorted()) { $1.put($0) }
    writer.put(all: posts.sorted { $0.key < $1.key }) {
      $1.put($0.key)
      $1.put($0.value)
    }
    var bytes = FoldCoding.heading + head.bytes + writer.textTable + writer.bytes
    let hash = bytes.withUnsafeBufferPointer { Self.hash($0) }
    withUnsafeBytes(of: hash.littleEndian) { bytes += $0 }
    return bytes
  }

  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash = FNV1a()
    hash.add(bytes: bytes)
    return hash.value
  }

  /// A snapshot from a file's bytes, over a dataset; nil where they are none of this version, are
  /// damaged, or the dataset's posts do not say what they said.
  init?(_ bytes: [UInt8], over dataset: Dataset) {
    let read = bytes.withUnsafeBufferPointer { try? Self.read($0, dataset) }
    guard let read else { return nil }
    self = read
  }

  private static func read(
    _ whole: UnsafeBufferPointer<UInt8>, _ dataset: Dataset
  ) throws -> FoldSnapshot {
    let heading = FoldCoding.heading
    guard whole.count >= heading.count + 8, whole.starts(with: heading) else {
      throw FoldCoding.Unreadable()
    }
    let bytes = UnsafeBufferPointer(rebasing: whole.dropLast(8))
    let sum = whole.suffix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard hash(bytes) == sum else { throw FoldCoding.Unreadable() }
    var reader = FoldReader(bytes, from: heading.count)
    guard try reader.number() == FoldCoding.version else { throw FoldCoding.Unreadable() }
    var mark = LogMark()
    mark.last = try reader.signed()
    mark.rows = try reader.signed()
    mark.digest = try reader.number()
    let place = try reader.number()
    try reader.readTexts()
    let last = try reader.signed()
    let steps = try reader.all { try $0.step() }
    var states: [Post.ID: LabelState] = [:]
    for (id, state) in try reader.all({ (try $0.text(), try $0.labelState()) }) {
      states[id] = state
    }
    func done(_ reader: inout FoldReader) throws -> EditHistory.Done {
      let place = try reader.integer()
      guard steps.indices.contains(place), let base = dataset.post(id: steps[place].post) else {
        throw FoldCoding.Unreadable()
      }
      return EditHistory.Done(
        step: steps[place], base: base, before: try reader.optional { try $0.labelState() })
    }
    func undone(_ reader: inout FoldReader) throws -> EditHistory.Undone {
      EditHistory.Undone(
        edit: try done(&reader), after: try reader.optional { try $0.labelState() })
    }
    let doneEdits = try reader.all(done)
    let undoneEdits = try reader.all(undone)
    var ended: [Int64: [EditHistory.Ended]] = [:]
    for (sequence, edits) in try reader.all({
      (
        try $0.signed(),
        try $0.all { EditHistory.Ended(place: try $0.integer(), undone: try undone(&$0)) }
      )
    }) {
      ended[sequence] = edits
    }
    let findings = try reader.all { try $0.finding() }
    let strained = Set(try reader.all { try $0.text() })
    var posts: [Post.ID: UInt64] = [:]
    for (id, digest) in try reader.all({ (try $0.text(), try $0.number()) }) {
      posts[id] = digest
    }
    guard reader.isAtEnd else { throw FoldCoding.Unreadable() }
    let history = EditHistory(
      steps: steps, states: states, last: last, done: doneEdits, undone: undoneEdits, ended: ended)
    return FoldSnapshot(
      mark: mark,
      folded: EditHistory.Folded(history: history, findings: findings, strained: strained),
      posts: posts, place: place)
  }
}
