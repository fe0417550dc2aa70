import Routing

/// What happens in the background and is told in the person's good time.
extension WorkbenchState {
  /// More than this many sentences nobody reads; the oldest go.
  private static let mostNotices = 8

  /// Shows a notice of something that happened in the background. It does not overwrite the notice
  /// of what the person did: it comes after it, at the next key that says nothing itself. What went
  /// wrong does not wait for that: who labels with every key would never hear of it.
  mutating func tell(_ new: Notice) {
    guard let shown = notice, shown.isError || !new.isError else {
      notice = new
      return
    }
    if let subject = new.subject {
      laterNotices.removeAll { $0.subject == subject }
      if shown.subject == subject {
        notice = new
        return
      }
    }
    guard shown != new, !laterNotices.contains(new) else { return }
    laterNotices.append(new)
    if laterNotices.count > Self.mostNotices { laterNotices.removeFirst() }
  }

  /// Shows the oldest notice that had to wait, if there is room for it now.
  mutating func showLaterNotice() {
    guard layers.isBrowsing, notice?.isError != true,
      let next = laterNotices.firstIndex(where: \.isError)
        ?? (notice == nil ? laterNotices.indices.first : nil)
    else { return }
    notice = laterNotices.remove(at: next)
  }

  private mutating func tellOfTraining(_ words: String, isError: Bool = false) {
    guard showsModels else { return }
    tell(Notice(text: words, isError: isError, subject: .training))
  }

  /// When the router is trained, in words.
  var trainingHabit: String {
    trainsAutomatically
      ? "the router is trained after every accepted post"
      : "the router is trained only when \(keymap.label("train")) asks for it"
  }

  mutating func take(_ report: TrainingReport) {
    let changed = report.state != training.state
    // Another candidate decides in its own way.
    if changed {
      facts.forgetFlips()
      flipWish = nil
      hasLookedForFlips = false
    }
    training = report
    guard changed else { return }
    switch report.state {
    case .candidate(let worse):
      let keys = "\(keymap.label("install")) installs, \(keymap.label("rollback")) drops it"
      tellOfTraining(
        "a new router waits" + (worse ? ", worse on held-out posts" : "") + ": \(keys)")
    case .installed: tellOfTraining("the new router is in use")
    case .dropped: tellOfTraining("the new router was dropped")
    case .rolledBack: tellOfTraining("back to the router before")
    case .refused(.tooFewCorrections) where !askedToTrain: break
    case .refused(let refusal):
      tellOfTraining("not trained: \(refusal.words.what)", isError: true)
    case .idle, .queued, .running: return
    }
    askedToTrain = false
  }
}
