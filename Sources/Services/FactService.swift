import Corpora
import Dispatch
import Extractors
import Files
import Foundation
import Inspection
import Pictures
import Queries
import Routing
import Synchronization
import Tensors
import Workbench

/// Finds out what a query needs of many posts, a few at a time and behind everything that somebody
/// waits for. A new wish takes the place of the one before; what was computed stays on disk.
package final class FactService: Sendable {
  struct State {
    var request: FactRequest?
    /// How many of the request's posts were looked at.
    var done = 0
    /// What is done when no request waits.
    var study: StudyCollector?
    /// What is done when no study waits either.
    var search: NeighbourSearch?
    var isWorking = false
    var isStopped = false

    var isWanted: Bool { request != nil || study != nil || search != nil }
  }

  let dataset: Dataset
  let inference: InferenceService
  let mailbox: Mailbox
  let state = Mutex(State())
  let cache: Mutex<AnswerCache>
  private let queue = DispatchQueue(label: "twinlens.facts", qos: .utility)

  /// Posts that are looked at together at least and at most; the time of one piece decides.
  private static let pieces = 8...512
  private static let seconds = 0.1...0.4

  /// - Parameter folder: where answers are kept; nil keeps them as long as the program runs.
  init(_ dataset: Dataset, inference: InferenceService, folder: String?, mailbox: Mailbox) {
    self.dataset = dataset
    self.inference = inference
    self.mailbox = mailbox
    cache = Mutex(AnswerCache(folder: folder))
  }

  /// Begins to find something out; nil ends it.
  package func look(for request: FactRequest?) {
    wake { state in
      state.request = request
      state.done = 0
    }
  }

  /// Begins to look for the posts that are nearest to one; nil ends it.
  package func findNeighbours(of post: Int?) {
    wake { $0.search = post.map { NeighbourSearch(post: $0) } }
  }

  /// Begins to study a part of the dataset; nil ends it.
  package func study(_ request: StudyRequest?) {
    wake { $0.study = request.map { StudyCollector($0, of: dataset) } }
  }

  private func wake(_ change: (inout State) -> Void) {
    let starts = state.withLock { state in
      guard !state.isStopped else { return false }
      change(&state)
      guard state.isWanted, !state.isWorking else { return false }
      state.isWorking = true
      return true
    }
    guard starts else { return }
    mailbox.begin()
    queue.async { self.work() }
  }

  /// Ends the work soon. For quitting.
  package func shutDown() {
    state.withLock { state in
      state.isStopped = true
      (state.request, state.study, state.search) = (nil, nil, nil)
    }
  }

  private func work() {
    var size = Self.pieces.lowerBound
    while goesOn() {
      guard let (request, places) = nextPiece(size) else {
        if !studySome() { searchSome() }
        continue
      }
      if request.needs.needsModels, !waitForModels(request) { continue }
      let start = ContinuousClock.now
      let batch = facts(of: places, request.needs)
      // An answer to a wish that was given up is of use to nobody but the disk.
      if isWanted(request) { mailbox.post(.facts(batch)) }
      let spent = start.duration(to: .now) / .seconds(1)
      if spent < Self.seconds.lowerBound { size = min(2 * size, Self.pieces.upperBound) }
      if spent > Self.seconds.upperBound { size = max(size / 2, Self.pieces.lowerBound) }
    }
    mailbox.finish()
  }

  /// Whether something is left to do; else the work has ended.
  private func goesOn() -> Bool {
    state.withLock { state in
      if !state.isWanted { state.isWorking = false }
      return state.isWorking
    }
  }

  private func isWanted(_ request: FactRequest) -> Bool {
    state.withLock { $0.request?.number == request.number }
  }

  /// The next posts to look at; nil when no request waits.
  private func nextPiece(_ size: Int) -> (FactRequest, [Int])? {
    state.withLock { state in
      guard let request = state.request else { return nil }
      let end = min(request.posts.count, state.done + size)
      let places = request.posts[state.done..<end].filter(dataset.posts.indices.contains)
      state.done = end
      guard !places.isEmpty else {
        state.request = nil
        mailbox.post(.lookedAt(request: request.number, failure: nil))
        return nil
      }
      return (request, places)
    }
  }

  /// Waits until the models are loaded and nobody waits for them. False when the wish is over:
  /// given up, or nothing can be found out without models.
  private func waitForModels(_ request: FactRequest) -> Bool {
    inference.start()
    while isWanted(request) {
      let (models, failure) = inference.loaded
      if let failure = failure ?? models.flatMap({ Self.lack(request.needs, $0) }) {
        state.withLock { if $0.request?.number == request.number { $0.request = nil } }
        mailbox.post(.lookedAt(request: request.number, failure: failure))
        return false
      }
      if models != nil, !inference.isBusy { return true }
      usleep(10_000)
    }
    return false
  }

  /// What is missing for a wish; nil when nothing is.
  private static func lack(_ needs: FactNeeds, _ models: Roster) -> String? {
    if !needs.isDisjoint(with: [.answer, .dispute, .gate]), models.isEmpty {
      return models.notices.first ?? "no expert is in the folder of models"
    }
    if !needs.isDisjoint(with: [.route, .flip, .both]), models.router == nil {
      return models.notices.first ?? "no router is in the folder of models"
    }
    return nil
  }

  // MARK: Finding out

  private func facts(of places: [Int], _ needs: FactNeeds) -> FactBatch {
    var batch = FactBatch()
    if !needs.isDisjoint(with: [.picture, .decoding]) {
      for place in places {
        batch.pictures[place] = picture(
          of: dataset.posts[place], decoding: needs.contains(.decoding))
      }
    }
    if needs.needsModels, let models = inference.loaded.models {
      cache.withLock { cache in
        var piece = FactPiece(dataset, places, models, cache)
        piece.look(needs, candidate: inference.candidate, into: &batch)
      }
    }
    return batch
  }

  private func picture(of post: Post, decoding: Bool) -> PictureFact {
    switch dataset.image(for: post) {
    case .none: return .unnamed
    case .missing, .refused: return .missing
    case .file(let path):
      guard decoding else { return .present }
      let isReadable =
        (try? Picture.decode(file: path, fitting: PixelSize(width: 64, height: 64))) != nil
      return isReadable ? .readable : .broken
    }
  }
}

/// A few posts that are looked at together.
struct FactPiece {
  let dataset: Dataset
  let places: [Int]
  let models: Roster
  let cache: AnswerCache
  let keys: [Int: PostKey]
  /// Seen once, whoever asks.
  let seen: [Int: SeenPost]

  init(_ dataset: Dataset, _ places: [Int], _ models: Roster, _ cache: AnswerCache) {
    self.dataset = dataset
    self.places = places
    self.models = models
    self.cache = cache
    seen = Dictionary(
      uniqueKeysWithValues: Set(places).map { ($0, models.see(dataset.posts[$0], of: dataset)) })
    keys = Dictionary(
      uniqueKeysWithValues: Set(places).map {
        ($0, AnswerCache.key(dataset.posts[$0], of: dataset, models))
      })
  }

  mutating func look(_ needs: FactNeeds, candidate: RouterBundle?, into batch: inout FactBatch) {
    var left = places
    if let router = models.router, !needs.isDisjoint(with: [.route, .answer, .flip]) {
      let inputs = routerInputs()
      left = places.filter { place in
        guard let input = inputs[place] else { return false }
        do {
          let decision = try router.decide(input)
          batch.routes[place] = decision
          if let candidate {
            batch.flips[place] = try candidate.decide(input).route != decision.route
          }
          return true
        } catch {
          batch.failures[place] = FactBatch.Failure([.route, .answer, .flip], "\(error)")
          return false
        }
      }
      for place in places where inputs[place] == nil {
        batch.failures[place] = FactBatch.Failure(
          [.route, .answer, .flip],
          seen[place].flatMap(models.routerProblem)
            ?? "the router's encoder cannot read \(dataset.posts[place].id)")
      }
    }
    if needs.contains(.answer) { answer(left, into: &batch) }
    if needs.contains(.dispute) { askAll(into: &batch) }
    if needs.contains(.gate) { gates(into: &batch) }
    if needs.contains(.both) { askBoth(into: &batch) }
  }

  /// What every expert answers, as numbers that are equal where answers are.
  private mutating func askAll(into batch: inout FactBatch) {
    for expert in models.experts where !expert.card.isWithoutLabels {
      let asked = places.filter {
        expert.task == .entities || !dataset.posts[$0].relations.isEmpty
      }
      for (place, labels) in answers(of: expert, asked, needs: .dispute, into: &batch) {
        batch.verdicts[place, default: [:]][expert.name] = labels.number
      }
    }
    for place in places where batch.verdicts[place] == nil && batch.failures[place] == nil {
      batch.verdicts[place] = [:]
    }
  }

  /// What the router reads; a post is missing where its encoder failed.
  mutating func routerInputs() -> [Int: RouterInput] {
    var inputs: [Int: RouterInput] = [:]
    var unknown: [Int] = []
    for place in places {
      if let key = keys[place], let known = cache.routerInput(key, models) {
        inputs[place] = known
      } else {
        unknown.append(place)
      }
    }
    if let embedding = models.embedding {
      Eyes.look(at: [embedding], of: unknown.compactMap { seen[$0] })
    }
    var fresh: [(PostKey, RouterInput)] = []
    for place in unknown {
      guard let post = seen[place], let key = keys[place], let input = models.routerInput(post)
      else { continue }
      inputs[place] = input
      fresh.append((key, input))
    }
    cache.keep(fresh, models)
    return inputs
  }

  /// What the chosen experts answer.
  private mutating func answer(_ places: [Int], into batch: inout FactBatch) {
    var mentions: [Int: [EntityMention]] = [:]
    var relations: [Int: [RelationMention]] = [:]
    var confidences: [Int: (mentions: [Float?], relations: [Float?])] = [:]
    for task in ExpertTask.allCases {
      let routes: [Route?] = models.router == nil ? [nil] : [.text, .multimodal]
      for route in routes {
        guard let expert = models.chosen(for: task, route: route) else { continue }
        let asked = places.filter { place in
          batch.routes[place]?.route == route
            && (task == .entities || !dataset.posts[place].relations.isEmpty)
        }
        for (place, answer) in answers(of: expert, asked, into: &batch) {
          switch answer {
          case .mentions(let found, let sure):
            mentions[place] = found
            confidences[place, default: ([], [])].mentions = sure ?? []
          case .relations(let answers):
            confidences[place, default: ([], [])].relations = answers.map(\.confidence)
            relations[place] = answers.map {
              RelationMention(head: $0.head, tail: $0.tail, label: $0.label)
            }
          }
        }
      }
    }
    for place in places where batch.failures[place] == nil {
      let task = models.router?.configuration.task
      let sure = confidences[place] ?? ([], [])
      batch.answers[place] = ChosenAnswer(
        route: batch.routes[place]?.route, task: task, mentions: mentions[place],
        relations: relations[place],
        confidence: ChosenAnswer.leastConfidence(
          task, mentions: sure.mentions, relations: sure.relations))
    }
  }

  mutating func answers(
    of expert: any Expert, _ places: [Int], needs: FactNeeds = .answer,
    into batch: inout FactBatch
  ) -> [Int: Labels] {
    var known: [Int: Labels] = [:]
    for place in places {
      known[place] = keys[place].flatMap {
        cache.answer($0, of: dataset.posts[place], by: expert, models)
      }
    }
    let unknown = places.filter { known[$0] == nil }
    guard !unknown.isEmpty else { return known }
    var fresh: [(PostKey, Labels)] = []
    func take(_ asked: [Int]) throws {
      // With confidences whoever asks: what is kept answers everybody.
      let found = try models.labels(
        of: expert, asked.compactMap { seen[$0] }, Asking(confidences: true))
      for (place, answer) in zip(asked, found) {
        known[place] = answer
        if let key = keys[place] { fresh.append((key, answer)) }
      }
    }
    do { try take(unknown) } catch {
      // One of them is to blame: the others have their answers.
      for place in unknown {
        do { try take([place]) } catch {
          batch.failures[place] = FactBatch.Failure(
            needs, "\(dataset.posts[place].id): \(expert.name): \(error)")
        }
      }
    }
    cache.keep(fresh, by: expert, models)
    return known
  }
}

extension Labels {
  /// A number that is equal for equal labels, whatever their confidences; even for mentions and odd
  /// for relations.
  fileprivate var number: UInt64 {
    var sum = FNV1a()
    func add(_ range: Range<Int>, _ label: String) {
      sum.add(UInt64(bitPattern: Int64(range.lowerBound)))
      sum.add(UInt64(bitPattern: Int64(range.upperBound)))
      sum.add(bytes: label.utf8)
      sum.add(0)
    }
    switch self {
    case .mentions(let found, _):
      for mention in found.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
        add(mention.range, mention.type.rawValue)
      }
      return sum.value & ~1
    case .relations(let found):
      for answer in found { add(answer.head, answer.label) }
      return sum.value | 1
    }
  }
}
