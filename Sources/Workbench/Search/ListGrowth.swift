import Corpora
import Screen

/// A list that is not final: of some posts something must be found out first. It grows while that
/// comes in.
struct ListGrowth: Sendable, Equatable {
  let text: String
  let query: Query
  /// What the runtime is asked for.
  let request: FactRequest
  /// Matches so far, in order.
  var matches: [Int]
  /// Where looking begins: at the post on screen if it matches, else at the first; it goes up from
  /// there and around.
  private let start: Int
  private let total: Int
  /// How many matches are on screen; 0 while the list is still that of the query before.
  var listed = 0
  /// How many posts of the request were judged without a gap.
  private var settled = 0
  /// Posts that cannot be judged yet.
  var unknown: Set<Int>
  /// Posts that never will be, and why for the first.
  var unjudged: Int
  var reason: String?

  /// - Parameter here: the post on screen.
  init(_ job: SearchJob, number: Int, here: Int?, total: Int) {
    text = job.text
    query = job.query
    matches = job.matches
    unknown = Set(job.unknown)
    unjudged = job.unjudged
    reason = job.reason
    // A picture that is not there needs no decoding, and so on: all of it is asked for at once.
    let stays = here.flatMap { job.matches.contains($0) ? $0 : nil }
    let split = job.unknown.firstIndex { $0 >= stays ?? 0 } ?? job.unknown.count
    var order = Array(job.unknown[split...] + job.unknown[..<split])
    // Whether the post on screen matches decides where the list opens.
    if let here, let at = order.firstIndex(of: here) { order.insert(order.remove(at: at), at: 0) }
    request = FactRequest(number: number, needs: job.query.needs, posts: order)
    start = stays ?? 0
    self.total = total
  }

  /// The matches that can be listed: those that nothing can come before any more. So a list opens
  /// at the same post and the next post is the same one whatever was looked at earlier.
  mutating func certain(here: Int?) -> [Int] {
    while settled < request.posts.count, !unknown.contains(request.posts[settled]) { settled += 1 }
    guard settled < request.posts.count else { return matches }
    // A post on screen that is not judged yet may become the first of the list.
    if let here, unknown.contains(here) { return [] }
    let reached = rank(request.posts[settled])
    return matches.filter { rank($0) < reached || $0 == here }
  }

  private func rank(_ post: Int) -> Int { (post - start + total) % max(1, total) }
}

extension WorkbenchState {
  /// Judges posts again of which something was found out.
  mutating func grow(by indices: some Sequence<Int>) -> [Effect] {
    guard var growing = growth, !growing.unknown.isEmpty else { return [] }
    var matcher = QueryMatcher(growing.query)
    var found: [Int] = []
    for index in indices where growing.unknown.contains(index) {
      switch matcher.verdict(index, self) {
      case .unknown: continue
      case .yes: found.append(index)
      case .no: break
      case .unjudged(let reason):
        growing.unjudged += 1
        growing.reason = growing.reason ?? reason
      }
      growing.unknown.remove(index)
    }
    if !found.isEmpty { growing.matches = (growing.matches + found).sorted() }
    let certain = growing.certain(here: current)
    let hasMore = certain.count > growing.listed
    growing.listed = certain.count
    growth = growing
    if growing.unknown.isEmpty { return finishGrowth() }
    if hasMore { list(certain, for: growing.text) }
    return []
  }

  /// The runtime has done all that it could.
  mutating func looked(_ number: Int, failure: String?) -> [Effect] {
    if flipWish?.number == number {
      flipWish = nil
      hasLookedForFlips = true
    }
    guard var growing = growth, growing.request.number == number else { return [] }
    growing.unjudged += growing.unknown.count
    if !growing.unknown.isEmpty { growing.reason = failure ?? growing.reason }
    growing.unknown = []
    growth = growing
    return finishGrowth()
  }

  /// What types there are, where a query names another one.
  private func unknownTypes(in query: Query) -> String {
    let isUnknown = query.terms.contains {
      if case .label(let type) = $0.condition { !opened.types.contains(type) } else { false }
    }
    return isUnknown
      ? "; types are \(opened.types.map(\.rawValue).joined(separator: " "))" : ""
  }

  /// The list is final.
  mutating func finishGrowth() -> [Effect] {
    guard let done = growth else { return [] }
    growth = nil
    var left = ""
    if done.unjudged > 0 {
      left =
        "; \(counted(done.unjudged)) could not be judged"
        + (done.reason.map { ": \($0)" } ?? "")
    }
    guard !done.matches.isEmpty else {
      tell(
        Notice(
          text: "no post matches \"\(done.text)\"" + left + unknownTypes(in: done.query),
          isError: true, subject: .search))
      return [.bell]
    }
    list(done.matches, for: done.text)
    tell(
      Notice(
        text: "\(grouped(done.matches.count)) of \(counted(posts.count)); "
          + "\(keymap.label("leave")) lists all again" + left, isError: done.unjudged > 0,
        subject: .search))
    return []
  }

  /// Lists matches; without any the list that is on screen stays.
  mutating func list(_ matches: [Int], for text: String) {
    guard !matches.isEmpty else { return }
    let before = queue.current
    queue.show(matches, query: text)
    if queue.current != before { arrive() }
  }

  /// `1/71 of 400`, and while the list grows how many posts were looked at.
  var placeWords: String {
    let place = queue.count == 0 ? "0" : grouped(queue.position + 1)
    guard let query = queue.query else { return "\(place)/\(grouped(queue.count))" }
    let looked = growth.map { $0.listed > 0 } == true ? ", " + lookedWords : ""
    let left = unmatched.isEmpty ? "" : ", \(grouped(unmatched.count)) no longer"
    return
      "\(place)/\(grouped(queue.count)) of \(grouped(posts.count))\(looked) for \(short(query))\(left)"
  }

  /// Remembers whether an edited post still matches the query of the list: it stays where it is,
  /// and the count says so.
  mutating func noteMatch(_ index: Int) {
    guard let text = queue.query, queue.position(of: index) != nil,
      let query = try? Query.parse(text)
    else { return }
    var matcher = QueryMatcher(query)
    if case .no = matcher.verdict(index, self) {
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
    let looked = growth.map { posts.count - $0.unknown.count } ?? posts.count
    return "\(grouped(looked)) looked at"
  }

  private func short(_ query: String) -> String {
    TextWidth.fitted(safe(query), columns: 20, ellipsis: look.glyphs.ellipsis)
  }

  private func counted(_ count: Int) -> String {
    "\(grouped(count)) post\(count == 1 ? "" : "s")"
  }

  func grouped(_ number: Int) -> String { RegionVerdict.grouped(number) }
}
