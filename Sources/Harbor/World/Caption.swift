import Tensors

/// A caption for the encoders: words for what a picture shows. About half are bare; the others
/// stand among names and small talk as in posts, so that the dual encoder learns that those say
/// nothing about a picture.
struct Caption {
  let tokens: [String]

  /// Words for a thing in a setting; one of the two may go unsaid.
  init(_ kind: Kind?, _ setting: Setting, _ generator: inout SeededGenerator) {
    if generator.chance(0.12) {
      tokens = Sentence.smallTalk(&generator)
      return
    }
    var words: [String] = []
    func say(_ text: String) { words += text.split(separator: " ").map(String.init) }
    let chatty = generator.chance(0.5)
    if chatty { words += Sentence.opening(&generator) }
    let saysSetting = kind == nil || generator.chance(0.8)
    let settingFirst = generator.chance(0.5)
    if saysSetting && settingFirst { say(generator.pick(setting.phrases)) }
    if let kind, !saysSetting || generator.chance(0.9) {
      switch generator.index(below: chatty ? 5 : 4) {
      case 0: say("by the " + generator.pick(kind.nouns))
      case 1: say("the " + generator.pick(kind.nouns) + " " + generator.pick(kind.predicates))
      case 2: say("it " + generator.pick(kind.predicates))
      case 3: say("a " + generator.pick(kind.nouns))
      default:
        words += generator.pick(Inventory.town.ambiguous).tokens
        say(generator.pick(kind.predicates))
      }
    }
    if saysSetting && !settingFirst { say(generator.pick(setting.phrases)) }
    if chatty { words += Sentence.closing(&generator) }
    tokens = words.isEmpty ? ["look"] : words
  }
}
