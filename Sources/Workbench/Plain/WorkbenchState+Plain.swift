import Annotations
import Corpora
import Extractors
import Routing
import Screen

/// What is said of the workbench where there is no screen. Everything that the screen shows by
/// place, colour or sign is said in words.
extension WorkbenchState {
  /// All facts in the order in which they are said, with nothing in them that could steer a
  /// terminal, whoever wrote the words.
  var plainFacts: [PlainFact] { rawFacts.map { $0.shown(by: look.sanitizer) } }

  private var rawFacts: [PlainFact] {
    var facts = exerciseFacts + [placeFact]
    if let index = current, let post = currentPost {
      facts += postFacts(index, post)
      facts += labelFacts(post)
      facts += modelFacts(index, post)
      facts.append(tokenFact(post))
      facts += choiceFacts(post)
    }
    facts += layerFacts
    if let words = trainingSentence { facts.append(PlainFact("training", words)) }
    facts.append(PlainFact("accepted", "\(grouped(labels.accepted)) accepted."))
    facts.append(PlainFact("saved", savedSentence))
    return facts
  }

  /// The task of a lesson and what is wrong; the score of a practice.
  private var exerciseFacts: [PlainFact] {
    var facts = lessonSentences.enumerated().map { PlainFact("lesson/\($0)", $1) }
    if !practiceScore.isEmpty { facts.append(PlainFact("practice", "Score: \(practiceScore).")) }
    return facts
  }

  private var placeFact: PlainFact {
    guard let index = current else {
      return PlainFact("place", "No post matches. Esc lists all posts again.")
    }
    let count = grouped(queue.count)
    let list = queue.query.map { "\(count) that match \(safe($0))" } ?? count
    let post = posts[index]
    var parts = [safe(post.id), post.split.rawValue, word(for: review(index))]
    if currentRemarks.marks.contains(.flag) { parts.append("flagged") }
    if currentRemarks.marks.contains(.skip) { parts.append("skipped") }
    if showsModels, disagreements.contains(index) {
      parts.append("differs from the chosen expert's answer")
    }
    if showsModels, flips.contains(index) { parts.append("the new router changes its route") }
    return PlainFact(
      "place", "Post \(grouped(queue.position + 1)) of \(list): \(parts.joined(separator: ", ")).")
  }

  /// The words with their numbers, the picture, notes and warnings.
  private func postFacts(_ index: Int, _ post: Post) -> [PlainFact] {
    let words = visibleTokens(index).enumerated().map { "\($0) \($1)" }.joined(separator: ", ")
    var facts = [PlainFact("text/\(post.id)", "Text: \(words).")]
    var picture = post.imageID.map { "Picture \(safe($0))." } ?? "No picture."
    if post.imageID != nil, let request = pictureRequest,
      case .placeholder(let reason)? = pictures[request]
    {
      picture = "Picture \(safe(post.imageID ?? "")): \(safe(reason))."
    }
    facts.append(PlainFact("picture/\(post.id)", picture))
    if let note = currentRemarks.note {
      facts.append(
        PlainFact(
          "note/\(post.id)", "Note: \(safe(note))", gone: "No note any more.", post: post.id))
    }
    for (i, sentence) in noticesOfPost(post).enumerated() {
      facts.append(PlainFact("warning/\(post.id)/\(i)", "Warning: \(safe(sentence))."))
    }
    return facts
  }

  // MARK: Labels

  private func labelFacts(_ post: Post) -> [PlainFact] {
    var facts: [PlainFact] = []
    var number = 0
    for row in mentionRows {
      if row.gold != nil { number += 1 }
      facts.append(fact(row, number, post))
    }
    for (i, pair) in pairs.enumerated() { facts.append(fact(pair, i, post)) }
    if facts.isEmpty {
      facts = [
        PlainFact(
          "no-label/\(post.id)",
          hidesForQuiz ? "The labels are hidden until :reveal." : "No mention.")
      ]
    }
    if pairs.count > 1 {
      let place = min(pairPlace, pairs.count - 1) + 1
      facts.append(PlainFact("pair/\(post.id)", "The keys act on pair \(place)."))
    }
    return facts
  }

  private func fact(_ row: MentionRow, _ number: Int, _ post: Post) -> PlainFact {
    let place = "\(words(row.range)), \(safe(post.quote(row.range)))"
    let said = seats.compactMap { seat -> String? in
      guard seat.prediction != nil else { return nil }
      guard let answer = row.answers[seat.name] else { return "\(safe(seat.name)) nothing" }
      return "\(safe(seat.name)) \(safe(answer.mention.type.rawValue))"
        + (answer.confidence.map { " " + Digits.short($0) } ?? "")
    }
    let answers = said.isEmpty ? "" : "; " + said.joined(separator: ", ")
    let gold = row.gold.map { "Mention \(number), \(place): \(safe($0.rawValue))" }
    return PlainFact(
      "mention/\(post.id)/\(row.range)",
      (gold ?? "No mention in the labels, \(place)") + answers + ".",
      gone: "No mention any more: \(place).", post: post.id)
  }

  private func fact(_ pair: RelationMention, _ index: Int, _ post: Post) -> PlainFact {
    let ends = "from \(safe(post.quote(pair.head))) to \(safe(post.quote(pair.tail)))"
    var parts = ["Pair \(index + 1), \(ends): \(safe(pair.label))"]
    if isEdited(pair) { parts[0] += ", not as in the file" }
    for (answers, _) in relationAnswers {
      let ranked = answers.ranked(head: pair.head, tail: pair.tail).prefix(2).map { label, p in
        safe(label) + (p.map { " " + Digits.short($0) } ?? "")
      }
      let words = ranked.isEmpty ? "was not asked" : ranked.joined(separator: ", ")
      parts.append("\(safe(answers.expert)) \(words)")
    }
    return PlainFact(
      "pair/\(post.id)/\(pair.head)/\(pair.tail)", parts.joined(separator: "; ") + ".",
      gone: "No pair any more \(ends).", post: post.id)
  }

  // MARK: Models

  private func modelFacts(_ index: Int, _ post: Post) -> [PlainFact] {
    guard asksModels else { return [] }
    var facts: [PlainFact] = []
    if systems.isEmpty, relationAnswers.isEmpty {
      facts.append(PlainFact("experts/\(post.id)", "Experts: \(missingAnalysis)."))
    }
    if opened.hasRouter { facts.append(PlainFact("route/\(post.id)", routeSentence(index))) }
    for (i, signal) in absentGauges.enumerated() {
      facts.append(
        PlainFact(
          "absent/\(post.id)/\(i)", "\(safe(signal.caption)): \(signal.cause.rawValue)."))
    }
    for (i, gauge) in gauges.enumerated() {
      var words = "\(safe(gauge.caption)): \(Digits.short(gauge.value))"
      if let percentile = gauge.percentile { words += ", rank \(Digits.percent(percentile))" }
      if let threshold = gauge.threshold { words += ", turns at \(Digits.short(threshold))" }
      facts.append(PlainFact("gauge/\(post.id)/\(i)", words + "."))
    }
    return facts
  }

  private func routeSentence(_ index: Int) -> String {
    guard let decision = routes[index] else { return "No route yet." }
    let route = decision.route
    let name = analysis?.routedNames[route].map { ", to \(safe($0))" } ?? ""
    guard let scores = decision.scores else {
      return "Route: \(route.rawValue)\(name); without a picture the router is not asked."
    }
    let side = route == .text ? "not over" : "over"
    return "Route: \(route.rawValue)\(name); p \(Digits.fine(scores.probability)), \(side) "
      + "\(Digits.short(RouteDecision.threshold)), rank \(Digits.percent(scores.percentile)), "
      + "cosine \(Digits.short(scores.cosine))."
  }

  // MARK: Where the person is

  private func tokenFact(_ post: Post) -> PlainFact {
    let text = post.tokens.indices.contains(token) ? visibleTokens(current ?? 0)[token] : ""
    var parts = ["Token \(token), \(text)"]
    if pairs.isEmpty || !post.mentions.isEmpty { parts[0] += ", \(safe(post.tag(at: token)))" }
    for prediction in systems {
      let best = prediction.ranked(at: token).prefix(2).map { label, p in
        "\(safe(label)) \(Digits.short(p))"
      }
      if !best.isEmpty {
        parts.append("\(safe(prediction.expert)) \(best.joined(separator: ", "))")
      } else if prediction.isUnread(token) {
        parts.append("\(safe(prediction.expert)) did not read it")
      }
    }
    return PlainFact("token/\(post.id)", parts.joined(separator: "; ") + ".")
  }

  /// What is selected, suggested, or begun.
  private func choiceFacts(_ post: Post) -> [PlainFact] {
    var facts: [PlainFact] = []
    if let selection {
      facts.append(
        PlainFact(
          "selection/\(post.id)", "Selected: \(words(selection)), \(safe(post.quote(selection))).",
          gone: "Nothing is selected.", post: post.id))
    }
    if let suggestion {
      var what = "\(safe(suggestion.label)) on \(safe(post.quote(suggestion.range)))"
      if case .relation(let tail, _) = suggestion.kind {
        what =
          "\(safe(suggestion.label)) from \(safe(post.quote(suggestion.range))) to "
          + safe(post.quote(tail))
      }
      facts.append(
        PlainFact(
          "suggestion/\(post.id)",
          "Suggestion by \(safe(suggestion.system)): \(what); \(keymap.label("take")) takes it."))
    }
    if let newHead {
      facts.append(PlainFact("head", "Head of a new pair: \(safe(post.quote(newHead)))."))
    }
    return facts
  }

  /// `token 4` or `tokens 4 to 6`.
  private func words(_ range: Range<Int>) -> String {
    range.count == 1
      ? "token \(range.lowerBound)" : "tokens \(range.lowerBound) to \(range.upperBound - 1)"
  }

  // MARK: Layers and the program

  private var layerFacts: [PlainFact] {
    var facts: [PlainFact] = []
    for layer in layers.downwards where layer.place != .ground {
      let name = PlainFact.layer + "\(Swift.type(of: layer))"
      if layer.isTextPrompt {
        let line = layer.sentences(self).joined(separator: " ")
        facts.append(
          PlainFact(name, "Line: \(line). Write its text; an empty line leaves it."))
        continue
      }
      for (i, sentence) in layer.sentences(self).enumerated() {
        facts.append(PlainFact("\(name)/\(i)", sentence))
      }
      if let labels = layer.tokenLabels(self), let index = current {
        let words = zip(labels, visibleTokens(index)).filter { !$0.0.isEmpty }
          .map { "\($0) for \($1)" }.joined(separator: ", ")
        facts.append(PlainFact("\(name)/letters", "Letters: \(words)."))
      }
    }
    let top = layers.top
    if top.place != .ground, !top.isOnlyRead,
      let line = top.hints(self, Box(PlainRunner.size).line(0)), !line.places.isEmpty
    {
      let keys = line.places.map { "\($0.hint.label) \($0.hint.words)" }.joined(separator: ", ")
      facts.append(PlainFact(PlainFact.layer + "keys", "Keys: \(keys)."))
    }
    return facts
  }

  private var trainingSentence: String? {
    guard showsModels else { return nil }
    switch training.state {
    case .idle: return nil
    case .queued, .running: return "The router is being trained."
    case .candidate(let isWorse):
      var words = "A new router waits" + (isWorse ? ", worse than the one in use" : "")
      if let before = training.heldOutBefore, let after = training.heldOutAfter {
        words += ", held-out F1 \(Digits.score(before)) before, \(Digits.score(after)) now"
      }
      return words
        + "; \(keymap.label("install")) uses it, \(keymap.label("rollback")) drops it."
    case .installed: return "The new router is in use; \(keymap.label("rollback")) goes back."
    case .dropped: return "The new router was dropped."
    case .rolledBack: return "The router of before is in use again."
    case .refused(let refusal):
      return "Not trained: \(safe(refusal.words.what)); \(safe(refusal.words.remedy))."
    }
  }

  private var savedSentence: String {
    guard opened.keepsEdits else { return "Edits are not kept." }
    if let unsaved, !saving.failed.isEmpty {
      return "NOT SAVED: \(unsaved.count == 1 ? "1 edit" : "\(unsaved.count) edits"), "
        + safe(unsaved.cause)
        + (unsaved.cause.contains(":retry")
          ? "." : "; :retry tries again, :save-history FILE writes a new file.")
    }
    if !saving.pending.isEmpty { return "Saving \(saving.pending.count)." }
    return saving.lastSequence.map { "Saved, edit \($0)." } ?? "Everything is saved."
  }
}
