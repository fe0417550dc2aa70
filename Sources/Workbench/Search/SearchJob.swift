import Corpora
import Screen

/// A search over all posts, done in pieces so that no key ever waits for it.
struct SearchJob: Sendable, Equatable {
  let text: String
  let query: Query
  /// The next post to look at.
  var next = 0
  /// Matches so far, in order.
  var matches: [Int] = []
  /// True once the person pressed Enter: the list changes when the search is done.
  var adopt: Bool

  /// Posts looked at per piece: a few milliseconds.
  var piece: Int { query.regex == nil ? 1_000 : 200 }
}

extension WorkbenchState {
  /// Opens the search line with the query of the list on screen.
  mutating func openSearch() {
    mode = .search(LineEditor(queue.query ?? ""))
    if let query = queue.query { _ = search(query, adopt: false) } else { searchJob = nil }
  }

  mutating func pressInSearch(_ key: Key, _ line: LineEditor) -> [Effect] {
    var line = line
    switch key {
    case .escape, .control("c"):
      mode = .browse
      notice = nil
      searchJob = nil
      return []
    case .backspace where line.isEmpty:
      mode = .browse
      searchJob = nil
      return []
    case .enter:
      mode = .browse
      notice = nil
      guard !line.text.trimmingSpaces.isEmpty else { return leave() }
      if searchJob?.text == line.text {
        searchJob?.adopt = true
        return finishSearchIfDone() + (searchJob == nil ? [] : [.resume])
      }
      return search(line.text, adopt: true)
    case .tab:
      let stem = line.text.split(separator: " ", omittingEmptySubsequences: false).last ?? ""
      if let match = Query.filterNames.first(where: { $0.hasPrefix(stem) && !stem.isEmpty }) {
        line.set(String(line.text.dropLast(stem.count)) + match)
      }
    default:
      if !line.handle(key) { return [] }
    }
    mode = .search(line)
    return search(line.text, adopt: false)
  }

  /// Starts a search; the list changes when it is done if `adopt` is set.
  mutating func search(_ text: String, adopt: Bool) -> [Effect] {
    do throws(Query.Failure) {
      notice = nil
      searchJob = SearchJob(text: text, query: try Query.parse(text), adopt: adopt)
      return continueSearch()
    } catch {
      searchJob = nil
      notice = Notice(text: error.description, isError: true)
      return []
    }
  }

  /// Looks at the next piece of posts.
  mutating func continueSearch() -> [Effect] {
    guard var job = searchJob, job.next < posts.count else { return finishSearchIfDone() }
    let end = min(posts.count, job.next + job.piece)
    let matcher = QueryMatcher(job.query)
    for index in job.next..<end where matcher.matches(index, self) { job.matches.append(index) }
    job.next = end
    searchJob = job
    return end < posts.count ? [.resume] : finishSearchIfDone()
  }

  private mutating func finishSearchIfDone() -> [Effect] {
    guard let job = searchJob, job.adopt, job.next >= posts.count else { return [] }
    searchJob = nil
    guard !job.matches.isEmpty else {
      notice = Notice(text: "no post matches \"\(job.text)\"", isError: true)
      return [.bell]
    }
    let before = queue.current
    queue.show(job.matches, query: job.text)
    notice = Notice(
      text: "\(job.matches.count) of \(posts.count) posts; \(keymap.label("leave")) lists all again"
    )
    if queue.current != before { arrive() }
    return []
  }
}

/// A query made ready for one piece of posts. Not kept: a compiled regex is not `Sendable`.
struct QueryMatcher {
  let query: Query
  private let regex: Regex<AnyRegexOutput>?

  init(_ query: Query) {
    self.query = query
    regex = query.regex.flatMap { try? Regex($0) }
  }

  func matches(_ index: Int, _ state: WorkbenchState) -> Bool {
    // Cheap filters first: the text is only put together when they hold.
    guard query.filters.allSatisfy({ holds($0, index, state) }) else { return false }
    guard !query.words.isEmpty || regex != nil else { return true }
    let post = state.posts[index]
    let text = post.tokens.map(\.text).joined(separator: " ")
    if let regex, (try? regex.firstMatch(in: text)) == nil { return false }
    guard !query.words.isEmpty else { return true }
    let lower = (text + " " + post.id).lowercased()
    return query.words.allSatisfy { lower.contains($0) }
  }

  private func holds(_ filter: Query.Filter, _ index: Int, _ state: WorkbenchState) -> Bool {
    switch filter {
    case .state(let wanted): state.review(index) == wanted
    case .unreviewed: state.review(index) != .reviewed
    case .route(let route): state.routes[index]?.route == route
    case .label(let type): state.post(index).mentions.contains { $0.type == type }
    case .relation(let text):
      state.post(index).relations.contains { $0.label.lowercased().contains(text) }
    case .split(let split): state.posts[index].split == split
    case .id(let text): state.posts[index].id.lowercased().contains(text)
    case .picture(let wanted): (state.posts[index].imageID != nil) == wanted
    case .differs: state.disagreements.contains(index)
    case .flips: state.flips.contains(index)
    }
  }
}
