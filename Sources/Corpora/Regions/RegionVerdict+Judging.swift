import Foundation
import Tensors

extension RegionFile {
  /// Judges the regions by a dataset's labels.
  /// - Returns: nil when the file belongs to none of the dataset's files.
  /// - Throws: `CorporaError` when a file of the dataset cannot be read again.
  package func verdict(for dataset: Dataset) throws -> RegionVerdict? {
    guard let joined = try joined(to: dataset) else { return nil }
    return RegionVerdict(joined)
  }
}

extension RegionVerdict {
  /// Random deals that stand for chance.
  private static let deals = 200

  init(_ joined: RegionFile.Joined) {
    let labels = Self.numbered(joined.instances.map(\.label), most: 1000)
    let profiles = Self.numbered(joined.profiles.map(Self.bounded), most: 200)
    let count = labels.count
    let measured = Self.mutualInformation(profiles, labels)
    var generator = SeededGenerator(seed: 1, stream: "region audit")
    let deal = Deal(profiles, pictures: joined.byPicture ? joined.pictures : Array(0..<count))
    var sum = 0.0
    var asMuch = 0
    for _ in 0..<Self.deals {
      let chance = Self.mutualInformation(deal.next(&generator), labels)
      sum += chance
      if chance >= measured - 1e-12 { asMuch += 1 }
    }
    instances = count
    labelEntropy = Self.entropy(labels)
    mutualInformation = measured
    byChance = sum / Double(Self.deals)
    pValue = Double(asMuch + 1) / Double(Self.deals + 1)
    law = Law(joined)
    strangers = joined.strangers
    owners = joined.owners
  }

  /// Numbers past 64 count as 64: a table of them must stay small.
  private static func bounded(_ profile: RegionFile.Profile) -> Int {
    2 * min(profile.count, 64) + (profile.repeats ? 1 : 0)
  }

  /// Values as numbers from 0 in the order of their first coming; all past `most` share the last.
  private static func numbered<Value: Hashable>(_ values: [Value], most: Int) -> [Int] {
    var numbers: [Value: Int] = [:]
    return values.map { value in
      if let number = numbers[value] { return number }
      let number = min(numbers.count, most - 1)
      numbers[value] = number
      return number
    }
  }

  /// A way to deal profiles to other instances.
  private struct Deal {
    private let profiles: [Int]
    private let pictures: [Int]
    private let ofPicture: [Int]

    /// The instances of one picture share their profile.
    init(_ profiles: [Int], pictures: [Int]) {
      self.profiles = profiles
      self.pictures = pictures
      var first = [Int](repeating: 0, count: (pictures.max() ?? -1) + 1)
      for (i, picture) in pictures.enumerated() { first[picture] = profiles[i] }
      ofPicture = first
    }

    func next(_ generator: inout SeededGenerator) -> [Int] {
      let order = generator.permutation(ofPicture.count)
      return pictures.map { ofPicture[order[$0]] }
    }
  }

  /// −Σ p log₂ p of the values, which count from 0.
  private static func entropy(_ values: [Int]) -> Double {
    var counts = [Int](repeating: 0, count: (values.max() ?? -1) + 1)
    for value in values { counts[value] += 1 }
    return entropy(ofCounts: counts)
  }

  private static func entropy(ofCounts counts: [Int]) -> Double {
    let total = Double(counts.reduce(0, +))
    guard total > 0 else { return 0 }
    return counts.reduce(0.0) { sum, count in
      guard count > 0 else { return sum }
      let p = Double(count) / total
      return sum - p * log2(p)
    }
  }

  /// H(x) + H(y) − H(x, y), bits.
  static func mutualInformation(_ x: [Int], _ y: [Int]) -> Double {
    let width = (y.max() ?? -1) + 1
    var table = [Int](repeating: 0, count: ((x.max() ?? -1) + 1) * width)
    for (a, b) in zip(x, y) { table[a * width + b] += 1 }
    return max(0, entropy(x) + entropy(y) - entropy(ofCounts: table))
  }
}

extension RegionVerdict.Law {
  /// Nil unless the labels are relations spelled `/a/b/name` or `None`.
  fileprivate init?(_ joined: RegionFile.Joined) {
    var (hits, pairs, sameHits, samePairs) = (0, 0, 0, 0)
    for (instance, boxes) in zip(joined.instances, joined.boxes) {
      guard instance.pair != nil else { return nil }
      var wanted = 2
      var hasOneType = false
      if instance.label != "None" {
        let parts = instance.label.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty else { return nil }
        wanted += (parts[1] == "misc" ? 0 : 1) + (parts[2] == "misc" ? 0 : 1)
        hasOneType = parts[1] == parts[2]
      }
      pairs += 1
      if boxes.count == wanted { hits += 1 }
      if hasOneType, boxes.count == 4 {
        samePairs += 1
        if Set(boxes).count < 4 { sameHits += 1 }
      }
    }
    guard pairs > 0 else { return nil }
    (self.hits, self.pairs, self.sameHits, self.samePairs) = (hits, pairs, sameHits, samePairs)
  }
}
