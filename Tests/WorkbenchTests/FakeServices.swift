import Annotations
import Inspection
import Queries
import Screen
import Testing

@testable import Workbench

/// Answers every effect like the real services would, at once and in order.
final class FakeServices: EffectPerformer {
  private(set) var performed: [Effect] = []
  private var waiting: [Message] = []
  /// What a store would hold.
  private(set) var stored: [Step] = []
  /// What a picture request is answered with.
  var picture: (PictureRequest) -> RenderedPicture = { Samples.cells($0.box) }
  /// False when there is nothing that could answer.
  var hasModels = true
  /// What became of the posts' pictures.
  var pictures: [Int: PictureFact] = [:]
  /// False: a study goes on for ever.
  var answersStudies = true
  /// Why nothing more is found out.
  var failureOfLooking: String?
  /// The queries that were saved.
  private(set) var queries: [SavedQuery] = []
  /// The what-ifs that were kept.
  private(set) var whatIfs: [SavedWhatIf] = []
  /// Set to refuse commits.
  var failure: String?

  func perform(_ effect: Effect) {
    performed.append(effect)
    switch effect {
    case .commit(let sending):
      if let failure {
        waiting += sending.steps.map {
          .commitFailed(sequence: $0.sequence, round: sending.round, reason: failure)
        }
      } else {
        stored += sending.steps
        waiting += sending.steps.map { .committed(sequence: $0.sequence) }
      }
    case .analyse(let post, let neighbours):
      for id in [post] + neighbours {
        if let index = Samples.posts.firstIndex(where: { $0.id == id }) {
          waiting.append(.analysed(Samples.analysis(index)))
        }
      }
    case .explain(let post):
      if let index = Samples.posts.firstIndex(where: { $0.id == post }) {
        waiting.append(.explained(Samples.explanation(index)))
      }
    case .tellRouterHistory(let post?):
      waiting.append(.routerHistory(Samples.routerHistory(post)))
    case .findNeighbours(let post?):
      waiting.append(.neighbours(Samples.neighbours(of: post)))
    case .askWithRegions(let question):
      let index = Samples.posts.firstIndex { $0.id == question.post }
      let answers = index.map { Samples.analysis($0).answers.filter(\.seesPicture) } ?? []
      waiting.append(.answeredWithRegions(RegionAnswers(question, answers)))
    case .askWitnesses(let question?):
      waiting.append(.witnessed(question, .found(Samples.witnesses(of: question.expert))))
    case .renderPictures(let requests):
      waiting += requests.map { .pictureReady($0, picture($0)) }
    case .ask(let whatIf?): waiting.append(Samples.answer(whatIf))
    case .saveWhatIf(let name, let saved):
      whatIfs.removeAll { $0.name == name }
      whatIfs += saved.map { [$0] } ?? []
      waiting.append(
        .whatIfsSaved(whatIfs, words: saved == nil ? "\(name) is removed" : "\(name) is kept"))
    case .lookAt(let request?):
      // A few at a time, as the real service answers.
      for place in request.posts {
        waiting.append(.facts(Samples.facts(of: place, request.needs, pictures)))
      }
      waiting.append(.lookedAt(request: request.number, failure: failureOfLooking))
    case .saveQuery(let name, let text):
      queries.removeAll { $0.name == name }
      if let text { queries.append(SavedQuery(name, text)) }
      waiting.append(
        .queriesSaved(
          SavedQueries(own: queries), words: text.map { "\(name) is saved: \($0)" } ?? "removed"))
    case .study(let request?):
      waiting.append(
        .studying(StudyProgress(request: request.number, done: 3, total: 9, secondsLeft: 8)))
      if answersStudies {
        waiting.append(.studied(request: request.number, Samples.study(request)))
      }
    case .renderPicture(let request): waiting.append(.pictureReady(request, picture(request)))
    case .renderFigure(let request):
      waiting.append(.figureReady(request, .placeholder("[figure \(request.name)]")))
    default: break
    }
  }

  func nextMessages(waiting block: Bool) -> [Message] {
    defer { waiting = [] }
    return waiting
  }
}

/// A workbench with fake services, driven key by key.
struct Desk {
  var state: WorkbenchState
  let services = FakeServices()
  var effects: [Effect] = []
  /// True: the services answer nothing, and the test does.
  var isQuiet = false

  init(
    _ state: WorkbenchState, answers: Bool = true,
    picture: @escaping (PictureRequest) -> RenderedPicture = { Samples.cells($0.box) }
  ) {
    self.state = state
    services.picture = picture
    services.hasModels = state.opened.hasModels
    perform(start(&self.state), answers: answers)
    if answers, state.opened.hasRouter { send(.routesChanged(Samples.decisions)) }
  }

  mutating func send(_ message: Message, answers: Bool = true) {
    perform(update(&state, message), answers: answers)
  }

  /// Presses keys by name; answers of the services come in between.
  mutating func press(_ names: String..., answers: Bool = true) {
    for name in names {
      guard let key = KeyName.parse(name) else { continue }
      send(.key(key), answers: answers)
    }
  }

  mutating func type(_ text: String) {
    for character in text { send(.key(.character(character))) }
  }

  /// Runs a command as a person would: colon, text, Enter.
  mutating func command(_ line: String) {
    press(":")
    type(line)
    press("Return")
  }

  private mutating func perform(_ new: [Effect], answers: Bool) {
    effects += new
    for effect in new { services.perform(effect) }
    guard answers, !isQuiet else { return }
    // Services and workbench must come to rest; a request that is made again for ever would not.
    for _ in 0..<1_000 {
      let messages = services.nextMessages(waiting: true)
      if messages.isEmpty { return }
      for message in messages {
        let more = update(&state, message)
        effects += more
        for effect in more { services.perform(effect) }
      }
    }
    Issue.record("the workbench keeps asking for the same thing")
  }

  var text: String { view(state).text }
  var noticeText: String { state.notice?.text ?? "" }
}

extension Samples {
  /// What looking at one of the sample's posts finds out.
  static func facts(
    of index: Int, _ needs: FactNeeds, _ pictures: [Int: PictureFact]
  ) -> FactBatch {
    var batch = FactBatch()
    if !needs.isDisjoint(with: [.picture, .decoding]) {
      batch.pictures[index] =
        pictures[index] ?? (posts[index].imageID == nil ? .unnamed : .readable)
    }
    guard needs.needsModels, let decision = decisions[posts[index].id] else { return batch }
    batch.routes[index] = decision
    if needs.contains(.answer) { batch.answers[index] = analysis(index).chosenAnswer }
    if needs.contains(.flip) { batch.flips[index] = index == 1 }
    return batch
  }
}
