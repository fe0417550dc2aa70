import Corpora
import Queries
import Screen

/// A list that is not final: of some posts something must be found out first. It grows while that
/// comes in.
struct ListGrowth: Sendable, Equatable {
  let text: String
  var run: QueryGrowth
  /// Whether the post on screen stays there if it matches. A list in another order begins with its
  /// first post, which is what the order was asked for.
  var stays = true
  /// How many matches are on screen; 0 while the list is still that of the query before.
  var listed = 0

  /// What the runtime is asked for.
  var request: FactRequest { run.request }

  /// In which order the posts stand, in words; nil for the dataset's.
  var order: String? {
    let words = run.query.orders.map(\.words)
    return words.isEmpty ? nil : words.joined(separator: ", then ")
  }
}

extension WorkbenchState {
  /// Judges posts again of which something was found out.
  mutating func grow(by indices: some Sequence<Int>) -> [Effect] {
    guard var growing = growth, !growing.run.unknown.isEmpty else { return [] }
    growth = nil
    judging { growing.run.grow(by: indices, &$0) }
    let certain = growing.run.certain(here: growing.stays ? current : nil)
    let hasMore = certain.count > growing.listed
    growing.listed = certain.count
    growth = growing
    if growing.run.unknown.isEmpty { return finishGrowth() }
    if hasMore { list(certain, for: growing) }
    return []
  }

  /// The runtime has done all that it could.
  mutating func looked(_ number: Int, failure: String?) -> [Effect] {
    if flipWish?.number == number {
      flipWish = nil
      hasLookedForFlips = true
    }
    guard var growing = growth, growing.request.number == number else { return [] }
    judging { growing.run.giveUp(failure, &$0) }
    growth = growing
    return finishGrowth()
  }

  /// What types there are, where a query names another one.
  private func unknownTypes(in query: Query) -> String {
    query.types.contains { !opened.types.contains($0) }
      ? "; types are \(opened.types.map(\.rawValue).joined(separator: " "))" : ""
  }

  /// The list is final.
  mutating func finishGrowth() -> [Effect] {
    guard let done = growth else { return [] }
    growth = nil
    var left = ""
    if done.run.unjudged > 0 {
      left =
        "; \(counted(done.run.unjudged)) could not be judged"
        + (done.run.reason.map { ": \($0)" } ?? "")
    }
    guard !done.run.matches.isEmpty else {
      tell(
        Notice(
          text: "no post matches \"\(done.text)\"" + left + unknownTypes(in: done.run.query),
          isError: true, subject: .search))
      return [.bell]
    }
    list(done.run.matches, for: done)
    tell(
      Notice(
        text: "\(grouped(done.run.matches.count)) of \(counted(posts.count)); "
          + "\(keymap.label("leave")) lists all again" + left, isError: done.run.unjudged > 0,
        subject: .search))
    return []
  }

  /// Lists matches; without any the list that is on screen stays.
  mutating func list(_ matches: [Int], for growing: ListGrowth) {
    guard !matches.isEmpty else { return }
    let before = queue.current
    queue.show(matches, query: growing.text, order: growing.order)
    if queue.current != before { arrive() }
  }

  /// `1/71 of 400`, and while the list grows how many posts were looked at.
  var placeWords: String {
    let place = queue.count == 0 ? "0" : grouped(queue.position + 1)
    guard let query = queue.query else { return "\(place)/\(grouped(queue.count))" }
    let looked = growth.map { $0.listed > 0 } == true ? ", " + lookedWords : ""
    let left =
      unmatched.isEmpty
      ? "" : ", \(grouped(unmatched.count)) no longer \(unmatched.count == 1 ? "matches" : "match")"
    let order = queue.order.map { ", \($0)," } ?? ""
    return
      "\(place)/\(grouped(queue.count)) of \(grouped(posts.count))\(looked)\(order) for \(short(query))\(left)"
  }

  /// Remembers whether an edited post still matches the query of the list: it stays where it is,
  /// and the count says so.
  mutating func noteMatch(_ index: Int) {
    guard let text = queue.query, queue.position(of: index) != nil,
      let query = parsed(text)
    else { return }
    let verdict = judging { context in
      var matcher = QueryMatcher(query)
      return matcher.verdict(index, &context)
    }
    if case .no = verdict {
      unmatched.insert(index)
    } else {
      unmatched.remove(index)
    }
  }

  /// What is looked for while nothing is found that could be listed.
  var lookingWords: String? {
    guard let growth, growth.listed == 0 else { return nil }
    return "0 of \(grouped(posts.count)), \(lookedWords) for \(short(growth.text))"
  }

  private var lookedWords: String {
    let looked = growth.map { posts.count - $0.run.unknown.count } ?? posts.count
    return "\(grouped(looked)) looked at"
  }

  private func short(_ query: String) -> String {
    TextWidth.fitted(
      safe(query), columns: max(20, size.columns / 4), ellipsis: look.glyphs.ellipsis)
  }

  private func counted(_ count: Int) -> String {
    "\(grouped(count)) post\(count == 1 ? "" : "s")"
  }

  func grouped(_ number: Int) -> String { RegionVerdict.grouped(number) }
}
