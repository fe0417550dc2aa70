import Annotations
import Corpora
import Queries
import Screen

/// A search over all posts, done in pieces so that no key ever waits for it.
struct SearchJob: Sendable, Equatable {
  let text: String
  var run: QueryJob
  /// True once the person pressed Enter: the list changes when the search is done.
  var adopt: Bool
  /// The number of the next edit when it began: the labels that it saw.
  let edit: Int64
  /// Whether the post on screen stays there if it matches, whatever the order.
  var stays = false

  var query: Query { run.query }
  var next: Int { run.next }
  /// Matches so far, in order.
  var matches: [Int] { run.matches }
  /// Posts of which something must be found out first, in order.
  var unknown: [Int] { run.unknown }
}

extension WorkbenchState {
  /// The query that a text means; nil when something is wrong with it.
  func parsed(_ text: String) -> Query? {
    try? Query.parse(text, saved: savedQueries.texts)
  }

  /// What is searched for on this screen: the query being typed, else the one that made the list.
  var shownQuery: Query? { searchJob?.query ?? queue.query.flatMap(parsed) }

  /// What queries can be answered here.
  var queryMeans: Query.Means {
    var means = Query.Means(
      hasModels: opened.hasModels, hasRouter: opened.hasRouter,
      hasSuspicion: opened.suspicionOf != nil, hasAssignments: opened.assigneesOf != nil,
      knowsLastVisit: opened.lastSeen != nil)
    (means.types, means.hasPicked) = (opened.types, !picked.isEmpty)
    return means
  }

  /// Lends what posts are judged by, without a copy of any of it: `judge` must not use the state.
  mutating func judging<Result>(_ judge: (inout QueryContext) -> Result) -> Result {
    var context = QueryContext(
      posts: posts, states: labels.states, facts: facts, texts: texts)
    (facts, texts) = (Facts(), PostTexts())
    context.hidden = choice.hidden
    if case .candidate = training.state { context.hasCandidate = true }
    context.reading = opened.reading
    context.now = opened.clock()
    context.annotator = opened.annotator.lowercased()
    if let suspicionOf = opened.suspicionOf { context.suspicionOf = suspicionOf }
    if let assigneesOf = opened.assigneesOf { context.assigneesOf = assigneesOf }
    (context.unread, context.divided, context.picked) = (unread, divided, picked)
    defer { (facts, texts) = (context.facts, context.texts) }
    return judge(&context)
  }

  /// What annotators say differently, as the steps are now.
  var disputes: Disputes {
    Disputes(history, over: posts) { [indexOfID] in indexOfID[$0] }
  }

  /// Starts a search; the list changes when it is done if `adopt` is set.
  mutating func search(_ text: String, adopt: Bool, stays: Bool = false) -> [Effect] {
    do throws(QueryError) {
      notice = nil
      let query = try Query.parse(text, saved: savedQueries.texts)
      if let reason = query.unavailable(queryMeans) {
        searchJob = nil
        notice = Notice(text: reason, isError: true)
        return adopt ? [.bell] : []
      }
      if !showsModels, practice != nil || lesson != nil, query.needs.needsModels {
        searchJob = nil
        notice = Notice(
          text: "what the models say is hidden here, so no list tells it", isError: true)
        return adopt ? [.bell] : []
      }
      let edit = history.nextSequence
      if query.conditions.contains(.unread), let seen = opened.lastSeen {
        unread = history.changes(after: seen, byOthersThan: opened.annotator).posts
      }
      if query.conditions.contains(.divided) { divided = Set(disputes.open.map(\.post)) }
      let earlier = searchJob.flatMap { $0.edit == edit ? $0.run : nil }
      searchJob = SearchJob(
        text: text, run: QueryJob(query, total: posts.count, after: earlier), adopt: adopt,
        edit: edit, stays: stays)
      return continueSearch()
    } catch {
      searchJob = nil
      notice = Notice(text: error.description, isError: true)
      return adopt ? [.bell] : []
    }
  }

  /// Looks at the next piece of posts.
  mutating func continueSearch() -> [Effect] {
    guard var job = searchJob, !job.run.isDone else { return finishSearchIfDone() }
    // Nobody else may hold the matches while they grow.
    searchJob = nil
    judging { _ = job.run.step(&$0) }
    searchJob = job
    return job.run.isDone ? finishSearchIfDone() : [.resume]
  }

  mutating func finishSearchIfDone() -> [Effect] {
    guard let job = searchJob, job.adopt, job.run.isDone else { return [] }
    searchJob = nil
    factRequests += 1
    let stays = job.stays || job.query.orders.isEmpty || job.text == queue.query
    let (number, here) = (factRequests, stays ? current : nil)
    let run = judging { QueryGrowth(job.run, number: number, here: here, &$0) }
    var growing = ListGrowth(text: job.text, run: run, stays: stays)
    let certain = growing.run.certain(here: here)
    growing.listed = certain.count
    growth = growing
    unmatched = []
    if job.unknown.isEmpty { return finishGrowth() }
    list(certain, for: growing)
    return []
  }
}
