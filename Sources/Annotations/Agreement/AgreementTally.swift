/// Whole numbers by post that every measure of agreement is computed from: how often two annotators
/// gave a unit these two codes, how often a code was given, where annotators differ.
///
/// A measure of any choice of posts is a function of sums over these posts, so a resample costs one
/// pass over small arrays and no post is compared again.
struct AgreementTally: Sendable {
  /// What a number counts. Of units that `annotators` annotators judged where a case says so.
  enum Cell: Hashable, Sendable {
    /// Units to which the first of two annotators gave one code and the second another.
    case confusion(pair: Int, first: Int32, second: Int32)
    /// Units.
    case units(annotators: Int)
    /// Judgements that gave this code.
    case code(annotators: Int, Int32)
    /// Ordered pairs of judgements of one unit that differ.
    case differing(annotators: Int)
    /// Units that every annotator left without a label.
    case unlabelled(annotators: Int)
    /// Unordered pairs of judgements of one unit of which exactly one gave this label.
    case label(annotators: Int, Int32)
    /// Spans with this label, of all annotators.
    case given(Int32)
    /// Spans with this label that the first of two annotators has, the second has, both have.
    case spans(pair: Int, Int32, Whose)
  }

  enum Whose: Hashable, Sendable { case first, second, both }

  /// Posts with units that two annotators, or so many annotators, judged.
  enum Group: Hashable, Sendable {
    case pair(Int)
    case annotators(Int)
  }

  /// Posts of each group; `labelled`: those with a unit to which one of them gave a label.
  private(set) var sizes: [Group: (all: Int, labelled: Int)] = [:]
  /// The number of each cell that occurs.
  private(set) var cells: [Cell: Int] = [:]
  /// Where the entries of each post begin; one more at the end.
  private var starts = [0]
  private var places: [Int32] = []
  private var amounts: [Int32] = []
  /// The post that is being counted: amounts by cell, and which of them are not zero.
  private var open: [Int32] = []
  private var touched: [Int32] = []

  /// Number of posts counted.
  var posts: Int { starts.count - 1 }

  mutating func add(_ cell: Cell, _ amount: Int = 1) {
    guard amount != 0 else { return }
    let place = cells[cell] ?? open.count
    if place == open.count {
      cells[cell] = place
      open.append(0)
    }
    if open[place] == 0 { touched.append(Int32(place)) }
    open[place] += Int32(amount)
  }

  mutating func endPost() {
    for place in touched {
      places.append(place)
      amounts.append(open[Int(place)])
      open[Int(place)] = 0
    }
    touched.removeAll(keepingCapacity: true)
    starts.append(places.count)
  }

  /// Sums over all posts, by cell.
  var totals: [Int] { sums(weights: [Int32](repeating: 1, count: posts)) }

  /// Sums over posts that are taken as often as their weights say, by cell.
  func sums(weights: [Int32]) -> [Int] {
    var sums = [Int](repeating: 0, count: open.count)
    add(to: &sums, weights: weights)
    return sums
  }

  /// The same into an array of zeros.
  func add(to sums: inout [Int], weights: [Int32]) {
    sums.withUnsafeMutableBufferPointer { sums in
      places.withUnsafeBufferPointer { places in
        amounts.withUnsafeBufferPointer { amounts in
          for post in 0..<posts where weights[post] != 0 {
            let weight = Int(weights[post])
            for entry in starts[post]..<starts[post + 1] {
              sums[Int(places[entry])] += weight * Int(amounts[entry])
            }
          }
        }
      }
    }
  }
}

extension AgreementTally {
  /// The same codes of some units by each annotator of a post.
  struct Judgements {
    /// Places of the annotators in the list of all, ascending.
    let annotators: [Int]
    /// By annotator, then unit; 0: no label.
    let codes: [[Int32]]
    /// The label that a code is of; nil for 0.
    let label: (Int32) -> Int32?
  }

  /// Counts the units of one post, for each two annotators and for all of them.
  /// - Parameter pair: the number of the pair of two annotators.
  /// - Complexity: units · annotators².
  mutating func count(_ judged: Judgements, pair: (Int, Int) -> Int) {
    for second in judged.codes.indices.dropFirst() {
      for first in 0..<second {
        countPair(
          judged.codes[first], judged.codes[second],
          number: pair(judged.annotators[first], judged.annotators[second]))
      }
    }
    countAll(judged)
  }

  /// Counts what two annotators say of the same units.
  mutating func countPair(_ a: [Int32], _ b: [Int32], number: Int) {
    var neither = 0
    for (first, second) in zip(a, b) {
      if first == 0, second == 0 {
        neither += 1
      } else {
        add(.confusion(pair: number, first: first, second: second))
      }
    }
    add(.confusion(pair: number, first: 0, second: 0), neither)
    note(.pair(number), units: a.count, labelled: a.count - neither)
  }

  /// Counts what all annotators of a post say of the same units.
  mutating func countAll(_ judged: Judgements) {
    let count = judged.codes.count
    guard count > 1, let units = judged.codes.first?.count else { return }
    var unlabelled = 0
    var differing = 0
    var codes: [(Int32, count: Int)] = []
    var labels: [(Int32, count: Int)] = []
    for unit in 0..<units {
      codes.removeAll(keepingCapacity: true)
      for annotator in 0..<count { Self.add(judged.codes[annotator][unit], 1, to: &codes) }
      if codes.count == 1, codes[0].0 == 0 {
        unlabelled += 1
        continue
      }
      labels.removeAll(keepingCapacity: true)
      for (code, times) in codes {
        add(.code(annotators: count, code), times)
        differing += times * (count - times)
        if let label = judged.label(code) { Self.add(label, times, to: &labels) }
      }
      for (label, times) in labels {
        add(.label(annotators: count, label), times * (count - times))
      }
    }
    add(.units(annotators: count), units)
    add(.code(annotators: count, 0), unlabelled * count)
    add(.unlabelled(annotators: count), unlabelled)
    add(.differing(annotators: count), differing)
    note(.annotators(count), units: units, labelled: units - unlabelled)
  }

  private mutating func note(_ group: Group, units: Int, labelled: Int) {
    guard units > 0 else { return }
    sizes[group, default: (0, 0)].all += 1
    if labelled > 0 { sizes[group, default: (0, 0)].labelled += 1 }
  }

  /// Counts the spans of one post.
  /// - Parameter spans: by annotator, each with its label.
  mutating func count<Span: Hashable>(
    spans: [[(span: Span, label: Int32)]], of annotators: [Int], pair: (Int, Int) -> Int
  ) {
    for (_, label) in spans.joined() { add(.given(label)) }
    for second in spans.indices.dropFirst() {
      let theirs = Dictionary(spans[second].map { ($0.span, $0.label) }) { first, _ in first }
      for first in 0..<second {
        let number = pair(annotators[first], annotators[second])
        for (span, label) in spans[first] {
          add(.spans(pair: number, label, .first))
          if theirs[span] == label { add(.spans(pair: number, label, .both)) }
        }
        for (_, label) in spans[second] { add(.spans(pair: number, label, .second)) }
      }
    }
  }

  private static func add(
    _ key: Int32, _ count: Int, to counts: inout [(Int32, count: Int)]
  ) {
    if let at = counts.firstIndex(where: { $0.0 == key }) {
      counts[at].count += count
    } else {
      counts.append((key, count))
    }
  }
}
