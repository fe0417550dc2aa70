/// The posts that a router is judged on, in the order of their p: how p is distributed, and what
/// cutting it elsewhere than at ½ would be worth there. It changes no route.
package struct RouteLandscape: Sendable, Hashable {
  /// p of the posts that the router was asked about, ascending.
  package let probabilities: [Float]
  /// unions[k]: the union when the k posts with the smallest p go to the text expert, and the
  /// others to the multimodal one.
  private let unions: [MatchCounts]
  /// All posts, those without a picture among them.
  private let posts: Int

  /// What a cut is worth: p above it goes to the multimodal expert.
  package struct Cut: Sendable, Hashable {
    package let threshold: Float
    /// Every post answered by the expert on its route, scored once (MODELS §2.8.3).
    package let union: MatchCounts
    /// Share of all posts that goes to the multimodal expert, 0 … 1.
    package let multimodalShare: Double
  }

  /// - Returns: nil for a router that keeps no held-out posts with a picture.
  /// - Complexity: O(n log n) in the held-out posts.
  package init?(_ bundle: RouterBundle) {
    guard let data = bundle.heldOut else { return nil }
    self.init(bundle.installed.probabilities(data.askedInputs), data)
  }

  /// - Parameter all: p of the posts that the router is asked about, in their order.
  package init?(_ all: [Float], _ data: RouterData) {
    guard data.asked.count == all.count else { return nil }
    self.init(data.spread(all), data.counts)
  }

  /// - Parameters:
  ///   - all: p of every post; nil where the router is not asked and the text expert answers.
  ///   - counts: what both experts make of every post.
  package init?(_ all: [Float?], _ counts: [ExpertCounts]) {
    let asked = all.indices.filter { all[$0] != nil }
    guard !asked.isEmpty, all.count == counts.count else { return nil }
    func p(_ place: Int) -> Float { all[place] ?? 0 }
    let order = asked.sorted { (p($0), $0) < (p($1), $1) }
    probabilities = order.map(p)
    posts = all.count
    // All to the multimodal expert, and then one after the other to the text expert.
    var union = counts.union(routes: all.map { $0 == nil ? .text : .multimodal })
    var unions = [union]
    unions.reserveCapacity(order.count + 1)
    for place in order {
      let both = counts[place]
      union = union - both.multimodal + both.text
      unions.append(union)
    }
    self.unions = unions
  }

  /// The cut at a threshold.
  package func cut(at threshold: Float) -> Cut {
    let text = count(upTo: threshold)
    return Cut(
      threshold: threshold, union: unions[text],
      multimodalShare: Double(probabilities.count - text) / Double(posts))
  }

  /// The cut whose union has the highest F1; of equals that which is nearest to ½. It was chosen on
  /// these very posts, and promises nothing for others.
  package var best: Cut {
    let places = unions.indices.filter { place in
      // Posts of the same p cannot be parted.
      place == 0 || place == probabilities.count
        || probabilities[place - 1] < probabilities[place]
    }
    let cuts = places.map { (threshold(after: $0), unions[$0].f1) }
    let best = cuts.max { a, b in
      (a.1, -abs(a.0 - RouteDecision.threshold)) < (b.1, -abs(b.0 - RouteDecision.threshold))
    }
    return cut(at: best?.0 ?? RouteDecision.threshold)
  }

  /// The cut that lets some more posts, or with a negative number fewer, through to the text
  /// expert than a threshold does; the same where there are none.
  package func threshold(moving threshold: Float, by steps: Int) -> Float {
    // One step is a hundredth of the posts: p often lives in a small part of 0 … 1.
    let step = max(1, probabilities.count / 100)
    let before = count(upTo: threshold)
    var place = min(probabilities.count, max(0, before + steps * step))
    // Equal p go together; a step down is one before all of them.
    while steps < 0, place > 0, place < probabilities.count,
      probabilities[place - 1] == probabilities[place]
    {
      place -= 1
    }
    return place == before ? threshold : self.threshold(after: place)
  }

  /// A threshold with so many p at or below it, ½ where that is one; of equal p all.
  private func threshold(after place: Int) -> Float {
    if count(upTo: RouteDecision.threshold) == place { return RouteDecision.threshold }
    guard place > 0 else { return probabilities[0] > 0 ? 0 : probabilities[0].nextDown }
    guard place < probabilities.count else { return max(1, probabilities[place - 1]) }
    let (below, above) = (probabilities[place - 1], probabilities[place])
    let middle = (below + above) / 2
    return middle < above ? middle : below
  }

  /// How many p are at or below a threshold.
  private func count(upTo threshold: Float) -> Int {
    var (low, high) = (0, probabilities.count)
    while low < high {
      let middle = (low + high) / 2
      if probabilities[middle] <= threshold { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The range of p, which holds ½ and a given p too.
  package func range(with probability: Float) -> ClosedRange<Float> {
    let inside = [probability, RouteDecision.threshold]
    return min(
      probabilities[0], inside.min() ?? 0)...max(
        probabilities[probabilities.count - 1], inside.max() ?? 1)
  }

  /// How many p lie in each of some equal parts of a range.
  package func histogram(_ range: ClosedRange<Float>, parts: Int) -> [Int] {
    var result = [Int](repeating: 0, count: max(1, parts))
    for value in probabilities where range.contains(value) {
      result[Self.part(of: value, in: range, parts: result.count)] += 1
    }
    return result
  }

  /// In which of the equal parts of a range a number lies.
  package static func part(of value: Float, in range: ClosedRange<Float>, parts: Int) -> Int {
    let width = range.upperBound - range.lowerBound
    guard width > 0, value.isFinite else { return 0 }
    return min(parts - 1, max(0, Int((value - range.lowerBound) / width * Float(parts))))
  }
}
