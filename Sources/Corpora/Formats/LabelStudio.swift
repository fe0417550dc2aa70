import Files
import Records

extension DataFormat {
  /// Label Studio's JSON: an array of tasks with annotations and predictions.
  package static let labelStudio: DataFormat = {
    var format = DataFormat(
      name: "label-studio", title: "Label Studio JSON", fileExtension: "json",
      recognises: LabelStudio.recognises,
      read: { try LabelStudio.read($0, $1) },
      rewrite: { LabelStudio.rewrite($0, $1) },
      write: { LabelStudio.bytes(of: $0, $1) },
      holds: { new, _ in SpanRecord.lacks(new) == nil },
      lacks: { JoinedWords.unreadable($0) ?? SpanRecord.lacks($0) })
    format.carriesState = true
    format.cut = { LabelStudio.cut($0, $1) }
    return format
  }()
}

/// Files of Label Studio's tasks, as it exports and imports them ("JSON", not "JSON-MIN").
///
/// Offsets are code points, although its editor is written in JavaScript: since the end of 2021 it
/// converts them (`charsToCodePoints` in its sources). Older versions wrote units of UTF-16. Both
/// are told by the text that each label repeats.
enum LabelStudio {
  /// Whether the beginning of a file is an array of tasks, or one task, with `data`.
  static func recognises(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = start(bytes) else { return false }
    var scanner = JSONScanner(bytes, in: first..<bytes.count)
    _ = scanner.take(UInt8(ascii: "["))
    guard scanner.peek() == UInt8(ascii: "{") else { return false }
    var isTask = false
    try? scanner.object { key, scanner in
      if key == "data", scanner.peek() == UInt8(ascii: "{") { isTask = true }
      try scanner.skip()
    }
    return isTask
  }

  /// The first byte that is not blank, behind a byte order mark.
  private static func start(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    return (mark..<bytes.count).first { !isBlank(bytes[$0]) }
  }

  /// Calls `body` with the bytes of each task and the line in which it begins.
  /// - Throws: `ScanFailure` where the file is not JSON; what came before was told.
  private static func walk(
    _ bytes: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, _ line: Int) throws -> Void
  ) throws {
    guard let first = start(bytes) else { return }
    var scanner = JSONScanner(bytes, in: first..<bytes.count)
    var line = 1
    var counted = 0
    func element(_ scanner: inout JSONScanner) throws {
      _ = scanner.peek()
      line += bytes[counted..<scanner.position].count { $0 == 0x0A }
      counted = scanner.position
      try body(try scanner.skip(), line)
    }
    if scanner.peek() == UInt8(ascii: "[") {
      try scanner.array(element)
    } else {
      try element(&scanner)
    }
    try scanner.finish()
  }

  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ request: DataFormat.ReadingRequest
  ) throws -> ParsedFile {
    var result = ParsedFile()
    var findings = FindingCollector(file: request.file, strict: request.strict)
    var misc = MiscWord()
    do {
      try walk(bytes) { range, line in
        guard range.count <= Bounds.line else {
          return try findings.add(.lineTooLong(bytes: range.count), line: line)
        }
        let task: LabelStudioTask
        do {
          task = try LabelStudioTask(bytes, range)
        } catch let failure as ScanFailure {
          // Counted from the task, as far as that is of one line.
          let (lines, column) = place(
            failure.offset - range.lowerBound, in: .init(rebasing: bytes[range]))
          return try findings.add(
            .syntax(column: column, failure.reason), line: line + lines - 1)
        }
        misc.note(task.record)
        let reading = SpanReading(task.record)
        if let post = try reading.post(task.record, line: line, &findings) {
          result.posts.append(post)
        }
      }
    } catch let failure as ScanFailure {
      let (line, column) = place(failure.offset, in: bytes)
      try findings.add(.syntax(column: column, failure.reason), line: line)
    }
    result.misc = misc.misc
    result.findings = findings.all
    return result
  }

  private static func place(
    _ offset: Int, in bytes: UnsafeBufferPointer<UInt8>
  ) -> (line: Int, column: Int) {
    let before = bytes[..<min(offset, bytes.count)]
    let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return (1 + before.count { $0 == 0x0A }, offset - start + 1)
  }

  /// Calls `body` with each task that is a post, and its place among the posts.
  private static func walkPosts(
    _ bytes: UnsafeBufferPointer<UInt8>,
    _ body: (LabelStudioTask, SpanReading, Range<Int>, _ place: Int?) -> Void
  ) {
    var place = 0
    // What is wrong was noted when the file was opened.
    try? walk(bytes) { range, line in
      guard range.count <= Bounds.line, let task = try? LabelStudioTask(bytes, range) else {
        return
      }
      let reading = SpanReading(task.record)
      var findings = FindingCollector(file: "", strict: false)
      let isPost = try reading.post(task.record, line: line, &findings) != nil
      body(task, reading, range, isPost ? place : nil)
      if isPost { place += 1 }
    }
  }

  static func rewrite(_ bytes: [UInt8], _ request: DataFormat.RewritingRequest) -> [UInt8] {
    bytes.withUnsafeBufferPointer { buffer in
      var patches: [Patch] = []
      walkPosts(buffer) { task, reading, _, place in
        guard let post = place.flatMap({ request.places[$0] }) else { return }
        patches += task.patches(buffer, reading, post, misc: request.misc)
      }
      return patches.applied(to: buffer)
    }
  }

  /// The file without the tasks of posts that are not kept.
  static func cut(_ bytes: [UInt8], _ request: DataFormat.CuttingRequest) -> [UInt8] {
    bytes.withUnsafeBufferPointer { buffer in
      var tasks: [(range: Range<Int>, stays: Bool)] = []
      walkPosts(buffer) { _, _, range, place in
        tasks.append((range, place.map { request.kept.contains($0) } ?? true))
      }
      guard let first = tasks.first, let last = tasks.last else { return bytes }
      let between =
        tasks.count > 1
        ? Array(buffer[first.range.upperBound..<tasks[1].range.lowerBound]) : Array(",\n".utf8)
      let kept = tasks.filter(\.stays).map { Array(buffer[$0.range]) }
      return Array(buffer[..<first.range.lowerBound]) + kept.joined(separator: between)
        + Array(buffer[last.range.upperBound...])
    }
  }

  /// A new file, with a task on each line.
  static func bytes(of posts: [Post], _ request: DataFormat.WritingRequest) -> [UInt8] {
    let tasks = posts.enumerated().map { LabelStudioTask.text($1, number: $0 + 1, request) }
    return Array("[\n\(tasks.joined(separator: ",\n"))\n]\n".utf8)
  }
}
