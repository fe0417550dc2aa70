import Tensors

/// How picture and text of a post go together (Vempala and Preoţiuc-Pietro 2019), in their
/// proportions.
package enum Relatedness: String, CaseIterable, Sendable {
  /// The text is in the picture, and the picture adds to it.
  case r1 = "R1"
  /// The text is not in the picture, and the picture adds to it.
  case r2 = "R2"
  /// The text is in the picture, which adds nothing.
  case r3 = "R3"
  /// The text is not in the picture, which adds nothing: it shows something else.
  case r4 = "R4"

  static let shares: [Float] = [18.5, 25.6, 21.9, 33.8]

  /// Whether the picture decides what the name stands for.
  package var imageAdds: Bool { self == .r1 || self == .r2 }
  /// Whether what the text says can be seen in the picture.
  package var textInImage: Bool { self == .r1 || self == .r3 }
}

/// What a post is about, before words are chosen.
struct PostPlan: Sendable {
  let relatedness: Relatedness
  let name: Inventory.AmbiguousName
  /// What the name stands for here.
  let kind: Kind
  /// What the picture shows.
  let thing: Thing
  let setting: Setting
  /// The weather that the text speaks of, nil when it does not.
  let spokenSetting: Setting?
  /// A thing that the text names as a place (`by the bridge`), nil when it does not.
  let place: Kind?
  /// What the name is said to do, nil when the clause tells nothing: what it stands for where the
  /// text decides, another of its meanings where the text is figurative and only the picture tells.
  let cue: Kind?
  /// Something unnamed that does what another kind does, to lead a reader of keywords astray.
  let decoy: Kind?

  /// A plan: R1 and R2 leave the kind to the picture; R3 and R4 tell it in words, and their picture
  /// shows what the text names anyway (R3) or something else, mostly another meaning of the name
  /// (R4).
  init(_ generator: inout SeededGenerator) {
    relatedness = Relatedness.allCases[generator.pick(weights: Relatedness.shares)]
    name = generator.pickZipf(Inventory.town.ambiguous, exponent: 0.5)
    // All meanings are equally usual: the name alone must not settle a clash of words and picture.
    kind = generator.pick(name.kinds)
    setting = generator.pick(Setting.allCases)
    let actual = kind
    let others = name.kinds.filter { $0 != actual }
    func unrelated(_ generator: inout SeededGenerator) -> Kind {
      generator.pick(Kind.allCases.filter { $0.type != actual.type })
    }
    // A place that is not in the picture; R1 and R4 must not differ in words alone.
    func absentPlace(_ cue: Kind?, _ shown: Thing, _ generator: inout SeededGenerator) -> Kind {
      generator.pick(Kind.allCases.filter { $0.thing != shown && $0.type != (cue ?? actual).type })
    }
    switch relatedness {
    case .r1:
      // What is said is in the picture; what the name is said to do is meant figuratively.
      thing = actual.thing
      cue = generator.chance(Self.figurativeWithPicture) ? generator.pick(others) : nil
      place =
        generator.chance(Self.placeShare) ? absentPlace(cue, actual.thing, &generator) : nil
      decoy = cue == nil && generator.chance(Self.decoyShare) ? unrelated(&generator) : nil
      spokenSetting = setting
    case .r2:
      thing = actual.thing
      place = generator.chance(Self.placeShare / 2) ? unrelated(&generator) : nil
      cue = generator.chance(Self.figurativeWithout) ? generator.pick(others) : nil
      decoy = cue == nil && generator.chance(Self.decoyShare) ? unrelated(&generator) : nil
      spokenSetting = nil
    case .r3:
      let own = generator.chance(Self.ownPictureShare)
      let shown =
        own
        ? actual
        : generator.chance(Self.otherMeaningShare) ? generator.pick(others) : unrelated(&generator)
      thing = shown.thing
      place = own ? nil : shown
      cue = actual
      decoy = nil
      spokenSetting = setting
    case .r4:
      let shown: Kind? =
        generator.chance(Self.misleadingShare)
        ? generator.pick(others)
        : generator.chance(Self.unrelatedShare) ? unrelated(&generator) : nil
      thing = shown?.thing ?? .empty
      place = generator.chance(Self.placeShare) ? absentPlace(actual, thing, &generator) : nil
      cue = actual
      decoy = nil
      let pictured = setting
      spokenSetting = generator.pick(Setting.allCases.filter { $0 != pictured })
    }
  }

  /// What a crowded picture shows, in any order: its thing among two or three others, none of which
  /// the name can stand for. So a reader must find out which of them the name is about.
  func crowd(_ generator: inout SeededGenerator) -> [Thing] {
    let meant = Set(name.kinds.map(\.thing) + [kind.thing, thing, .empty])
    let others = Thing.allCases.filter { !meant.contains($0) }
    let count = 2 + generator.index(below: 2)
    let chosen = generator.permutation(others.count).prefix(count).map { others[$0] }
    let all = chosen + (thing == .empty ? [] : [thing])
    return generator.permutation(all.count).map { all[$0] }
  }

  static let placeShare: Float = 0.2
  static let decoyShare: Float = 0.1
  static let figurativeWithPicture: Float = 1
  static let figurativeWithout: Float = 0.05
  static let ownPictureShare: Float = 0.5
  static let otherMeaningShare: Float = 0.5
  static let misleadingShare: Float = 0.27
  static let unrelatedShare: Float = 0.6
}

extension SeededGenerator {
  /// An element with probability falling as 1 / rank^exponent.
  mutating func pickZipf<T>(_ items: [T], exponent: Float = 1.1) -> T {
    items[pick(weights: items.indices.map { power(Float($0 + 1), -exponent) })]
  }

  private func power(_ base: Float, _ exponent: Float) -> Float {
    Float(Exponential.power(Double(base), Double(exponent)))
  }
}
