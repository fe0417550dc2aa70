import Tensors

/// A caption for the dual encoder: plain words for what a picture shows, without names.
struct Caption {
  let tokens: [String]

  /// Words for a thing in a setting; one of the two may go unsaid.
  init(_ kind: Kind?, _ setting: Setting, _ generator: inout SeededGenerator) {
    var words: [String] = []
    func say(_ text: String) { words += text.split(separator: " ").map(String.init) }
    if generator.chance(0.1) {
      // Words that fit any picture, so that the encoder learns that they say nothing about it.
      tokens = Sentence.filler(&generator)
      return
    }
    let saysSetting = kind == nil || generator.chance(0.75)
    let settingFirst = generator.chance(0.5)
    if saysSetting && settingFirst { say(generator.pick(setting.phrases)) }
    if let kind, !saysSetting || generator.chance(0.85) {
      switch generator.index(below: 4) {
      case 0: say("by the " + generator.pick(kind.nouns))
      case 1: say("the " + generator.pick(kind.nouns) + " " + generator.pick(kind.predicates))
      case 2: say("it " + generator.pick(kind.predicates))
      default: say("a " + generator.pick(kind.nouns))
      }
    }
    if saysSetting && !settingFirst { say(generator.pick(setting.phrases)) }
    if words.isEmpty { say(generator.pick(setting.phrases)) }
    tokens = words
  }
}
