import Corpora
import Tensors

extension ScoreSheet {
  /// Counts by post and type, so that any set of posts can be scored by adding.
  struct Tally {
    private struct Entry: Hashable {
      let type: Int
      var counts = Counts()
    }

    /// Most rows that get intervals of their own.
    private static let mostRows = 500
    private var names: [String] = []
    private var numbers: [String: Int] = [:]
    /// The counts of the post at hand; nil between posts.
    private var current: [Entry]?
    /// The different posts, and which of them each post is: of a million posts there are few kinds,
    /// so four bytes are held for each.
    private var kinds: [[Entry]] = []
    private var places: [[Entry]: Int32] = [:]
    private var kindOfPost: [Int32] = []

    /// Posts that were counted.
    var count: Int { kindOfPost.count }

    mutating func beginPost() {
      endPost()
      current = []
    }

    /// What follows belongs to no post.
    mutating func endPost() {
      guard let post = current?.sorted(by: { $0.type < $1.type }) else { return }
      current = nil
      let place = places[post] ?? Int32(kinds.count)
      if Int(place) == kinds.count {
        places[post] = place
        kinds.append(post)
      }
      kindOfPost.append(place)
    }

    mutating func add(_ name: String, _ change: (inout Counts) -> Void) {
      let number = numbers[name] ?? names.count
      if number == names.count {
        numbers[name] = number
        names.append(name)
      }
      var entries = current.take() ?? []
      if let at = entries.firstIndex(where: { $0.type == number }) {
        change(&entries[at].counts)
      } else {
        var entry = Entry(type: number)
        change(&entry.counts)
        entries.append(entry)
      }
      current = entries
    }

    /// The rows of all posts, with intervals in the order of the types' first coming.
    func rows(_ intervals: [Intervals]?) -> [Row] {
      var sums = [Counts](repeating: Counts(), count: names.count)
      for kind in kindOfPost {
        for entry in kinds[Int(kind)] { sums[entry.type].add(entry.counts) }
      }
      return names.indices.map {
        Row(name: names[$0], counts: sums[$0], intervals: intervals?[$0])
      }
    }

    /// Intervals by drawing as many posts as there are, with replacement (the percentile
    /// bootstrap; Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13).
    ///
    /// Posts with the same counts are drawn as one kind: a draw touches two small arrays.
    /// - Complexity: O(resamples · (posts + kinds · entries of a kind)).
    func resampled(leavingOut name: String?, _ progress: (Double) -> Void = { _ in }) -> (
      headline: Intervals, rows: [Intervals]?
    ) {
      let keepsRows = names.count <= Self.mostRows
      let out = name.flatMap { numbers[$0] }
      var headline: [Counts] = []
      var rows = [[Counts]](repeating: [], count: names.count)
      var generator = SeededGenerator(seed: ScoreSheet.seed, stream: "bootstrap")
      var drawn = [Int32](repeating: 0, count: kinds.count)
      for resample in 0..<ScoreSheet.resamples where count > 0 {
        drawn.withUnsafeMutableBufferPointer { drawn in
          drawn.update(repeating: 0)
          kindOfPost.withUnsafeBufferPointer { kindOfPost in
            for _ in 0..<count { drawn[Int(kindOfPost[generator.index(below: count)])] += 1 }
          }
        }
        var sums = [Counts](repeating: Counts(), count: names.count)
        for (kind, times) in zip(kinds, drawn) where times > 0 {
          for entry in kind { sums[entry.type].add(entry.counts, times: Int(times)) }
        }
        var all = Counts()
        for (type, sum) in sums.enumerated() {
          if keepsRows { rows[type].append(sum) }
          if type != out { all.add(sum) }
        }
        headline.append(all)
        progress(Double(resample + 1) / Double(ScoreSheet.resamples))
      }
      return (Intervals(headline), keepsRows ? rows.map(Intervals.init) : nil)
    }
  }
}

extension RelationScore.Counts {
  /// Adds other counts, once or more.
  fileprivate mutating func add(_ other: Self, times: Int = 1) {
    correct += times * other.correct
    predicted += times * other.predicted
    gold += times * other.gold
  }
}

extension ScoreSheet.Intervals {
  /// The middle 95 % of resampled counts; samples in which a type does not occur say nothing of it.
  fileprivate init(_ samples: [RelationScore.Counts]) {
    func middle(_ score: (RelationScore.Counts) -> Double) -> ScoreSheet.Interval {
      let sorted = samples.filter { $0.predicted + $0.gold > 0 }.map(score).sorted()
      guard let last = sorted.indices.last else { return ScoreSheet.Interval(low: 0, high: 0) }
      return ScoreSheet.Interval(
        low: sorted[last * 25 / 1000], high: sorted[last - last * 25 / 1000])
    }
    precision = middle(\.precision)
    recall = middle(\.recall)
    f1 = middle(\.f1)
  }
}
