import Annotations
import Corpora

extension WorkbenchState {
  /// Gives a lesson over the posts on screen, which have its mistakes.
  package mutating func begin(_ lesson: Lesson) {
    self.lesson = lesson
    // One task is about what an expert says.
    _ = showModels(true)
    beginTask()
  }

  /// Goes on with the next task when the one at hand is done; else says what the last edit left
  /// wrong. The labels count, whatever keys were pressed.
  mutating func followLesson() -> [Effect] {
    var effects: [Effect] = []
    while let lesson, let task = lesson.task, isDone(task) {
      self.lesson?.go(to: lesson.place + 1)
      effects.append(.keepLesson(done: lesson.place + 1))
      beginTask()
    }
    if let lesson, let task = lesson.task, lesson.looked != history.nextSequence {
      let (next, fault) = (history.nextSequence, fault(task))
      self.lesson?.looked = next
      self.lesson?.fault = fault
    }
    return effects
  }

  /// Goes to a task, counted from 0, with its mistakes as they were.
  mutating func go(toTask place: Int) -> [Effect] {
    lesson?.go(to: place)
    if let task = lesson?.task { restore(task) }
    beginTask()
    return [.keepLesson(done: place)]
  }

  /// Shows the post of the task at hand, and makes its slip.
  private mutating func beginTask() {
    defer {
      let next = history.nextSequence
      lesson?.looked = next
    }
    guard let lesson, let task = lesson.task, let index = indexOfID[task.post] else { return }
    queue.show(nil, query: nil)
    (searchJob, growth) = (nil, nil)
    show(post: index)
    arrive()
    guard let slip = task.slip, let place = indexOfID[slip.post],
      let wrong = slip.made(in: post(place), right: lesson.right[place])
    else { return }
    _ = apply(replacing(place, with: wrong.mentions), toPost: place)
  }

  private func replacing(_ index: Int, with mentions: [EntityMention]) -> Edit {
    let post = post(index)
    return Edit(
      post: post.id,
      action: .mentions(
        range: 0..<post.tokens.count, before: post.mentions, after: mentions))
  }

  // MARK: What is right

  private func isRight(_ index: Int) -> Bool {
    guard let right = lesson?.right[index] else { return true }
    let post = post(index)
    return post.mentions == right.mentions && Set(post.relations) == Set(right.relations)
  }

  private func isDone(_ task: LessonTask) -> Bool {
    task.posts.allSatisfy { indexOfID[$0].map(isRight) ?? true }
      && task.wants.allSatisfy { isMet($0, task) }
  }

  private func isMet(_ want: LessonTask.Want, _ task: LessonTask) -> Bool {
    guard let index = indexOfID[task.post] else { return true }
    return switch want {
    case .accepted: review(index).isAccepted
    case .flagged: labels.remarks[index]?.marks.contains(.flag) == true
    case .noted: labels.remarks[index]?.note != nil
    }
  }

  /// What is wrong after an edit, in words; nil where the edit was one of several that are needed.
  private func fault(_ task: LessonTask) -> String? {
    guard let lesson else { return nil }
    if let last = history.steps.last, !task.posts.contains(last.post),
      let index = indexOfID[last.post], !isRight(index)
    {
      var back = "\(keymap.label("undo")) takes it back"
      if case .undo = last.kind { back = "\(keymap.label("redo")) does it again" }
      let about = task.posts.sorted().joined(separator: ", ")
      return "\(last.post) was changed, and the task is about \(about); \(back)"
    }
    let nulls = NullRelations(among: [RelationInventory.none])
    for id in task.posts.sorted() {
      guard let index = indexOfID[id] else { continue }
      let differences = LabelDifference.all(
        post(index), right: lesson.right[index], nulls: nulls)
      if let first = differences.first {
        let place = index == current ? "" : "\(id), "
        return "not yet: \(place)\(first.kind.rawValue): \(first.words(in: posts[index]))"
      }
    }
    return LessonTask.Want.allCases.first { task.wants.contains($0) && !isMet($0, task) }
      .map { "not yet: \($0.words)" }
  }

  // MARK: Once more

  /// Makes the mistakes of a task again, in nobody's name.
  private mutating func restore(_ task: LessonTask) {
    for id in task.posts.sorted() {
      guard let index = indexOfID[id] else { continue }
      let wrong = posts[index]
      if post(index).mentions != wrong.mentions {
        restore(replacing(index, with: wrong.mentions), index)
      }
      for pair in post(index).relations where !wrong.relations.contains(pair) {
        restore(Edit.relating(head: pair.head, tail: pair.tail, label: nil, in: post(index)), index)
      }
      for pair in wrong.relations {
        restore(
          Edit.relating(head: pair.head, tail: pair.tail, label: pair.label, in: post(index)), index
        )
      }
      if review(index).isDecided {
        restore(Edit.reviewing(wrong, from: review(index), to: .edited), index)
      }
      for mark in labels.remarks[index]?.marks ?? [] {
        restore(Edit(post: id, action: .mark(mark, isSet: false)), index)
      }
      restore(Edit.noting(nil, on: wrong, from: labels.remarks[index]?.note), index)
    }
  }

  private mutating func restore(_ edit: Edit?, _ index: Int) {
    guard let edit else { return }
    _ = try? labels.apply(
      edit, at: index, base: posts[index], by: "the lesson", time: opened.clock())
  }
}
