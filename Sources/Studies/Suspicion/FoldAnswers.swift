import Corpora
import Extractors
import Foundation
import Inspection
import Tensors

/// What the expert of one part answered, in a file that is written whole and checked when it is
/// read.
struct FoldAnswers {
  private let checkpoint: Checkpoint

  init(_ folder: String, fold: Int) {
    checkpoint = Checkpoint(path: folder + "/fold-\(fold + 1).safetensors")
  }

  /// Everything but the probabilities.
  private struct State: Codable {
    /// What the columns stand for: tags, or relation labels.
    var labels: [String] = []
    /// Rows of probabilities of each post; nil for posts without an answer.
    var rows: [Int?] = []
    /// The mentions of each post.
    var mentions: [[Mention]] = []
    /// For each pair of each post, whether it was answered.
    var pairs: [[Bool]] = []

    struct Mention: Codable {
      let begin: Int
      let end: Int
      let type: String
      let confidence: Float?
    }
  }

  private static let tensor = "probabilities"

  /// Answers for posts, in their order.
  ///
  /// - Throws: `DurableFileError`.
  func write(_ answers: [HeldOutAnswer?], _ origin: SuspicionRun.Origin) throws {
    var state = State()
    var numbers: [Float] = []
    for answer in answers {
      var mentions: [State.Mention] = []
      var pairs: [Bool] = []
      var rows: Int?
      switch answer {
      case .tags(let tags):
        state.labels = tags.columns.labels
        rows = tags.count
        numbers += tags.marginals
        mentions = tags.mentions.map {
          State.Mention(
            begin: $0.mention.range.lowerBound, end: $0.mention.range.upperBound,
            type: $0.mention.type.rawValue, confidence: $0.confidence)
        }
      case .pairs(let found):
        pairs = found.map { $0 != nil }
        rows = pairs.count { $0 }
        for pair in found.compactMap(\.self) {
          state.labels = pair.labels
          numbers += pair.probabilities
        }
      case nil: break
      }
      state.rows.append(rows)
      state.mentions.append(mentions)
      state.pairs.append(pairs)
    }
    // Nobody answered anything: the training is repeated, should it come to that.
    guard !numbers.isEmpty else { return }
    let width = max(1, state.labels.count)
    try checkpoint.save(
      [Self.tensor: Tensor([numbers.count / width, width], numbers)], state, origin)
  }

  /// The answers for these posts; nil when there are none, or they are damaged or of something
  /// else: then the expert is trained again.
  func read(
    _ posts: [Post], _ task: ExpertTask, _ origin: SuspicionRun.Origin
  ) -> [HeldOutAnswer?]? {
    guard let (tensors, state) = try? checkpoint.load(State.self, origin),
      let numbers = tensors[Self.tensor]?.array, state.rows.count == posts.count,
      state.mentions.count == posts.count, state.pairs.count == posts.count
    else { return nil }
    let width = max(1, state.labels.count)
    guard state.rows.allSatisfy({ ($0 ?? 0) >= 0 && ($0 ?? 0) <= numbers.count }),
      state.rows.reduce(0, { $0 + ($1 ?? 0) }) * width == numbers.count
    else { return nil }
    let columns = TagColumns(state.labels)
    var at = 0
    var result: [HeldOutAnswer?] = []
    for (place, post) in posts.enumerated() {
      guard let rows = state.rows[place] else {
        result.append(nil)
        continue
      }
      let part = Array(numbers[at..<(at + rows * width)])
      at += rows * width
      switch task {
      case .entities:
        guard let columns, rows <= post.tokens.count,
          let mentions = Self.mentions(state.mentions[place], rows),
          let tags = HeldOutTags(columns: columns, marginals: part, mentions: mentions)
        else { return nil }
        result.append(.tags(tags))
      case .relations:
        let isAnswered = state.pairs[place]
        guard isAnswered.count == post.relations.count, isAnswered.count(where: { $0 }) == rows
        else { return nil }
        var row = 0
        let pairs = isAnswered.map { isAnswered -> HeldOutPair? in
          guard isAnswered else { return nil }
          defer { row += 1 }
          return HeldOutPair(
            labels: state.labels, probabilities: Array(part[(row * width)..<((row + 1) * width)]))
        }
        result.append(.pairs(pairs))
      }
    }
    return result
  }

  private static func mentions(_ found: [State.Mention], _ count: Int) -> [ScoredMention]? {
    guard found.allSatisfy({ $0.begin >= 0 && $0.begin < $0.end && $0.end <= count }) else {
      return nil
    }
    return found.map {
      ScoredMention(
        EntityMention($0.begin..<$0.end, EntityType($0.type)), confidence: $0.confidence)
    }
  }
}
