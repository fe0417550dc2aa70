import Corpora
import Foundation
import Tensors
import Testing
import Traces

@testable import Extractors

/// Experts that answered elsewhere: files, and programs that are kept at work.
@Suite("Answers from outside")
struct OutsideAnswersTests {
  let folder = NSTemporaryDirectory() + "outside-" + UUID().uuidString

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func write(_ text: String, _ name: String) throws -> String {
    let path = folder + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func post(
    _ id: String = "7", _ words: [String] = ["Ann", "left", "Acme"], pairs: Bool = false
  ) -> SeenPost {
    Looked.post(
      Post(
        id: id, tokens: words.map { Token($0) }, imageID: nil, mentions: [],
        relations: pairs ? [RelationMention(head: 0..<1, tail: 2..<3, label: "gold")] : [],
        split: .test, source: SourceLocation(file: "memory", line: 1)))
  }

  // MARK: Files

  @Test(arguments: [
    ("a.txt", "IMGID:7\nAnn\tB-PER\nleft\tO\nAcme\tS-ORG\n"),
    (
      "a.jsonl", #"{"id": "7", "tokens": ["Ann", "left", "Acme"], "tags": ["B-PER", "O", "B-ORG"]}"#
    ),
    ("b.txt", "Ann B-PER\nleft O\nAcme B-ORG\n\nBob B-PER\nslept O\n"),
    (
      "c.txt",
      "IMGID:other\nAnn\tB-PER\nleft\tO\nAcme\tB-ORG\n\nIMGID:7\nAnn\tB-PER\nleft\tO\nAcme\tB-ORG\n"
    ),
  ]) func labelsOfAnyFormatAreAnswers(name: String, text: String) throws {
    let expert = try FileAnswers(name: "theirs", path: try write(text, name))
    let found = try #require(expert.ask(post()).mentions)
    #expect(
      found.mentions.map(\.mention) == [
        EntityMention(0..<1, .person), EntityMention(2..<3, .organization),
      ])
    // What the file does not say is absent.
    #expect(found.mentions.allSatisfy { $0.confidence == nil } && found.marginals.isEmpty)
    #expect(try ExpertOcclusion(expert, post()).signals(of: "theirs").isEmpty)
  }

  @Test func predictionsKeepTheirConfidences() throws {
    let path = try write(
      """
      {"post": "7", "mentions": [{"start": 0, "end": 1, "type": "PER", "confidence": 0.75}]}
      {"post": "8", "mentions": [{"start": 0, "end": 9, "type": "PER"}]}
      """, "predictions.jsonl")
    let expert = try FileAnswers(name: "theirs", path: path)
    #expect(expert.ask(post()).mentions?.mentions.first?.confidence == 0.75)
    #expect(
      try expert.labels(of: [post()], Asking(confidences: true)).first
        == .mentions(
          [EntityMention(0..<1, .person)], confidences: [0.75]))
    // Edited words were never asked about.
    let edited = try post().changed([.dropWords([1])])
    #expect(expert.ask(edited).failure?.contains("cannot be asked again") == true)
    #expect(expert.ask(post("8")).failure?.contains("names the words 0 to 9 of") == true)
    #expect(expert.ask(post("9")).failure?.contains("no answer for the post 9") == true)
  }

  @Test func relationsOfFilesAreAnswers() throws {
    let path = try write(
      """
      {"post": "7", "pairs": [{"head": [0, 1], "tail": [2, 3], "label": "left", "confidence": 0.5}]}
      """, "predictions.jsonl")
    let expert = try FileAnswers(name: "theirs", path: path)
    #expect(expert.task == .relations)
    let answer = try #require(expert.ask(post(pairs: true)).relations?.answers.first)
    #expect(answer.label == "left" && answer.confidence == 0.5)
    #expect(answer.probabilities.isEmpty, "one label's probability says nothing of the others")
  }

  @Test func otherWordsAreNotAnswered() throws {
    let path = try write(
      #"{"id": "7", "tokens": ["Ann", "came"], "tags": ["B-PER", "O"]}"#, "a.jsonl")
    let expert = try FileAnswers(name: "theirs", path: path)
    #expect(expert.ask(post()).failure?.contains("other words for the post 7") == true)
    let lacks = expert.ask(post("8", ["Ann"])).failure ?? ""
    #expect(lacks.contains(path) && lacks.contains("no answer for the post 8"))
  }

  @Test func signalsOfFilesAreShown() throws {
    let path = try write(
      """
      {"post": "7", "tokens": ["Ann", "left", "Acme"], "mentions": [], \
      "signals": [{"name": "own/w", "values": [1, 2, 3]}]}
      {"post": "8", "mentions": [], "signals": [{"name": "own/w", "values": [1]}]}
      """, "predictions.jsonl")
    let expert = try FileAnswers(name: "theirs", path: path)
    #expect(expert.ask(post()).trace()["own/w"]?.tensor.array == [1, 2, 3])
    #expect(expert.ask(post("8")).failure?.contains("1 value of own/w for 3 words") == true)
    #expect(expert.ask(post("7", ["Ann", "came"])).failure?.contains("other words") == true)
  }

  /// Answers that are kept from one run to the next are those of this very file.
  @Test func filesOfOneNameAreToldApart() throws {
    let first = try write("Ann\tB-PER\nleft\tO\n", "a.txt")
    let one = try FileAnswers(name: "theirs", path: first).card.origin
    _ = try write("Ann\tB-LOC\nleft\tO\n", "a.txt")
    #expect(try FileAnswers(name: "theirs", path: first).card.origin != one)
    let program = ProgramAnswers(name: "mine", command: "true", task: .entities)
    #expect(program.card.origin == .unknown)
  }

  @Test func damagedPredictionsAreRefusedByTheirLine() throws {
    let path = try write(
      "{\"post\": \"7\", \"mentions\": []}\n{\"post\": 8}\n", "predictions.jsonl")
    #expect { try FileAnswers(name: "theirs", path: path) } throws: {
      "\($0)".contains("predictions.jsonl:2")
    }
  }

  // MARK: Programs

  /// A program that answers each line with a text, and counts its starts in a file.
  private func program(
    _ reply: String, task: ExpertTask = .entities, seconds: Double = 20
  ) throws -> ProgramAnswers {
    let script = try write(
      "echo start >> \(folder)/starts\nwhile read -r line; do\n\(reply)\ndone\n", "serve.sh")
    return ProgramAnswers(name: "mine", command: "sh \(script)", task: task, seconds: seconds)
  }

  private var starts: Int {
    (try? String(contentsOfFile: folder + "/starts", encoding: .utf8))?.split(separator: "\n").count
      ?? 0
  }

  @Test func oneProcessAnswersAllPosts() throws {
    let expert = try program(
      """
      echo '{"mentions": [{"start": 0, "end": 1, "type": "PER", "confidence": 0.5}], \
      "signals": [{"name": "own/weights", "caption": "weights", "values": [1, 0, 0.5]}]}'
      """)
    let answer = expert.ask(post())
    #expect(
      answer.mentions?.mentions == [ScoredMention(EntityMention(0..<1, .person), confidence: 0.5)])
    #expect(answer.trace()["own/weights"]?.tensor.array == [1, 0, 0.5])
    #expect(try expert.labels(of: [post("1"), post("2")]).count == 2)
    #expect(starts == 1)
  }

  @Test func itSeesTheQuestion() throws {
    let expert = try program(
      "printf '%s\\n' \"$line\" >> \(folder)/seen; echo '{\"mentions\": []}'")
    #expect(expert.ask(post()).failure == nil)
    let seen = try Data(contentsOf: URL(fileURLWithPath: folder + "/seen"))
    let question = try #require(try JSONSerialization.jsonObject(with: seen) as? [String: Any])
    #expect(question["id"] as? String == "7")
    #expect(question["tokens"] as? [String] == ["Ann", "left", "Acme"])
  }

  @Test(arguments: [
    ("exit 3", "ended"), ("echo nonsense", "which is not a line of JSON"),
    ("echo '{}'", "without mentions"),
    (#"echo '{"mentions": [{"start": 2, "end": 9, "type": "PER"}]}'"#, "words 2 to 9 of 3"),
    (#"echo '{"error": "no such model"}'"#, "no such model"),
    (
      #"echo '{"mentions": [], "signals": [{"name": "w", "values": [1]}]}'"#,
      "1 value of w for 3 words"
    ),
    ("head -c 5000000 /dev/zero | tr '\\0' x", "more than 4 MB"),
  ]) func failuresAreItsOwn(reply: String, reason: String) throws {
    let expert = try program(reply)
    let failure = expert.ask(post()).failure ?? "an answer"
    #expect(failure.contains(reason), "\(failure)")
    #expect(failure.contains("mine"))
  }

  @Test func aProgramThatHangsIsEndedAndStartedAgain() throws {
    let expert = try program(
      """
      case "$line" in *Acme*) sleep 600 ;; *) echo '{"mentions": []}' ;; esac
      """, seconds: 10)
    #expect(expert.ask(post()).failure?.contains("within 10 s") == true)
    #expect(expert.ask(post("8", ["Ann"])).failure == nil)
    #expect(starts == 2)
  }

  @Test func aProgramThatDoesNotReadStopsNobody() throws {
    let expert = ProgramAnswers(
      name: "mine", command: "sleep 600", task: .entities, seconds: 0.5)
    // More than a pipe holds.
    let long = post("7", [String](repeating: "word", count: 60_000))
    #expect(expert.ask(long).failure?.contains("within 0.5 s") == true)
  }

  @Test func relationsAreAskedPairByPair() throws {
    let expert = try program(
      #"echo '{"relations": [{"label": "left", "confidence": 0.25}]}'"#, task: .relations)
    let answer = try #require(expert.ask(post(pairs: true)).relations?.answers.first)
    #expect(answer.label == "left" && answer.confidence == 0.25 && answer.probabilities.isEmpty)
    #expect(expert.ask(post()).failure?.contains("1 relation for 0 pairs") == true)
  }
}
