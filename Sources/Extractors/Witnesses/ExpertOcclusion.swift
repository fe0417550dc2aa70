import Corpora
import Foundation
import Tensors
import Traces

/// What each word and each region of a post is worth to an expert's answer: the share of the answer
/// that is lost when it is left out. By interventions alone, so that it can be compared with what
/// the expert's attention looks at.
package struct ExpertOcclusion: Sendable {
  /// The probability of the answer that is lost without each word; the same order as the words,
  /// and empty for experts that tell no probabilities.
  package let words: [Float]
  /// The same for each cell of the grid, row by row; empty for experts that read the text alone or
  /// tell no probabilities, and for posts without a picture.
  package let regions: [Float]
  /// Rows and columns of the grid.
  package static let grid = 7
  /// Most words that are left out one by one; hostile posts have many.
  package static let mostWords = 128

  /// The same of each row, then of each column of the grid; empty where nobody asked.
  package let strips: [Float]
  /// How often the expert was asked with something left out.
  package let passes: Int
  /// The same of each pair alone, for experts of relations; empty for others.
  package let pairs: [Worth]

  /// Leaves everything out once: a pass per word, and one per cell of the grid for experts that
  /// look at the picture.
  ///
  /// - Parameters:
  ///   - strips: whether each row and each column of the grid is left out as a whole, too.
  ///   - goesOn: told how many passes of how many are done; false ends it.
  /// - Throws: what the expert throws, or its failure; `CancellationError` when it was ended.
  package init(
    _ expert: any Expert, _ post: SeenPost, strips: Bool = false,
    goesOn: (_ done: Int, _ of: Int) -> Bool = { _, _ in true }
  ) throws {
    let rows = try Self.asked(expert, post)
    let whole = Self.weigh(rows)
    guard whole.count > 0 else {
      (words, regions, pairs, self.strips, passes) = ([], [], [], [], 0)
      return
    }
    let parts =
      expert.task == .relations && rows.count <= Self.mostPairs
      ? rows.indices.map { Self.weigh(rows, only: $0) } : []
    let places = 0..<min(post.words.count, Self.mostWords)
    let cells =
      expert.seesPicture && post.notice == nil
      ? try post.regions(.cells(rows: Self.grid, columns: Self.grid)) : []
    let ends = (0..<Self.grid).map { Double($0) / Double(Self.grid) }
    let side = 1 / Double(Self.grid)
    let bands =
      cells.isEmpty || !strips
      ? []
      : ends.map { ImageRegion(left: 0, top: $0, width: 1, height: side) }
        + ends.map { ImageRegion(left: $0, top: 0, width: side, height: 1) }
    let total = places.count + cells.count + bands.count
    var done = 0
    func lost(_ changes: [Intervention]) throws -> [Float] {
      guard goesOn(done, total) else { throw CancellationError() }
      done += 1
      let other = try Self.asked(expert, try post.changed(changes))
      return ([whole] + parts).map { $0.lost(other) }
    }
    let ofWords = try places.map { place in
      // A word is replaced, not removed, so that every label keeps its place.
      try post.words.count > 1
        ? lost([.editWord(place, Self.blank)]) : [Float](repeating: 0, count: 1 + parts.count)
    }
    let ofRegions = try cells.map { try lost([.maskPicture($0)]) }
    let ofBands = try bands.map { try lost([.maskPicture($0)]) }
    words = ofWords.map { $0[0] }
    regions = ofRegions.map { $0[0] }
    self.strips = ofBands.map { $0[0] }
    passes = total
    pairs = parts.indices.map { part in
      Worth(
        words: ofWords.map { $0[part + 1] },
        map: cells.isEmpty ? nil : SignalMap(grid: ofRegions.map { $0[part + 1] }),
        strips: ofBands.map { $0[part + 1] })
    }
  }

  /// Occlusion of all mentions by its parts.
  init(words: [Float], regions: [Float], strips: [Float] = []) {
    (self.words, self.regions, self.strips) = (words, regions, strips)
    pairs = []
    passes = words.count + regions.count + strips.count
  }

  /// Most pairs that are told apart; a hostile post has many.
  private static let mostPairs = 64

  /// What words and regions are worth to the answer on screen: to that for a pair, or to all
  /// mentions.
  package func worth(pair: Int = 0) -> Worth {
    if pairs.indices.contains(pair) { return pairs[pair] }
    return Worth(
      words: words, map: regions.isEmpty ? nil : SignalMap(grid: regions), strips: strips)
  }

  /// What stands in the place of a word that is left out: no model knows it.
  static let blank = "\u{2581}"

  /// The same as signals, for the views that show any model's.
  package func signals(of expert: String, pair: Int = 0) -> [Signal] {
    worth(pair: pair).signals(
      "occlusion",
      caption: {
        $0 == "word"
          ? "\(expert)'s p of its answer lost with an unknown word in the place"
          : "\(expert)'s p of its answer lost without the \($0)"
      },
      unit: .points)
  }

  /// The rank correlation of each map over the picture with what its cells are worth, by the
  /// signal's name; signals that do not vary, or lie over another part of the picture, have none.
  package func agreement(with trace: Trace) -> [String: Double] {
    var result: [String: Double] = [:]
    for signal in trace.signals where signal.isSpatial {
      result[signal.name] = worth().agreement(with: signal)?.mean.rho
    }
    return result
  }

  // MARK: Weighing

  /// An answer as numbers: what was answered, and how sure it is.
  private struct Weight {
    /// Index of each label with its probability: tags of words, or labels of pairs.
    let labels: [(place: Int, label: Int, probability: Float)]
    var count: Int { labels.count }

    /// The mean probability lost by another answer, −1 … 1.
    func lost(_ other: [[Float]]) -> Float {
      let sum = labels.reduce(Float(0)) { sum, entry in
        let there =
          other.indices.contains(entry.place) && other[entry.place].indices.contains(entry.label)
          ? other[entry.place][entry.label] : 0
        return sum + entry.probability - (there.isNaN ? 0 : there)
      }
      return sum / Float(max(1, labels.count))
    }
  }

  /// Probabilities of an expert's labels: words × tags, or pairs × relations.
  private static func asked(_ expert: any Expert, _ post: SeenPost) throws -> [[Float]] {
    switch try expert.answer(post, [:]) {
    case .mentions(let found): return found.marginals
    case .relations(let found): return found.answers.map(\.probabilities)
    case .failed(let reason): throw InterventionError(reason)
    }
  }

  /// The labels that count: the likeliest of each word or pair, and of words those inside mentions,
  /// unless there are none.
  ///
  /// - Parameter only: the row that counts alone; nil: all.
  private static func weigh(_ rows: [[Float]], only: Int? = nil) -> Weight {
    let all = rows.enumerated().compactMap { place, row -> (Int, Int, Float)? in
      guard only == nil || only == place else { return nil }
      // A word that was not read has no label that could be lost.
      guard row.first?.isNaN != true, let best = row.indices.max(by: { row[$0] < row[$1] })
      else { return nil }
      return (place, best, row[best])
    }
    // Tag 0 is O; relation 0 is None: what says nothing weighs only where there is nothing else.
    let telling = all.filter { $0.1 != 0 }
    return Weight(
      labels: (telling.isEmpty ? all : telling).map {
        (place: $0.0, label: $0.1, probability: $0.2)
      })
  }
}
