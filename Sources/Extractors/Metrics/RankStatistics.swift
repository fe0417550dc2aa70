/// Numbers that depend on order only: p may live near one half, its rank does not (MODELS §4.6).
package enum RankStatistics {
  /// Area under the ROC curve: the chance that a post labelled true scores above one labelled
  /// false, ties counting one half. Posts without a label are left out; nil when only one label
  /// occurs.
  package static func auc(scores: [Float], labels: [Bool?]) -> Double? {
    let known = zip(scores, labels).compactMap { score, label in label.map { (score, $0) } }
      .sorted { $0.0 < $1.0 }
    let positives = known.count { $0.1 }
    let negatives = known.count - positives
    guard positives > 0, negatives > 0 else { return nil }
    // Mann–Whitney: ranks from 1, equal scores share their mean rank.
    var rankSum = 0.0
    var start = 0
    while start < known.count {
      var end = start
      while end < known.count, known[end].0 == known[start].0 { end += 1 }
      let meanRank = Double(start + 1 + end) / 2
      rankSum += meanRank * Double(known[start..<end].count { $0.1 })
      start = end
    }
    let smallest = Double(positives) * Double(positives + 1) / 2
    return (rankSum - smallest) / (Double(positives) * Double(negatives))
  }

  /// Share of `sorted` (ascending) that is smaller than the value, 0 … 1; 0 when there is none.
  package static func percentile(of value: Float, in sorted: [Float]) -> Float {
    guard !sorted.isEmpty else { return 0 }
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < value { low = middle + 1 } else { high = middle }
    }
    return Float(low) / Float(sorted.count)
  }

  /// Spearman's rank correlation, ties sharing their mean rank; nil for fewer than three pairs, or
  /// where one side has a single value.
  package static func spearman(_ pairs: [(Double, Double)]) -> Double? {
    guard pairs.count > 2 else { return nil }
    return pearson(Array(zip(ranks(pairs.map(\.0)), ranks(pairs.map(\.1)))))
  }

  /// Pearson's correlation; nil for fewer than three pairs, or where one side does not vary.
  package static func pearson(_ pairs: [(Double, Double)]) -> Double? {
    guard pairs.count > 2 else { return nil }
    let n = Double(pairs.count)
    let (a, b) = (pairs.reduce(0) { $0 + $1.0 } / n, pairs.reduce(0) { $0 + $1.1 } / n)
    let both = pairs.reduce(0) { $0 + ($1.0 - a) * ($1.1 - b) }
    let (first, second) = (
      pairs.reduce(0) { $0 + ($1.0 - a) * ($1.0 - a) },
      pairs.reduce(0) { $0 + ($1.1 - b) * ($1.1 - b) }
    )
    guard first > 0, second > 0 else { return nil }
    return both / (first * second).squareRoot()
  }

  /// Ranks from 1, equal values sharing their mean rank.
  static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var result = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for i in start..<end { result[order[i]] = Double(start + 1 + end) / 2 }
      start = end
    }
    return result
  }
}
