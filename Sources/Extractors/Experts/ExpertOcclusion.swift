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

  /// Leaves everything out once: a pass per word, and one per cell of the grid for experts that
  /// look at the picture.
  ///
  /// - Throws: what the expert throws, or its failure.
  package init(_ expert: any Expert, _ post: SeenPost) throws {
    let whole = Self.weigh(try Self.asked(expert, post))
    guard whole.count > 0 else {
      (words, regions) = ([], [])
      return
    }
    words = try (0..<min(post.words.count, Self.mostWords)).map { place in
      guard post.words.count > 1 else { return 0 }
      // A word is replaced, not removed, so that every label keeps its place.
      let other = try post.changed([.editWord(place, Self.blank)])
      return whole.lost(try Self.asked(expert, other))
    }
    guard expert.seesPicture, post.notice == nil else {
      regions = []
      return
    }
    let cells = try post.regions(.cells(rows: Self.grid, columns: Self.grid))
    regions = try cells.map { cell in
      whole.lost(try Self.asked(expert, try post.changed([.maskPicture(cell)])))
    }
  }

  /// What stands in the place of a word that is left out: no model knows it.
  static let blank = "\u{2581}"

  /// The same as signals, for the views that show any model's.
  package func signals(of expert: String) -> [Signal] {
    guard !words.isEmpty else { return [] }
    var result = [
      Signal(
        name: "occlusion/words", caption: "share of \(expert)'s answer lost without the word",
        kind: .words, unit: .points, tensor: Tensor([words.count], words))
    ]
    if !regions.isEmpty {
      result.append(
        Signal(
          name: "occlusion/regions", caption: "share of \(expert)'s answer lost without the region",
          kind: .imageMap(rows: Self.grid, columns: Self.grid, region: .whole), unit: .points,
          tensor: Tensor([Self.grid, Self.grid], regions)))
    }
    return result
  }

  /// The rank correlation of each map over the picture with what its cells are worth, by the
  /// signal's name; signals that do not vary, or lie over another part of the picture, have none.
  package func agreement(with trace: Trace) -> [String: Double] {
    var result: [String: Double] = [:]
    guard !regions.isEmpty else { return result }
    for signal in trace.signals {
      guard let map = signal.meanMap else { continue }
      let values = map.resampled(Self.grid)
      let pairs = zip(values, regions).map { (Double($0), Double($1)) }
      result[signal.name] = RankStatistics.spearman(pairs)
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
  private static func weigh(_ rows: [[Float]]) -> Weight {
    let all = rows.enumerated().compactMap { place, row -> (Int, Int, Float)? in
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

extension Signal {
  /// A signal over the picture as one map in rows: the mean over its steps and words; nil for
  /// others.
  var meanMap: SignalMap? {
    switch kind {
    case .imageMap(let rows, let columns, let region):
      return SignalMap(rows: rows, columns: columns, region: region, values: mean)
    case .wordsByImage(let rows, let columns, let region):
      let (all, cells) = (mean, rows * columns)
      guard cells > 0 else { return nil }
      var sum = [Float](repeating: 0, count: cells)
      var words: Float = 0
      for start in stride(from: 0, to: all.count - cells + 1, by: cells) where all[start].isFinite {
        for i in 0..<cells { sum[i] += all[start + i] }
        words += 1
      }
      return SignalMap(
        rows: rows, columns: columns, region: region, values: sum.map { $0 / max(1, words) })
    default: return nil
    }
  }
}

/// Values over a rectangle of the picture, row by row.
struct SignalMap {
  let rows: Int
  let columns: Int
  let region: ImageRegion
  let values: [Float]

  /// The values at the middles of a grid over the whole picture; 0 outside the rectangle.
  func resampled(_ grid: Int) -> [Float] {
    (0..<(grid * grid)).map { cell in
      let x = (Double(cell % grid) + 0.5) / Double(grid)
      let y = (Double(cell / grid) + 0.5) / Double(grid)
      let column = Int(((x - region.left) / region.width * Double(columns)).rounded(.down))
      let row = Int(((y - region.top) / region.height * Double(rows)).rounded(.down))
      guard (0..<rows).contains(row), (0..<columns).contains(column) else { return 0 }
      return values[row * columns + column]
    }
  }
}
