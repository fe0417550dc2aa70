import Corpora

/// A lesson: tasks on posts, and where somebody stands among them. That of `twinlens tutor` is
/// about twenty mistakes in posts of the harbour town; others come from a `LessonFile`.
package struct Lesson: Sendable {
  /// What it is called; nil for the tutor's.
  package let title: String?
  let tasks: [LessonTask]
  /// The posts with their right labels, in the order of the posts on screen.
  let right: [Post]
  /// The posts with all mistakes, and without what a quiz asks.
  package let posts: [Post]
  /// Whether it is shown to a room: large, in few words, and nothing is checked.
  package let isPresented: Bool
  /// The task at hand, counted from 0; the number of tasks when all are done.
  private(set) var place: Int
  /// What the last edit left wrong.
  var fault: String?
  /// Whether the keys of the task at hand are shown.
  var showsHint = false
  /// Whether the task at hand is done and waits to be left.
  var isMet = false
  /// The number that the next step had when the labels were looked at last.
  var looked: Int64 = 0
  /// The questions that were asked, by the places of their tasks.
  var quizzes: [Int: LessonQuiz.Asked] = [:]
  /// What whoever presents was told last.
  var noted: LessonNotes?

  /// Why no lesson can be given.
  package enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
    case otherPosts(task: Int, post: String)
    case noTask(Int, of: Int)

    package var description: String {
      switch self {
      case .otherPosts(let task, let post):
        "the lesson's posts are others than it was made for (task \(task), post \(post)); remove the "
          + "lesson's folder in the cache and start again"
      case .noTask(let number, let count):
        "there is no task \(number); the lesson has 1 to \(count)"
      }
    }
  }

  /// The tutor's lesson over the posts of the harbour town.
  /// - Parameters:
  ///   - right: the posts with their right labels.
  ///   - first: the task to begin with, counted from 1; one more than there are: all are done.
  /// - Throws: `Failure`.
  package init(over right: [Post], from first: Int = 1) throws(Failure) {
    try self.init(title: nil, Self.tasks, over: right, from: first)
  }

  /// The lesson of a file over the posts that it is about.
  /// - Throws: `Failure`.
  package init(
    _ file: LessonFile, over right: [Post], from first: Int = 1, isPresented: Bool = false
  ) throws(Failure) {
    let start = right.first?.id ?? ""
    try self.init(
      title: file.title, file.steps.map { $0.task(start) }, over: right, from: first,
      isPresented: isPresented)
  }

  private init(
    title: String?, _ tasks: [LessonTask], over right: [Post], from first: Int,
    isPresented: Bool = false
  ) throws(Failure) {
    guard (1...tasks.count + 1).contains(first) else { throw .noTask(first, of: tasks.count) }
    let places = Dictionary(zip(right.map(\.id), right.indices)) { first, _ in first }
    var posts = right
    for (number, task) in tasks.enumerated() {
      guard let index = places[task.post] else {
        throw .otherPosts(task: number + 1, post: task.post)
      }
      if task.quiz?.hides == true { posts[index] = Practice(hiding: [right[index]]).posts[0] }
      for error in task.errors {
        guard let index = places[error.post],
          let wrong = error.made(in: posts[index], right: right[index])
        else { throw .otherPosts(task: number + 1, post: error.post) }
        posts[index] = wrong
      }
    }
    self.title = title
    self.tasks = tasks.enumerated().map { number, task in
      var task = task
      task.number = number
      return task
    }
    (self.right, self.posts, place, self.isPresented) = (right, posts, first - 1, isPresented)
    if !isPresented { place = start(of: place) }
  }

  /// What the tutor's tasks teach, in their order.
  package static var topics: [String] { tasks.map(\.topic) }

  /// The number of the tutor's tasks.
  package static var count: Int { tasks.count }

  /// The number of tasks.
  package var count: Int { tasks.count }

  /// What its parts are called.
  var unit: String { title == nil ? "task" : "step" }

  /// The task at hand; nil when all are done.
  var task: LessonTask? { tasks.indices.contains(place) ? tasks[place] : nil }

  /// Where a task begins that goes on with what those before it did: posts that were accepted and
  /// routers are not kept from one session to the next. Counted from 0, like the task.
  func start(of place: Int) -> Int {
    var place = place
    while place > 0, place < tasks.count, tasks[place].buildsOnOthers,
      tasks[place - 1].isBuiltOn
    { place -= 1 }
    return place
  }

  /// How many tasks from the first on are done.
  package var done: Int { place }

  /// Whether nothing is left.
  package var isDone: Bool { task == nil }

  mutating func go(to place: Int) {
    self.place = place
    (fault, showsHint, isMet) = (nil, false, false)
  }

  /// What came of the questions that were revealed, in the order of the steps.
  package var outcomes: [LessonQuiz.Outcome] {
    quizzes.values.compactMap(\.outcome).sorted { $0.step < $1.step }
  }

  /// How many of them were answered rightly.
  package var rightAnswers: Int { outcomes.count(where: \.isRight) }

  /// What an expert answers that is to be shown beside the labels: the mistakes, but for the posts
  /// in which its answer is to be taken.
  package var suggested: [(post: Post.ID, mentions: [EntityMention])] {
    let taught = Set(tasks.filter { $0.topic == Self.suggestions }.flatMap(\.posts))
    return zip(posts, right).map { wrong, right in
      (right.id, taught.contains(right.id) ? right.mentions : wrong.mentions)
    }
  }
}

extension LessonTask {
  /// Whether it asks for a router, which comes from what the tasks before it did.
  fileprivate var buildsOnOthers: Bool {
    checks.contains { if case .router = $0 { true } else { false } }
  }

  /// Whether it leaves accepted posts or a router.
  fileprivate var isBuiltOn: Bool {
    checks.contains {
      switch $0 {
      case .router, .accepted, .acceptedPosts: true
      default: false
      }
    }
  }
}
