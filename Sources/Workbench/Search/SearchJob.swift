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
  /// Posts of which something must be found out first, in order.
  var unknown: [Int] = []
  /// Posts of which it cannot be found out, and why for the first.
  var unjudged = 0
  var reason: String?
  /// True once the person pressed Enter: the list changes when the search is done.
  var adopt: Bool

  /// Posts looked at per piece, and steps of regular expressions: a few milliseconds.
  static let piece = 1_000
  static let work = 300_000
}

extension WorkbenchState {
  /// Starts a search; the list changes when it is done if `adopt` is set.
  mutating func search(_ text: String, adopt: Bool) -> [Effect] {
    do throws(Query.Failure) {
      notice = nil
      let query = try Query.parse(text)
      if let reason = query.unavailable(opened) {
        searchJob = nil
        notice = Notice(text: reason, isError: true)
        return adopt ? [.bell] : []
      }
      searchJob = SearchJob(text: text, query: query, adopt: adopt)
      return continueSearch()
    } catch {
      searchJob = nil
      notice = Notice(text: error.description, isError: true)
      return adopt ? [.bell] : []
    }
  }

  /// Looks at the next piece of posts.
  mutating func continueSearch() -> [Effect] {
    guard var job = searchJob, job.next < posts.count else { return finishSearchIfDone() }
    let end = min(posts.count, job.next + SearchJob.piece)
    var matcher = QueryMatcher(job.query)
    while job.next < end, matcher.work < SearchJob.work {
      switch matcher.verdict(job.next, self) {
      case .yes: job.matches.append(job.next)
      case .no: break
      case .unknown: job.unknown.append(job.next)
      case .unjudged(let reason):
        job.unjudged += 1
        job.reason = job.reason ?? reason
      }
      job.next += 1
    }
    searchJob = job
    return job.next < posts.count ? [.resume] : finishSearchIfDone()
  }

  mutating func finishSearchIfDone() -> [Effect] {
    guard let job = searchJob, job.adopt, job.next >= posts.count else { return [] }
    searchJob = nil
    factRequests += 1
    var growing = ListGrowth(job, number: factRequests, here: current, total: posts.count)
    let certain = growing.certain(here: current)
    growing.listed = certain.count
    growth = growing
    unmatched = []
    if job.unknown.isEmpty { return finishGrowth() }
    list(certain, for: job.text)
    return []
  }
}
