/// A measure of agreement as a function of the sums of an `AgreementTally`.
///
/// All are of nominal categories. Where a measure is not defined (nothing was judged, or everything
/// is of one category, so that chance alone agrees perfectly) its value is nil.
enum AgreementMeasure: Sendable {
  /// Cohen's kappa of two annotators: J. Cohen, "A coefficient of agreement for nominal scales",
  /// Educational and Psychological Measurement 20, 1960.
  case cohen(Confusion)
  /// Fleiss' kappa over units with the same number of annotators, who need not be the same people:
  /// J. L. Fleiss, "Measuring nominal scale agreement among many raters", Psychological Bulletin
  /// 76, 1971.
  case fleiss(Judged)
  /// Krippendorff's alpha over units with two annotators or more: K. Krippendorff, "Content
  /// Analysis", 2nd edition 2004, chapter 11.
  case alpha([Judged])
  /// F1 of the spans of one annotator judged by those of another, which is the same both ways.
  case f1([Spans])

  /// Places of the counts of two annotators' codes.
  struct Confusion: Sendable {
    /// The codes that either uses, numbered from 0.
    let codes: Int
    let cells: [(first: Int, second: Int, place: Int)]
  }

  /// Places of the counts of units that one number of annotators judged.
  struct Judged: Sendable {
    let annotators: Int
    /// By code, in the same order for every number of annotators; the first is that for no label.
    let codes: [Int?]
    let units, differing, unlabelled: Int?
    let part: Part
  }

  /// What of the units counts.
  enum Part: Sendable {
    case all
    /// Units that at least one annotator gave a label.
    case labelled
    /// All units, and of each only whether it has one label: places of the codes that mean it, and
    /// of the pairs of which exactly one has it.
    case label(codes: [Int], differing: Int?)
  }

  /// Places of what the first has, the second has, and both have.
  struct Spans: Sendable {
    var first, second, both: Int?
  }

  func value(_ sums: [Int]) -> Double? {
    switch self {
    case .cohen(let confusion): confusion.kappa(sums)
    case .fleiss(let judged): judged.kappa(sums)
    case .alpha(let all): Self.alpha(all, sums)
    case .f1(let spans): Self.f1(spans, sums)
    }
  }

  private static func alpha(_ groups: [Judged], _ sums: [Int]) -> Double? {
    var counts: [Double] = []
    var differing = 0.0
    for group in groups {
      let found = group.counts(sums)
      if counts.isEmpty { counts = [Double](repeating: 0, count: found.codes.count) }
      for (place, count) in found.codes.enumerated() { counts[place] += Double(count) }
      differing += Double(found.differing) / Double(group.annotators - 1)
    }
    let values = counts.reduce(0, +)
    // Ordered pairs of values that differ, of all values whosever they are.
    let expected = values * values - counts.reduce(0) { $0 + $1 * $1 }
    guard expected > 0 else { return nil }
    return 1 - (values - 1) * differing / expected
  }

  private static func f1(_ spans: [Spans], _ sums: [Int]) -> Double? {
    func sum(_ place: Int?) -> Int { place.map { sums[$0] } ?? 0 }
    let all = spans.reduce(0) { $0 + sum($1.first) + sum($1.second) }
    let both = spans.reduce(0) { $0 + sum($1.both) }
    return all > 0 ? 2 * Double(both) / Double(all) : nil
  }
}

extension AgreementMeasure.Confusion {
  /// Numbers the codes that occur.
  init(_ cells: [(first: Int32, second: Int32, place: Int)]) {
    var numbers: [Int32: Int] = [:]
    func number(_ code: Int32) -> Int {
      let number = numbers[code] ?? numbers.count
      numbers[code] = number
      return number
    }
    self.cells = cells.map { (number($0.first), number($0.second), $0.place) }
    codes = numbers.count
  }

  fileprivate func kappa(_ sums: [Int]) -> Double? {
    var left = [Int](repeating: 0, count: codes)
    var right = left
    var agreed = 0
    var all = 0
    for cell in cells {
      let count = sums[cell.place]
      left[cell.first] += count
      right[cell.second] += count
      all += count
      if cell.first == cell.second { agreed += count }
    }
    let squared = Double(all) * Double(all)
    let chance = zip(left, right).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    guard squared > chance else { return nil }
    return (Double(all) * Double(agreed) - chance) / (squared - chance)
  }

  /// Units that were judged.
  func units(_ sums: [Int]) -> Int { cells.reduce(0) { $0 + sums[$1.place] } }
}

extension AgreementMeasure.Judged {
  /// How many judgements gave each category, and how many ordered pairs of judgements of one unit
  /// differ.
  fileprivate func counts(_ sums: [Int]) -> (codes: [Int], differing: Int) {
    func sum(_ place: Int?) -> Int { place.map { sums[$0] } ?? 0 }
    switch part {
    case .all: return (codes.map(sum), sum(differing))
    case .labelled:
      var counts = codes.map(sum)
      counts[0] -= annotators * sum(unlabelled)
      return (counts, sum(differing))
    case .label(let own, let differing):
      let label = own.reduce(0) { $0 + sums[$1] }
      return ([label, annotators * sum(units) - label], 2 * sum(differing))
    }
  }

  /// Units that were judged.
  func units(_ sums: [Int]) -> Int { counts(sums).codes.reduce(0, +) / annotators }

  fileprivate func kappa(_ sums: [Int]) -> Double? {
    let found = counts(sums)
    let values = Double(found.codes.reduce(0, +))
    guard values > 0 else { return nil }
    let chance = found.codes.reduce(0.0) { $0 + Double($1) * Double($1) } / (values * values)
    guard chance < 1 else { return nil }
    let observed = 1 - Double(found.differing) / (values * Double(annotators - 1))
    return (observed - chance) / (1 - chance)
  }
}
