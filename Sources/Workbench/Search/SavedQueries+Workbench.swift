import Queries
import Screen

/// How many posts the saved queries list, found out one query after the other while they are on
/// screen.
struct QueryCounts: Sendable {
  /// What is known of each, by name.
  private(set) var known: [String: Count] = [:]
  private var left: [SavedQuery]
  private var job: QueryJob?

  enum Count: Sendable, Equatable {
    case posts(Int)
    /// So many match, and of so many something must be found out first.
    case open(Int, unknown: Int)
    /// It cannot be answered, and why.
    case none(String)
  }

  init(_ queries: [SavedQuery]) { left = queries.reversed() }

  var isDone: Bool { left.isEmpty }

  /// Goes on with the counting, a piece at a time.
  fileprivate mutating func step(
    _ means: Query.Means, total: Int, _ context: inout QueryContext
  ) {
    var room = QueryJob.piece
    while room > 0, let next = left.last {
      // To read a query takes a while, too.
      room -= 1_000
      if job == nil { job = begin(next, means, total) }
      guard var going = job else { continue }
      job = nil
      room -= going.step(&context, work: max(1, room))
      guard going.isDone else {
        job = going
        return
      }
      let (count, unknown) = (going.matches.count, going.unknown.count)
      finish(next, unknown == 0 ? .posts(count) : .open(count, unknown: unknown))
    }
  }

  /// The search for a query; nil when it cannot be answered, which is noted.
  private mutating func begin(_ query: SavedQuery, _ means: Query.Means, _ total: Int) -> QueryJob?
  {
    guard query.problem == nil, let parsed = try? Query.parse(query.text) else {
      finish(query, .none(query.problem ?? "cannot be read"))
      return nil
    }
    if let reason = parsed.unavailable(means) {
      finish(query, .none(reason))
      return nil
    }
    return QueryJob(parsed, total: total)
  }

  private mutating func finish(_ query: SavedQuery, _ count: Count) {
    known[query.name] = count
    left.removeLast()
    job = nil
  }
}

extension WorkbenchState {
  /// Begins to count what the saved queries list.
  mutating func countQueries() -> [Effect] {
    queryCounts = QueryCounts(savedQueries.all)
    return continueCounting()
  }

  mutating func continueCounting() -> [Effect] {
    guard layers[QueriesLayer.self] != nil, var counts = queryCounts, !counts.isDone else {
      return []
    }
    let (means, total) = (queryMeans, posts.count)
    judging { counts.step(means, total: total, &$0) }
    queryCounts = counts
    return counts.isDone ? [] : [.resume]
  }

  /// Keeps the query of the list on screen under a name.
  mutating func saveQuery(_ name: String) -> [Effect] {
    guard SavedQuery.isName(name) else {
      return refuse(
        "\"\(name.prefix(40))\" is no name for a query; letters, digits, - and _ make one, "
          + "at most 40 of them")
    }
    guard let text = queue.query ?? growth?.text, let query = parsed(text) else {
      return refuse("no search is on screen; \(keymap.label("search")) begins one")
    }
    // What it refers to is written out: saved queries do not depend on each other.
    let refers = (try? Query.parse(text)) != query
    let whole = refers ? query.description : text
    let saved = SavedQuery(name, whole)
    if let problem = saved.problem { return refuse("\(name): \(problem)") }
    if refers, (try? Query.parse(whole))?.root != query.root {
      return refuse("what this query refers to cannot be written out; type it instead")
    }
    return [.saveQuery(name: name, text: whole)]
  }

  /// The saved queries are others now.
  mutating func took(_ queries: SavedQueries, _ words: String) -> [Effect] {
    savedQueries = queries
    notice = Notice(text: words)
    return layers[QueriesLayer.self] == nil ? [] : countQueries()
  }
}
