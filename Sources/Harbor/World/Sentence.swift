import Corpora
import Tensors

/// A post's words while they are being put together, with the mentions among them.
struct Sentence {
  private(set) var tokens: [String] = []
  private(set) var mentions: [EntityMention] = []
  private(set) var relations: [RelationMention] = []

  mutating func say(_ text: String) {
    tokens += text.split(separator: " ").map(String.init)
  }

  /// Adds a mention; returns its range.
  @discardableResult
  mutating func name(_ words: [String], _ type: EntityType) -> Range<Int> {
    let range = tokens.count..<(tokens.count + words.count)
    tokens += words
    mentions.append(EntityMention(range, type))
    return range
  }

  mutating func relate(_ head: Range<Int>, _ tail: Range<Int>, _ label: String?) {
    relations.append(RelationMention(head: head, tail: tail, label: label ?? "None"))
  }

  /// Swaps two neighbouring letters of some words, as thumbs do.
  mutating func mistype(_ probability: Float, _ generator: inout SeededGenerator) {
    for i in tokens.indices where tokens[i].count > 3 && generator.chance(probability) {
      var letters = Array(tokens[i])
      letters.swapAt(1, 2)
      tokens[i] = String(letters)
    }
  }

  /// The sentence of a plan.
  ///
  /// - Parameter pairs: how it names a second entity.
  init(
    _ plan: PostPlan, pairs: SampleRecipe.Pairing = .inPassing,
    _ generator: inout SeededGenerator
  ) {
    if generator.chance(0.25) { say(generator.pickZipf(Self.openers)) }
    let placeFirst = generator.chance(0.5)
    let settingFirst = generator.chance(0.5)
    if settingFirst, let setting = plan.spokenSetting {
      say(generator.pickZipf(setting.phrases, exponent: 0.7))
      if generator.chance(0.6) { say(",") }
    }
    if placeFirst { sayPlace(plan, &generator) }
    let decoyFirst = generator.chance(0.5)
    if decoyFirst { sayDecoy(plan, &generator) }

    if generator.chance(0.3) { say(generator.pick(Self.lead)) }
    let named: Range<Int>
    if let cue = plan.cue {
      named = name(plan.name.tokens, plan.kind.type)
      if generator.chance(0.2) { say(generator.pick(["just", "really", "finally", "nearly"])) }
      say(generator.pickZipf(cue.predicates, exponent: 0.8))
    } else if generator.chance(0.5) {
      named = name(plan.name.tokens, plan.kind.type)
      say(generator.pickZipf(Self.neutralAfter, exponent: 0.7))
    } else {
      say(generator.pickZipf(Self.neutralBefore, exponent: 0.7))
      named = name(plan.name.tokens, plan.kind.type)
    }
    saySecond(plan, named, pairs, &generator)
    if !decoyFirst { sayDecoy(plan, &generator) }
    if !placeFirst { sayPlace(plan, &generator) }
    if let setting = plan.spokenSetting, !settingFirst || generator.chance(0.8) {
      if generator.chance(0.4) { say(",") }
      say(generator.pickZipf(setting.phrases, exponent: 0.7))
    }
    if generator.chance(0.45) { say(generator.pickZipf(Self.closers, exponent: 0.8)) }
    mistype(0.02, &generator)
  }

  private mutating func sayPlace(_ plan: PostPlan, _ generator: inout SeededGenerator) {
    guard let place = plan.place else { return }
    say(generator.pick(["by the", "next to the", "behind the", "over by the", "near that"]))
    if generator.chance(0.3) { say(generator.pick(["old", "big", "new", "little"])) }
    say(generator.pickZipf(place.nouns, exponent: 0.8))
  }

  private mutating func sayDecoy(_ plan: PostPlan, _ generator: inout SeededGenerator) {
    guard let decoy = plan.decoy else { return }
    say(generator.pick(["somebody 's", "our", "the", "my", "their"]))
    say(generator.pickZipf(decoy.nouns, exponent: 0.8))
    say(generator.pickZipf(decoy.predicates, exponent: 0.8))
    if generator.chance(0.5) { say(".") }
  }

  private mutating func saySecond(
    _ plan: PostPlan, _ named: Range<Int>, _ pairs: SampleRecipe.Pairing,
    _ generator: inout SeededGenerator
  ) {
    let other: Inventory.PlainName
    let link: (words: String, relates: Bool)
    switch pairs {
    case .inPassing:
      guard generator.chance(Self.passingShare) else { return }
      other = generator.pick(Inventory.town.plain)
      link = generator.pick(Self.links)
    case .everyPost:
      let type = Self.secondTypes[generator.pick(weights: Self.secondTypes.map(\.weight))].type
      other = generator.pick(Inventory.town.plain.filter { $0.type == type })
      let relates = generator.chance(Self.relatingShare)
      link = generator.pick(Self.links.filter { $0.relates == relates })
    }
    say(link.words)
    let range = name(other.tokens, other.type)
    relate(named, range, link.relates ? Kind.relation(plan.kind, other.kind) : nil)
  }

  /// A sentence that could stand with any picture.
  static func smallTalk(_ generator: inout SeededGenerator) -> [String] {
    let name = generator.pick(Inventory.town.ambiguous).tokens
    let said =
      generator.chance(0.5)
      ? name + words(generator.pick(neutralAfter)) : words(generator.pick(neutralBefore)) + name
    return opening(&generator) + said + closing(&generator)
  }

  /// What may come before the matter of a post.
  static func opening(_ generator: inout SeededGenerator) -> [String] {
    (generator.chance(0.3) ? words(generator.pick(openers)) : [])
      + (generator.chance(0.3) ? words(generator.pick(lead)) : [])
  }

  /// What may come after it.
  static func closing(_ generator: inout SeededGenerator) -> [String] {
    var result: [String] = []
    if generator.chance(0.35) {
      result += words(generator.pick(links).words) + generator.pick(Inventory.town.plain).tokens
    }
    if generator.chance(0.45) { result += words(generator.pick(closers)) }
    return result
  }

  private static func words(_ text: String) -> [String] {
    text.split(separator: " ").map(String.init)
  }

  private static let openers = [
    "RT @harbourlife :", "ok", "well ,", "honestly", "update :", "omg", "this just in :",
    "good news :",
    "reminder :", "# harbour",
  ]
  private static let lead = ["and", "so", "guess what ,", "yes ,", "today", "again ,", "look ,"]
  private static let neutralAfter = [
    "again today", "is the best", "looks great", "made my day", "is back", "was worth the wait",
    "never gets old", "is still my favourite", "one more time", "as we like it", "at its finest",
    "in all its glory", "is a classic", "deserves more love", "was a surprise", "forever",
  ]
  private static let neutralBefore = [
    "look at", "here is", "I love", "thinking of", "guess who : ", "so happy to see",
    "a big hello to",
    "this is", "finally met", "can not get enough of", "we came for", "proud of", "greetings from",
    "first time with", "everyone knows", "still dreaming of",
  ]
  /// Anything can be at a place, so a place leaves the relation to what the first name stands for.
  private static let secondTypes: [(type: EntityType, weight: Float)] = [
    (.location, 0.6), (.organization, 0.2), (.miscellaneous, 0.12), (.person, 0.08),
  ]
  /// Share of posts that name a second entity in passing.
  private static let passingShare: Float = 0.22
  /// Share of pairs whose words relate them, where every post names one.
  private static let relatingShare: Float = 0.75
  /// Words between two names, and whether they relate the two.
  static let links: [(words: String, relates: Bool)] = [
    ("with", true), ("at", true), ("of", true), ("for", true), ("thanks to", false),
    (", says", false), ("not like", false), ("via", false),
  ]
  private static let closers = [
    "!", "😀", "# harbour", "❤️", "...", "lol", "https://t.co/hrbr", "🌊", "# weekend", "!!",
    "@tidewatch",
    "⚓", "👍🏽", "xx", "# nofilter", "🎉",
  ]
}
