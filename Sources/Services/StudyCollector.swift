import Corpora
import Extractors
import Foundation
import Inspection
import Queries
import Workbench

/// Finds out what a study needs of each post, a piece of the dataset at a time.
struct StudyCollector: Sendable {
  let request: StudyRequest
  /// The dataset with the labels as they are now.
  private let dataset: Dataset
  /// The posts of the part, by their places.
  private let wanted: [Int]
  /// In pieces: a copy of the collector must not copy what it found.
  private var pieces: [[StudiedPost]] = []
  private var done = 0
  /// How many of the posts so far have an x.
  private var projected = 0
  private let start = Date()

  /// Posts that are looked at together.
  private static let piece = 16

  init(_ request: StudyRequest, of dataset: Dataset) {
    self.request = request
    wanted = dataset.posts.indices.filter {
      request.split == .all || dataset.posts[$0].split == request.split
    }
    self.dataset =
      request.edited.isEmpty
      ? dataset
      : dataset.replacing(
        posts: dataset.posts.enumerated().map { request.edited[$0.offset] ?? $0.element })
  }

  var isDone: Bool { done >= wanted.count }

  /// How far it is.
  var progress: StudyProgress {
    let share = Double(done) / Double(max(1, wanted.count))
    return StudyProgress(
      request: request.number, done: done, total: wanted.count,
      secondsLeft: share > 0 ? Date().timeIntervalSince(start) * (1 - share) / share : nil)
  }

  /// Looks at the next posts.
  mutating func look(_ models: Roster, _ cache: AnswerCache) {
    let width = max(1, models.dual?.dimensions ?? 1)
    // The x of all posts of a large dataset would fill the memory: evenly spread ones are kept.
    let most = max(2, Projection.mostNumbers / width)
    let step = max(1, (wanted.count + most - 1) / most)
    let first = done
    let places = Array(wanted[first..<min(wanted.count, first + Self.piece)])
    var piece = FactPiece(dataset, places, models, cache)
    var found = piece.study()
    for offset in found.indices where found[offset].input != nil {
      projected += 1
      if !(first + offset).isMultiple(of: step) { found[offset].input = nil }
    }
    pieces.append(found)
    done += places.count
  }

  /// What all of it comes to; nil when stopped.
  func study(_ models: Roster, goesOn: () -> Bool) -> DatasetStudy? {
    var subject = DatasetStudy.Subject(models, dataset: dataset.name, split: request.split)
    (subject.projected, subject.edited) = (
      projected, wanted.count { request.edited[$0] != nil }
    )
    return DatasetStudy(subject, Array(pieces.joined()), goesOn: goesOn)
  }
}

extension FactPiece {
  /// What a study needs of the posts, in their order.
  mutating func study() -> [StudiedPost] {
    var found: [Int: StudiedPost] = [:]
    for place in places { found[place] = StudiedPost(place, dataset.posts[place]) }
    let inputs = models.router == nil ? [:] : routerInputs()
    for place in places {
      found[place]?.words = models.unknownWords(of: dataset.posts[place])
      guard let router = models.router else { continue }
      guard let input = inputs[place] else {
        let reason =
          seen[place].flatMap(models.routerProblem) ?? "the router's encoder cannot read it"
        found[place]?.failures.append("\(dataset.posts[place].id): \(reason)")
        continue
      }
      do {
        found[place]?.decision = try router.decide(input)
        // What is no number is refused above.
        found[place]?.input = input.product
      } catch {
        found[place]?.failures.append("\(dataset.posts[place].id): \(error)")
      }
    }
    for expert in models.experts where !expert.card.isWithoutLabels {
      let asked = places.filter {
        expert.task == .entities || !dataset.posts[$0].relations.isEmpty
      }
      var batch = FactBatch()
      for (place, labels) in answers(of: expert, asked, into: &batch) {
        found[place]?.labels[expert.name] = labels
      }
      for (place, failure) in batch.failures { found[place]?.failures.append(failure.reason) }
      for place in asked where batch.failures[place] == nil {
        found[place]?.scalars += scalars(place, of: expert)
      }
    }
    return places.compactMap { found[$0] }
  }

  private func scalars(_ place: Int, of expert: any Expert) -> [ShownScalar] {
    guard let post = seen[place], let key = keys[place] else { return [] }
    if let known = cache.scalars(key, by: expert, models) { return known }
    let answer = expert.ask(post)
    guard answer.failure == nil else { return [] }
    let shown = ShownScalar.all(of: answer)
    cache.keep(scalars: shown, key, by: expert, models)
    return shown
  }
}

extension FactService {
  /// Looks at a few more posts of the study, or computes it when all were looked at.
  /// - Returns: false when none is wanted.
  func studySome() -> Bool {
    guard var study = state.withLock(\.study) else { return false }
    inference.start()
    let (models, failure) = inference.loaded
    guard let models, !models.isEmpty else {
      guard let reason = failure ?? models.map({ $0.notices.first ?? "no expert is loaded" })
      else {
        usleep(10_000)
        return true
      }
      if finish(study) { mailbox.post(.studyFailed(request: study.request.number, reason)) }
      return true
    }
    guard !inference.isBusy else {
      usleep(10_000)
      return true
    }
    let number = study.request.number
    if !study.isDone {
      cache.withLock { study.look(models, $0) }
      let isWanted = state.withLock { state in
        guard state.study?.request.number == number else { return false }
        state.study = study
        return true
      }
      if isWanted { mailbox.post(.studying(study.progress)) }
      return true
    }
    let found = study.study(models) { [self] in
      state.withLock { $0.study?.request.number == number }
    }
    let paged = found.map(PagedStudy.init)
    if let paged, finish(study) { mailbox.post(.studied(request: number, paged)) }
    return true
  }

  /// The study is over; false when it is not the one that is wanted any more.
  private func finish(_ study: StudyCollector) -> Bool {
    state.withLock { state in
      guard state.study?.request.number == study.request.number else { return false }
      state.study = nil
      return true
    }
  }
}
