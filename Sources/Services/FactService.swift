import Corpora
import Dispatch
import Extractors
import Foundation
import Inspection
import Pictures
import Routing
import Synchronization
import Workbench

/// Finds out what a query needs of many posts, a few at a time and behind everything that somebody
/// waits for. A new wish takes the place of the one before; what was computed stays on disk.
public final class FactService: Sendable {
  private struct State {
    var request: FactRequest?
    /// How many of the request's posts were looked at.
    var done = 0
    var isWorking = false
    var isStopped = false
  }

  private let dataset: Dataset
  private let inference: InferenceService
  private let mailbox: Mailbox
  private let state = Mutex(State())
  private let cache: Mutex<AnswerCache>
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
  public func look(for request: FactRequest?) {
    let starts = state.withLock { state in
      state.request = state.isStopped ? nil : request
      state.done = 0
      guard state.request != nil, !state.isWorking else { return false }
      state.isWorking = true
      return true
    }
    guard starts else { return }
    mailbox.begin()
    queue.async { self.work() }
  }

  /// Ends the work soon. For quitting.
  public func shutDown() {
    state.withLock { state in
      state.isStopped = true
      state.request = nil
    }
  }

  private func work() {
    var size = Self.pieces.lowerBound
    while let (request, places) = nextPiece(size) {
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

  private func isWanted(_ request: FactRequest) -> Bool {
    state.withLock { $0.request?.number == request.number }
  }

  /// The next posts to look at; nil when nothing is left to do.
  private func nextPiece(_ size: Int) -> (FactRequest, [Int])? {
    state.withLock { state in
      guard let request = state.request else {
        state.isWorking = false
        return nil
      }
      let end = min(request.posts.count, state.done + size)
      let places = request.posts[state.done..<end].filter(dataset.posts.indices.contains)
      state.done = end
      guard !places.isEmpty else {
        state.request = nil
        state.isWorking = false
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
  private static func lack(_ needs: FactNeeds, _ models: ModelSet) -> String? {
    if needs.contains(.answer), models.isEmpty {
      return models.notices.first ?? "no expert is in the folder of models"
    }
    if !needs.isDisjoint(with: [.route, .flip]), models.router == nil {
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
        var piece = Piece(dataset, places, models, cache)
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
private struct Piece {
  let dataset: Dataset
  let places: [Int]
  let models: ModelSet
  let cache: AnswerCache
  let keys: [Int: PostKey]
  /// Read once, whoever asks.
  var reads: [Int: PostReader.Read] = [:]

  init(_ dataset: Dataset, _ places: [Int], _ models: ModelSet, _ cache: AnswerCache) {
    self.dataset = dataset
    self.places = places
    self.models = models
    self.cache = cache
    keys = Dictionary(
      uniqueKeysWithValues: Set(places).map {
        ($0, AnswerCache.key(dataset.posts[$0], of: dataset, models))
      })
  }

  mutating func look(_ needs: FactNeeds, candidate: RouterBundle?, into batch: inout FactBatch) {
    var left = places
    if let router = models.router {
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
          reads[place]?.problem.map { "\(models.dual?.name ?? ""): \($0)" }
            ?? "the router's encoder cannot read \(dataset.posts[place].id)")
      }
    }
    if needs.contains(.answer) { answer(left, into: &batch) }
  }

  /// What the router reads; a post is missing where its encoder failed.
  private mutating func routerInputs() -> [Int: RouterInput] {
    var inputs: [Int: RouterInput] = [:]
    var unknown: [Int] = []
    for place in places {
      if let key = keys[place], let known = cache.routerInput(key, models) {
        inputs[place] = known
      } else {
        unknown.append(place)
      }
    }
    read(unknown, withRegions: false)
    var fresh: [(PostKey, RouterInput)] = []
    for place in unknown {
      guard let read = reads[place], let key = keys[place], let input = models.routerInput(read)
      else { continue }
      inputs[place] = input
      fresh.append((key, input))
    }
    cache.keep(fresh, models)
    return inputs
  }

  private mutating func read(_ places: [Int], withRegions: Bool) {
    let new = places.filter { place in
      reads[place].map { withRegions && $0.regions == nil } ?? true
    }
    guard !new.isEmpty else { return }
    let posts = new.map { dataset.posts[$0] }
    for (place, read) in zip(new, models.read(posts, of: dataset, forRouting: !withRegions)) {
      reads[place] = read
    }
  }

  /// What the chosen experts answer.
  private mutating func answer(_ places: [Int], into batch: inout FactBatch) {
    var mentions: [Int: [EntityMention]] = [:]
    var relations: [Int: [RelationMention]] = [:]
    for task in ExpertTask.allCases {
      let routes: [Route?] = models.router == nil ? [nil] : [.text, .multimodal]
      for route in routes {
        guard let expert = models.chosenExpert(for: task, route: route) else { continue }
        let asked = places.filter { place in
          batch.routes[place]?.route == route
            && (task == .entities || !dataset.posts[place].relations.isEmpty)
        }
        for (place, answer) in answers(of: expert, asked, into: &batch) {
          switch answer {
          case .mentions(let found): mentions[place] = found
          case .labels(let labels):
            relations[place] = zip(dataset.posts[place].relations, labels).map {
              RelationMention(head: $0.head, tail: $0.tail, label: $1)
            }
          }
        }
      }
    }
    for place in places where batch.failures[place] == nil {
      batch.answers[place] = ChosenAnswer(
        route: batch.routes[place]?.route, task: models.router?.configuration.task,
        mentions: mentions[place], relations: relations[place])
    }
  }

  private mutating func answers(
    of expert: any RoutableExpert, _ places: [Int], into batch: inout FactBatch
  ) -> [Int: ExpertAnswer] {
    var known: [Int: ExpertAnswer] = [:]
    for place in places {
      known[place] = keys[place].flatMap {
        cache.answer($0, of: dataset.posts[place], by: expert, models)
      }
    }
    let unknown = places.filter { known[$0] == nil }
    guard !unknown.isEmpty else { return known }
    // An expert that reads the text alone needs no picture, but for those that take what the
    // router's reader prepared.
    if expert.needsPicture || expert is ExpertModel {
      read(unknown, withRegions: expert.needsPicture && models.regions != nil)
    }
    var fresh: [(PostKey, ExpertAnswer)] = []
    func take(_ asked: [Int]) throws {
      let found = try models.answers(
        of: expert, asked.map { dataset.posts[$0] }, asked.map { reads[$0] })
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
            .answer, "\(dataset.posts[place].id): \(expert.name): \(error)")
        }
      }
    }
    cache.keep(fresh, by: expert, models)
    return known
  }
}
