/// Whether regions tell the labels without a look at the picture (MODELS §1.1, §12.6).
///
/// The number of an instance's regions and whether two of them are the same may not say anything
/// about its label: what they say is their mutual information with it, in bits. A small sample says
/// a little by chance and pairs of one picture resemble each other, so the same is measured with
/// the regions dealt to other instances (of other pictures, when regions belong to pictures), and
/// what is left above the mean of that counts.
package struct RegionVerdict: Sendable, Hashable {
  /// Instances looked at.
  package let instances: Int
  /// Entropy of their labels, bits.
  package let labelEntropy: Double
  /// Mutual information of (number of regions, two the same) and label as counted, bits.
  package let mutualInformation: Double
  /// The same when regions are dealt at random: what this sample shows by chance, mean, bits.
  package let byChance: Double
  /// Share of random deals that say as much or more; at least 1/(deals + 1).
  package let pValue: Double
  /// How often the law of MNRE's public regions holds; nil for labels that are no relations.
  package let law: Law?
  /// Owners in the file that are neither a picture nor an instance of the dataset.
  package let strangers: Int
  /// Owners in the file.
  package let owners: Int

  /// MODELS §1.1: a pair has two regions, and one more for each end that is not `misc` unless it is
  /// `None`; when both ends have one type, two of four regions are the same.
  package struct Law: Sendable, Hashable {
    /// Pairs with the number of regions that the law says.
    package let hits: Int
    /// Pairs.
    package let pairs: Int
    /// Pairs of four regions and one type with two the same.
    package let sameHits: Int
    /// Pairs of four regions and one type.
    package let samePairs: Int

    /// Whether it can be no accident: the law holds for nineteen of twenty pairs and more.
    package var holds: Bool { pairs > 0 && 20 * hits >= 19 * pairs }
  }

  /// Mutual information above chance, bits; never negative.
  package var excess: Double { max(0, mutualInformation - byChance) }

  /// Most bits above chance that are let pass: a twentieth of a bit, or of the labels' entropy
  /// where that is less, but no fewer than a hundredth. MNRE's detector boxes have 0.003, its
  /// leaking regions 1.47.
  package var allowance: Double { max(0.01, 0.05 * min(1, labelEntropy)) }

  /// Whether the regions tell the labels.
  package var leaks: Bool { excess > allowance && pValue <= 0.01 }

  /// One clause for a person.
  package var summary: String {
    var text =
      "number and sameness of regions tell \(Self.bits(excess)) of the labels' "
      + "\(Self.bits(labelEntropy))"
    if let law, law.holds {
      text +=
        "; number = 2 for None, else 2 + one for each type that is not misc, "
        + "in \(Self.grouped(law.hits)) of \(Self.grouped(law.pairs)) pairs"
      if law.samePairs > 0 {
        text +=
          "; two of four are the same in \(Self.grouped(law.sameHits)) of "
          + "\(Self.grouped(law.samePairs)) pairs of one type"
      }
    }
    return text
  }

  /// Bits with three decimals.
  static func bits(_ value: Double) -> String {
    let thousandths = Int((value * 1000).rounded())
    let rest = String(thousandths % 1000)
    let zeros = String(repeating: "0", count: 3 - rest.count)
    return "\(thousandths / 1000).\(zeros)\(rest) bits"
  }

  /// A whole number with commas.
  package static func grouped(_ number: Int) -> String {
    var digits = Array(String(number.magnitude))
    var place = digits.count - 3
    while place > 0 {
      digits.insert(",", at: place)
      place -= 3
    }
    return (number < 0 ? "-" : "") + String(digits)
  }
}
