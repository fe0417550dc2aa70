import Annotations
import Corpora

extension WorkbenchState {
  /// Gives a lesson over the posts on screen, which have its mistakes.
  package mutating func begin(_ lesson: Lesson) {
    self.lesson = lesson
    // One of the tutor's tasks is about what an expert says.
    if lesson.title == nil { _ = showModels(true) }
    if lesson.isPresented {
      // The keys of what presenters hold in their hands.
      keymap.bind(.pageDown, to: "next-step")
      keymap.bind(.pageUp, to: "previous-step")
    }
    _ = beginTask()
    // What it lists is searched for when the workbench starts.
    if let query = self.lesson?.task?.query {
      searchJob = nil
      list(query)
    }
  }

  /// Goes on with the next task when the one at hand is done; else says what the last edit left
  /// wrong. What is there counts, whatever keys were pressed.
  mutating func followLesson() -> [Effect] {
    var effects: [Effect] = []
    followQuiz()
    while let lesson, let task = lesson.task, !lesson.isMet, !lesson.isPresented, isDone(task) {
      if task.waits {
        self.lesson?.isMet = true
        break
      }
      self.lesson?.go(to: lesson.place + 1)
      effects.append(.keepLesson(done: lesson.place + 1))
      effects += beginTask()
    }
    if let lesson, let task = lesson.task, lesson.looked != history.nextSequence {
      let (next, fault) = (history.nextSequence, fault(task))
      self.lesson?.looked = next
      self.lesson?.fault = fault
    }
    if let notes = lesson?.notes, lesson?.isPresented == true, lesson?.noted != notes {
      lesson?.noted = notes
      effects.append(.showNotes(notes))
    }
    return effects
  }

  /// Goes to a task, counted from 0, with its mistakes as they were. One that goes on with what an
  /// earlier one did begins there.
  mutating func go(toTask place: Int) -> [Effect] {
    var place = place
    if let start = lesson?.start(of: place), start < place, let first = lesson?.tasks[start],
      !isDone(first)
    {
      notice = Notice(text: "step \(place + 1) goes on with what step \(start + 1) does")
      place = start
    }
    lesson?.go(to: place)
    lesson?.quizzes[place] = nil
    if let task = lesson?.task { restore(task) }
    return beginTask() + [.keepLesson(done: place)]
  }

  /// Leaves a task that is done, or that is shown to a room.
  mutating func goOn() -> [Effect] {
    guard let lesson, let task = lesson.task else { return refuse("all steps are done") }
    guard lesson.isMet || lesson.isPresented || task.checks.isEmpty else {
      let words = toDo(task).first ?? "not everything is done"
      return refuse("not yet: \(words); :task goes on all the same")
    }
    self.lesson?.go(to: lesson.place + 1)
    return beginTask() + [.keepLesson(done: lesson.place + 1)]
  }

  /// Shows the post or the list of the task at hand, and makes its slip.
  private mutating func beginTask() -> [Effect] {
    defer {
      let next = history.nextSequence
      lesson?.looked = next
    }
    hideQuizLabels()
    guard let lesson, let task = lesson.task, let index = indexOfID[task.post] else { return [] }
    var effects: [Effect] = []
    if task.isPlaced {
      queue.show(nil, query: nil)
      (searchJob, growth) = (nil, nil)
      show(post: index)
      arrive()
    }
    if lesson.title != nil {
      // Each step begins with the same screen, whatever the one before it left there.
      layers.close { $0.place != .ground }
      (choice.heat, choice.slice, choice.map, choice.cut, choice.fullScreen) =
        (false, nil, 0, nil, nil)
      effects += showModels(!hidesForQuiz)
    }
    if let query = task.query { effects += search(query, adopt: true) }
    guard let slip = task.slip, let place = indexOfID[slip.post],
      let wrong = slip.made(in: post(place), right: lesson.right[place])
    else { return effects }
    return effects + apply(replacing(place, with: wrong.mentions), toPost: place)
  }

  /// Labels are hidden of the post at hand alone, and only while its question waits.
  private mutating func hideQuizLabels() {
    guard let lesson, lesson.title != nil else { return }
    let asked = hidesForQuiz ? lesson.task : nil
    for task in lesson.tasks where task.quiz?.hides == true && task.post != asked?.post {
      if let index = indexOfID[task.post], !isRight(index) { giveRightLabels(index) }
    }
    if let asked { restore(asked) }
  }

  /// Gives a post its right labels, in nobody's name: nobody worked on it.
  mutating func giveRightLabels(_ index: Int) {
    guard let right = lesson?.right[index] else { return }
    for edit in Edit.restoring(LabelState(right), of: post(index)) { restore(edit, index) }
    restore(Edit.reviewing(right, from: review(index), to: .untouched), index)
  }

  private func replacing(_ index: Int, with mentions: [EntityMention]) -> Edit {
    let post = post(index)
    return Edit(
      post: post.id,
      action: .mentions(
        range: 0..<post.tokens.count, before: post.mentions, after: mentions))
  }

  // MARK: What is right

  func isRight(_ index: Int) -> Bool {
    guard let right = lesson?.right[index] else { return true }
    let post = post(index)
    return post.mentions == right.mentions && Set(post.relations) == Set(right.relations)
  }

  private func isDone(_ task: LessonTask) -> Bool {
    task.checks.allSatisfy { $0.isMet(self, task) }
  }

  /// What a task still asks for, in words.
  func toDo(_ task: LessonTask) -> [String] {
    task.checks.filter { !$0.isMet(self, task) }.map { $0.words(self, task) }
  }

  /// What is wrong after an edit, in words; nil where the edit was one of several that are needed.
  private func fault(_ task: LessonTask) -> String? {
    guard let lesson, task.checks.contains(.labels) else { return nil }
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
    return toDo(task).first.map { "not yet: \($0)" }
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
