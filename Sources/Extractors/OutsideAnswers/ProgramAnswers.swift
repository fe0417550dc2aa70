import Corpora
import Dispatch
import Files
import Foundation
import Synchronization
import Tensors
import Traces

/// A program of somebody's own as an expert: it is started once and kept, gets a line of JSON for
/// each post and answers with one.
///
///     → {"id": "7", "tokens": ["Ann", "left"], "image": "/path/7.jpg", "pairs": []}
///     ← {"mentions": [{"start": 0, "end": 1, "type": "PER", "confidence": 0.9}],
///        "relations": [{"label": "None", "confidence": 0.8}],
///        "signals": [{"name": "own/weights", "caption": "…", "values": [0.5, 0.5]}]}
///
/// `mentions` or one relation for each pair; signals have a value per word. A program that does not
/// answer in time, ends, or says something else fails as this expert and as nobody else, and is
/// started again for the next post. Only a person's own command line or configuration may name one:
/// what strangers send runs nothing.
package final class ProgramAnswers: Expert {
  /// What it is.
  package let card: ModelCard
  private let command: String
  private let seconds: Double
  private let running = Mutex<Running?>(nil)

  /// What model cards call it.
  package static let system = "a program"

  /// A program by its command, which the shell starts when the first post comes.
  ///
  /// - Parameters:
  ///   - task: what it is asked for.
  ///   - seconds: how long it may take for one post.
  package init(name: String, command: String, task: ExpertTask, seconds: Double = 30) {
    self.command = command
    self.seconds = seconds
    var card = ModelCard(name: name, system: Self.system, task: task, sights: [], labels: [])
    card.readsPictureFiles = true
    card.origin = .unknown
    self.card = card
  }

  deinit { running.withLock { $0?.end() } }

  /// Nobody knows what it reads.
  package func unknownCount(of words: [String]) -> Int { 0 }

  /// A process with its pipes.
  private struct Running {
    let process: Process
    let input: FileHandle
    let output: FileHandle
    var rest: [UInt8] = []

    /// Asks the program to end, and a second later does not ask.
    func end() {
      try? input.close()
      guard process.isRunning else { return }
      process.terminate()
      DispatchQueue.global().asyncAfter(deadline: .now() + 1) { [process] in
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      }
    }
  }

  private struct Question: Encodable {
    let id: String
    let tokens: [String]
    let image: String?
    let pairs: [[[Int]]]

    enum CodingKeys: CodingKey { case id, tokens, image, pairs }

    /// A missing picture is said, as null.
    func encode(to encoder: any Encoder) throws {
      var fields = encoder.container(keyedBy: CodingKeys.self)
      try fields.encode(id, forKey: .id)
      try fields.encode(tokens, forKey: .tokens)
      try fields.encode(image, forKey: .image)
      try fields.encode(pairs, forKey: .pairs)
    }
  }

  private struct Reply: Decodable {
    struct Mention: Decodable {
      let start, end: Int
      let type: String
      let confidence: Float?
    }
    struct Relation: Decodable {
      let label: String
      let confidence: Float?
    }
    let mentions: [Mention]?
    let relations: [Relation]?
    let signals: [ShownWords]?
    let error: String?
  }

  /// Most bytes of an answer.
  private static let most = 1 << 22

  /// Labels of posts, one after the other.
  package func labels(of posts: [SeenPost], _ asking: Asking) throws -> [Labels] {
    try posts.map { post in
      let content: Answer.Content
      do { content = try answer(post, [:]) } catch let error as OutsideError {
        throw OutsideError(expert: name, reason: error.reason + ", at the post \(post.post.id)")
      }
      switch content {
      case .mentions(let found):
        return .mentions(
          found.mentions.map(\.mention),
          confidences: asking.confidences ? found.mentions.map(\.confidence) : nil)
      case .relations(let found): return .relations(found.answers)
      case .failed(let reason): throw OutsideError(expert: name, reason: reason)
      }
    }
  }

  /// The program's answer for one post.
  package func answer(_ post: SeenPost, _ taps: Taps) throws -> Answer.Content {
    let reply = try ask(post)
    if let error = reply.error { throw failure("says: \(error.prefix(300))") }
    let trace = try ShownWords.trace(reply.signals ?? [], words: post.words.count) {
      failure($0)
    }
    switch task {
    case .entities:
      guard let mentions = reply.mentions else { throw failure("answers without mentions") }
      let found = try mentions.map { mention in
        guard mention.start >= 0, mention.start < mention.end, mention.end <= post.words.count,
          !mention.type.isEmpty, mention.type.count <= 100
        else {
          throw failure(
            "names the words \(mention.start) to \(mention.end) of \(post.words.count)")
        }
        return ScoredMention(
          EntityMention(mention.start..<mention.end, EntityType(mention.type)),
          confidence: mention.confidence)
      }
      return .mentions(.spelled(found, by: name, post.words.count, trace: trace))
    case .relations:
      guard let relations = reply.relations, relations.count == post.pairs.count else {
        throw failure(
          "answers \((reply.relations?.count ?? 0).counted("relation")) for \(post.pairs.count.counted("pair"))"
        )
      }
      let labels = Set(relations.map(\.label)).sorted()
      return .relations(
        RelationAnswers(
          expert: name, labels: labels,
          answers: zip(post.pairs, relations).map { pair, relation in
            RelationAnswer(
              head: pair.head, tail: pair.tail, label: relation.label,
              confidence: relation.confidence, trace: trace)
          }))
    }
  }

  private func failure(_ reason: String) -> OutsideError {
    OutsideError(expert: name, reason: "the program " + reason)
  }

  /// One question and its answer; a program that fails is ended, and started again for the next.
  private func ask(_ post: SeenPost) throws -> Reply {
    let question = try JSONEncoder().encode(
      Question(
        id: post.post.id, tokens: post.words, image: post.file,
        pairs: post.pairs.map { pair in
          [pair.head, pair.tail].map { [$0.lowerBound, $0.upperBound] }
        }))
    return try running.withLock { running throws -> Reply in
      var now = try running ?? start()
      let deadline = Date().addingTimeInterval(seconds)
      do {
        try write(question + Data("\n".utf8), to: now, by: deadline)
        let line = try read(&now, by: deadline)
        guard let reply = try? JSONDecoder().decode(Reply.self, from: line) else {
          throw failure(
            "answers \(String(decoding: line.prefix(200), as: UTF8.self).debugDescription), "
              + "which is not a line of JSON with mentions or relations")
        }
        running = now
        return reply
      } catch {
        now.end()
        running = nil
        throw error
      }
    }
  }

  private func start() throws -> Running {
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    // Other programs must not hold the ends, or nobody would see that this one has ended.
    for pipe in [input, output] {
      for end in [pipe.fileHandleForReading, pipe.fileHandleForWriting] {
        _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
      }
    }
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "exec " + command]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    // A program that ends early must not end this one.
    signal(SIGPIPE, SIG_IGN)
    do { try process.run() } catch { throw failure("cannot be started: \(error)") }
    // A program that does not read must not stop this one either.
    let descriptor = input.fileHandleForWriting.fileDescriptor
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    return Running(
      process: process, input: input.fileHandleForWriting, output: output.fileHandleForReading)
  }

  /// Waits until a pipe is ready; false after a while, to be asked again.
  ///
  /// - Throws: `OutsideError` when the time is over.
  private func wait(for descriptor: Int32, _ events: Int32, by deadline: Date) throws -> Bool {
    let left = deadline.timeIntervalSinceNow
    guard left > 0 else { throw failure(String(format: "did not answer within %g s", seconds)) }
    var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    return poll(&entry, 1, Int32(min(left, 60) * 1000) + 1) > 0
  }

  private func write(_ question: Data, to running: Running, by deadline: Date) throws {
    var rest = question[...]
    while !rest.isEmpty {
      let descriptor = running.input.fileDescriptor
      guard try wait(for: descriptor, Int32(POLLOUT), by: deadline) else { continue }
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EAGAIN || errno == EINTR { continue }
      guard count > 0 else { throw failure("has ended") }
      rest = rest.dropFirst(count)
    }
  }

  /// The next line within the time that is allowed.
  private func read(_ running: inout Running, by deadline: Date) throws -> Data {
    // Only what is new is searched: a long answer comes in many parts.
    var searched = 0
    while true {
      if let end = running.rest[searched...].firstIndex(of: 10) {
        let line = Data(running.rest[..<end])
        running.rest.removeFirst(end + 1)
        return line
      }
      searched = running.rest.count
      guard searched <= Self.most else {
        throw failure("answers with more than \(Self.most >> 20) MB")
      }
      guard try wait(for: running.output.fileDescriptor, Int32(POLLIN), by: deadline) else {
        continue
      }
      let more = running.output.availableData
      guard !more.isEmpty else {
        running.process.waitUntilExit()
        // What shells say of commands that they cannot start.
        switch running.process.terminationStatus {
        case 127: throw failure("is not there: the shell does not find \(command.debugDescription)")
        case 126: throw failure("cannot be run: \(command.debugDescription)")
        case let status where running.process.terminationReason == .exit && status != 0:
          throw failure("has ended without an answer, with the status \(status)")
        default: throw failure("has ended without an answer")
        }
      }
      running.rest += more
    }
  }
}
