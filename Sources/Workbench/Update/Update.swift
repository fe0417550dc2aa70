import Inspection
import Routing
import Screen

/// The next state and what is to be done outside. Never waits, never reads a file, never traps.
/// - Complexity: a key is independent of the number of posts, but for jumps to unaccepted posts.
package func update(_ state: inout WorkbenchState, _ message: Message) -> [Effect] {
  var effects: [Effect]
  switch message {
  case .key(let key):
    effects = state.type(.key(key))
    state.showLaterNotice()
  case .command(let line):
    effects = state.type(.line(line))
    state.showLaterNotice()
  case .resized(let size):
    state.size = size
    effects = []
  case .paste(let text): effects = state.type(.paste(text))
  case .picturesStale:
    state.pictures.removeAll()
    state.figures.removeAll()
    (state.requested.picture, state.requested.figure) = (nil, nil)
    state.requested.tiles = []
    effects = []
  case .tick(let seconds):
    if seconds.isFinite { state.isTimed = true }
    effects = []
  case .resume: effects = state.continueSearch() + state.continueCounting()
  case .committed(let sequence): effects = state.committed(sequence)
  case .commitFailed(let sequence, let round, let reason):
    if state.saving.fail(sequence, round: round, reason: reason) {
      state.quitsWhenSaved = false
      if let cause = state.saving.cause {
        state.notice = Notice(text: "NOT SAVED: \(cause)", isError: true)
      }
    }
    effects = []
  case .othersWrote(let others): effects = state.takeUp(others)
  case .historySaved(let path, let last): effects = state.tookHistory(path, last)
  case .historyNotSaved(let reason): effects = state.refuse("the history is not saved: \(reason)")
  case .exported(let path):
    state.notice = Notice(text: "the screen is in \(state.safe(path))")
    effects = []
  case .notExported(let reason): effects = state.refuse("not exported: \(reason)")
  case .analysed(let analysis):
    effects = state.take(analysis)
  case .analysisFailed(let post, let reason):
    if let index = state.indexOfID[post] {
      state.analyses[index] = .failure(Unanswered(reason: reason))
    }
    effects = []
  case .explained(let explanation):
    if let index = state.indexOfID[explanation.post] {
      state.explanations[index] = .success(explanation)
    }
    effects = []
  case .neighbours(let found):
    state.nearest = found
    effects = []
  case .routerHistory(let history):
    state.routerHistory = history
    effects = []
  case .studying(let progress):
    state.study.take(progress)
    effects = []
  case .studied(let request, let study):
    state.study.take(request, study)
    effects = []
  case .studyFailed(let request, let reason):
    state.study.fail(request, reason)
    effects = []
  case .explanationFailed(let post, let reason):
    if let index = state.indexOfID[post] {
      state.explanations[index] = .failure(Unanswered(reason: reason))
    }
    effects = []
  case .answeredWithRegions(let answers):
    state.regionAnswers = answers
    effects = []
  case .witnessed(let question, let news):
    state.witnessStates[question] = news
    effects = []
  case .answeredWhatIf(let whatIf, let answer):
    state.whatIfs[whatIf] = .success(answer)
    effects = []
  case .whatIfRefused(let whatIf, let reason):
    state.whatIfs[whatIf] = .failure(Unanswered(reason: reason))
    effects = []
  case .whatIfsSaved(let saved, let words):
    state.savedWhatIfs = saved
    state.notice = Notice(text: words)
    effects = []
  case .whatIfNotSaved(let reason): effects = state.refuse("the what-if is not saved: \(reason)")
  case .pictureReady(let request, let picture):
    state.pictures[request] = picture
    effects = []
  case .figureReady(let request, let picture):
    state.figures[request] = picture
    effects = []
  case .training(let report):
    state.take(report)
    effects = []
  case .routesChanged(let decisions):
    for (id, decision) in decisions {
      if let index = state.indexOfID[id] { state.setRoute(decision, of: index) }
    }
    effects = state.grow(by: decisions.keys.compactMap { state.indexOfID[$0] })
  case .facts(let batch): effects = state.take(batch)
  case .lookedAt(let request, let failure): effects = state.looked(request, failure: failure)
  case .routerChanged: effects = state.routerChanged()
  case .queriesSaved(let queries, let words): effects = state.took(queries, words)
  case .queryNotSaved(let reason): effects = state.refuse("the query is not saved: \(reason)")
  case .themeRead(let theme):
    state.took(.theme) { $0.look.theme = theme }
    effects = []
  case .emojiChosen(let mode):
    state.took(.emoji) { $0.look.sanitizer.emoji = mode }
    effects = []
  case .keymapRead(let keymap):
    state.took(.keymap) { $0.keymap = keymap }
    effects = []
  case .settingRefused(let name, let reason): effects = state.refused(name, reason)
  case .settingsSaved(let names, let path): effects = state.saved(names, in: path)
  case .settingsNotSaved(let reason):
    effects = state.refuse("the settings are not saved: \(reason)")
  case .storeLost(let problem):
    let wasPassing = state.storeProblem?.isPassing == true
    state.storeProblem = problem
    state.tell(
      problem.map { Notice(text: "\($0)", isError: true, subject: .store) }
        ?? Notice(
          text: wasPassing ? "the server answers again" : "the store is in its place again",
          subject: .store))
    effects = []
  case .fileChanged(let name, let words):
    state.changedFiles.insert(name)
    state.tell(Notice(text: words, isError: true))
    effects = []
  case .replayGoesOn(let wait): effects = state.replayGoesOn(wait)
  case .notice(let text, let isError):
    state.tell(Notice(text: text, isError: isError))
    effects = []
  }
  effects += state.releaseHeldInput()
  effects += state.followLesson()
  effects += state.requestWhatIsMissing()
  return effects
}

/// What a workbench asks for before the first key: analysis and picture of the first post.
package func start(_ state: inout WorkbenchState) -> [Effect] {
  let hidden: [Effect] = state.showsModels ? [] : [.modelsShown(false)]
  return hidden + state.searchAgain() + state.followLesson() + state.waitForReplay()
    + state.requestWhatIsMissing()
}

extension WorkbenchState {
  /// Asks for the analysis of the post on screen and for its picture, once each.
  mutating func requestWhatIsMissing() -> [Effect] {
    var effects: [Effect] = []
    let facts = wishedFacts()
    if requestedFacts != facts?.number {
      requestedFacts = facts?.number
      effects.append(.lookAt(facts))
    }
    let neighbours = layers[ExplanationLayer.self] == nil ? nil : current
    if requested.neighbours != neighbours {
      requested.neighbours = neighbours
      if neighbours == nil || nearest?.of != neighbours || nearest?.isWhole == false {
        effects.append(.findNeighbours(of: neighbours))
      }
    }
    effects += requestRouterHistory()
    effects += requestFigure()
    let whatIf = layers[WhatIfLayer.self].flatMap { $0.question(self) }
    if requested.whatIf != whatIf {
      requested.whatIf = whatIf
      if whatIf == nil || whatIf.map({ whatIfs[$0] == nil }) == true {
        effects.append(.ask(whatIf))
      }
    }
    guard let index = current else {
      if requested.witnesses != nil { effects.append(.askWitnesses(nil)) }
      requested = Requested(figure: requested.figure)
      return effects
    }
    if asksModels, requested.analysis != index {
      requested.analysis = index
      let neighbours = self.neighbours.filter { analyses[$0] == nil }
      if analyses[index] == nil || !neighbours.isEmpty {
        effects.append(
          .analyse(post: posts[index].id, neighbours: neighbours.map { posts[$0].id }))
      }
    }
    effects += requestWitnesses()
    for layer in layers.downwards { effects += layer.requests(&self) }
    effects += requestTiles()
    let wanted = pictureRequest
    if requested.picture != wanted {
      requested.picture = wanted
      if let wanted, pictures[wanted] == nil { effects.append(.renderPicture(wanted)) }
    }
    if !asksModels, requested.ahead != index {
      requested.ahead = index
      effects.append(.lookAhead(self.neighbours.map { posts[$0].id }))
    }
    return effects
  }

  /// The posts that are likely to be on screen next, the likeliest first.
  private var neighbours: [Int] {
    [1, 2, -1].map { queue.position + $0 }.filter { $0 >= 0 && $0 < queue.count }
      .map { queue[$0] }
  }

  /// A retrained router has other reasons.
  mutating func forgetExplanation(_ index: Int, unless decision: RouteDecision) {
    guard case .success(let known)? = explanations[index], known.decision != decision else {
      return
    }
    explanations[index] = nil
    if requested.explanation == index { requested.explanation = nil }
  }

  mutating func committed(_ sequence: Int64) -> [Effect] {
    guard let step = saving.finish(sequence), let index = indexOfID[step.post] else { return [] }
    var effects: [Effect] = [.goldChanged(post(index), review(index))]
    if quitsWhenSaved, saving.isClean { effects.append(.quit) }
    return effects
  }

  /// The whole history lies in a new file: what waited to be saved is saved.
  mutating func tookHistory(_ path: String, _ last: Int64) -> [Effect] {
    opened.store = path
    storeProblem = nil
    let saved = saving.finish(upTo: last)
    notice = Notice(
      text:
        "\(last == 1 ? "1 step is" : "\(last) steps are") in \(path); edits go there from now on")
    return saved.compactMap { indexOfID[$0.post] }.map { .goldChanged(post($0), review($0)) }
  }

  mutating func take(_ analysis: PostAnalysis) -> [Effect] {
    guard let index = indexOfID[analysis.post] else { return [] }
    analyses[index] = .success(analysis)
    if !analysis.members.isEmpty {
      members = analysis.members
      // The folder may have a router that does not choose between these experts.
      opened.hasRouter = analysis.router != nil
    }
    if let decision = analysis.decision { setRoute(decision, of: index) }
    if let answer = analysis.chosenAnswer { facts.setAnswer(answer, of: index, post(index)) }
    return grow(by: [index])
  }

  /// What was known of a post's labels does not hold any more.
  mutating func noteDisagreement(_ index: Int) {
    facts.noteDisagreement(index, post(index))
    facts.suspicion.removeValue(forKey: index)
  }

  /// Quits at once when all is saved, else as soon as it is.
  mutating func quit() -> [Effect] {
    if saving.isClean {
      guard let storeProblem, !storeProblem.isPassing, !history.steps.isEmpty else {
        return [.quit]
      }
      return refuse("\(storeProblem.problem); :quit! leaves all the same")
    }
    guard saving.failed.isEmpty else {
      notice = Notice(
        text: "\(edits(saving.failed.count)) not saved; :retry tries again, :save-history FILE "
          + "writes a new file, :quit! loses them",
        isError: true)
      return []
    }
    quitsWhenSaved = true
    let words = "quits as soon as \(edits(saving.pending.count)) saved"
    notice =
      storeProblem?.isPassing == true
      ? Notice(
        text:
          "the server does not answer; \(words), :save-history FILE writes a file, :quit! loses them",
        isError: true) : Notice(text: words)
    return []
  }

  private func edits(_ count: Int) -> String { count == 1 ? "1 edit is" : "\(count) edits are" }
}
