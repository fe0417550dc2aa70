import Corpora
import Encoders
import Files
import Tensors
import Traces

/// Where the rectangles come from that a network looks at. None of the rules but `boxes` can know a
/// relation: they read words and picture only (MODELS §7.3).
package enum RegionFinding: String, Sendable, Hashable, Codable, CaseIterable {
  /// What is most like the mentions and the longest chunks of the text, for an encoder of both;
  /// and what stands out.
  case grounded
  /// What stands out of the picture for the network that sees it.
  case salient
  /// Middle, left, right and the whole.
  case fixed
  /// Regions of files: a pair's own are the grounded ones, its picture's the detected ones.
  case boxes

  static let choice = Switch.choice(
    "rectangles", allCases.map(\.rawValue),
    "grounded: like mentions and chunks of the text (--dual). salient: what stands out. fixed: middle, "
      + "left, right. boxes: of files (--boxes)")

  /// Rectangles for a pair.
  struct Found {
    /// For head, tail and the longest other chunks of the text; nil where there is none.
    let grounding: [ImageRegion?]
    /// For what a detector would have found.
    let detected: [ImageRegion?]

    /// Where none are looked for.
    static func none(grounding: Int, detected: Int) -> Found {
      Found(
        grounding: [ImageRegion?](repeating: nil, count: grounding),
        detected: [ImageRegion?](repeating: nil, count: detected))
    }
  }

  /// The rectangles of a post for a pair, so many of each kind. What somebody drew stands first.
  ///
  /// - Throws: `ExpertError`, `EncoderInputError`.
  func find(
    _ post: SeenPost, _ pair: TokenPair?, grounding: Int, detected: Int, _ eyes: EyeNames
  ) throws -> Found {
    let found = try undisturbed(
      post, pair, grounding: grounding, detected: detected, eyes)
    guard case .disturbed(let share, let seed) = post.regionChange else { return found }
    var sum = FNV1a()
    sum.add(bytes: post.post.id.utf8)
    var generator = SeededGenerator(seed: seed ^ sum.value)
    func disturbed(_ region: ImageRegion?) -> ImageRegion? {
      guard region != nil, generator.chance(Float(share)) else { return region }
      guard generator.chance(0.5) else { return nil }
      let (width, height) = (
        Double(generator.uniform(0.1, 0.6)), Double(generator.uniform(0.1, 0.6))
      )
      return ImageRegion(
        left: Double(generator.uniform()) * (1 - width),
        top: Double(generator.uniform()) * (1 - height), width: width, height: height)
    }
    return Found(
      grounding: found.grounding.map(disturbed), detected: found.detected.map(disturbed))
  }

  private func undisturbed(
    _ post: SeenPost, _ pair: TokenPair?, grounding: Int, detected: Int, _ eyes: EyeNames
  ) throws -> Found {
    func filled(_ regions: [ImageRegion?], to count: Int) -> [ImageRegion?] {
      Array((regions + [ImageRegion?](repeating: nil, count: count)).prefix(count))
    }
    if let drawn = post.drawn {
      return Found(
        grounding: filled(Array(drawn.prefix(grounding)), to: grounding),
        detected: filled(Array(drawn.dropFirst(grounding)), to: detected))
    }
    switch self {
    case .grounded:
      guard let dual = eyes.dual else {
        throw ExpertError.noRegions(
          expert: "an expert", post: post.post.id, source: "")
      }
      let queries = Self.queries(post.words, pair).prefix(grounding)
      return Found(
        grounding: filled(
          try queries.map { try post.grounded(post.words($0), by: dual) }, to: grounding),
        detected: filled(try standing(post, most: detected, eyes), to: detected))
    case .salient:
      let found = try standing(post, most: grounding + detected, eyes)
      return Found(
        grounding: filled(Array(found.prefix(grounding)), to: grounding),
        detected: filled(Array(found.dropFirst(grounding)), to: detected))
    case .fixed:
      let places = [
        ImageRegion(left: 0.25, top: 0.25, width: 0.5, height: 0.5),
        ImageRegion(left: 0, top: 0, width: 0.5, height: 1),
        ImageRegion(left: 0.5, top: 0, width: 0.5, height: 1), .whole,
      ]
      return Found(
        grounding: filled(places, to: grounding), detected: filled(places, to: detected))
    case .boxes:
      guard let boxes = post.boxes else { throw ExpertError.noBoxes(expert: post.post.id) }
      let parts =
        pair.map { boxes.parts(head: $0.head, tail: $0.tail) } ?? (ofPair: [], ofPicture: boxes.all)
      return Found(
        grounding: filled(parts.ofPair.map(PictureRegions.place), to: grounding),
        detected: filled(parts.ofPicture.map(PictureRegions.place), to: detected))
    }
  }

  /// What stands out for the network that sees the picture; for an expert with a tower of its own,
  /// which changes as it learns, for the encoder of text and picture.
  private func standing(
    _ post: SeenPost, most: Int, _ eyes: EyeNames
  ) throws -> [ImageRegion] {
    guard eyes.hasTower else { return try post.salient(most: most, by: eyes.pictures) }
    guard let dual = eyes.dual else { return [] }
    return try post.patches(by: dual)?.salient(most: most) ?? []
  }

  /// What is looked for: head, tail, and the longest chunks of the text that touch neither. A chunk
  /// is a row of words that are no function words, names of users, links or signs.
  static func queries(_ words: [String], _ pair: TokenPair?) -> [Range<Int>] {
    let mentions = pair.map { [$0.head, $0.tail] } ?? []
    var chunks: [Range<Int>] = []
    var start: Int?
    for place in 0...words.count {
      let isInside =
        place < words.count && isContent(words[place])
        && !mentions.contains { $0.contains(place) }
      if isInside {
        start = start ?? place
      } else if let from = start {
        chunks.append(from..<place)
        start = nil
      }
    }
    // The sort is stable: of equals the first stands first.
    return mentions + chunks.sorted { $0.count > $1.count }
  }

  private static func isContent(_ word: String) -> Bool {
    let lower = word.lowercased()
    return lower.contains(where: \.isLetter) && !lower.hasPrefix("@") && !lower.hasPrefix("http")
      && !functionWords.contains(lower)
  }

  private static let functionWords: Set<String> = [
    "a", "about", "after", "again", "all", "also", "am", "an", "and", "any", "are", "as", "at",
    "be", "because", "been", "before", "being", "but", "by", "can", "could", "did", "do", "does",
    "down", "for", "from", "get", "go", "had", "has", "have", "he", "her", "here", "hers", "him",
    "his", "how", "i", "if", "in", "into", "is", "it", "its", "just", "like", "me", "more", "most",
    "my", "no", "not", "now", "of", "off", "on", "one", "only", "or", "our", "out", "over", "rt",
    "she", "so", "some", "than", "that", "the", "their", "them", "then", "there", "these", "they",
    "this", "to", "too", "up", "us", "very", "was", "we", "were", "what", "when", "where", "which",
    "who", "why", "will", "with", "would", "you", "your",
  ]
}

extension SeenPost {
  /// The words of a range, as far as the text goes.
  func words(_ range: Range<Int>) -> [String] {
    Array(words[range.clamped(to: words.indices)])
  }
}
