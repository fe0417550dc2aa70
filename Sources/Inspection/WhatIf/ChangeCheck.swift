import Corpora
import Extractors
import Files
import Traces

/// Refuses what would change nothing, so that no number says that it makes no difference.
package struct ChangeCheck {
  /// The post as it stands.
  let post: Post
  /// What the models say of it.
  let before: PostAnalysis
  /// Why its picture cannot be shown; nil when it can.
  let lackOfPicture: String?
  /// Why the picture of another post cannot be shown; nil when it can, or where nobody knows yet.
  let lackOfOther: (Post.ID) -> String?

  /// A check by what is known of the post.
  package init(
    _ post: Post, _ before: PostAnalysis, lackOfPicture: String?,
    lackOfOther: @escaping (Post.ID) -> String?
  ) {
    self.post = post
    self.before = before
    self.lackOfPicture = lackOfPicture
    self.lackOfOther = lackOfOther
  }

  /// A part of a change that one expert cannot take, while the others answer.
  package struct Refusal: Sendable, Hashable {
    /// The expert's name.
    package let expert: String
    /// Why, and what would work; it begins with the expert's name.
    package let sentence: String
    /// The tap whose value it is not given; nil where there is nothing to keep from it.
    let tap: String?
  }

  /// - Throws: `InterventionError` when the post cannot take a change, or no expert could.
  package func check(_ interventions: [Intervention]) throws(InterventionError) {
    try checkPicture(interventions)
    try checkWords(interventions)
    try checkRegions(interventions)
    try checkTaps(interventions)
  }

  private func refuse(_ sentence: String) -> InterventionError { InterventionError(sentence) }

  private func checkPicture(_ interventions: [Intervention]) throws(InterventionError) {
    let ofPicture = interventions.filter { $0.isOfPicture }
    if ofPicture.count > 1, ofPicture.contains(.withoutPicture) {
      throw refuse(
        "the picture is left out, so nothing else can be done with it; leave out one of both")
    }
    var swaps = 0
    for case .swapPicture(let id) in interventions {
      swaps += 1
      guard swaps == 1 else { throw refuse("two pictures are swapped in; give one") }
      guard id != post.id else {
        throw refuse("\(id) is the post itself, so its picture would change nothing")
      }
      if let notice = lackOfOther(id) { throw refuse(notice) }
    }
    if !ofPicture.isEmpty, swaps == 0, let lackOfPicture {
      throw refuse("the post has no picture that could be changed: \(lackOfPicture)")
    }
  }

  private func checkWords(_ interventions: [Intervention]) throws(InterventionError) {
    var dropped: Set<Int> = []
    for case .dropWords(let places) in interventions {
      _ = try post.dropping(places)
      dropped.formUnion(places)
    }
    var places: Set<Int> = []
    for case .editWord(let place, let word) in interventions {
      guard places.insert(place).inserted else {
        throw refuse("the word \(place) is edited twice; give it once")
      }
      _ = try post.editing(place, word)
      if post.tokens[place].text == word {
        throw refuse("the word \(place) is “\(word)” as it stands, so this would change nothing")
      }
      if dropped.contains(place) {
        throw refuse("the word \(place) is edited and left out; leave out one of both")
      }
    }
  }

  private func checkRegions(_ interventions: [Intervention]) throws(InterventionError) {
    for case .regions(let regions) in interventions {
      guard before.members.contains(where: \.takesRegions) else {
        let names = before.members.map(\.name).joined(separator: ", ")
        throw refuse("none of \(names) looks at regions, so others would change nothing")
      }
      let most = signals.map(\.signal.slots.count).max() ?? 0
      if most > 0, regions.count > most {
        throw refuse("at most \(most.counted("region")) are looked at; leave out the others")
      }
    }
  }

  private func checkTaps(_ interventions: [Intervention]) throws(InterventionError) {
    var taps: Set<String> = []
    for case .set(let name, let value) in interventions {
      guard taps.insert(name).inserted else {
        throw refuse("\(name) gets two values; give it once")
      }
      let all = signals
      let named = all.filter { $0.signal.name == name && $0.signal.isTap }
      guard let tap = named.first?.signal else {
        let others = self.taps
        let end = all.contains { $0.signal.name == name }
        throw refuse(
          (end
            ? "\(name) is only shown, and cannot be set"
            : "no expert shows \(name.prefix(60).debugDescription) for this post")
            + (others.isEmpty
              ? "; none has a signal that can be set"
              : "; \(others.joined(separator: ", ")) can be set"))
      }
      guard !tap.needsPicture || !interventions.contains(.withoutPicture) else {
        throw refuse("\(name) is a signal of the picture, which is left out; leave out one of both")
      }
      let problems = named.map { $0.signal.problem(of: value) }
      if let problem = problems.first ?? nil, problems.allSatisfy({ $0 != nil }) {
        throw refuse(problem)
      }
    }
  }

  /// The names of the signals that can be set.
  package var taps: [String] { Set(signals.map(\.signal).filter(\.isTap).map(\.name)).sorted() }

  /// Every signal of every expert, of each pair for relations.
  private var signals: [(expert: String, signal: Signal)] {
    before.answers.flatMap { answer in
      (0..<max(1, answer.relations?.answers.count ?? 1)).flatMap { pair in
        answer.trace(pair: pair).signals.map { (answer.expert, $0) }
      }
    }
  }

  // MARK: By expert

  /// What each expert cannot take of changes that `check` lets pass: a sentence each.
  package func refusals(_ interventions: [Intervention]) -> [Refusal] {
    let all = signals
    var result: [Refusal] = []
    for answer in before.answers where answer.failure == nil {
      let name = answer.expert
      let own = all.filter { $0.expert == name }.map(\.signal)
      let takesRegions = before.members.contains { $0.name == name && $0.takesRegions }
      func refuse(_ words: String, tap: String? = nil) {
        result.append(Refusal(expert: name, sentence: "\(name) \(words)", tap: tap))
      }
      if !answer.seesPicture,
        interventions.contains(where: { if case .regions = $0 { false } else { $0.isOfPicture } })
      {
        refuse("reads the text alone; drop or edit words to change what it sees")
      }
      for case .regions in interventions where !takesRegions {
        let others = before.members.filter(\.takesRegions).map(\.name)
        refuse(
          "does not look at regions; \(others.joined(separator: ", ")) \(others.count == 1 ? "does" : "do")"
        )
      }
      for case .set(let tap, let value) in interventions {
        let taps = Set(own.filter(\.isTap).map(\.name)).sorted()
        if let signal = own.first(where: { $0.name == tap && $0.isTap }) {
          if let problem = signal.problem(of: value) {
            refuse("is not given it: \(problem)", tap: tap)
          }
        } else {
          refuse(
            "has no \(tap)"
              + (taps.isEmpty
                ? ", and nothing else that can be set"
                : "; \(taps.joined(separator: ", ")) of it can be set"))
        }
      }
    }
    return result
  }
}

extension Signal {
  /// Why a value cannot be put in the place of this signal; nil when it can.
  fileprivate func problem(of value: Intervention.TapValue) -> String? {
    guard case .scalar(let low, let high, _, _) = kind else {
      // Gates and weights are shares.
      let areShares = values.allSatisfy { !$0.isFinite || (0...1).contains($0) }
      if case .constant(let number) = value, areShares, !(0...1).contains(number) {
        return "\(name) goes from 0 to 1; \(number) is outside"
      }
      return nil
    }
    switch value {
    case .uniform: return "\(name) is a single number; give one from \(low) to \(high)"
    case .constant(let number) where !(low...max(low, high)).contains(number):
      return "\(name) goes from \(low) to \(high); \(number) is outside"
    case .constant: return nil
    }
  }
}
