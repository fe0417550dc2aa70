import Corpora
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
public final class ProgramAnswers: Expert {
  /// What it is.
  public let card: ModelCard
  private let command: String
  private let seconds: Double
  private let running = Mutex<Running?>(nil)

  /// What model cards call it.
  public static let system = "a program"

  /// A program by its command, which the shell starts when the first post comes.
  ///
  /// - Parameters:
  ///   - task: what it is asked for.
  ///   - seconds: how long it may take for one post.
  public init(name: String, command: String, task: ExpertTask, seconds: Double = 30) {
    self.command = command
    self.seconds = seconds
    var card = ModelCard(name: name, system: Self.system, task: task, sights: [], labels: [])
    card.readsPictureFiles = true
    self.card = card
  }

  deinit { running.withLock { $0?.end() } }

  /// Nobody knows what it reads.
  public func unknownCount(of words: [String]) -> Int { 0 }

  /// A process with its pipes.
  private struct Running {
    let process: Process
    let input: FileHandle
    let output: FileHandle
    var rest = Data()

    func end() {
      try? input.close()
      if process.isRunning { process.terminate() }
    }
  }

  private struct Question: Encodable {
    let id: String
    let tokens: [String]
    let image: String?
    let pairs: [[[Int]]]
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
    struct Shown: Decodable {
      let name: String
      let caption: String?
      let values: [Float]
    }
    let mentions: [Mention]?
    let relations: [Relation]?
    let signals: [Shown]?
    let error: String?
  }

  /// Most bytes of an answer.
  private static let most = 1 << 22

  /// Labels of posts, one after the other.
  public func labels(of posts: [SeenPost], _ asking: Asking) throws -> [Labels] {
    try posts.map { post in
      switch try answer(post, [:]) {
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
  public func answer(_ post: SeenPost, _ taps: Taps) throws -> Answer.Content {
    let reply = try ask(post)
    if let error = reply.error { throw failure("says: \(error.prefix(300))") }
    var trace = Trace()
    for shown in reply.signals ?? [] where trace.signals.count < 64 {
      guard shown.values.count == post.words.count else {
        throw failure(
          "shows \(shown.values.count) values of \(shown.name.prefix(60)) for \(post.words.count) words"
        )
      }
      trace.append(
        Signal(
          name: String(shown.name.prefix(100)),
          caption: String((shown.caption ?? shown.name).prefix(200)), kind: .words,
          tensor: Tensor([shown.values.count], shown.values)))
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
          confidence: mention.confidence ?? .nan)
      }
      return .mentions(.spelled(found, by: name, post.words.count, trace: trace))
    case .relations:
      guard let relations = reply.relations, relations.count == post.pairs.count else {
        throw failure(
          "answers \(reply.relations?.count ?? 0) relations for \(post.pairs.count) pairs")
      }
      let labels = Set(relations.map(\.label)).sorted()
      return .relations(
        RelationAnswers(
          expert: name, labels: labels,
          answers: zip(post.pairs, relations).map { pair, relation in
            RelationAnswer(
              head: pair.head, tail: pair.tail, label: relation.label,
              probabilities: relation.confidence.map { p in
                labels.map { $0 == relation.label ? p : 0 }
              } ?? [], trace: trace)
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
      do {
        try now.input.write(contentsOf: question + Data("\n".utf8))
        let line = try read(&now)
        guard let reply = try? JSONDecoder().decode(Reply.self, from: line) else {
          throw failure(
            "answers \(String(decoding: line.prefix(200), as: UTF8.self).debugDescription), "
              + "which is no answer")
        }
        running = now
        return reply
      } catch {
        let ended = !now.process.isRunning
        now.end()
        running = nil
        if let known = error as? OutsideError { throw known }
        throw failure(ended ? "has ended" : "cannot be written to: \(error)")
      }
    }
  }

  private func start() throws -> Running {
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "exec " + command]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    // A program that ends early must not end this one.
    signal(SIGPIPE, SIG_IGN)
    do { try process.run() } catch { throw failure("cannot be started: \(error)") }
    return Running(
      process: process, input: input.fileHandleForWriting, output: output.fileHandleForReading)
  }

  /// The next line within the time that is allowed.
  private func read(_ running: inout Running) throws -> Data {
    let deadline = Date().addingTimeInterval(seconds)
    while true {
      if let end = running.rest.firstIndex(of: 10) {
        let line = Data(running.rest[..<end])
        running.rest = Data(running.rest[running.rest.index(after: end)...])
        return line
      }
      guard running.rest.count <= Self.most else {
        throw failure("answers with more than \(Self.most >> 20) MB")
      }
      let left = deadline.timeIntervalSinceNow
      guard left > 0 else {
        throw failure(String(format: "did not answer within %g s", seconds))
      }
      var entry = pollfd(
        fd: running.output.fileDescriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&entry, 1, Int32(min(left, 60) * 1000) + 1)
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { continue }
      let more = running.output.availableData
      guard !more.isEmpty else { throw failure("has ended without an answer") }
      running.rest += more
    }
  }
}
