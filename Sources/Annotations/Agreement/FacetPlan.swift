/// The measures of one kind of label over a tally: their values, and those of resamples.
struct FacetPlan {
  private let tally: AgreementTally
  private let totals: [Int]
  private let annotators: Int
  private var measures: [(measure: AgreementMeasure, posts: Int, units: Int)] = []
  /// Values of the measures over resamples where they are defined, by measure.
  private var samples: [[Double]] = []
  private var sums: [Int]
  private var all = Nominal()
  private var labelled = Nominal()
  private var f1 = 0
  private var pairs: [Pair] = []
  private var labels: [Label] = []
  /// More measures have no interval; it would take hours with thousands of labels.
  private static let mostSampled = 4_000

  /// Places of measures.
  private struct Nominal {
    var alpha: Int?
    var fleiss: Int?
    var annotators: Int?
  }

  private struct Pair {
    let number, kappa, labelledKappa, f1: Int
    var labels: [(label: Int32, f1: Int)] = []
  }

  private struct Label {
    let label: Int32
    let count, alpha, f1: Int
  }

  /// - Parameters:
  ///   - annotators: how many there are in all; the pair of two is first · annotators + second.
  ///   - codes: the codes that mean a label.
  init(_ tally: AgreementTally, annotators: Int, codes: (Int32) -> [Int32]) {
    self.tally = tally
    self.annotators = annotators
    totals = tally.totals
    sums = totals
    let index = CellIndex(tally)
    all = nominal(.all, index)
    labelled = nominal(.labelled, index)
    let posts = index.groups.reduce(0) { $0 + $1.posts.all }
    f1 = add(index.spans.values.flatMap(\.values), posts: posts)
    let given = index.given.map { (label: $0.key, count: totals[$0.value]) }
      .sorted { (-$0.count, $0.label) < (-$1.count, $1.label) }
    for (label, count) in given {
      let judged = index.groups.map { index.judged($0, label: label, codes: codes(label)) }
      labels.append(
        Label(
          label: label, count: count,
          alpha: add(
            .alpha(judged), posts: posts, units: judged.reduce(0) { $0 + $1.units(totals) }),
          f1: add(index.spans.values.compactMap { $0[label] }, posts: posts)))
    }
    let numbers = index.confusions.keys.sorted()
    for number in numbers { pairs.append(pair(number, index)) }
    for place in pairs.indices {
      guard let spans = index.spans[pairs[place].number] else { continue }
      let size = tally.sizes[.pair(pairs[place].number)]?.all ?? 0
      for row in labels {
        guard let own = spans[row.label] else { continue }
        pairs[place].labels.append((row.label, add([own], posts: size)))
      }
    }
    samples = measures.prefix(Self.mostSampled).map { _ in [] }
  }

  private mutating func nominal(_ part: AgreementMeasure.Part, _ index: CellIndex) -> Nominal {
    var isLabelled = false
    if case .labelled = part { isLabelled = true }
    func posts(_ group: CellIndex.Group) -> Int {
      isLabelled ? group.posts.labelled : group.posts.all
    }
    let groups = index.groups.map { (index.judged($0, part), posts($0)) }
      .filter { $0.1 > 0 }
    guard !groups.isEmpty else { return Nominal() }
    var result = Nominal()
    result.alpha = add(
      .alpha(groups.map(\.0)), posts: groups.reduce(0) { $0 + $1.1 },
      units: groups.reduce(0) { $0 + $1.0.units(totals) })
    let most = groups.max {
      ($0.0.units(totals), $0.0.annotators) < ($1.0.units(totals), $1.0.annotators)
    }
    if let (judged, posts) = most {
      result.fleiss = add(.fleiss(judged), posts: posts, units: judged.units(totals))
      result.annotators = judged.annotators
    }
    return result
  }

  private mutating func pair(_ number: Int, _ index: CellIndex) -> Pair {
    let cells = index.confusions[number] ?? []
    let size = tally.sizes[.pair(number)] ?? (0, 0)
    let all = AgreementMeasure.Confusion(cells)
    let labelled = AgreementMeasure.Confusion(cells.filter { $0.first != 0 || $0.second != 0 })
    return Pair(
      number: number,
      kappa: add(.cohen(all), posts: size.all, units: all.units(totals)),
      labelledKappa: add(.cohen(labelled), posts: size.labelled, units: labelled.units(totals)),
      f1: add(index.spans[number].map { Array($0.values) } ?? [], posts: size.all))
  }

  private mutating func add(_ measure: AgreementMeasure, posts: Int, units: Int) -> Int {
    measures.append((measure, posts, units))
    return measures.count - 1
  }

  /// F1; its units are the spans that either of two annotators has.
  private mutating func add(_ spans: [AgreementMeasure.Spans], posts: Int) -> Int {
    func sum(_ place: Int?) -> Int { place.map { totals[$0] } ?? 0 }
    let units = spans.reduce(0) { $0 + sum($1.first) + sum($1.second) - sum($1.both) }
    return add(.f1(spans), posts: posts, units: units)
  }

  // MARK: Values

  /// Takes posts as often as these weights say, and keeps what the measures are then.
  mutating func take(_ weights: [Int32]) {
    for place in sums.indices { sums[place] = 0 }
    tally.add(to: &sums, weights: weights)
    for place in samples.indices {
      if let value = measures[place].measure.value(sums) { samples[place].append(value) }
    }
  }

  private func figure(_ place: Int?) -> Agreement.Figure? {
    guard let place, let value = measures[place].measure.value(totals) else { return nil }
    let (_, posts, units) = measures[place]
    return Agreement.Figure(value: value, interval: interval(place), posts: posts, units: units)
  }

  private func interval(_ place: Int) -> Agreement.Interval? {
    // One post says nothing of how posts differ.
    guard samples.indices.contains(place), measures[place].posts > 1 else { return nil }
    let sorted = samples[place].sorted()
    guard let last = sorted.indices.last else { return nil }
    return Agreement.Interval(
      low: sorted[last * 25 / 1000], high: sorted[last - last * 25 / 1000])
  }

  private func figures(_ nominal: Nominal) -> Agreement.Nominal {
    Agreement.Nominal(
      alpha: figure(nominal.alpha), fleiss: figure(nominal.fleiss),
      annotators: nominal.annotators)
  }

  /// - Parameters:
  ///   - names: of the annotators.
  ///   - labelNames: of the labels, by number.
  func facet(_ names: [String], labels labelNames: [String]) -> Agreement.Facet {
    Agreement.Facet(
      all: figures(all), labelled: figures(labelled), f1: figure(f1),
      pairs: pairs.map { pair in
        Agreement.Pair(
          first: names[pair.number / annotators], second: names[pair.number % annotators],
          kappa: figure(pair.kappa), labelledKappa: figure(pair.labelledKappa),
          f1: figure(pair.f1),
          labels: pair.labels.compactMap { label, place in
            figure(place).map { (labelNames[Int(label)], $0) }
          })
      },
      labels: labels.map {
        Agreement.Label(
          name: labelNames[Int($0.label)], count: $0.count, alpha: figure($0.alpha),
          f1: figure($0.f1))
      })
  }
}
