import Annotations
import Corpora

extension Action {
  /// Going through the labels that are probably wrong.
  static let suspicion: [Action] = [
    Action(
      "next-suspicious", .moving, keys: ["!"],
      "next post by how probably a label is wrong, as `twinlens suspect` ranked them; 7! is the 7th",
      place: .anywhere,
      unavailable: { state in
        needsPost(state)
          ?? (state.opened.suspicion == nil
            ? "nothing is ranked yet; run `twinlens suspect` on this dataset first" : nil)
      }
    ) { state, arguments in state.goToSuspicious(arguments.count) }.counting(.which).ofModels()
      .leading(to: .place)
  ]
}

extension WorkbenchState {
  /// Shows the next post of the ranking that is listed and that nobody changed or decided on since,
  /// with the cursor on what is suspicious.
  ///
  /// - Parameter number: which of the ranking, counted from 1; nil: the next behind the last one.
  fileprivate mutating func goToSuspicious(_ number: Int?) -> [Effect] {
    guard let ranking = opened.suspicion else { return [] }
    if let number {
      guard ranking.posts.indices.contains(number - 1) else {
        return refuse("there is no post \(number) in the ranking; it has \(ranking.posts.count)")
      }
      guard let index = indexOfID[ranking.posts[number - 1].id] else {
        return refuse("post \(number) of the ranking is not in the dataset any more; rank again")
      }
      guard queue.position(of: index) != nil else {
        return refuse("post \(number) of the ranking, \(posts[index].id), is not in this list")
      }
      return show(suspicious: number - 1, index, ranking)
    }
    var passedOver = 0
    for rank in (suspicionRank + 1)..<max(suspicionRank + 1, ranking.posts.count) {
      guard let index = indexOfID[ranking.posts[rank].id], queue.position(of: index) != nil else {
        continue
      }
      if isSettled(index, since: ranking) {
        passedOver += 1
        continue
      }
      return show(suspicious: rank, index, ranking)
    }
    let isFirst = suspicionRank < 0
    suspicionRank = -1
    let counted = passedOver == 1 ? "1 was" : "\(passedOver) were"
    let what = passedOver == 0 ? "" : "; \(counted) corrected or decided on since"
    notice = Notice(
      text: isFirst
        ? "no listed post is left in the ranking\(what)"
        : "that was the last of the ranking\(what); "
          + "\(keymap.label("next-suspicious")) begins again")
    return []
  }

  /// Whether somebody changed a post or decided on it after it was ranked.
  private func isSettled(_ index: Int, since ranking: SuspicionRanking) -> Bool {
    let time = labels.history.states[posts[index].id]?.time ?? .min
    return time > ranking.origin.newestEdit || ranking.isCurrent(post(index)) != true
  }

  private mutating func show(
    suspicious rank: Int, _ index: Int, _ ranking: SuspicionRanking
  ) -> [Effect] {
    show(post: index)
    suspicionRank = rank
    let entry = ranking.posts[rank]
    let count = posts[index].tokens.count
    if let worst = entry.worst, worst.range.upperBound <= count {
      anchor = nil
      suggestion = nil
      token = worst.range.lowerBound
      if let tail = worst.tail {
        pairPlace =
          pairs.firstIndex { $0.head == worst.range && $0.tail == tail } ?? pairPlace
      } else if worst.given == nil, worst.range.count > 1 {
        // What is missing is selected whole, so that one key labels it.
        anchor = worst.range.lowerBound
        token = worst.range.upperBound - 1
      }
    }
    let stale = ranking.isCurrent(post(index)) == true ? "" : "; its labels changed since"
    let share = "\(Int((100 * entry.score).rounded())) %"
    notice = Notice(
      text: "\(entry.why) (\(rank + 1) of \(ranking.posts.count), \(share)\(stale))")
    return []
  }
}
