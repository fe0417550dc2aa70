import Corpora

extension DatasetAudit {
  /// The splits that may not share anything.
  static let splits: [Split] = [.train, .dev, .test]

  /// Texts that stand in two splits: the same words but for case and links.
  static func sharedTexts(of dataset: Dataset) -> [AuditFinding] {
    var places: [[String]: [Split: Int]] = [:]
    for (i, post) in dataset.posts.enumerated() where post.split != .all {
      let key = normalized(post)
      guard !key.isEmpty else { continue }
      if places[key]?[post.split] == nil { places[key, default: [:]][post.split] = i }
    }
    return crossings(of: dataset, places: places.values) { a, b, pairs in
      return AuditFinding(
        .sharedText, .serious, file: dataset.posts[pairs[0].1].source.file,
        line: dataset.posts[pairs[0].1].source.line,
        "\(counted(pairs.count, "text")) of \(b.rawValue) also \(pairs.count == 1 ? "stands" : "stand") "
          + "in \(a.rawValue), but for case and links",
        remedy: "Take them out of \(a.rawValue): a model can know their labels by heart.",
        count: pairs.count,
        examples: pairs.map { example(dataset, $0.0, $0.1) })
    }
  }

  /// Two posts by their places, and the words of the second.
  static func example(_ dataset: Dataset, _ a: Int, _ b: Int) -> String {
    let (first, second) = (dataset.posts[a], dataset.posts[b])
    let words = second.tokens.prefix(12).map(\.text).joined(separator: " ")
    return "\(second.source) and \(first.source): \(words)\(second.tokens.count > 12 ? " …" : "")"
  }

  /// A finding for each two splits that share something, from where it stands in each split.
  static func crossings(
    of dataset: Dataset, places: some Collection<[Split: Int]>,
    _ finding: (_ a: Split, _ b: Split, _ pairs: [(Int, Int)]) -> AuditFinding
  ) -> [AuditFinding] {
    var result: [AuditFinding] = []
    for (i, a) in splits.enumerated() {
      for b in splits[(i + 1)...] {
        let pairs = places.compactMap { place in
          place[a].flatMap { first in place[b].map { (first, $0) } }
        }
        .sorted { $0.1 < $1.1 }
        if !pairs.isEmpty { result.append(finding(a, b, pairs)) }
      }
    }
    return result
  }

  /// Lower case, without links and words that show nothing.
  private static func normalized(_ post: Post) -> [String] {
    post.tokens.compactMap { token in
      let word = token.text.lowercased()
      if word.hasPrefix("http://") || word.hasPrefix("https://") { return nil }
      return word.unicodeScalars.allSatisfy(\.properties.isWhitespace) ? nil : word
    }
  }

  /// Posts with the same words and other mentions, and pairs of the same words and places with
  /// other relations.
  static func conflicts(of dataset: Dataset) -> [AuditFinding] {
    var byText: [[String]: [Int]] = [:]
    for (i, post) in dataset.posts.enumerated() {
      byText[post.tokens.map(\.text), default: []].append(i)
    }
    let repeated = byText.values.sorted { $0[0] < $1[0] }
    return mentionConflicts(dataset, repeated.filter { $0.count > 1 })
      + relationConflicts(dataset, repeated)
  }

  private static func mentionConflicts(_ dataset: Dataset, _ groups: [[Int]]) -> [AuditFinding] {
    let pairs = groups.compactMap { group -> (Int, Int)? in
      let first = group[0]
      let other = group.dropFirst().first {
        dataset.posts[$0].mentions != dataset.posts[first].mentions
      }
      return other.map { (first, $0) }
    }
    guard let (_, second) = pairs.first else { return [] }
    let noun = counted(pairs.count, "text")
    return [
      AuditFinding(
        .conflictingLabels, .warning, file: dataset.posts[second].source.file,
        line: dataset.posts[second].source.line,
        "\(noun) \(pairs.count == 1 ? "stands" : "stand") in the dataset with different mentions",
        remedy: "Unless the pictures decide, one labelling is wrong; correct it.",
        count: pairs.count,
        examples: pairs.map { example(dataset, $0.0, $0.1) })
    ]
  }

  private struct PairPlace: Hashable {
    let head: Range<Int>
    let tail: Range<Int>
  }

  private static func relationConflicts(_ dataset: Dataset, _ groups: [[Int]]) -> [AuditFinding] {
    var found: [(post: Int, text: String)] = []
    for group in groups {
      var labels: [PairPlace: (post: Int, label: String)] = [:]
      for at in group {
        let post = dataset.posts[at]
        for pair in post.relations {
          let place = PairPlace(head: pair.head, tail: pair.tail)
          guard let known = labels[place] else {
            labels[place] = (at, pair.label)
            continue
          }
          guard known.label != pair.label else { continue }
          func words(_ range: Range<Int>) -> String {
            post.tokens[range.clamped(to: 0..<post.tokens.count)].map(\.text)
              .joined(separator: " ")
          }
          let lines =
            known.post == at
            ? "\(post.source), twice" : "\(post.source) and \(dataset.posts[known.post].source)"
          found.append(
            (
              at,
              "\(lines): \(words(pair.head)) / "
                + "\(words(pair.tail)) is \(pair.label) and \(known.label)"
            ))
        }
      }
    }
    guard let first = found.first else { return [] }
    return [
      AuditFinding(
        .conflictingLabels, .warning, file: dataset.posts[first.post].source.file,
        line: dataset.posts[first.post].source.line,
        "\(counted(found.count, "pair")) \(found.count == 1 ? "has" : "have") another relation "
          + "elsewhere in the same text",
        remedy: "Unless the pictures decide, one relation is wrong; correct it.",
        count: found.count, examples: found.map(\.text))
    ]
  }
}
