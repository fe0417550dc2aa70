/// Truncation, and the special tokens around sequences.
extension Tokenizer {
  /// The workspace's pieces as one sequence.
  func layOut(_ workspace: Workspace, _ options: EncodingOptions) -> Encoding {
    let parts = options.addsSpecialTokens ? template.single : SpecialTokenTemplate.plain.single
    let kept = min(workspace.ids.count, room(for: parts, options))
    return layOut(parts, workspace, first: 0..<kept, second: 0..<0, total: workspace.ids.count)
  }

  /// The workspace's pieces as two sequences, the second from `split` on.
  func layOut(_ workspace: Workspace, split: Int, _ options: EncodingOptions) -> Encoding {
    let parts = options.addsSpecialTokens ? template.pair : SpecialTokenTemplate.plain.pair
    let count = workspace.ids.count
    let lengths = Self.lengths(
      split, count - split, room: room(for: parts, options), options.truncation)
    return layOut(
      parts, workspace, first: 0..<lengths.first, second: split..<(split + lengths.second),
      total: count)
  }

  private func room(for parts: [SpecialTokenTemplate.Part], _ options: EncodingOptions) -> Int {
    guard let maximum = options.maximumLength else { return .max }
    return max(0, maximum - SpecialTokenTemplate.tokenCount(parts))
  }

  /// What is left of two sequences in `room` positions, as the reference shares it out.
  static func lengths(
    _ first: Int, _ second: Int, room: Int, _ truncation: EncodingOptions.Truncation
  ) -> (first: Int, second: Int) {
    guard first + second > room else { return (first, second) }
    switch truncation {
    case .first:
      let kept = max(0, room - second)
      return (kept, min(second, room))
    case .second:
      let kept = max(0, room - first)
      return (min(first, room), kept)
    case .longestFirst:
      let short = min(first, second)
      var long = max(short, room - short)
      var rest = short
      if short + long > room { (rest, long) = (room / 2, room / 2 + room % 2) }
      return first <= second ? (rest, long) : (long, rest)
    }
  }

  private func layOut(
    _ parts: [SpecialTokenTemplate.Part], _ workspace: Workspace, first: Range<Int>,
    second: Range<Int>, total: Int
  ) -> Encoding {
    let length = first.count + second.count + SpecialTokenTemplate.tokenCount(parts)
    var ids: [Int] = []
    var words: [Int?] = []
    ids.reserveCapacity(length)
    words.reserveCapacity(length)
    var runs: [Encoding.TypeRun] = []
    var place: Range<Int>?
    func append(_ range: Range<Int>) {
      for i in range {
        ids.append(Int(workspace.ids[i]))
        let word = workspace.words[i]
        words.append(word < 0 ? nil : Int(word))
      }
    }
    for part in parts {
      let before = ids.count
      let type: Int
      switch part {
      case .token(let id, let kind):
        ids.append(id)
        words.append(nil)
        type = kind
      case .first(let kind):
        append(first)
        type = kind
      case .second(let kind):
        append(second)
        place = before..<ids.count
        type = kind
      }
      if type != 0 || !runs.isEmpty {
        if runs.isEmpty, before > 0 { runs.append(Encoding.TypeRun(type: 0, count: before)) }
        runs.append(Encoding.TypeRun(type: type, count: ids.count - before))
      }
    }
    var encoding = Encoding(ids: ids, wordIndices: words, second: place)
    encoding.typeRuns = runs
    encoding.cutCount = total - first.count - second.count
    return encoding
  }
}
