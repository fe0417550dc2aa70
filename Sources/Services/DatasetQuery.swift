import Annotations
import Corpora
import Foundation
import Queries

/// A query over a dataset without a screen: it finds the posts that the workbench lists, in the
/// same order, by the same code.
package struct DatasetQuery {
  /// The dataset with its annotations.
  package let session: Session
  /// What the query asks for.
  package let query: Query
  /// What is known of the posts.
  package private(set) var context: QueryContext
  private var means: Query.Means

  /// What was found.
  package struct Result: Sendable {
    /// The posts that match, by place in the dataset, in the order that was asked for.
    package let posts: [Int]
    /// How many could not be judged, and why for the first.
    package let unjudged: Int
    package let reason: String?
  }

  /// Reads a query.
  /// - Parameter orders: what counts before the query's own `sort:`.
  /// - Throws: `QueryError`, `QueryRefusal` for what cannot be answered here.
  package init(_ session: Session, _ text: String, orders: [Query.Order] = []) throws {
    self.session = session
    var query = try Query.parse(text, saved: session.savedQueries.texts)
    query.orders = orders + query.orders
    self.query = query
    let opened = session.opened
    means = Query.Means(
      hasModels: opened.hasModels, hasRouter: opened.hasRouter,
      hasSuspicion: opened.suspicionOf != nil, hasAssignments: opened.assigneesOf != nil,
      knowsLastVisit: opened.lastSeen != nil)
    means.types = opened.types
    if let reason = query.unavailable(means) { throw QueryRefusal(description: reason) }
    var states: [Int: LabelState] = [:]
    for (id, state) in session.history.states {
      if let index = session.dataset.position(of: id) { states[index] = state }
    }
    context = QueryContext(posts: session.dataset.posts, states: states)
    context.reading = opened.reading
    context.now = opened.clock()
    context.annotator = opened.annotator.lowercased()
    if let suspicionOf = opened.suspicionOf { context.suspicionOf = suspicionOf }
    if let assigneesOf = opened.assigneesOf { context.assigneesOf = assigneesOf }
    if query.conditions.contains(.unread), let seen = opened.lastSeen {
      context.unread =
        session.history.changes(after: seen, byOthersThan: opened.annotator).posts
    }
    if query.conditions.contains(.divided) {
      let disputes = Disputes(
        session.history, over: session.dataset.posts, position: session.dataset.position(of:))
      context.divided = Set(disputes.open.map(\.post))
    }
  }

  /// Finds the posts; models and pictures are only looked at where the query asks for them.
  /// - Parameter progress: called with the share of posts that were looked at.
  package mutating func run(progress: (Double) -> Void = { _ in }) -> Result {
    var job = QueryJob(query, total: context.posts.count)
    while !job.isDone { job.step(&context) }
    var growth = QueryGrowth(job, number: 1, here: nil, &context)
    if !growth.unknown.isEmpty { look(&growth, progress) }
    return Result(posts: growth.matches, unjudged: growth.unjudged, reason: growth.reason)
  }

  /// Waits for the same services as the workbench's lists.
  private mutating func look(_ growth: inout QueryGrowth, _ progress: (Double) -> Void) {
    let mailbox = Mailbox()
    var options = InferenceService.Options()
    (options.answersAll, options.warmPosts) = (true, 0)
    let inference = InferenceService(session, options: options, mailbox: mailbox)
    let facts = FactService(
      session.dataset, inference: inference, folder: session.location.workPath + "-answers",
      mailbox: mailbox)
    defer {
      facts.shutDown()
      inference.shutDown()
    }
    let (posts, states) = (context.posts, context.states)
    let wanted = max(1, growth.unknown.count)
    facts.look(for: growth.request)
    while !growth.unknown.isEmpty {
      guard mailbox.waitForMessage() else {
        growth.giveUp("the models gave no answer", &context)
        return
      }
      for message in mailbox.take() {
        switch message {
        case .facts(let batch):
          context.facts.take(batch, count: posts.count) {
            states[$0]?.applied(to: posts[$0]) ?? posts[$0]
          }
          growth.grow(by: batch.posts, &context)
          progress(1 - Double(growth.unknown.count) / Double(wanted))
        case .lookedAt(_, let failure): growth.giveUp(failure, &context)
        default: break
        }
      }
    }
  }
}

/// A query that cannot be answered here.
package struct QueryRefusal: Error, CustomStringConvertible {
  /// What is missing and what to do.
  package let description: String
}
