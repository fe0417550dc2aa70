/// Where the counts of a tally stand, by what is asked of them.
struct CellIndex {
  /// Every code that was given, that for no label first.
  let codes: [Int32]
  /// By number of annotators, ascending.
  let groups: [Group]
  /// By pair of annotators.
  let confusions: [Int: [(first: Int32, second: Int32, place: Int)]]
  /// Places of how many spans have a label.
  let given: [Int32: Int]
  /// By pair of annotators, then by label.
  let spans: [Int: [Int32: AgreementMeasure.Spans]]

  /// Counts of units that one number of annotators judged.
  struct Group {
    let annotators: Int
    let posts: (all: Int, labelled: Int)
    /// By place in `CellIndex.codes`.
    var codes: [Int32: Int] = [:]
    var units, differing, unlabelled: Int?
    /// Pairs of which exactly one has a label, by label.
    var labels: [Int32: Int] = [:]
  }

  init(_ tally: AgreementTally) {
    var groups: [Int: Group] = [:]
    for case (.annotators(let count), let size) in tally.sizes {
      groups[count] = Group(annotators: count, posts: size)
    }
    var confusions: [Int: [(first: Int32, second: Int32, place: Int)]] = [:]
    var spans: [Int: [Int32: AgreementMeasure.Spans]] = [:]
    var given: [Int32: Int] = [:]
    var codes: Set<Int32> = [0]
    // In the order of their places, so that the same table gives the same sums.
    for (cell, place) in tally.cells.sorted(by: { $0.value < $1.value }) {
      switch cell {
      case .confusion(let pair, let first, let second):
        confusions[pair, default: []].append((first, second, place))
      case .units(let count): groups[count]?.units = place
      case .code(let count, let code):
        groups[count]?.codes[code] = place
        codes.insert(code)
      case .differing(let count): groups[count]?.differing = place
      case .unlabelled(let count): groups[count]?.unlabelled = place
      case .label(let count, let label): groups[count]?.labels[label] = place
      case .given(let label): given[label] = place
      case .spans(let pair, let label, let whose):
        var found = spans[pair]?[label] ?? AgreementMeasure.Spans()
        switch whose {
        case .first: found.first = place
        case .second: found.second = place
        case .both: found.both = place
        }
        spans[pair, default: [:]][label] = found
      }
    }
    self.codes = codes.sorted()
    self.groups = groups.values.sorted { $0.annotators < $1.annotators }
    self.confusions = confusions
    self.given = given
    self.spans = spans
  }

  /// The units of a group as a measure sees them.
  func judged(_ group: Group, _ part: AgreementMeasure.Part) -> AgreementMeasure.Judged {
    AgreementMeasure.Judged(
      annotators: group.annotators, codes: codes.map { group.codes[$0] }, units: group.units,
      differing: group.differing, unlabelled: group.unlabelled, part: part)
  }

  /// The units of a group, of each only whether it has a label.
  func judged(
    _ group: Group, label: Int32, codes: [Int32]
  ) -> AgreementMeasure.Judged {
    judged(
      group,
      .label(codes: codes.compactMap { group.codes[$0] }, differing: group.labels[label]))
  }
}
